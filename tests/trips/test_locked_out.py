"""Somebody is locked out, signed out, on a phone: own words, the fix, a person when it does not help."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser import BOTH_WAYS
from tests.served import Served
from tests.trips.people import watched

pytestmark = pytest.mark.browser

NEW_PHONE = "New phone: move your sign-in approval"
QUESTIONS = "Sign-in approval: questions people ask"
FOR_SUPPORT = ("Print Spooler", "spool", "For support", "Wrong driver")


@pytest.fixture(params=BOTH_WAYS)
def phone(request: pytest.FixtureRequest, new_context: Callable[..., BrowserContext]) -> Page:
    return new_context(width=360, height=740, javascript=request.param).new_page()


def ask(page: Page, words: str) -> Locator:
    """Type *words* into the one big box, and return the titles of what was found."""
    page.get_by_role("searchbox").first.tap()
    page.keyboard.type(words)
    page.get_by_role("button", name="Find the fix").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"What fits “{words}”")
    return page.locator(".result-title")


def votes(portal: Served) -> list[tuple[object, ...]]:
    """The verdicts of visitors: article, value, the words that led there."""
    query = """SELECT article.ref, verdict.value, verdict.words FROM verdict JOIN article ON article.id = article_id
        WHERE verdict.person_id IS NULL AND replaced_at IS NULL ORDER BY verdict.id"""
    with sqlite3.connect(portal.instance / "portal.sqlite") as connection:
        return connection.execute(query).fetchall()


@pytest.mark.parametrize("words", ["my phone is gone", "got a new phone"])
def test_own_words_lead_to_the_fix(demo: Served, phone: Page, words: str):
    faults = watched(phone)
    phone.goto(demo.url("/"))

    found = ask(phone, words)
    expect(found.nth(0)).to_have_text(NEW_PHONE)
    expect(found.nth(1)).to_have_text(QUESTIONS)
    phone.get_by_role("link", name=NEW_PHONE).tap()

    expect(phone.get_by_role("heading", level=1)).to_have_text(NEW_PHONE)
    expect(phone.locator(".prose > p").first).to_have_text(
        "Do this while you still have the old phone. If it is gone, stop here and call the service desk: "
        "we have to check who you are first."
    )
    expect(phone.locator(".steps > li")).to_have_count(7)
    expect(phone.get_by_role("search").get_by_role("searchbox")).to_have_value(words)
    assert faults == []


def test_a_person_is_one_tap_away_on_every_page_of_the_way(demo: Served, phone: Page):
    for path in (
        "/",
        "/search?q=my+phone+is+gone",
        "/search?q=zqnothing",
        "/kb/KB0004",
        "/sign-in",
        "/kb/KB9999",
        "/no",
    ):
        phone.goto(demo.url(path))
        phone.get_by_role("contentinfo").get_by_role("link", name="All ways to reach us").tap()

        expect(phone.get_by_role("heading", level=1)).to_have_text("How to reach us")
        expect(phone.get_by_role("main")).to_contain_text("extension 4400")
        assert phone.url == demo.url("/contact")


def test_the_text_itself_leads_to_the_person_who_is_needed(demo: Served, phone: Page):
    phone.goto(demo.url("/kb/KB0004"))
    phone.locator(".prose").get_by_role("link", name="call the service desk", exact=True).tap()

    expect(phone.get_by_role("heading", level=1)).to_have_text("How to reach us")


def test_nothing_tells_that_support_reads_more(demo: Served, phone: Page):
    phone.goto(demo.url("/"))
    expect(ask(phone, "nothing comes out").first).to_have_text("Printing does not work")
    phone.get_by_role("link", name="Printing does not work").tap()

    expect(phone.get_by_role("heading", level=1)).to_have_text("Printing does not work")
    expect(phone.locator(".prose h2")).to_have_text(["Is it you, or everybody?", "Try these in order", "Still stuck"])
    assert [word for word in FOR_SUPPORT if word in phone.content()] == []

    phone.goto(demo.url("/"))
    expect(ask(phone, "spooler")).to_have_count(0)
    expect(phone.get_by_role("heading", name="Nothing here fits these words yet")).to_be_visible()
    phone.goto(demo.url("/kb/KB0021"))
    expect(phone.get_by_role("heading", level=1)).to_have_text("There is no such article here.")


def test_no_is_taken_seriously(demo: Served, phone: Page):
    before = votes(demo)
    phone.goto(demo.url("/"))
    ask(phone, "got a new phone").first.get_by_role("link").tap()
    verdict = phone.get_by_role("region", name="Did this page fix it?")

    verdict.get_by_role("button", name="No", exact=True).tap()

    expect(verdict.locator(".verdict-thanks")).to_have_text(
        "Noted. Do not stay stuck: a person can help you from here."
    )
    expect(verdict.get_by_role("button", pressed=True)).to_have_text("No")
    assert votes(demo)[len(before) :] == [("KB0004", "no", "got a new phone")]

    phone.reload()
    expect(verdict.get_by_role("button", pressed=True)).to_have_text("No")
    verdict.get_by_role("link", name="Ask a person").tap()
    expect(phone.get_by_role("heading", level=1)).to_have_text("How to reach us")
    assert phone.url == demo.url("/contact")


def test_a_changed_mind_replaces_the_first_answer(demo: Served, phone: Page):
    before = votes(demo)
    phone.goto(demo.url("/kb/KB0003"))
    verdict = phone.get_by_role("region", name="Did this page fix it?")
    for word in ("Partly", "Yes"):
        verdict.get_by_role("button", name=word).tap()
        expect(verdict.get_by_role("button", pressed=True)).to_have_text(word)

    expect(verdict.locator(".verdict-thanks")).to_have_text(
        "Thank you, that tells the people who look after this page."
    )
    assert votes(demo)[len(before) :] == [("KB0003", "yes", "")]


def test_the_thanks_take_the_focus_so_that_they_are_read_out(demo: Served, new_context: Callable[..., BrowserContext]):
    page = new_context(width=360).new_page()
    page.goto(demo.url("/kb/KB0004"))
    address = page.url
    page.get_by_role("button", name="No", exact=True).tap()

    expect(page.locator(".verdict-thanks")).to_be_focused()
    assert page.url == address
