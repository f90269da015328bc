"""What a person does in a browser, in steps that read like a trip."""

from __future__ import annotations

from playwright.sync_api import BrowserContext, Page, expect

from tests.served import PASSWORD, Served


def sign_in(context: BrowserContext, portal: Served, login: str, password: str = PASSWORD) -> Page:
    """Sign in with name and password, as people do, and return the page."""
    page = context.new_page()
    page.goto(portal.url("/sign-in"))
    page.locator("#main [name=login]").fill(login)
    page.locator("#main [name=password]").fill(password)
    page.locator("#main form button[type=submit]").first.click()
    expect(page.get_by_role("banner").get_by_role("link", name="Sign in")).to_have_count(0)
    return page


def open_menu(page: Page, name: str) -> None:
    """Open the menu under one's own name."""
    page.locator("details.menu > summary").filter(has_text=name).click()
    expect(page.locator(".menu-panel")).to_be_visible()


def go_on(page: Page, heading: str) -> None:
    """Go on once the page with this first heading is there."""
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)


def watched(page: Page) -> list[str]:
    """Faults that the browser reports on *page* from now on: scripts, refused content, failed requests."""
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
    page.on("console", lambda line: faults.append(f"{page.url}: {line.text}") if line.type == "error" else None)
    return faults
