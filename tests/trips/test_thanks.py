"""Somebody says thanks from an article; whoever wrote it reads it on their own page, and takes it from the wall."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser import BOTH_WAYS
from tests.served import Served
from tests.trips.people import go_on, open_menu, sign_in, watched
from tests.trips.test_followed_up import is_clean

pytestmark = pytest.mark.browser

REASON = "Your page let me print the badge for my first visitor in a minute."


@pytest.fixture(params=BOTH_WAYS)
def javascript(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def test_thanks_are_said_from_an_article_and_read_and_taken_from_the_wall(
    own_demo: Served, new_context: Callable[..., BrowserContext], javascript: bool
):
    ana = sign_in(new_context(width=360, javascript=javascript), own_demo, "ana")
    lee = sign_in(new_context(javascript=javascript), own_demo, "lee")
    faults = watched(ana) + watched(lee)
    ana.goto(own_demo.url("/kb/KB0003"))
    ana.get_by_role("region", name="Did it help you?").get_by_role("link", name="Say thanks").click()
    go_on(ana, "Thank Lee Chen")
    expect(ana.get_by_label("Which article it is about")).to_have_value("KB0003")
    ana.get_by_label("What helped you").fill("Too short")
    ana.get_by_role("button", name="Say thanks").click()
    expect(ana.locator(".field-error")).to_contain_text("Say in 20 to 1000 characters what helped you.")
    expect(ana.get_by_label("What helped you")).to_have_value("Too short")
    is_clean(ana, javascript)
    ana.get_by_label("What helped you").fill(REASON)
    ana.get_by_role("button", name="Say thanks").click()
    go_on(ana, "Thanks")
    is_clean(ana, javascript)
    expect(ana.get_by_role("status")).to_contain_text("Said. Lee Chen reads it on the thanks wall.")

    lee.goto(own_demo.url("/"))
    if javascript:
        open_menu(lee, "Lee Chen")
    else:
        lee.locator("details.menu > summary").click()
    lee.get_by_role("link", name="Your page", exact=True).click()
    own = lee.get_by_role("region", name="Thanks")
    expect(own).to_contain_text(REASON)
    is_clean(lee, javascript)
    own.get_by_role("link", name="All thanks").click()
    go_on(lee, "Thanks to you")
    given = lee.get_by_role("listitem").filter(has_text=REASON)
    given.locator("summary").click()
    is_clean(lee, javascript)
    given.get_by_role("button", name="Yes, take it from the wall").click()
    expect(lee.get_by_role("status")).to_contain_text("Taken from the wall.")

    ana.goto(own_demo.url("/thanks"))
    expect(ana.get_by_role("main")).not_to_contain_text(REASON)
    assert [fault for fault in faults if "422" not in fault] == []


def test_a_colleague_is_found_by_name_and_one_of_several_is_chosen(
    own_demo: Served, new_context: Callable[..., BrowserContext], javascript: bool
):
    page = sign_in(new_context(width=360, javascript=javascript), own_demo, "gitte")
    page.goto(own_demo.url("/thanks"))
    page.get_by_role("main").get_by_role("link", name="Say thanks").click()
    page.get_by_label("Whom you thank").fill("a")
    page.get_by_label("What helped you").fill(REASON)
    page.get_by_role("button", name="Say thanks").click()
    who = page.get_by_role("group", name="Who of them").get_by_role("radio")
    expect(who).to_have_count(8)
    expect(page.get_by_label("What helped you")).to_have_value(REASON)
    is_clean(page, javascript)
    who.first.check()
    page.get_by_role("button", name="Say thanks").click()

    go_on(page, "Thanks")
    expect(page.get_by_role("main")).to_contain_text(REASON)
