"""A place on the board's own pages: plugins may have slots as rooms do."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from portal.core.hooks import hookspec
from tests.example_plugin.models import Note


@hookspec
def slot_example_note(note: Note, viewer: Any) -> Markup | None:
    """Return HTML for below a note, or ``None`` for nothing. Called once for each page of a note."""
