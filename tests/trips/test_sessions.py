"""Signing in leads only into this portal and starts a new session; signing out ends every copy of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import BOTH_WAYS
from tests.served import PASSWORD, Served
from tests.trips.people import go_on, open_menu, sign_in

pytestmark = pytest.mark.browser

ELSEWHERE = (
    "https://evil.test/", "//evil.test/", "/\\evil.test/", "\\\\evil.test", "/\t/evil.test", "javascript:alert(1)",
    "https:evil.test", "evil.test", "////evil.test", "/\r\n/evil.test",
)  # fmt: skip


@pytest.fixture(params=BOTH_WAYS)
def window(request: pytest.FixtureRequest, new_context: Callable[..., BrowserContext]) -> Callable[[], BrowserContext]:
    return lambda: new_context(javascript=request.param)


def is_signed_in(page: Page, portal: Served) -> bool:
    page.goto(portal.url("/units/it"))
    return page.get_by_role("heading", level=1).inner_text() == "Information technology"


def fill_in(page: Page) -> None:
    page.get_by_label("Sign-in name").fill("david")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


def test_after_signing_in_people_are_where_they_wanted_to_go(demo: Served, window: Callable[[], BrowserContext]):
    page = window().new_page()
    page.goto(demo.url("/units/it?page=1"))
    go_on(page, "Sign in")

    fill_in(page)

    go_on(page, "Information technology")
    assert page.url == demo.url("/units/it?page=1")


@pytest.mark.parametrize("target", ELSEWHERE)
def test_signing_in_never_leads_out_of_the_portal(
    demo: Served, new_context: Callable[..., BrowserContext], target: str
):
    page = new_context().new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(demo.url("/sign-in"))
    page.locator("form[action$='/sign-in'] [name=next]").evaluate("(field, value) => { field.value = value }", target)

    fill_in(page)

    go_on(page, "What stops you?")
    assert page.url == demo.url("/")
    assert [each for each in asked if not each.startswith(demo.address)] == []


def test_the_address_of_the_sign_in_page_cannot_carry_somebody_out(demo: Served, window: Callable[[], BrowserContext]):
    for target in ("https://evil.test/", "//evil.test/", "/%5Cevil.test/"):
        page = window().new_page()
        page.goto(demo.url(f"/sign-in?next={target}"))
        fill_in(page)
        assert page.url == demo.url("/")


def test_a_cookie_that_somebody_planted_before_opens_nothing_after(demo: Served, window: Callable[[], BrowserContext]):
    attacker, victim = window(), window()
    attacker.new_page().goto(demo.url("/sign-in"))
    planted = attacker.cookies()
    assert [cookie["name"] for cookie in planted] == ["frontline"]
    victim.add_cookies(planted)

    page = sign_in(victim, demo, "david")

    assert is_signed_in(page, demo)
    assert victim.cookies()[0]["value"] != planted[0]["value"]
    assert not is_signed_in(attacker.pages[0], demo)


def test_an_old_cookie_opens_nothing_after_signing_out(demo: Served, window: Callable[[], BrowserContext]):
    context, thief = window(), window()
    page = sign_in(context, demo, "eva")
    thief.add_cookies(context.cookies())
    copied = thief.new_page()
    assert is_signed_in(copied, demo)

    open_menu(page, "Eva Novak")
    page.get_by_role("button", name="Sign out").click()

    expect(page.get_by_role("status")).to_have_text("You are signed out.")
    assert not is_signed_in(copied, demo)
    assert not is_signed_in(page, demo)


def test_signing_out_here_leaves_the_other_browser_alone_and_everywhere_ends_both(
    demo: Served, window: Callable[[], BrowserContext]
):
    here, there = sign_in(window(), demo, "farid"), sign_in(window(), demo, "farid")
    open_menu(here, "Farid Nazari")
    here.get_by_role("button", name="Sign out").click()
    assert (is_signed_in(here, demo), is_signed_in(there, demo)) == (False, True)

    here = sign_in(here.context, demo, "farid")
    open_menu(here, "Farid Nazari")
    here.get_by_role("link", name="Your page").click()
    here.get_by_role("link", name="Where you are signed in").click()
    expect(here.get_by_role("main").get_by_role("listitem")).to_have_count(2)
    here.get_by_role("button", name="Sign out everywhere").click()

    expect(here.get_by_role("status")).to_have_text("You are signed out everywhere.")
    assert (is_signed_in(here, demo), is_signed_in(there, demo)) == (False, False)


def test_another_window_is_signed_out_from_the_list(demo: Served, window: Callable[[], BrowserContext]):
    here, there = sign_in(window(), demo, "chiara"), sign_in(window(), demo, "chiara")
    open_menu(here, "Chiara Bruno")
    here.get_by_role("link", name="Your page").click()
    here.get_by_role("link", name="Where you are signed in").click()
    here.get_by_role("button", name="Sign out there").first.click()

    expect(here.get_by_role("status")).to_have_text("That browser is signed out.")
    assert (is_signed_in(here, demo), is_signed_in(there, demo)) == (True, False)
