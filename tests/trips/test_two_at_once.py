"""Two people change the same article at once: both texts are put together, and the old one stays in the history."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.served import Served
from tests.trips.people import go_on, sign_in
from tests.trips.test_accessibility import AXE, barriers

pytestmark = pytest.mark.browser

ARTICLE = "/kb/KB0045"
STEP = "**Save what you can** and load the page again. After a long break you may only be signed out."


def begin(page: Page, portal: Served) -> None:
    """Open the article and press the button that opens the editor."""
    page.goto(portal.url(ARTICLE))
    page.get_by_role("button", name="Edit this page").click()
    go_on(page, "Change a page")


def change(page: Page, old: str, new: str) -> None:
    body = page.locator("#body")
    text = body.input_value()
    assert text.count(old) == 1
    body.fill(text.replace(old, new))


def no_barrier(page: Page) -> None:
    """Where scripts run, the page is looked over by axe as well."""
    page.evaluate(AXE)
    assert barriers(page) == []


@pytest.mark.parametrize(("javascript", "width"), [(True, 1280), (False, 360)], ids=["desk", "phone without script"])
def test_what_both_changed_is_chosen_and_nothing_else_is_lost(
    own_demo: Served, new_context: Callable[..., BrowserContext], javascript: bool, width: int
):
    jo = sign_in(new_context(javascript=javascript, width=width), own_demo, "jo")
    grace = sign_in(new_context(javascript=javascript), own_demo, "grace")
    begin(jo, own_demo)
    begin(grace, own_demo)
    change(grace, STEP, "**Save it** and load the page again. Grace wrote this.")
    change(grace, "## The quickest look first", "## First, as Grace says")
    grace.get_by_label("Something changed").check()
    grace.get_by_role("button", name="Publish").click()
    expect(grace.get_by_role("heading", level=2, name="First, as Grace says")).to_be_visible()

    change(jo, STEP, "**Save what you can.** Jo wrote this.")
    change(jo, "## Then look for the cause", "## Then, as Jo says, look for the cause")
    jo.get_by_label("Something changed").check()
    jo.get_by_role("button", name="Hand in").click()

    go_on(jo, "Put two texts together")
    expect(jo.get_by_text("Another text of KB0045 went live since this one was begun.")).to_be_visible()
    if javascript:
        no_barrier(jo)
    place = jo.get_by_role("group", name="1 of 1: both changed this")
    place.get_by_label("Write it anew, out of both:").check()
    place.get_by_role("textbox").fill("2. **Save it.** Both wrote this.")
    jo.get_by_role("button", name="See the whole text").click()
    go_on(jo, "Both texts together")
    if javascript:
        no_barrier(jo)
    jo.get_by_role("button", name="Save").click()
    go_on(jo, "Change a page")

    kept = jo.locator("#body").input_value()
    for line in (
        "## First, as Grace says",
        "2. **Save it.** Both wrote this.",
        "## Then, as Jo says, look for the cause",
    ):
        assert kept.count(line) == 1
    jo.get_by_role("button", name="Hand in").click()
    expect(jo.get_by_text("submitted", exact=True).first).to_be_visible()
