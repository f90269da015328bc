"""A superuser reads what support reads of the services that a coach named, and of no other, from page to page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import BOTH_WAYS
from tests.served import Served
from tests.trips.people import go_on, sign_in

pytestmark = pytest.mark.browser


@pytest.fixture(params=BOTH_WAYS)
def window(request: pytest.FixtureRequest, new_context: Callable[..., BrowserContext]) -> Callable[[], BrowserContext]:
    return lambda: new_context(javascript=request.param)


def reads(page: Page, portal: Served) -> dict[str, bool]:
    """What the person reads: the part about printing, that part by search, the script about the VPN, and its title."""
    page.goto(portal.url("/kb/KB0026"))
    fence = page.get_by_role("region", name="For support only").count() == 1
    page.goto(portal.url("/search?q=spooler"))
    found = page.locator(".result-title").filter(has_text="Printing does not work").count() == 1
    page.goto(portal.url("/kb/KB0021"))
    script = page.get_by_role("heading", level=1).inner_text() == "VPN does not connect"
    page.goto(portal.url("/services/remote-access"))
    service = page.get_by_role("main").get_by_role("link", name="VPN does not connect").count() == 1
    return {"printing": fence, "printing, found": found, "vpn": script, "vpn, service": service}


def services_of_sabine(page: Page) -> Page:
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Superusers").click()
    go_on(page, "Superusers")
    page.get_by_role("link", name="Sabine Vogt").click()
    go_on(page, "Sabine Vogt")
    return page


def test_a_coach_names_and_takes_back_and_it_counts_from_the_next_page(
    own_demo: Served, window: Callable[[], BrowserContext]
):
    sabine, grace = sign_in(window(), own_demo, "sabine"), sign_in(window(), own_demo, "grace")
    assert reads(sabine, own_demo) == {
        "printing": True, "printing, found": True, "vpn": False, "vpn, service": False,
    }  # fmt: skip

    named = services_of_sabine(grace).get_by_role("region", name="Reads what support reads about")
    expect(named.locator("strong")).to_have_text(["Mail and calendar", "Printing and scanning"])
    named.get_by_role("button", name=re.compile("Take back ?: Printing and scanning")).click()
    expect(grace.get_by_role("status")).to_have_text("Taken back. It counts from their next page on.")
    expect(named.locator("strong")).to_have_text(["Mail and calendar"])
    assert reads(sabine, own_demo) == {
        "printing": False, "printing, found": False, "vpn": False, "vpn, service": False,
    }  # fmt: skip

    grace.get_by_label("Service", exact=True).select_option("Working from home")
    grace.get_by_role("button", name="Name it").click()
    expect(grace.get_by_role("alert").get_by_role("listitem")).to_have_text(["Reason: Say in a sentence why."])
    expect(grace.get_by_label("Service", exact=True)).to_have_value("remote-access")
    grace.get_by_label("Reason").fill("Helps the buyers who work from home.")
    grace.get_by_role("button", name="Name it").click()

    expect(grace.get_by_role("status")).to_have_text("Saved. Sabine Vogt can read it from the next page on.")
    expect(named).to_contain_text("Helps the buyers who work from home.")
    expect(named).to_contain_text("Named by Grace Hall")
    assert reads(sabine, own_demo) == {
        "printing": False, "printing, found": False, "vpn": True, "vpn, service": True,
    }  # fmt: skip


def test_only_coaches_name_services(demo: Served, new_context: Callable[..., BrowserContext]):
    page = sign_in(new_context(), demo, "sabine")

    page.goto(demo.url("/coach/services"))

    expect(page.get_by_role("heading", level=1)).to_have_text("You may not open this page.")
