"""The editor's tools shape the text, by pointer and by keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.trips.editor import OpenEditor
from tests.trips.test_accessibility import AXE, barriers

pytestmark = pytest.mark.browser


def test_tools_shape_the_text_and_one_step_back_takes_each_away(open_editor: OpenEditor):
    editor = open_editor("KB0001")
    editor.write("one two\nthree")

    steps = []
    for name in ("Bold", "Italic", "Code"):
        editor.select("two")
        editor.tool(name).click()
        steps.append(editor.text)
        editor.body.press("Control+z")
        steps.append(editor.text)
    for name in ("Heading", "List", "Numbered steps", "Quote"):
        editor.body.press("Control+a")
        editor.tool(name).click()
        steps.append(editor.text)
        editor.tool(name).click()
        steps.append(editor.text)

    plain = "one two\nthree"
    assert steps == [
        "one **two**\nthree", plain, "one *two*\nthree", plain, "one `two`\nthree", plain,
        "## one two\n## three", plain, "- one two\n- three", plain, "1. one two\n2. three", plain,
        "> one two\n> three", plain,
    ]  # fmt: skip


def test_blocks_stand_apart_and_their_first_words_wait_to_be_written_over(open_editor: OpenEditor):
    editor = open_editor("KB0001")
    made = []

    for name in ("Part for support", "Table"):
        editor.write("Before.\nAfter.")
        editor.body.evaluate("(area) => area.setSelectionRange(8, 8)")
        editor.tool(name).click()
        editor.page.keyboard.type("X")
        made.append(editor.text)
    editor.write("")
    editor.tool("Questions and answers for a call").click()

    assert made == [
        "Before.\n\n::: support\n\nAfter.\n\n:::\n\nX",
        "Before.\n\nAfter.\n\n| X | Do this |\n| --- | --- |\n|  |  |\n\n",
    ]
    assert editor.text.startswith("```decision\nstart: stop\nnodes:\n")
    expect(editor.preview.locator(".script")).to_be_visible()
    expect(editor.page.locator(".editor-hints")).to_have_text(re.compile(r"Still to be written: \d+"))


def test_everything_is_in_reach_of_the_keyboard(open_editor: OpenEditor):
    editor = open_editor("KB0001")
    editor.write("one two")
    focused = "document.activeElement.getAttribute('aria-label')"

    editor.select("two")
    editor.body.press("Control+b")
    bold = editor.text
    editor.select("one")
    editor.body.press("Control+k")
    linked = editor.text
    editor.tool("Bold").focus()
    walked = []
    for key in ("ArrowRight", "End", "ArrowRight", "ArrowLeft", "Home"):
        editor.page.keyboard.press(key)
        walked.append(editor.page.evaluate(focused))
    stops = editor.page.get_by_role("toolbar").locator("[tabindex='0']").count()
    editor.page.keyboard.press("End")
    editor.page.keyboard.press("Enter")

    assert (bold, linked) == ("one **two**", "[one](address) **two**")
    assert (walked, stops) == (["Italic", "Keys", "Bold", "Keys", "Bold"], 1)
    expect(editor.page.get_by_role("dialog", name="Keys")).to_be_visible()
    editor.page.keyboard.press("Escape")
    editor.body.focus()
    editor.page.keyboard.press("Control+Enter")
    expect(editor.page.locator("[data-preview-pane]")).to_be_focused()
    editor.page.keyboard.press("Escape")
    expect(editor.body).to_be_focused()


def test_a_list_goes_on_by_itself_and_ends_on_an_empty_line(open_editor: OpenEditor):
    editor = open_editor("KB0001")
    editor.write("")

    editor.type_on("- one\ntwo\n\n1. first\nsecond\n\n> said\n\n")

    assert editor.text == "- one\n- two\n1. first\n2. second\n> said\n"


def test_a_front_liner_is_offered_no_part_that_they_could_not_read(open_editor: OpenEditor):
    editor = open_editor("KB0002", "jo")

    expect(editor.preview).not_to_be_empty()

    expect(editor.tool("Part for support")).to_be_visible()
    expect(editor.tool("Part for specialists")).to_be_hidden()


@pytest.mark.parametrize(("width", "dark"), [(360, True), (1280, False)])
def test_what_the_script_adds_has_no_barrier(open_editor: OpenEditor, width: int, dark: bool):
    editor = open_editor("KB0018", width=width, dark=dark)
    editor.write("‹Say it.›\n\n::: martians\n")
    expect(editor.faults).to_be_visible()

    editor.page.evaluate(AXE)

    assert barriers(editor.page) == []
