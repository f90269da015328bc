"""A colleague signs in: search with filters, services, a language, a password, and signing out for good."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from portal.app import ROOT
from portal.articles import frontmatter
from portal.articles.folders import files_of
from portal.organisation import loading as organisation
from tests.served import PASSWORD, Served
from tests.trips.people import go_on, open_menu, sign_in, watched

pytestmark = pytest.mark.browser

NEW_PASSWORD = "seven grey herons over the harbour"
# What people wrote, or what is called the same in every language.
SAME_IN_GERMAN = {"Frontline", "English", "Deutsch", "UTC", "Europe/Berlin"}


@pytest.fixture(params=[True, False], ids=["with-script", "without-script"])
def javascript(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def window(new_context: Callable[..., BrowserContext], javascript: bool) -> Callable[[], BrowserContext]:
    return lambda: new_context(javascript=javascript)


def choose(page: Page, group: str, name: str) -> int:
    """Narrow the answer by one of its buttons; return how many pages the button promised."""
    button = page.get_by_role("group", name=group).get_by_role("link", name=name)
    promised = int(button.locator(".chip-count").inner_text())
    button.click()
    return promised


def test_a_search_is_narrowed_and_widened_again(demo: Served, window: Callable[[], BrowserContext]):
    page = sign_in(window(), demo, "ana")
    faults = watched(page)
    page.get_by_role("searchbox").fill("my phone")
    page.keyboard.press("Enter")
    go_on(page, "What fits “my phone”")
    count, titles = page.locator(".results-count"), page.locator(".result-title")
    everything = count.inner_text()

    in_service = choose(page, "Service", "Sign-in and accounts")
    expect(count).to_contain_text(f"{in_service} pages fit")
    of_kind = choose(page, "Kind", "How-to")

    expect(count).to_contain_text(f"{of_kind} pages fit")
    expect(titles).to_have_count(of_kind)
    expect(titles.first).to_have_text("New phone: move your sign-in approval")
    assert 1 < of_kind < in_service < int(everything.split()[0])
    expect(page).to_have_url(re.compile(r"/search\?.*kind=how_to"))
    page.go_back()
    expect(count).to_contain_text(f"{in_service} pages fit")
    page.go_back()
    expect(count).to_have_text(everything)
    page.go_forward()
    expect(count).to_contain_text(f"{in_service} pages fit")
    page.get_by_role("link", name=f"Sign-in and accounts {in_service} (chosen, press to take it away)").click()
    expect(count).to_have_text(everything)
    assert faults == []


def test_services_lead_to_a_service_and_to_its_articles(demo: Served, window: Callable[[], BrowserContext]):
    page = sign_in(window(), demo, "ana")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Services").click()
    go_on(page, "Services")

    page.get_by_role("main").get_by_role("link", name="Printing and scanning").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Printing and scanning")
    expect(page.get_by_role("main").get_by_role("heading", level=2)).to_have_text(
        ["Something does not work", "How-to", "Questions and answers", "Watch", "Who looks after it"]
    )
    page.get_by_role("link", name="Printing does not work").click()
    go_on(page, "Printing does not work")
    page.locator(".crumb").get_by_role("link", name="Printing and scanning").click()
    go_on(page, "Printing and scanning")


def lines(page: Page) -> list[str]:
    """What stands on the page, line by line, the names and labels of fields included."""
    labels = [each.get_attribute("placeholder") or "" for each in page.locator("[placeholder]").all()]
    hidden = [each.get_attribute("aria-label") or "" for each in page.locator("[aria-label]").all()]
    shown = page.locator("body").inner_text().splitlines()
    return [line.strip() for line in [*shown, *labels, *hidden, page.title().partition(" · ")[0]] if line.strip()]


@pytest.mark.parametrize("path", ["/", "/people/{me}", "/people/{me}/password", "/people/{me}/sign-ins", "/contact"])
def test_the_whole_page_speaks_german_and_english_again(
    demo: Served, window: Callable[[], BrowserContext], javascript: bool, path: str
):
    login, name = ("gitte", "Gitte Holm") if javascript else ("ivan", "Ivan Petrov")
    page = sign_in(window(), demo, login)
    open_menu(page, name)
    page.get_by_role("link", name="Your page").click()
    path = path.format(me=page.url.rpartition("/")[2])
    page.goto(demo.url(path))
    open_menu(page, name)
    english = lines(page)

    page.get_by_role("button", name="Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    assert page.url == demo.url(path)
    open_menu(page, name)
    german = lines(page)
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    open_menu(page, name)

    assert lines(page) == english
    own = {name, login, f"{login}@example.org", name[0] + name.partition(" ")[2][0]}
    assert [line for line in german if line in english and not is_data(line, own)] == []


def is_data(line: str, own: set[str]) -> bool:
    """Whether *line* is what somebody entered: a name, a title, a number, a key."""
    if "printer at the gate" in line:  # what got better, in the words of whoever did it
        return True
    entered = {
        *SAME_IN_GERMAN, *own, "/", "Warehouse", "Harbour warehouse", "Main office", "Quay 7, Hamburg",
        "extension 4400", "Mon–Fri 08:00–18:00", "Chrome, Linux", "Name",
        *(service["name"] for service in organisation.read(organisation.SHIPPED)["service"]),
        *(file.front.title for file in starters()),
    }  # fmt: skip
    return line in entered or not re.search(r"[A-Za-z]{2}", line)


def starters() -> list[frontmatter.ArticleFile]:
    return [frontmatter.read_file(path, max_bytes=100_000) for path in files_of([ROOT / "kb_articles"])]


def test_a_password_is_changed_by_its_rules(demo: Served, window: Callable[[], BrowserContext], javascript: bool):
    login, name = ("kim", "Kim Nguyen") if javascript else ("hannah", "Hannah Weiss")
    page = sign_in(window(), demo, login)
    elsewhere = sign_in(window(), demo, login)
    open_menu(page, name)
    page.get_by_role("link", name="Your page").click()
    page.get_by_role("link", name="Change your password").click()

    def change(present: str, new: str, again: str) -> None:
        page.get_by_label("Present password").fill(present)
        page.get_by_label("New password", exact=True).fill(new)
        page.get_by_label("New password once more").fill(again)
        page.get_by_role("button", name="Change password").click()

    summary = page.get_by_role("alert").get_by_role("listitem")
    change("not mine", NEW_PASSWORD, NEW_PASSWORD)
    expect(summary).to_have_text(["Present password: This is not your present password. Please type it once more."])
    change(PASSWORD, "short one", "short one")
    expect(summary).to_contain_text(["New password: "])
    change(PASSWORD, NEW_PASSWORD, NEW_PASSWORD + "s")
    expect(summary).to_have_text(
        ["New password once more: These two are not the same. Type the new password in both fields."]
    )
    change(PASSWORD, NEW_PASSWORD, NEW_PASSWORD)
    expect(page.get_by_role("status")).to_contain_text(
        "Your password is changed, and you are signed out in all other browsers."
    )
    go_on(page, name)
    elsewhere.reload()
    expect(elsewhere.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()
    sign_in(window(), demo, login, NEW_PASSWORD)


def test_an_error_takes_the_focus_and_leads_to_its_field(demo: Served, new_context: Callable[..., BrowserContext]):
    page = new_context().new_page()
    page.goto(demo.url("/sign-in"))
    page.keyboard.press("Enter")

    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("listitem")).to_have_text(
        ["Sign-in name: Type your sign-in name.", "Password: Type your password."]
    )
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Password")).to_be_focused()


def test_a_wrong_password_does_not_tell_whether_the_name_exists(demo: Served, window: Callable[[], BrowserContext]):
    page = window().new_page()
    told = []
    for login in ("ben", "nobody-of-that-name"):
        page.goto(demo.url("/sign-in"))
        page.get_by_label("Sign-in name").fill(login)
        page.get_by_label("Password").fill("a guess that is wrong")
        page.get_by_role("main").get_by_role("button", name="Sign in").click()
        told.append(page.get_by_role("alert").inner_text())
        expect(page.get_by_label("Sign-in name")).to_have_value(login)

    assert told[0] == told[1]
    assert "This name and password do not fit together. Please type both once more." in told[0]
