"""What people meet first: the plainest words lead somewhere, and no link leads back to where one is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.served import Served
from tests.trips.people import sign_in

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("words", ["locked out", "I am locked out", "I cannot sign in"])
def test_somebody_who_is_locked_out_need_not_know_why(
    demo: Served, new_context: Callable[..., BrowserContext], words: str
):
    page = new_context(width=360).new_page()
    page.goto(demo.url("/"))

    page.get_by_role("searchbox").first.fill(words)
    page.get_by_role("button", name="Find the fix").tap()

    expect(page.locator(".result-title").first).to_have_text("Unlock your account")
    assert set(page.locator(".result-title").all_inner_texts()[:3]) == {
        "Unlock your account",
        "Reset your own password",
        "Sign-in approval: questions people ask",
    }


def test_on_a_phone_the_desk_leads_back_to_the_list_only_from_an_article(
    demo: Served, new_context: Callable[..., BrowserContext]
):
    page = sign_in(new_context(width=360), demo, "jo")
    page.goto(demo.url("/desk?q=vpn"))
    back = page.get_by_role("link", name="Back to the list")
    expect(page.get_by_role("link", name="VPN does not connect")).to_be_visible()
    expect(back).to_be_hidden()

    page.get_by_role("link", name="VPN does not connect").tap()

    expect(back).to_be_visible()
