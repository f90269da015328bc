"""What the editor's script cannot keep or add is said with the true reason, and stays to be read."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.served import Served
from tests.trips.people import sign_in

pytestmark = pytest.mark.browser

DROP = """(area, files) => {
  const transfer = new DataTransfer();
  for (const [name, text] of files) transfer.items.add(new File([text], name));
  area.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
}"""


@pytest.fixture
def editor(demo: Served, new_context: Callable[..., BrowserContext]) -> Page:
    """The editor of a text on top of an article."""
    page = sign_in(new_context(), demo, "nora")
    page.goto(demo.url("/kb/KB0011"))
    page.locator("form[action$='/edit'] button").first.click()
    expect(page.get_by_role("toolbar")).to_be_visible()
    return page


def test_a_text_that_is_far_too_long_is_not_called_signed_out_and_is_saved_once_it_is_shorter(editor: Page):
    body, state = editor.locator("#body"), editor.locator("[data-save-state]")
    before = body.input_value()

    body.fill("x " * 1_000_000)
    expect(state).to_have_text(
        "Not saved: the text is far too long for one page. Split it into several, each with one goal."
    )
    body.fill(f"{before}\n\nA line more.\n")

    expect(state).to_have_text(re.compile(r"^Saved \d\d:\d\d$"))
    editor.reload()
    expect(body).to_have_value(re.compile(r"A line more\.\n$"))


def test_of_several_files_it_is_said_of_each_what_became_of_it(editor: Page):
    editor.locator("#body").evaluate(DROP, [["tool.exe", "MZ"], ["notes.txt", "Some notes."]])

    expect(editor.locator(".editor-upload")).to_have_text(
        re.compile(r"^tool\.exe was not added: The portal does not take this kind of file\..* notes\.txt is added\.$")
    )
    expect(editor.locator("#body")).to_have_value(re.compile(r"\[notes\]\(/attachments/[0-9a-f]{32}\.txt\)"))
