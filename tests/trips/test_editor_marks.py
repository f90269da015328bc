"""The editor shows faults at their lines, serves whoever adapts a text, and leaves nothing behind at sign-out."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.served import Served
from tests.trips.editor import PAUSE, Editor, begun
from tests.trips.people import sign_in, watched
from tests.trips.test_accessibility import AXE, barriers

pytestmark = pytest.mark.browser

NewContext = Callable[..., BrowserContext]
LONG = "A line that is far longer than the field is wide, " * 12
COPIES = "() => Object.keys(localStorage).filter((key) => key.startsWith('text:')).length"


def editor_of(demo: Served, new_context: NewContext, ref: str, login: str = "paul", **options: object) -> Editor:
    page = sign_in(new_context(**options), demo, login)
    return Editor(page, demo, begun(page, demo, ref))


def rows(page: Page) -> tuple[float, float, float, float]:
    """Top of the mark below the first line, its height, the height of a line, and the width of the field."""
    return tuple(
        page.evaluate(
            """() => {
              const area = document.querySelector("#body");
              const mark = document.querySelector(".editor-mark").getBoundingClientRect();
              const own = getComputedStyle(area);
              const edge = area.getBoundingClientRect().top + area.clientTop;
              const top = edge + parseFloat(own.paddingTop) - area.scrollTop;
              return [mark.top - top, mark.height, parseFloat(own.lineHeight), area.clientWidth];
            }"""
        )
    )


def test_a_fault_is_marked_at_its_line_however_lines_wrap_and_wherever_the_field_ends(demo, new_context):
    editor = editor_of(demo, new_context, "KB0010", width=1280)
    editor.write("Hello.\n\n::: martians\n")
    mark = editor.page.locator(".editor-mark")
    expect(mark).to_have_count(1)

    top, height, line, width = rows(editor.page)
    assert top == pytest.approx(2 * line, abs=line / 2)
    assert 0 < height <= line * 1.2

    editor.write(f"{LONG}\n\n::: martians\n")
    expect(editor.page.locator("[data-faults] li")).to_have_count(1)
    editor.page.wait_for_timeout(700)
    wide = rows(editor.page)[0]
    editor.page.set_viewport_size({"width": 420, "height": 800})
    editor.page.wait_for_timeout(300)
    narrow, _height, line, smaller = rows(editor.page)
    assert smaller < width
    assert narrow > wide > 2 * line


def test_what_is_wrong_is_said_at_the_mark_and_at_the_caret_once_it_rests(demo, new_context):
    editor = editor_of(demo, new_context, "KB0011")
    complaints = watched(editor.page)
    editor.write("Hello.\n\n::: martians\n")
    said = editor.page.locator(".editor-mark-said")
    expect(editor.page.locator(".editor-mark")).to_have_count(1)

    expect(said).to_be_hidden()
    editor.page.locator(".editor-mark-sign").hover()
    expect(said).to_have_text(re.compile(r"^::: is followed by “martians”, which names no readers\."))
    editor.page.locator("h1").hover()
    expect(said).to_be_hidden()
    editor.body.evaluate("(area) => { area.focus(); area.setSelectionRange(10, 10); }")
    editor.page.keyboard.press("ArrowRight")
    expect(said).to_be_visible(timeout=PAUSE)
    editor.page.keyboard.press("Escape")
    expect(said).to_be_hidden()
    editor.write("Hello.\n")
    expect(editor.page.locator(".editor-mark")).to_have_count(0)
    assert complaints == []


def test_a_text_that_opens_with_a_fault_says_why_there_is_no_preview(demo, new_context):
    editor = editor_of(demo, new_context, "KB0012")
    editor.write("Hello.\n\n::: martians\n")
    expect(editor.state).to_have_text(re.compile(r"^Saved \d\d:\d\d$"), timeout=PAUSE)

    editor.open()

    expect(editor.page.locator(".editor-preview-note")).to_have_text(
        "Line 3: ::: is followed by “martians”, which names no readers. The preview goes on once that is mended."
    )


def test_extending_another_article_from_the_editor_keeps_what_was_typed(demo, new_context):
    editor = editor_of(demo, new_context, "KB0013")
    editor.page.route("**/save", lambda route: route.abort())  # nothing is saved by itself
    editor.type_on("\n\nHalf a sentence.")
    editor.page.get_by_label("Title").fill("Printing does not work")
    button = editor.page.get_by_role("button", name=re.compile("^Extend this one instead")).first
    expect(button).to_be_visible()

    button.click()

    editor.page.wait_for_url(re.compile(r"/write/\d+$"))
    assert not editor.page.url.endswith(editor.path)
    editor.open()
    assert editor.text.endswith("Half a sentence.")
    expect(editor.page.get_by_role("button", name="Take that text")).to_have_count(0)


def test_signing_out_saves_the_text_and_leaves_nothing_of_it_in_the_browser(demo, new_context):
    editor = editor_of(demo, new_context, "KB0014")
    page = editor.page
    editor.type_on("\n\nJust before lunch.")
    page.wait_for_timeout(600)
    assert page.evaluate(COPIES) == 1

    page.locator("details.menu summary").click()
    page.get_by_role("button", name="Sign out").click()

    page.wait_for_url(lambda address: "/write/" not in address)
    assert page.evaluate(COPIES) == 0
    again = Editor(sign_in(page.context, demo, "paul"), demo, editor.path)
    assert again.text.endswith("Just before lunch.")


def test_a_reviewer_who_adapts_a_text_has_the_tools_and_is_asked_before_leaving(demo, new_context):
    writer = editor_of(demo, new_context, "KB0015")
    revision = writer.path.rpartition("/")[2]
    writer.type_on("\n\nOne more step.")
    writer.page.get_by_label("Something changed").check()
    writer.page.get_by_role("button", name="Hand in").click()
    expect(writer.page.get_by_text("It waits for a second person.")).to_be_visible()
    page = sign_in(new_context(), demo, "grace")
    complaints = watched(page)
    editor = Editor(page, demo, f"/review/{revision}/adapt")
    asked: list[str] = []

    expect(editor.preview).to_contain_text("One more step.")
    editor.type_on(" And another.\n\n")
    editor.tool("Bold").click()
    expect(editor.preview).to_contain_text("And another.")
    expect(editor.state).to_have_text("Kept in this browser alone, until you accept it.")
    page.keyboard.press("Control+s")
    expect(editor.state).to_have_text("Kept in this browser alone, until you accept it.")
    page.evaluate(AXE)
    assert barriers(page) == []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="Back, without a change").click(no_wait_after=True)
    page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    assert complaints == []
    page.get_by_role("button", name="Accept it so").click()

    page.wait_for_url(re.compile("^(?!.*adapt)"))
    page.goto(demo.url("/kb/KB0015"))
    expect(page.locator("article .prose").first).to_contain_text("And another.")
