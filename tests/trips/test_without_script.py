"""No script: desk, menus and language work as whole pages, and nothing stands there that would do nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.served import Served
from tests.trips.people import go_on, open_menu, sign_in

pytestmark = pytest.mark.browser


@pytest.fixture
def window(new_context: Callable[..., BrowserContext]) -> Callable[..., BrowserContext]:
    return lambda **given: new_context(javascript=False, **given)


@pytest.mark.parametrize("width", [360, 1280])
def test_the_desk_opens_the_article_beside_the_list(demo: Served, window: Callable[..., BrowserContext], width: int):
    page = sign_in(window(width=width), demo, "jo")
    page.goto(demo.url("/desk"))
    page.get_by_role("searchbox", name="What the person on the line says").fill("nothing comes out")
    page.keyboard.press("Enter")
    expect(page.locator(".result-title").first).to_have_text("Printing does not work")
    titles = page.locator(".result-title").all_inner_texts()

    page.get_by_role("main").get_by_role("link", name="Printing does not work").click()

    pane = page.locator("#pane")
    expect(pane.get_by_role("heading", level=2).first).to_have_text("Printing does not work")
    expect(pane.get_by_role("heading", level=2).first).to_be_in_viewport()
    expect(pane.get_by_role("region", name="For support only")).to_contain_text("Print Spooler")
    assert page.locator(".result-title").all_inner_texts() == titles
    expect(page.locator("[data-result][aria-current]")).to_have_text(["Printing does not work"])
    if width == 360:
        page.get_by_role("link", name="Back to the list").click()
        expect(page.locator(".result-title").first).to_be_in_viewport()


def test_the_verdict_of_support_comes_back_to_the_article(demo: Served, window: Callable[..., BrowserContext]):
    page = sign_in(window(), demo, "mara")
    page.goto(demo.url("/kb/KB0010"))
    verdict = page.get_by_role("region", name="Helpful for the call?")
    verdict.get_by_role("button", name="Not helpful").click()

    expect(verdict.locator(".verdict-thanks")).to_have_text(
        "Noted. The people who look after this page see that it did not help on a call."
    )
    expect(verdict).to_be_in_viewport()
    go_on(page, "How we check who you are before we reset anything")


def test_the_keyboard_reaches_everything_in_the_order_in_which_it_is_read(
    demo: Served, window: Callable[..., BrowserContext]
):
    page = window().new_page()
    page.goto(demo.url("/kb/KB0003"))
    walked = []
    for _ in range(60):
        page.keyboard.press("Tab")
        focus = page.locator(":focus")
        walked.append(focus.get_attribute("aria-label") or focus.inner_text().strip() or focus.get_attribute("name"))
        if walked[-1] == "Deutsch":
            break

    assert walked[:5] == ["Skip to the content", "Frontline", "q", "Find", "Services"]
    assert walked.index("Sign in") < walked.index("request one") < walked.index("Yes") < walked.index("No")
    assert walked[-4:] == ["All ways to reach us", "How does this work?", "English", "Deutsch"]


def test_the_skip_link_skips(demo: Served, window: Callable[..., BrowserContext]):
    page = window().new_page()
    page.goto(demo.url("/contact"))
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    expect(page.get_by_role("main").get_by_role("link").first).to_be_focused()


def test_a_visitor_chooses_a_language_and_stays_where_they_are(demo: Served, window: Callable[..., BrowserContext]):
    page = window(width=360).new_page()
    page.goto(demo.url("/search?q=phone&kind=how_to"))
    page.get_by_role("contentinfo").get_by_role("button", name="Deutsch").click()

    expect(page.locator("html")).to_have_attribute("lang", "de")
    assert page.url == demo.url("/search?q=phone&kind=how_to")
    page.goto(demo.url("/contact"))
    expect(page.locator("html")).to_have_attribute("lang", "de")


def idle(page: Page) -> list[str]:
    """Buttons that can be seen and would send nothing."""
    return [
        button.inner_text()
        for button in page.get_by_role("button").all()
        if button.get_attribute("type") == "button" and button.is_visible()
    ]


def test_nothing_stands_there_that_would_do_nothing(
    demo: Served, window: Callable[..., BrowserContext], new_context: Callable[..., BrowserContext]
):
    page = sign_in(window(), demo, "grace")
    found = {}
    for path in ("/", "/desk", "/desk?q=phone&open=KB0004", "/kb/KB0026", "/search?q=phone", "/coach/services"):
        page.goto(demo.url(path))
        found[path] = idle(page)

    assert {path: buttons for path, buttons in found.items() if buttons} == {}
    with_script = sign_in(new_context(), demo, "grace")
    with_script.goto(demo.url("/desk"))
    assert idle(with_script) == ["Close together", "With room"]


def test_the_menu_under_ones_name_opens_and_signs_out(demo: Served, window: Callable[..., BrowserContext]):
    page = sign_in(window(width=360), demo, "yuki")
    open_menu(page, "Yuki Mori")
    page.get_by_role("button", name="Sign out").click()

    expect(page.get_by_role("status")).to_have_text("You are signed out.")
