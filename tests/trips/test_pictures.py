"""A picture on its way into an article, in a real browser and against the real server."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.error import HTTPError

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.data import hostile_files as files
from tests.served import Served
from tests.trips.people import sign_in

pytestmark = pytest.mark.browser

SIZE = "() => [document.images.length, document.images[0].naturalWidth, document.images[0].naturalHeight]"


@pytest.mark.parametrize("javascript", [True, False])
def test_a_photograph_is_added_shown_and_open_to_nobody_else(
    demo: Served, new_context: Callable[..., BrowserContext], javascript: bool
):
    photo = {"name": "my photo.jpeg", "mimeType": "image/jpeg", "buffer": files.with_exif("JPEG", orientation=6)}
    context = new_context(javascript=javascript)
    page = sign_in(context, demo, "jo")
    page.goto(demo.url("/attachments"))

    page.get_by_label("Picture or file").set_input_files(photo)
    page.get_by_label("What the picture shows").first.fill("A red corner")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("status")).to_contain_text("my photo.jpg is added.")
    expect(page.locator("code").first).to_contain_text("![A red corner](/attachments/")
    page.get_by_role("link", name="my photo.jpg").first.click()
    page.wait_for_url("**/attachments/*-30x40.jpg")

    if javascript:
        assert page.evaluate(SIZE) == [1, 30, 40]
    with pytest.raises(HTTPError) as refused:
        urllib.request.urlopen(page.url)
    refused.value.close()
    assert refused.value.code == 404


def test_fifty_megabytes_get_a_sentence_and_not_a_broken_connection(
    demo: Served, new_context: Callable[..., BrowserContext], tmp_path: Path
):
    page = sign_in(new_context(javascript=False), demo, "jo")
    page.goto(demo.url("/attachments"))

    film = tmp_path / "film.png"
    film.write_bytes(files.png() + bytes(50 * 2**20))
    page.get_by_label("Picture or file").set_input_files(film)
    page.get_by_role("button", name="Add").click()

    expect(page.get_by_role("alert")).to_contain_text("The file is larger than 20 MB.", timeout=20_000)
    assert not list((demo.instance / "files").glob("??/*.part"))


def test_a_page_that_is_called_a_picture_is_refused_and_never_runs(
    demo: Served, new_context: Callable[..., BrowserContext]
):
    page = sign_in(new_context(), demo, "jo")
    page.goto(demo.url("/attachments"))

    page.get_by_label("Picture or file").set_input_files(
        {"name": "sign.png", "mimeType": "image/png", "buffer": files.SVG}
    )
    page.get_by_label("What the picture shows").first.fill("A sign")
    page.get_by_role("button", name="Add").click()

    expect(page.get_by_role("alert")).to_contain_text("The portal does not take this kind of file.")
    expect(page.get_by_label("What the picture shows").first).to_have_value("A sign")
