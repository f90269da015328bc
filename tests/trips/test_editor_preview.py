"""The preview follows what is typed, and says what is wrong and what is still to be written."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.trips.editor import OpenEditor

pytestmark = pytest.mark.browser


def test_the_preview_follows_for_each_level(open_editor: OpenEditor):
    editor = open_editor("KB0002")

    editor.write("Hello **you**.\n\n::: support\n\nFor the desk.\n\n:::\n")

    expect(editor.preview.locator("strong")).to_have_text(["you"])
    expect(editor.preview).to_contain_text("For the desk.")
    levels = editor.page.get_by_role("group", name="As who reads it")
    levels.get_by_role("button", name="For everyone").click()
    expect(editor.preview).not_to_contain_text("For the desk.")
    expect(levels.get_by_role("button", name="For everyone")).to_have_attribute("aria-pressed", "true")
    expect(levels.get_by_role("button", name="For everyone")).to_be_focused()
    editor.type_on("\nMore.")
    expect(editor.preview).to_have_text(re.compile(r"Hello you\.\s+More\."))


def test_a_fault_is_said_with_its_line_leads_there_and_goes_when_it_is_mended(open_editor: OpenEditor):
    editor = open_editor("KB0002")
    editor.write("Hello.\n\n::: martians\n")
    said = editor.page.locator(".sr-only[role=status]").filter(has_text="To mend")

    expect(editor.faults).to_have_text(re.compile(r"^Line 3 ::: is followed by “martians”, which names no readers\."))
    expect(said).to_have_text("To mend: 1. Line 3: ::: is followed by “martians”, which names no readers.")
    editor.faults.get_by_role("button", name="Line 3").click()
    assert editor.body.evaluate("(area) => area.value.slice(area.selectionStart, area.selectionEnd)") == "::: martians"
    editor.page.keyboard.type("Friends.")

    expect(editor.faults).to_be_hidden()
    expect(editor.preview).to_have_text(re.compile(r"Hello\.\s+Friends\."))
    expect(editor.page.locator(".sr-only[role=status]").filter(has_text="Nothing is left to mend.")).to_have_count(1)


def test_a_script_is_checked_while_it_is_typed(open_editor: OpenEditor):
    editor = open_editor("KB0002")
    answers = '      - {if: "Yes", go: two}\n      - {if: "No", end: "Send it on.", outcome: send_on}\n'

    editor.write(f'```decision\nstart: one\nnodes:\n  one:\n    say: "Is it on?"\n    answers:\n{answers}```\n')

    expect(editor.faults).to_have_text("Line 7 one: An answer goes to two, and there is no such node. Known are: one.")


def test_hints_that_are_left_are_counted_and_met_one_after_the_other(open_editor: OpenEditor):
    editor = open_editor("KB0002")
    editor.write("‹Say it.›\n\nSaid.\n\n‹Say more.›\n")
    chosen = "(area) => area.value.slice(area.selectionStart, area.selectionEnd)"
    left = editor.page.get_by_role("button", name=re.compile("Still to be written"))
    editor.body.evaluate("(area) => area.setSelectionRange(0, 0)")

    expect(left).to_have_text("Still to be written: 2")
    met = []
    for _each in range(2):
        left.click()
        met.append(editor.body.evaluate(chosen))

    assert met == ["‹Say more.›", "‹Say it.›"]


def test_on_a_phone_text_and_preview_take_turns(open_editor: OpenEditor):
    editor = open_editor("KB0002", "jo", width=360)
    editor.write("Hello **phone**.\n")
    views = editor.page.get_by_role("group", name="What you see")

    expect(editor.preview).to_be_hidden()
    views.get_by_role("button", name="Preview").click()
    expect(editor.preview).to_have_text(re.compile("Hello phone."))
    expect(editor.body).to_be_hidden()
    views.get_by_role("button", name="Text", exact=True).click()
    expect(editor.body).to_be_visible()
    wide = editor.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0


@pytest.mark.parametrize("width", [1024, 1280, 1440])
def test_beside_the_preview_the_checklist_stays_in_sight_folded_and_nothing_lies_below_the_preview(
    open_editor: OpenEditor, width: int
):
    editor = open_editor("KB0017", width=width)
    page, words = editor.page, editor.page.get_by_label("Words that people type")
    checklist, views = page.locator(".editor-checklist"), page.get_by_role("group", name="What you see")
    expect(editor.preview).not_to_be_empty()

    seen = []
    for place in (300, 700):
        page.evaluate(f"scrollTo(0, {place})")
        expect(checklist.locator("summary")).to_be_in_viewport(ratio=1)
        seen.append(checklist.get_attribute("open"))
    words.scroll_into_view_if_needed()
    pane, field = page.locator("[data-preview-pane]").bounding_box(), words.bounding_box()
    checklist.locator("summary").press("Enter")
    expect(checklist.locator("li").first).to_be_visible()
    views.get_by_role("button", name="Text", exact=True).click()
    expect(checklist.locator("li").first).to_be_visible()

    assert seen == [None, None]
    assert pane
    assert field
    assert pane["x"] >= field["x"] + field["width"]
