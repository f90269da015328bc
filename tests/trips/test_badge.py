"""A superuser's page helps colleagues, a badge appears with what it stands on, and goes when that does not count.

And somebody leaves recognition: from the next page on nobody reads of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import BOTH_WAYS
from tests.served import Served
from tests.trips.people import go_on, sign_in, watched
from tests.trips.test_followed_up import is_clean, one
from tests.trips.test_from_capture_to_live import TEXT, captured, opened_review

pytestmark = pytest.mark.browser

TITLE = "The laminator wobbles"
WHY = "These two tried the page out in a training. Nobody was stopped by anything."


@pytest.fixture(params=BOTH_WAYS)
def javascript(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def path_of(portal: Served, login: str) -> str:
    return portal.url(f"/people/{one(portal, 'SELECT id FROM person WHERE login = ?', login)}")


def until(page: Page, address: str, words: str, *, there: bool = True) -> None:
    """Look again until the worker has done its part; fifteen seconds at most."""
    for _try in range(60):
        page.goto(address)
        if (words in page.get_by_role("main").inner_text()) is there:
            return
        page.wait_for_timeout(250)
    pytest.fail(f"{address} {'does not say' if there else 'still says'} {words!r}.")


def published(writer: Page, coach: Page, portal: Served) -> None:
    """The superuser captures what helped, and the coach accepts it."""
    captured(writer, portal)
    writer.get_by_role("radio", name="For everyone").check()
    words = "laminator wobbles\nlaminator shakes\nplastic pages come out bent"
    writer.get_by_label("Words that people type").fill(words)
    writer.locator("#body").fill(TEXT.replace("{picture}\n\n", ""))
    writer.get_by_role("button", name="Hand in", exact=True).click()
    expect(writer.get_by_role("main")).to_contain_text("It waits for a second person.")
    opened_review(coach, portal, TITLE)
    coach.get_by_text("The checklist", exact=True).click()
    for point in range(1, 11):
        coach.get_by_role("group", name=re.compile(rf"^{point}\. ")).get_by_text("Yes", exact=True).click()
    coach.get_by_role("button", name="Accept", exact=True).click()
    expect(coach.get_by_role("status")).to_have_text("It is live, and Sabine Vogt is told.")


def solved(page: Page, address: str) -> None:
    page.goto(address)
    region = page.get_by_role("region", name="Did this page fix it?")
    region.get_by_role("button", name="Yes").click()
    expect(region.get_by_role("button", name="Yes")).to_have_attribute("aria-pressed", "true")


def said_not_to_count(coach: Page) -> None:
    """Every line about the page, one after the other."""
    lines = coach.get_by_role("main").get_by_role("listitem").filter(has_text=f"fixed it for somebody: {TITLE}")
    still = lines.filter(has=coach.get_by_text("This does not count"))
    assert still.count() == 2
    while still.count():
        left = still.count()
        still.first.get_by_text("This does not count").click()
        still.first.get_by_label("Why it does not count").fill(WHY)
        still.first.get_by_role("button", name="It does not count").click()
        expect(still).to_have_count(left - 1)


def test_a_badge_appears_with_its_evidence_and_goes_when_that_does_not_count(
    own_demo: Served, new_context: Callable[..., BrowserContext], javascript: bool
):
    sabine = sign_in(new_context(width=360, javascript=javascript), own_demo, "sabine")
    grace = sign_in(new_context(javascript=javascript), own_demo, "grace")
    ana = sign_in(new_context(javascript=javascript, dark=True), own_demo, "ana")
    gitte = sign_in(new_context(javascript=javascript), own_demo, "gitte")
    faults = watched(sabine) + watched(grace) + watched(ana) + watched(gitte)
    published(sabine, grace, own_demo)
    address = f"/kb/{one(own_demo, 'SELECT ref FROM article WHERE title = ?', TITLE)}"
    for reader in (ana, gitte):
        solved(reader, own_demo.url(address))

    until(sabine, own_demo.url("/"), "New: First Answer.")
    is_clean(sabine, javascript)
    sabine.get_by_role("main").get_by_role("link", name="See what it stands on").click()
    expect(sabine.get_by_role("main")).to_contain_text("What yours stands on")
    is_clean(sabine, javascript)
    expect(sabine.get_by_role("main")).to_contain_text(f"An article fixed it for somebody: {TITLE}")
    expect(sabine.get_by_role("main")).not_to_contain_text("Ana Keller")
    until(sabine, own_demo.url("/"), "New: First Answer.", there=False)
    ana.goto(path_of(own_demo, "sabine"))
    ana.get_by_role("main").get_by_role("link", name="First Answer").click()
    expect(ana.get_by_role("main")).to_contain_text("They see that you looked.")
    is_clean(ana, javascript)
    ana.goto(own_demo.url(address))
    expect(ana.get_by_role("region", name="Did it help you?")).to_contain_text("First Answer")

    grace.goto(path_of(own_demo, "sabine"))
    grace.get_by_role("link", name="What counted for them").click()
    said_not_to_count(grace)
    until(sabine, own_demo.url("/badges/first-answer"), "Gone since")
    expect(sabine.get_by_role("main")).to_contain_text(WHY)
    is_clean(sabine, javascript)
    ana.goto(path_of(own_demo, "sabine"))
    expect(ana.get_by_role("main")).not_to_contain_text("First Answer")
    assert faults == []


def test_somebody_leaves_and_nobody_reads_of_them_and_returns_to_everything(
    own_demo: Served, new_context: Callable[..., BrowserContext], javascript: bool
):
    emre = sign_in(new_context(width=360, javascript=javascript), own_demo, "emre")
    ana = sign_in(new_context(javascript=javascript), own_demo, "ana")
    holders, page = own_demo.url("/badges/first-answer"), path_of(own_demo, "emre")
    until(ana, holders, "Emre Aydin")
    until(ana, page, "First Answer")

    emre.goto(page)
    emre.get_by_role("link", name="What counted for you").click()
    go_on(emre, "Recognition")
    emre.get_by_label("I take part in recognition").uncheck()
    emre.get_by_role("button", name="Save").click()
    expect(emre.get_by_role("status")).to_have_text("Saved. It holds from now on.")
    is_clean(emre, javascript)
    for address, words in ((holders, "Emre Aydin"), (page, "First Answer")):
        ana.goto(address)
        expect(ana.get_by_role("main")).not_to_contain_text(words)
    expect(ana.get_by_role("link", name="Say thanks")).to_have_count(0)

    emre.get_by_label("I take part in recognition").check()
    emre.get_by_label("My unit and my support team").check()
    emre.get_by_role("button", name="Save").click()
    until(emre, page, "First Answer")
    ana.goto(page)
    expect(ana.get_by_role("main")).not_to_contain_text("First Answer")
