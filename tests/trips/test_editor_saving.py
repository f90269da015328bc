"""What is typed is saved by itself; nothing is lost without a net, a session or a browser, or beside another window."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import expect

from tests.served import Served
from tests.trips.editor import PAUSE, Editor, OpenEditor
from tests.trips.people import sign_in

pytestmark = pytest.mark.browser


def test_what_is_typed_is_saved_by_itself(open_editor: OpenEditor):
    editor = open_editor("KB0003")

    editor.type_on("\n\nSaved by itself.")
    expect(editor.state).to_have_text("Not saved yet")
    expect(editor.state).to_have_text(re.compile(r"^Saved \d\d:\d\d$"), timeout=PAUSE)
    editor.type_on(" And by a key.")
    editor.page.keyboard.press("Control+s")
    expect(editor.state).to_have_text(re.compile(r"^Saved \d\d:\d\d$"))
    editor.open()

    assert editor.text.endswith("Saved by itself. And by a key.")
    assert editor.page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('text:'))") == []


def test_pressing_save_while_a_saving_is_under_way_is_no_conflict(open_editor: OpenEditor):
    editor = open_editor("KB0003")
    editor.page.route("**/save", lambda route: (editor.page.wait_for_timeout(600), route.continue_()))

    editor.type_on("\n\nBoth at once.")
    editor.page.keyboard.press("Control+s")
    editor.page.locator("main").get_by_role("button", name="Save", exact=True).last.click()

    expect(editor.page.locator(".flashes")).to_contain_text("Saved.")
    assert editor.text.rstrip().endswith("Both at once.")


def test_a_text_survives_a_portal_that_does_not_answer_and_a_browser_that_dies(open_editor: OpenEditor):
    editor = open_editor("KB0004", quiet=False)
    editor.page.context.set_offline(True)

    editor.type_on("\n\nWritten on a train.")
    away = "Not saved: the portal does not answer. Your text is kept in this browser."
    expect(editor.state).to_have_text(away, timeout=PAUSE)
    editor.reopen()

    before = editor.text
    offer = editor.page.get_by_role("status").filter(has_text="This browser keeps a text")
    expect(offer).to_contain_text("that was not saved.")
    offer.get_by_role("button", name="Take that text").click()
    assert (before.endswith("train."), editor.text.endswith("Written on a train.")) == (False, True)
    expect(editor.body).to_be_focused()
    expect(editor.state).to_have_text(re.compile(r"^Saved \d\d:\d\d$"), timeout=PAUSE)
    editor.open()
    assert editor.text.endswith("Written on a train.")
    expect(offer).to_have_count(0)


def test_a_kept_text_that_is_dropped_does_not_come_back(open_editor: OpenEditor):
    editor = open_editor("KB0005", quiet=False)
    editor.page.context.set_offline(True)
    editor.type_on("\n\nNot worth it.")
    expect(editor.state).to_contain_text("does not answer", timeout=PAUSE)
    editor.reopen()

    editor.page.get_by_role("button", name="Drop it").click()
    editor.open()

    expect(editor.page.get_by_role("button", name="Take that text")).to_have_count(0)
    assert "Not worth it." not in editor.text


def test_another_window_is_never_written_over(open_editor: OpenEditor):
    one = open_editor("KB0006", quiet=False)
    other = Editor(one.page.context.new_page(), one.portal, one.path)

    other.type_on("\n\nFrom the other window.")
    other.page.keyboard.press("Control+s")
    expect(other.state).to_have_text(re.compile("^Saved"))
    one.type_on("\n\nFrom the first window.")
    one.page.keyboard.press("Control+s")

    expect(one.state).to_have_text(
        "Not saved: This text was saved in another window meanwhile. Press Save to put both texts together; "
        "both are kept."
    )
    other.open()
    assert other.text.endswith("From the other window.")
    one.page.keyboard.press("Control+s")
    expect(one.page.locator("main")).to_contain_text("From the other window.")
    expect(one.page.locator("main")).to_contain_text("From the first window.")


def test_a_kept_text_from_before_a_newer_saving_is_put_beside_it(open_editor: OpenEditor):
    editor = open_editor("KB0007", quiet=False)
    other = Editor(editor.page.context.new_page(), editor.portal, editor.path)
    editor.page.context.set_offline(True)
    editor.type_on("\n\nOlder.")
    expect(editor.state).to_contain_text("does not answer", timeout=PAUSE)
    kept = editor.page.evaluate("JSON.stringify(localStorage)")
    editor.page.close(run_before_unload=False)
    other.page.context.set_offline(False)
    other.type_on("\n\nNewer.")
    other.page.keyboard.press("Control+s")
    expect(other.state).to_have_text(re.compile("^Saved"))
    other.page.evaluate("(kept) => Object.assign(localStorage, JSON.parse(kept))", kept)
    other.open()

    offer = other.page.get_by_role("status").filter(has_text="the portal has a newer one")
    offer.get_by_role("button", name="Take that text").click()

    assert other.text.endswith("Older.")
    expect(other.state).to_contain_text("Press Save to put both texts together; both are kept.", timeout=PAUSE)


def test_a_lost_session_says_so_and_keeps_the_text(open_editor: OpenEditor):
    editor = open_editor("KB0008", quiet=False)
    editor.page.context.clear_cookies()

    editor.type_on("\n\nAfter the session.")
    editor.page.keyboard.press("Control+s")

    expect(editor.state).to_have_text(
        "Not saved: you are signed out. Your text is kept in this browser. "
        "Sign in in another window, then press Save here."
    )
    kept = json.loads(editor.page.evaluate("Object.entries(localStorage).find(([key]) => key.startsWith('text:'))[1]"))
    assert dict(kept["entries"])["body"].endswith("After the session.")


def test_each_persons_text_waits_for_them_in_a_browser_that_somebody_else_used_meanwhile(
    open_editor: OpenEditor, demo: Served
):
    editor = open_editor("KB0010", quiet=False)
    context = editor.page.context
    context.clear_cookies()
    other = sign_in(context, demo, "ben")
    editor.type_on("\n\nBegun by Paul.")
    editor.page.keyboard.press("Control+s")
    expect(editor.state).to_have_text(re.compile(r"^Not saved: Ben .+ is signed in now\. Your text is kept"))
    editor.page.keyboard.press("Control+s")
    expect(editor.page.locator("h1")).to_have_text(re.compile(r"^Ben .+ is signed in now$"))

    other.goto(demo.url("/write"))
    other.locator("summary:has(.menu-name)").click()
    other.get_by_role("button", name="Sign out").click()
    expect(other.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()
    sign_in(context, demo, "paul")
    editor.open()

    editor.page.get_by_role("button", name="Take that text").click()
    assert editor.text.endswith("Begun by Paul.")
    expect(editor.state).to_have_text(re.compile(r"^Saved \d\d:\d\d$"), timeout=PAUSE)
    editor.page.locator("summary:has(.menu-name)").click()
    editor.page.get_by_role("button", name="Sign out").click()
    expect(editor.page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()
    assert editor.page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('text:'))") == []


def test_leaving_with_a_text_that_is_not_saved_asks_first(open_editor: OpenEditor):
    editor = open_editor("KB0009")
    asked: list[str] = []
    editor.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    editor.page.route("**/save", lambda route: None)  # a saving that takes for ever

    editor.page.close(run_before_unload=True)
    assert asked == []

    again = Editor(editor.page.context.new_page(), editor.portal, editor.path)
    again.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    again.page.route("**/save", lambda route: None)
    again.type_on("\n\nUnsaved.")
    again.page.close(run_before_unload=True)
    again.page.wait_for_timeout(300)
    assert asked == ["beforeunload"]
