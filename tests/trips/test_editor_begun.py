"""The editor of an article that just began: what is like it, the fields of its kind, a text to begin with."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.trips.editor import Editor, OpenEditor

pytestmark = pytest.mark.browser


def begin_new(open_editor: OpenEditor, title: str) -> Editor:
    """Begin an article that does not exist, in the window of somebody who writes already."""
    editor = open_editor("KB0013", "nora")
    page = editor.page
    page.goto(editor.portal.url("/write/new"))
    page.get_by_label("Title").fill(title)
    page.locator("main [name=service]").select_option("printing")
    if page.locator("main select[name=kind]").count():
        page.locator("main select[name=kind]").select_option("known_error")
    else:
        page.locator("main [name=kind][value=known_error]").check()
    page.get_by_role("button", name="Begin", exact=True).click()
    page.wait_for_url(re.compile(r"/write/\d+"))
    editor.path = re.sub(r".*(/write/\d+).*", r"\1", page.url)
    editor.open()
    return editor


def test_articles_about_the_same_are_shown_while_the_title_is_typed(open_editor: OpenEditor):
    editor = begin_new(open_editor, "Zebra crossing")
    similar = editor.page.locator("[data-similar-place]")

    editor.page.locator("#editor [name=title]").fill("Printing does not work at all")

    expect(similar.get_by_role("link", name="Printing does not work")).to_be_visible()


def test_fields_of_one_kind_of_page_stand_there_for_that_kind_alone(open_editor: OpenEditor):
    editor = begin_new(open_editor, "A kind of its own")
    fault, change = (editor.page.locator(f"[data-for-kind={kind}]") for kind in ("known_error", "handover_note"))
    seen = [(fault.is_visible(), change.is_visible())]

    for kind in ("handover_note", "how_to"):
        editor.page.locator("#editor [name=kind]").select_option(kind)
        seen.append((fault.is_visible(), change.is_visible()))

    assert seen == [(True, False), (False, True), (False, False)]


def test_a_text_to_begin_with_that_somebody_asked_for_is_no_lost_text(open_editor: OpenEditor):
    editor = begin_new(open_editor, "A text to begin with")
    editor.write("")

    editor.page.get_by_role("button", name="Put in a text to begin with").click()
    editor.page.wait_for_load_state()
    expect(editor.body).to_have_value(re.compile("‹"))

    expect(editor.page.get_by_role("button", name="Take that text")).to_have_count(0)
