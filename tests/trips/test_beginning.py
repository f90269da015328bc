"""From words that find nothing to a draft, and from a title to the article that is there already."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.served import Served
from tests.trips.people import sign_in

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("javascript", [True, False])
def test_what_nobody_wrote_yet_is_a_draft_after_four_answers_by_keyboard(
    demo: Served, new_context: Callable[..., BrowserContext], javascript: bool
):
    page = sign_in(new_context(javascript=javascript), demo, "jo")
    page.goto(demo.url("/search?q=zqcapture zqbleep"))
    page.get_by_role("link", name="Write it down for the next one").click()
    expect(page.get_by_label("What they said")).to_have_value("zqcapture zqbleep")

    page.get_by_label("What it was").fill("The lid was open.")
    page.keyboard.press("Tab")
    page.keyboard.type("Close the lid")
    page.keyboard.press("Tab")
    page.keyboard.type("Anybody")
    page.get_by_role("button", name="Make a draft").click()
    expect(page.get_by_role("alert")).to_contain_text("It is not said which service this is about.")
    expect(page.get_by_label("What helped")).to_have_value("Close the lid")
    page.get_by_label("Service").select_option("printing")
    page.get_by_role("button", name="Make a draft").click()

    page.wait_for_url("**/write/*")
    expect(page.get_by_label("Title")).to_have_value("Zqcapture zqbleep")
    assert "1. Close the lid" in page.locator("#body").input_value()


@pytest.mark.parametrize("javascript", [True, False])
def test_a_title_shows_the_article_that_is_there_and_its_button_opens_that_one_for_a_change(
    demo: Served, new_context: Callable[..., BrowserContext], javascript: bool
):
    page = sign_in(new_context(javascript=javascript), demo, "eva" if javascript else "hannah")
    page.goto(demo.url("/write/new"))
    page.get_by_label("Title").press_sequentially("Docking station: screen stays dark")
    if not javascript:
        page.keyboard.press("Enter")

    part = page.get_by_role("region", name="This may be there already")
    expect(part.get_by_role("link", name="The second screen stays dark")).to_be_visible()
    expect(page.get_by_label("Title")).to_have_value("Docking station: screen stays dark")
    part.get_by_role("button", name="Extend this one instead The second screen stays dark").click()

    page.wait_for_url("**/write/*")
    expect(page.get_by_label("Title")).to_have_value("The second screen stays dark")
    page.goto(demo.url("/write/new?q=Docking station: screen stays dark"))
    expect(part.get_by_role("link", name="The second screen stays dark")).to_have_count(1)
    expect(part).to_contain_text("You have this under way.")
