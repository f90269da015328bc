"""Links to other articles, pictures and files, put into the text while it is written."""

from __future__ import annotations

import re
from base64 import b64encode

import pytest
from playwright.sync_api import Locator, expect

from tests.data import hostile_files as files
from tests.trips.editor import Editor, OpenEditor
from tests.trips.test_accessibility import AXE, barriers

pytestmark = pytest.mark.browser

PHOTO = {"name": "photo.png", "mimeType": "image/png", "buffer": files.png()}


def test_two_brackets_find_an_article_and_make_the_link(open_editor: OpenEditor):
    editor = open_editor("KB0010")
    editor.write("See ")

    editor.type_on("[[badge print")
    options = editor.page.get_by_role("listbox", name="Articles").get_by_role("option")
    expect(options.first).to_contain_text("Print now, collect anywhere")
    expect(editor.body).to_have_attribute("aria-activedescendant", "editor-link-0")
    editor.page.evaluate(AXE)
    assert barriers(editor.page) == []
    editor.page.keyboard.press("Enter")
    editor.page.keyboard.type(" and [[phone")
    expect(options.nth(1)).to_be_visible()
    editor.page.keyboard.press("ArrowDown")
    second = options.nth(1).locator(".editor-link-title").inner_text()
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    editor.page.keyboard.press("Enter")
    editor.page.keyboard.type(" and [[vpn")
    expect(options.first).to_be_visible()
    editor.page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    assert editor.body.get_attribute("aria-controls") is None

    assert editor.text == (
        "See [Print now, collect anywhere: how the badge printers work](/kb/KB0028) and "
        + re.search(r"\[[^\]]+\]\(/kb/KB\d{4}\) and \[\[vpn$", editor.text)[0]  # type: ignore[index]
    )
    assert f"[{second}](/kb/KB" in editor.text


def choose(editor: Editor, file: dict[str, object]) -> Locator:
    with editor.page.expect_file_chooser() as chooser:
        editor.tool("Picture or file").click()
    chooser.value.set_files(file)  # type: ignore[arg-type]
    return editor.page.get_by_role("dialog", name="What does the picture show?")


def test_a_picture_is_sent_only_after_somebody_said_what_it_shows(open_editor: OpenEditor):
    editor = open_editor("KB0011")
    editor.write("Look: ")
    sent: list[str] = []
    editor.page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)

    dialog = choose(editor, PHOTO)
    dialog.get_by_role("button", name="Add the picture").click()
    expect(dialog.get_by_role("alert")).to_have_text("Say what the picture shows first.")
    assert [url for url in sent if url.endswith("/attachments")] == []
    editor.page.evaluate(AXE)
    assert barriers(editor.page) == []
    editor.page.keyboard.type("A red corner")
    editor.page.keyboard.press("Enter")

    expect(dialog).to_be_hidden()
    expect(editor.body).to_have_value(re.compile(r"^Look: !\[A red corner\]\(/attachments/[0-9a-f]{32}-\S+\.png\)$"))
    expect(editor.page.locator(".editor-upload")).to_have_text("photo.png is added.")
    expect(editor.preview.get_by_role("img", name="A red corner")).to_be_visible()
    assert editor.preview.locator("img").evaluate("(img) => img.decode().then(() => img.naturalWidth > 0)")


def test_a_picture_can_be_pasted_and_a_file_dropped(open_editor: OpenEditor):
    editor = open_editor("KB0011")
    editor.write("")
    drop = """(area, [kind, name, type, text]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0))], name, { type }));
      const how = { clipboardData: transfer, dataTransfer: transfer, bubbles: true, cancelable: true };
      area.dispatchEvent(kind === "paste" ? new ClipboardEvent("paste", how) : new DragEvent("drop", how));
    }"""
    editor.body.evaluate(drop, ["paste", "shot.png", "image/png", b64encode(files.png()).decode()])
    editor.page.get_by_label("In one sentence").fill("A screen")
    editor.page.keyboard.press("Enter")
    expect(editor.body).to_have_value(re.compile(r"!\[A screen\]"))
    editor.body.evaluate(drop, ["drop", "notes.txt", "text/plain", b64encode(b"Some notes.").decode()])

    expect(editor.body).to_have_value(re.compile(r"^!\[A screen\]\(\S+\)\[notes\]\(/attachments/[0-9a-f]{32}\.txt\)$"))


def test_a_refused_picture_says_why_and_keeps_what_was_said_about_it(open_editor: OpenEditor):
    editor = open_editor("KB0011", quiet=False)
    before = editor.text

    dialog = choose(editor, {"name": "sign.png", "mimeType": "image/png", "buffer": files.SVG})
    dialog.get_by_label("In one sentence").fill("A sign")
    editor.page.keyboard.press("Enter")

    expect(dialog.get_by_role("alert")).to_contain_text("The portal does not take this kind of file.")
    expect(dialog.get_by_label("In one sentence")).to_have_value("A sign")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    assert editor.text == before
