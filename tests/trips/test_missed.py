"""What colleagues look for and nobody wrote: somebody takes it on and names the page; a coach writes down a synonym."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser import BOTH_WAYS
from tests.served import Served
from tests.trips.people import go_on, sign_in, watched
from tests.trips.test_followed_up import is_clean

pytestmark = pytest.mark.browser


@pytest.fixture(params=BOTH_WAYS)
def javascript(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def test_what_several_miss_is_taken_on_and_answered(
    own_demo: Served, new_context: Callable[..., BrowserContext], javascript: bool
):
    jo = sign_in(new_context(width=360, javascript=javascript), own_demo, "jo")
    faults = watched(jo)
    jo.goto(own_demo.url("/write"))
    jo.get_by_role("link", name="Looked for, not found").click()
    go_on(jo, "Looked for, not found")
    is_clean(jo, javascript)
    missed = jo.get_by_role("listitem").filter(has_text="people in the last month")
    expect(missed).to_have_count(2)
    free = missed.filter(has_not_text="is on it")
    words = free.get_by_role("link").inner_text()
    free.get_by_role("link").click()
    go_on(jo, words)
    is_clean(jo, javascript)

    jo.get_by_role("button", name="I take this on").click()
    expect(jo.get_by_text("You have taken this on, until")).to_be_visible()
    jo.get_by_role("link", name="Write it down for the next one").click()
    expect(jo.get_by_label("What they said")).to_have_value(words.strip("“”"))
    jo.go_back()
    jo.get_by_label("Which page answers it").fill("KB7777")
    jo.get_by_role("button", name="This page answers it").click()
    expect(jo.locator(".field-error")).to_contain_text("No page that people can read has this number.")
    expect(jo.get_by_label("Which page answers it")).to_have_value("KB7777")
    is_clean(jo, javascript)
    jo.get_by_label("Which page answers it").fill("kb0003")
    jo.get_by_role("button", name="This page answers it").click()
    expect(jo.get_by_role("status")).to_contain_text("Saved. The gap closes once three people have found the page")
    expect(jo.get_by_text("It closes once three people have found the page")).to_be_visible()
    is_clean(jo, javascript)
    assert [fault for fault in faults if "422" not in fault] == []


def test_a_synonym_holds_from_the_next_search_on(
    own_demo: Served, new_context: Callable[..., BrowserContext], javascript: bool
):
    grace = sign_in(new_context(javascript=javascript), own_demo, "grace")
    faults = watched(grace)
    grace.goto(own_demo.url("/search?q=glorptron"))
    expect(grace.get_by_text("Nothing here fits these words yet")).to_be_visible()
    grace.get_by_role("link", name="Synonyms").click()
    go_on(grace, "Synonyms")
    is_clean(grace, javascript)
    grace.get_by_role("link", name="Add an entry").click()
    grace.get_by_label("When somebody types").fill("glorptron")
    grace.get_by_label("look for this as well").fill("the")
    grace.get_by_role("button", name="Try it out and save").click()
    expect(grace.locator(".field-error")).to_contain_text("“the” has no word that a search looks for.")
    expect(grace.get_by_label("When somebody types")).to_have_value("glorptron")
    is_clean(grace, javascript)
    grace.get_by_label("look for this as well").fill("badge printer")
    grace.get_by_role("button", name="Try it out and save").click()
    expect(grace.get_by_role("status")).to_contain_text("Saved. It holds from the next search on.")

    grace.goto(own_demo.url("/search?q=glorptron"))
    expect(grace.get_by_role("listitem").filter(has_text="badge printers").first).to_be_visible()
    grace.get_by_role("link", name="Why these?").click()
    go_on(grace, "Why these results")
    expect(grace.get_by_role("listitem").filter(has_text="as well as: badge printer")).to_be_visible()
    is_clean(grace, javascript)
    assert [fault for fault in faults if "422" not in fault] == []
