"""A reader says that a page helped in part, and why: one tap, and the rest if they like, with a script and without."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser import BOTH_WAYS
from tests.served import Served
from tests.trips.people import go_on, open_menu, sign_in, watched
from tests.trips.test_accessibility import AXE, barriers

pytestmark = pytest.mark.browser

ASK = "A short question, if you like"


@pytest.fixture(params=BOTH_WAYS)
def javascript(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def asked(page: Page) -> Locator:
    return page.get_by_role("region", name=ASK)


def test_a_reader_says_partly_and_why_and_reads_it_again(
    demo: Served, new_context: Callable[..., BrowserContext], javascript: bool
):
    login, name = ("gitte", "Gitte Holm") if javascript else ("ivan", "Ivan Petrov")
    page = sign_in(new_context(javascript=javascript), demo, login)
    faults = watched(page)
    page.goto(demo.url("/kb/KB0003"))
    page.get_by_role("region", name="Did this page fix it?").get_by_role("button", name="Partly").click()
    card = asked(page)
    expect(card.get_by_role("group")).to_have_count(1)
    expect(card.get_by_role("group")).to_contain_text("What got in the way?")
    expect(card).to_contain_text("without your name")
    if javascript:
        page.evaluate(AXE)
        assert barriers(page) == []

    card.get_by_role("button", name="A step did not work").click()

    rest = card if javascript else page.get_by_role("main")
    if javascript:
        expect(card.locator(".verdict-thanks")).to_be_focused()
        go_on(page, page.get_by_role("heading", level=1).inner_text())
    else:
        go_on(page, "Thank you")
    expect(rest.get_by_label("A step did not work")).to_be_checked()
    own = f"Print the labels, {name} is waiting"
    group = rest.get_by_role("group", name=re.compile("keep working|need this working"))
    words = rest.get_by_label("What were you trying to get done?")
    if words.count():
        words.fill(own)
    group.first.get_by_role("radio").nth(1).check()
    rest.get_by_role("button", name="Save").click()

    if javascript:
        expect(card.get_by_role("link", name="Change what you answered")).to_be_visible()
        expect(card.get_by_role("group")).to_have_count(0)
    else:
        go_on(page, "Thank you")
        page.get_by_role("link", name="Back to where you were asked").click()
    page.reload()
    expect(card).to_contain_text("You answered a question about this.")
    open_menu(page, name)
    page.get_by_role("link", name="Your page").click()
    page.get_by_role("link", name="What you answered").click()
    go_on(page, "What you answered")
    expect(page.get_by_role("main")).to_contain_text("A step did not work")
    assert faults == []


def test_a_visitor_finds_nothing_and_says_what_they_looked_for(
    demo: Served, new_context: Callable[..., BrowserContext], javascript: bool
):
    page = new_context(javascript=javascript, width=360).new_page()
    page.goto(demo.url("/search?q=zqnothing"))
    field = asked(page).get_by_label("In your own words, what were you looking for?")
    field.fill("the plan of the canteen")

    asked(page).get_by_role("button", name="Send").click()

    thanks = asked(page).locator(".verdict-thanks") if javascript else page.get_by_role("heading", level=1)
    expect(thanks).to_contain_text("Thank you")
    expect(page.get_by_label("In your own words, what were you looking for?")).to_have_value("the plan of the canteen")


def test_what_is_too_long_is_said_beside_it_and_kept(demo: Served, new_context: Callable[..., BrowserContext]):
    page = new_context().new_page()
    page.goto(demo.url("/search?q=zqnothing"))
    page.evaluate("document.querySelector('#ask textarea').removeAttribute('maxlength')")
    asked(page).get_by_role("textbox").fill("word " * 70)

    asked(page).get_by_role("button", name="Send").click()

    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("too long. Please say it in 300 or fewer.")
    expect(page.get_by_role("main").get_by_role("textbox")).to_have_value("word " * 70)
