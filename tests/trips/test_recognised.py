"""A coach says that something does not count; whoever it was asks for a second look, and another coach decides."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import BOTH_WAYS
from tests.served import Served
from tests.trips.people import go_on, sign_in, watched
from tests.trips.test_followed_up import is_clean, one

pytestmark = pytest.mark.browser

WHY = "This page was tried out in a training, and nobody was stopped by anything."
WORDS = "It was after the training: their phone was locked that morning."
ANSWER = "They told me about that morning, so it counts."


@pytest.fixture(params=BOTH_WAYS)
def javascript(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def id_of(portal: Served, login: str) -> str:
    return one(portal, "SELECT id FROM person WHERE login = ?", login)


def make_a_coach_of(page: Page, portal: Served, login: str) -> None:
    page.goto(portal.url(f"/admin/people/{id_of(portal, login)}"))
    page.get_by_label("Coach", exact=True).check()
    page.get_by_role("main").get_by_role("button", name="Save").first.click()
    expect(page.get_by_role("status").or_(page.get_by_role("main")).first).to_be_visible()


def test_a_coach_says_it_does_not_count_and_a_second_one_looks_again(
    own_demo: Served, new_context: Callable[..., BrowserContext], javascript: bool
):
    person = sign_in(new_context(width=360, javascript=javascript), own_demo, "emre")
    coach = sign_in(new_context(javascript=javascript), own_demo, "grace")
    make_a_coach_of(sign_in(new_context(javascript=javascript), own_demo, "olu"), own_demo, "nora")
    second = sign_in(new_context(javascript=javascript, dark=True), own_demo, "nora")
    faults = watched(person) + watched(coach) + watched(second)

    coach.goto(own_demo.url(f"/people/{id_of(own_demo, 'emre')}"))
    coach.get_by_role("link", name="What counted for them").click()
    go_on(coach, "What counted for Emre Aydin")
    is_clean(coach, javascript)
    line = coach.get_by_role("main").get_by_role("listitem").filter(has_text="fixed it for somebody").first
    line.get_by_text("This does not count").click()
    line.get_by_label("Why it does not count").fill("Not so.")
    line.get_by_role("button", name="It does not count").click()
    expect(coach.get_by_role("alert")).to_contain_text("Say in 20 to 1000 characters why.")
    again = coach.locator("details[open]")
    again.get_by_label("Why it does not count").fill(WHY)
    again.get_by_role("button", name="It does not count").click()
    expect(coach.get_by_role("main")).to_contain_text(WHY)

    person.goto(own_demo.url(f"/people/{id_of(own_demo, 'emre')}"))
    person.get_by_role("link", name="What counted for you").click()
    go_on(person, "Recognition")
    person.get_by_role("link", name=re.compile("Only what does not count")).click()
    mine = person.get_by_role("main").get_by_role("listitem").filter(has_text=WHY)
    mine.get_by_text("Please look again").click()
    mine.get_by_label("What a second coach should know").fill(WORDS)
    is_clean(person, javascript)
    mine.get_by_role("button", name="Ask a second coach").click()
    expect(person.get_by_role("main")).to_contain_text("Waits for a second coach")
    expect(person.get_by_role("main")).not_to_contain_text("Grace")

    coach.goto(own_demo.url("/recognition/reviews"))
    expect(coach.get_by_role("main")).to_contain_text("for another coach")
    second.goto(own_demo.url("/"))
    second.get_by_role("banner").get_by_role("link", name="Recognition").click()
    is_clean(second, javascript)
    second.get_by_role("main").get_by_role("link", name="Look again").click()
    is_clean(second, javascript)
    second.get_by_role("link", name=re.compile("Emre Aydin")).click()
    expect(second.get_by_role("main")).to_contain_text(WORDS)
    second.get_by_label("It counts again").check()
    second.get_by_label("Why").last.fill(ANSWER)
    is_clean(second, javascript)
    second.get_by_role("button", name="Decide").click()
    expect(second.get_by_role("main")).not_to_contain_text("Emre Aydin")

    person.goto(own_demo.url("/recognition"))
    expect(person.get_by_role("main")).to_contain_text(ANSWER)
    person.get_by_role("link", name="Who looked").click()
    go_on(person, "Who looked")
    expect(person.get_by_role("main")).to_contain_text("Grace Hall What counted for you")
    expect(person.get_by_role("main")).to_contain_text("Nora Berg What you asked to look at again")
    is_clean(person, javascript)
    assert faults == []
