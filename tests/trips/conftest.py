"""What several trips share."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.served import Served
from tests.trips.editor import Editor, OpenEditor, begun
from tests.trips.people import sign_in, watched


@pytest.fixture
def open_editor(demo: Served, new_context: Callable[..., BrowserContext]) -> Iterator[OpenEditor]:
    """Open the editor of a text on top of an article; no page of it may complain."""
    complaints: list[str] = []
    pages: list[tuple[Page, list[str]]] = []

    def made(ref: str, login: str = "paul", *, quiet: bool = True, **options: object) -> Editor:
        page = sign_in(new_context(**options), demo, login)
        if quiet:
            pages.append((page, watched(page)))
        return Editor(page, demo, begun(page, demo, ref))

    yield made
    for _page, faults in pages:
        complaints += faults
    assert complaints == []
