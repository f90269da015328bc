"""An administrator, from the password that the first start printed to people, the organisation, jobs and events."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import BOTH_WAYS
from tests.served import Served
from tests.trips.people import go_on, open_menu, sign_in, watched
from tests.trips.starting import Terminal, kill, open_terminal

pytestmark = pytest.mark.browser


@pytest.fixture(params=BOTH_WAYS)
def window(request: pytest.FixtureRequest, new_context: Callable[..., BrowserContext]) -> Callable[[], BrowserContext]:
    return lambda: new_context(javascript=request.param)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    """A portal right after its first start; each test adds what nobody else does."""
    terminal = open_terminal(tmp_path_factory.mktemp("fresh") / "instance")
    assert terminal.password, terminal.text
    family = terminal.family()
    yield terminal
    assert terminal.end() == 0
    kill(family)


@pytest.fixture
def admin(fresh: Terminal, window: Callable[[], BrowserContext]) -> Page:
    return sign_in(window(), fresh.served, "admin", fresh.password)


def look_after(page: Page, entry: str) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Admin").click()
    go_on(page, "Looking after the portal")
    page.get_by_role("main").get_by_role("link", name=entry, exact=True).click()


def test_the_first_sign_in_asks_for_a_password_of_ones_own(admin: Page):
    expect(admin.get_by_role("status")).to_have_text(
        "Your password was made for you. You can choose one of your own on your page."
    )
    expect(admin.get_by_role("navigation", name="Main").get_by_role("link")).to_have_text(
        [
            "Services",
            "Desk",
            "Write",
            "Review",
            "Handover",
            "Recognition",
            "Withheld",
            "Answers",
            "Who writes",
            "Superusers",
            "Synonyms",
            "Admin",
        ]
    )
    open_menu(admin, "Administrator")
    admin.get_by_role("link", name="Your page").click()
    admin.get_by_role("link", name="Choose one of your own").click()
    go_on(admin, "Change your password")


def test_a_person_is_added_after_a_slip_and_signs_in(
    fresh: Terminal, admin: Page, window: Callable[[], BrowserContext], request: pytest.FixtureRequest
):
    login = "rosa" if "with-script" in request.node.callspec.id else "nils"
    faults = watched(admin)
    look_after(admin, "People")
    admin.get_by_role("link", name="Add a person").click()
    go_on(admin, "Add a person")
    admin.get_by_label("Name", exact=True).fill("Rosa Lind")
    admin.get_by_label("Sign-in name").fill(f"{login} lind")
    admin.get_by_label("Mail address").fill("rosa at example")
    admin.get_by_label("Support team").select_option("Service desk")
    admin.get_by_label("Front line", exact=True).check()
    admin.get_by_role("button", name="Add", exact=True).click()

    expect(admin.get_by_role("alert").get_by_role("listitem")).to_have_text(
        ["Mail address: A mail address looks like name@example.org."]
    )
    expect(admin.get_by_label("Name", exact=True)).to_have_value("Rosa Lind")
    expect(admin.get_by_label("Support team")).to_have_value("front-line")
    expect(admin.get_by_label("Front line", exact=True)).to_be_checked()
    admin.get_by_label("Mail address").fill("rosa@example.org")
    admin.get_by_role("button", name="Add", exact=True).click()
    expect(admin.get_by_role("alert").get_by_role("listitem")).to_have_text(
        f"Sign-in name: “{login} lind” cannot be a sign-in name. "
        "Use 2 to 120 letters, digits and the signs . _ - + @, without spaces."
    )
    admin.get_by_label("Sign-in name").fill(login)
    admin.get_by_role("button", name="Add", exact=True).click()

    go_on(admin, "A password for Rosa Lind")
    password = admin.locator("dd code").nth(1).inner_text()
    rosa = sign_in(window(), fresh.served, login, password)
    links = rosa.get_by_role("navigation", name="Main").get_by_role("link")
    expect(links).to_have_text(["Services", "Desk", "Write", "Review", "Handover", "Recognition"])

    admin.get_by_role("link", name="Go on").click()
    go_on(admin, "Rosa Lind")
    admin.get_by_label("Coach", exact=True).check()
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_role("status")).to_have_text("Saved. It counts from Rosa Lind’s next page on.")
    rosa.reload()
    expect(links).to_have_text(
        [
            *(
                "Services",
                "Desk",
                "Write",
                "Review",
                "Handover",
                "Recognition",
                "Withheld",
                "Answers",
                "Who writes",
                "Superusers",
            ),
            "Synonyms",
        ]
    )
    assert [fault for fault in faults if "422" not in fault] == []


def test_somebody_who_leaves_is_signed_out_at_once(
    fresh: Terminal, admin: Page, window: Callable[[], BrowserContext], request: pytest.FixtureRequest
):
    login = "otto" if "with-script" in request.node.callspec.id else "olga"
    admin.goto(fresh.served.url("/admin/people/new"))
    admin.get_by_label("Name", exact=True).fill(f"Somebody {login}")
    admin.get_by_label("Sign-in name").fill(login)
    admin.get_by_role("button", name="Add", exact=True).click()
    password = admin.locator("dd code").nth(1).inner_text()
    person = sign_in(window(), fresh.served, login, password)
    admin.get_by_role("link", name="Go on").click()

    admin.get_by_role("button", name=f"Somebody {login} has left").click()

    expect(admin.get_by_role("status")).to_contain_text("is signed out and cannot sign in any more")
    person.reload()
    expect(person.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()


def test_the_only_administrator_cannot_stop_being_one(admin: Page):
    look_after(admin, "People")
    admin.get_by_role("table").get_by_role("link", name="Administrator").click()
    admin.get_by_label("Administrator", exact=True).uncheck()
    admin.get_by_role("button", name="Save").click()

    expect(admin.get_by_role("alert").get_by_role("listitem")).to_have_text(
        ["Administrator is the only administrator. Make somebody else administrator first; then this can be changed."]
    )


def test_a_service_that_is_renamed_is_renamed_on_the_front_page(
    fresh: Terminal, admin: Page, window: Callable[[], BrowserContext]
):
    visitor = window().new_page()
    for before, after in (("Printing and scanning", "Paper and ink"), ("Paper and ink", "Printing and scanning")):
        look_after(admin, "Organisation")
        admin.get_by_role("main").get_by_role("link", name="Services").click()
        admin.get_by_role("table").get_by_role("link", name=before, exact=True).click()
        admin.get_by_label("Name", exact=True).fill("")
        admin.get_by_role("button", name="Save").click()
        expect(admin.get_by_role("alert").get_by_role("listitem")).to_have_count(1)
        expect(admin.get_by_label("Looked after by")).to_have_value("onsite")
        admin.get_by_label("Name", exact=True).fill(after)
        admin.get_by_role("button", name="Save").click()
        expect(admin.get_by_role("status")).to_have_text("Saved.")

        visitor.goto(fresh.served.url("/"))
        expect(visitor.locator(".tile-label").filter(has_text=after)).to_have_count(1)
        expect(visitor.locator(".tile-label").filter(has_text=before)).to_have_count(0)


def test_two_administrators_do_not_overwrite_each_other(
    fresh: Terminal, admin: Page, window: Callable[[], BrowserContext]
):
    other = sign_in(window(), fresh.served, "admin", fresh.password)
    for page in (admin, other):
        page.goto(fresh.served.url("/admin/organisation/site/main"))
    first = admin.get_by_label("Address", exact=False).first
    first.fill("Long street 1, first floor")
    other.get_by_label("Address", exact=False).first.fill("Short street 9")
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_role("status")).to_have_text("Saved.")

    other.get_by_role("button", name="Save").click()

    expect(other.get_by_label("Address", exact=False).first).to_have_value("Short street 9")
    expect(other.get_by_role("main")).to_contain_text("Long street 1, first floor")
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_role("status")).to_have_text("Saved.")


def test_plugins_jobs_and_events_say_how_things_stand(fresh: Terminal, admin: Page):
    look_after(admin, "Plugins")
    go_on(admin, "Plugins")
    look_after(admin, "Jobs")
    go_on(admin, "Jobs")
    expect(admin.get_by_role("main").get_by_role("heading", level=2)).to_have_text("Nothing failed")
    expect(admin.get_by_role("main")).to_contain_text("A worker was last seen")
    look_after(admin, "Events")
    go_on(admin, "Events")
    admin.get_by_label("Kind of event").select_option("person.added")
    admin.get_by_role("button", name="Show").click()

    names = set(admin.get_by_role("rowheader").all_inner_texts())
    assert names == {"person.added"}
    expect(admin.get_by_role("row").last).to_contain_text("The portal")
    expect(admin.get_by_role("row").last).to_contain_text("person_id: 1")


def test_the_error_takes_the_focus(admin: Page, fresh: Terminal, new_context: Callable[..., BrowserContext]):
    page = sign_in(new_context(), fresh.served, "admin", fresh.password)
    page.goto(fresh.served.url("/admin/people/new"))
    page.get_by_role("button", name="Add", exact=True).press("Enter")

    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("listitem")).to_have_text(["Name: Type a name.", "Sign-in name: Type a sign-in name."])
    summary.get_by_role("link", name="Sign-in name: Type a sign-in name.").press("Enter")
    expect(page.get_by_label("Sign-in name")).to_be_focused()


def test_who_is_no_administrator_is_told_so(demo: Served, window: Callable[[], BrowserContext]):
    page = sign_in(window(), demo, "jo")
    for path in ("/admin", "/admin/people", "/admin/organisation", "/admin/plugins", "/admin/jobs", "/admin/events"):
        page.goto(demo.url(path))
        expect(page.get_by_role("heading", level=1)).to_have_text("You may not open this page.")
