"""Somebody is told: a text came back, what they watch changed; they read it, mark it, and choose what they are told."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import BOTH_WAYS
from tests.served import Served
from tests.trips.people import go_on, sign_in, watched
from tests.trips.test_accessibility import AXE, barriers

pytestmark = pytest.mark.browser

CHANGED, WATCHED = "KB0027", "KB0034"
CAME_BACK = re.compile("Your text came back with words.$")
NEW_TEXT = re.compile("There is a new text.$")


@pytest.fixture(params=BOTH_WAYS)
def javascript(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def rings(page: Page, portal: Served, count: int) -> None:
    """Look until the bell says so many, and open it."""
    name = re.compile(rf"^Notices ?: ?{count} unread$")
    for _try in range(40):
        page.goto(portal.url("/kb"))
        if page.get_by_role("link", name=name).count():
            break
        page.wait_for_timeout(250)
    page.get_by_role("banner").get_by_role("link", name=name).click()
    go_on(page, "Notices")


def is_clean(page: Page, javascript: bool) -> None:
    """No barrier and no sideways scrolling on the page as it stands now."""
    if javascript:
        page.evaluate(AXE)
        assert barriers(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def hands_in(page: Page, portal: Served) -> None:
    page.goto(portal.url(f"/kb/{CHANGED}"))
    page.get_by_role("complementary").get_by_role("button", name="Edit this page").click()
    go_on(page, "Change a page")
    page.get_by_label("Title", exact=True).fill("Add a printer near you")
    page.get_by_label("Something changed").check()
    page.get_by_role("button", name="Hand in", exact=True).click()
    go_on(page, "Add a printer near you")


def sends_back(page: Page, portal: Served) -> None:
    page.goto(portal.url("/review"))
    page.get_by_role("link", name="Add a printer near you").click()
    page.get_by_label("Words to the writer").fill("Which printers are near?")
    page.get_by_role("button", name="Send back").click()
    expect(page.get_by_role("status")).to_have_text("It is back with its writer, with your words.")


def publishes(page: Page, portal: Served) -> None:
    page.goto(portal.url(f"/kb/{WATCHED}"))
    page.get_by_role("complementary").get_by_role("button", name="Edit this page").click()
    go_on(page, "Change a page")
    body = page.locator("#body")
    body.fill(body.input_value() + "\nOne line more.\n")
    page.get_by_label("Something changed").check()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_role("article")).to_contain_text("One line more.")


def test_a_writer_hears_what_came_back_and_what_changed_and_chooses_what_to_be_told(
    own_demo: Served, new_context: Callable[..., BrowserContext], javascript: bool
):
    jo = sign_in(new_context(width=360, javascript=javascript), own_demo, "jo")
    grace = sign_in(new_context(javascript=javascript), own_demo, "grace")
    faults = watched(jo)

    jo.goto(own_demo.url("/notices"))  # changes of the demo wait for jo
    jo.get_by_role("button", name="Mark all as read").click()
    jo.goto(own_demo.url(f"/kb/{WATCHED}"))
    jo.get_by_role("button", name="Tell me when this changes").click()
    expect(jo.get_by_role("button", name="Stop watching")).to_be_visible()
    is_clean(jo, javascript)
    hands_in(jo, own_demo)
    sends_back(grace, own_demo)

    rings(jo, own_demo, 1)
    is_clean(jo, javascript)
    line = jo.get_by_role("listitem").filter(has_text="Your text came back with words.").first
    line.get_by_role("link", name=CAME_BACK).click()
    go_on(jo, "Change a page")
    expect(jo.get_by_role("main")).to_contain_text("Which printers are near?")
    rings(jo, own_demo, 1)  # what was opened counts until it is marked
    line.get_by_role("button", name="Mark as read").click()
    go_on(jo, "Notices")
    expect(jo.get_by_role("banner").get_by_role("link", name="Notices")).to_have_text("Notices")

    publishes(grace, own_demo)
    rings(jo, own_demo, 1)
    expect(jo.get_by_role("link", name=NEW_TEXT).first).to_be_visible()
    jo.get_by_role("button", name="Mark all as read").click()
    expect(jo.get_by_role("button", name=re.compile("as read"))).to_have_count(0)

    jo.get_by_role("link", name="Choose what you are told").click()
    go_on(jo, "What you are told")
    is_clean(jo, javascript)
    own = jo.get_by_role("group", name="What became of your texts")
    own.get_by_role("radio").last.check()
    jo.get_by_role("button", name="Save", exact=True).click()
    expect(jo.get_by_role("status")).to_have_text("Saved. From now on you are told what you chose.")
    expect(own.get_by_role("radio").last).to_be_checked()

    jo.goto(own_demo.url(f"/kb/{WATCHED}"))
    jo.get_by_role("button", name="Stop watching").click()
    expect(jo.get_by_role("button", name="Tell me when this changes")).to_be_visible()
    assert faults == []
