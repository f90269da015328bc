"""Somebody changes an article: the button, the editor, what is missing, handing in, taking back; and a lost sign-in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.served import PASSWORD, Served
from tests.trips.people import go_on, sign_in
from tests.trips.test_accessibility import AXE, barriers

pytestmark = pytest.mark.browser


def edit(page: Page, portal: Served, ref: str, button: str) -> None:
    """Open an article and press its button."""
    page.goto(portal.url(f"/kb/{ref}"))
    page.get_by_role("complementary").get_by_role("button", name=button).click()


@pytest.mark.parametrize(("javascript", "ref", "width"), [(False, "KB0027", 360), (True, "KB0029", 1280)])
def test_a_colleague_changes_an_article_hands_it_in_and_takes_it_back(
    demo: Served, new_context: Callable[..., BrowserContext], javascript: bool, ref: str, width: int
):
    page = sign_in(new_context(width=width, javascript=javascript), demo, "jo")
    edit(page, demo, ref, "Edit this page")
    go_on(page, "Change a page")

    page.get_by_label("Title", exact=True).fill("")
    page.get_by_role("button", name="Hand in", exact=True).click()

    summary = page.get_by_role("alert").filter(has_text="Something here needs another look")
    expect(summary).to_be_visible()
    if javascript:
        expect(summary).to_be_focused()
        page.evaluate(AXE)
        assert barriers(page) == []
    summary.get_by_role("link", name="Title").click()
    expect(page.get_by_label("Title", exact=True)).to_be_focused()
    page.keyboard.type("A title from a trip")
    page.get_by_label("Something changed").check()
    page.get_by_label("What did you change, and why?").fill("The words were old.")
    page.get_by_role("button", name="Hand in", exact=True).click()

    go_on(page, "A title from a trip")
    expect(page.get_by_role("main")).to_contain_text("It waits for a second person.")
    expect(page.get_by_role("main")).to_contain_text("The words were old.")
    page.get_by_role("button", name="Take it back to change it").click()
    go_on(page, "Change a page")
    page.get_by_role("button", name="Put aside").click()
    expect(page.get_by_role("region", name="Put aside:")).to_contain_text("A title from a trip")
    page.get_by_role("button", name="Take it up again A title from a trip").first.click()
    go_on(page, "Change a page")
    expect(page.get_by_label("Title", exact=True)).to_have_value("A title from a trip")


def test_somebody_whose_sign_in_ended_while_they_wrote_sends_their_words_again(
    demo: Served, new_context: Callable[..., BrowserContext]
):
    context = new_context(javascript=False)
    page = sign_in(context, demo, "ben")
    edit(page, demo, "KB0038", "Suggest a change")
    go_on(page, "Suggest a change")
    words = "Hours of work.\n"
    page.get_by_label("The text").fill(words)
    context.clear_cookies()

    page.get_by_role("button", name="Save", exact=True).last.click()

    go_on(page, "You were signed out while you wrote")
    with context.expect_page() as opened:
        page.get_by_role("link", name="Sign in in another window").click()
    other = opened.value
    other.locator("#main [name=login]").fill("ben")
    other.locator("#main [name=password]").fill(PASSWORD)
    other.locator("#main form button[type=submit]").first.click()
    expect(other.get_by_role("banner").get_by_role("link", name="Sign in")).to_have_count(0)
    page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_role("alert")).to_contain_text("Press Save once more.")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.locator(".flash")).to_have_text("Saved. Readers see it once it is live.")
    expect(page.get_by_label("The text")).to_have_value(words)
