"""A coach looks at what somebody wrote and grants Contributor with a reason; the person reads it on their page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser import BOTH_WAYS
from tests.served import Served
from tests.trips.people import go_on, open_menu, sign_in, watched

pytestmark = pytest.mark.browser

REASON = "Five articles, each with one goal and steps that somebody can follow."


@pytest.fixture(params=BOTH_WAYS)
def window(request: pytest.FixtureRequest, new_context: Callable[..., BrowserContext]) -> Callable[[], BrowserContext]:
    return lambda: new_context(javascript=request.param)


def page_of_nora(coach: Page) -> Locator:
    """Go from the menu to Nora's page, and return what stands there about her writing."""
    coach.get_by_role("navigation", name="Main").get_by_role("link", name="Who writes").click()
    go_on(coach, "Who writes")
    coach.get_by_role("link", name="Nora Berg").click()
    go_on(coach, "Nora Berg")
    return coach.get_by_role("region", name="Writing", exact=True)


def own_page(page: Page, portal: Served, name: str) -> Locator:
    page.goto(portal.url("/"))
    open_menu(page, name)
    page.get_by_role("link", name="Your page").click()
    go_on(page, name)
    return page.get_by_role("region", name="Writing", exact=True)


def test_a_coach_grants_contributor_and_the_person_reads_why(own_demo: Served, window: Callable[[], BrowserContext]):
    nora, grace = sign_in(window(), own_demo, "nora"), sign_in(window(), own_demo, "grace")
    faults = watched(grace)
    expect(own_page(nora, own_demo, "Nora Berg")).to_contain_text("Candidate: writes drafts")

    writing = page_of_nora(grace)
    evidence = writing.get_by_role("region", name="How they write")
    links = evidence.get_by_role("link")
    expect(links).to_have_count(5)
    drawn = links.all_inner_texts()
    evidence.get_by_text("The ten points to read them against").click()
    expect(evidence.get_by_text("Does it have one goal?")).to_be_visible()
    links.first.click()
    go_on(grace, drawn[0])
    grace.go_back()
    assert writing.get_by_role("region", name="How they write").get_by_role("link").all_inner_texts() == drawn

    writing.get_by_label("Contributor: publishes for support").check()
    writing.get_by_role("button", name="Grant it").click()
    expect(grace.get_by_role("alert").get_by_role("listitem")).to_have_text(["Reason: Say in a sentence why."])
    expect(writing.get_by_label("Contributor: publishes for support")).to_be_checked()
    writing.get_by_role("form", name="How far they go alone").get_by_label("Reason").fill(REASON)
    writing.get_by_role("button", name="Grant it").click()
    expect(grace.get_by_role("status")).to_have_text("Saved. Nora Berg reads it on their page.")

    own = own_page(nora, own_demo, "Nora Berg")
    expect(own).to_contain_text("Contributor: publishes for support.")
    expect(own.get_by_role("listitem")).to_have_count(1)
    expect(own.get_by_role("listitem")).to_contain_text("Contributor granted")
    expect(own.get_by_role("listitem")).to_contain_text(REASON)
    expect(own.get_by_role("listitem")).to_contain_text("Grace Hall, ")
    expect(own.get_by_role("button")).to_have_count(0)
    assert [fault for fault in faults if "422" not in fault] == []

    writing.get_by_text("Withdraw Contributor").click()
    writing.locator("details form").get_by_label("Reason").fill("Somebody else looks after the network now.")
    writing.get_by_role("button", name="Withdraw it").click()
    expect(writing.get_by_text("Contributor withdrawn")).to_be_visible()
    own = own_page(nora, own_demo, "Nora Berg")
    expect(own).to_contain_text("Candidate: writes drafts")
    expect(own.get_by_role("listitem")).to_have_count(2)


def test_an_administrator_sees_who_is_what_and_can_grant_nothing(
    demo: Served, new_context: Callable[..., BrowserContext]
):
    page = sign_in(new_context(), demo, "olu")

    page.goto(demo.url("/admin"))
    page.get_by_role("main").get_by_role("link", name="Who writes").click()
    go_on(page, "Who writes")
    expect(page.get_by_role("listitem").filter(has_text="Paul Okafor")).to_contain_text("Contributor")
    page.get_by_role("link", name="Paul Okafor").click()

    writing = page.get_by_role("region", name="Writing", exact=True)
    expect(writing).to_have_text("Writing Contributor: publishes for support.", use_inner_text=False)
    expect(writing.get_by_role("button")).to_have_count(0)
