"""A coach archives an article, brings it back, merges it into another one, and sets a time; a visitor sees each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import BOTH_WAYS
from tests.served import Served
from tests.trips.people import go_on, sign_in, watched

pytestmark = pytest.mark.browser


@pytest.fixture(params=BOTH_WAYS)
def window(request: pytest.FixtureRequest, new_context: Callable[..., BrowserContext]) -> Callable[..., BrowserContext]:
    return lambda **values: new_context(javascript=request.param, **values)


def results(page: Page, portal: Served, words: str) -> list[str]:
    page.goto(portal.url(f"/search?q={words}"))
    return page.locator(".result-title a").all_inner_texts()


def leaves(page: Page, portal: Served, words: str, title: str) -> None:
    """Look until the search no longer finds it; two seconds at most."""
    for _try in range(8):
        if title not in results(page, portal, words):
            return
        page.wait_for_timeout(250)
    pytest.fail(f"{title} is still found after two seconds.")


def test_an_article_ends_and_comes_back_and_leads_to_another_one(
    own_demo: Served, window: Callable[..., BrowserContext]
):
    title, other = "Add a printer", "Print now, collect anywhere: how the badge printers work"
    visitor, grace = window().new_page(), sign_in(window(), own_demo, "grace")
    faults = watched(grace)
    assert title in results(visitor, own_demo, "add+a+printer")

    grace.goto(own_demo.url("/kb/KB0027"))
    grace.get_by_role("link", name="Archive, merge or set a time").click()
    go_on(grace, title)
    grace.get_by_role("button", name="Archive it now").click()
    expect(grace.get_by_role("alert")).to_contain_text("There are no words yet.")
    grace.locator("#archive-why").fill("Printers are added by the portal now.")
    grace.get_by_role("button", name="Archive it now").click()
    expect(grace.get_by_role("status")).to_have_text("KB0027 is archived. It can be brought back.")
    leaves(visitor, own_demo, "add+a+printer", title)
    visitor.goto(own_demo.url("/kb/KB0027"))
    expect(visitor.get_by_role("region", name="This article is archived.")).to_be_visible()

    grace.get_by_role("button", name="Bring it back").click()
    expect(grace.get_by_role("status")).to_have_text("KB0027 is live again.")
    grace.locator("#merge-other").fill("KB0028")
    grace.get_by_role("button", name="Merge the two").click()
    expect(grace.get_by_role("status")).to_have_text("KB0027 now leads to KB0028. It can be brought back.")
    visitor.goto(own_demo.url("/kb/KB0027"))
    go_on(visitor, other)
    expect(visitor.get_by_text("KB0027 was merged into this article.")).to_be_visible()
    assert [fault for fault in faults if "422" not in fault] == []


def test_a_time_is_set_and_taken_back(own_demo: Served, window: Callable[..., BrowserContext]):
    grace = sign_in(window(), own_demo, "grace")
    grace.goto(own_demo.url("/kb/KB0027/care"))
    grace.locator("#archive-why").fill("The shop adds printers from then on.")
    grace.get_by_text("Or at a set time").click()
    grace.locator("#archive-day").fill((datetime.now(UTC) + timedelta(days=30)).date().isoformat())
    grace.locator("#archive-time").fill("07:45")
    grace.locator("#archive-zone").select_option("America/New_York")
    grace.get_by_role("button", name="Archive it then").click()

    expect(grace.get_by_role("status")).to_have_text("The time is set.")
    expect(grace.get_by_text("07:45 (America/New_York)")).to_be_visible()
    grace.get_by_role("button", name="Take the time back").click()
    expect(grace.get_by_text("07:45 (America/New_York)")).to_have_count(0)
