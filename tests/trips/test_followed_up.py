"""What was said is followed up: a page is mended and its reader confirms; somebody is called and says it is settled."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import BOTH_WAYS
from tests.served import Served
from tests.trips.people import go_on, sign_in, watched
from tests.trips.test_accessibility import AXE, barriers

pytestmark = pytest.mark.browser

PAGE = "KB0034"


@pytest.fixture(params=BOTH_WAYS)
def javascript(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def is_clean(page: Page, javascript: bool) -> None:
    """No barrier and no sideways scrolling on the page as it stands now."""
    if javascript:
        page.evaluate(AXE)
        assert barriers(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def one(portal: Served, query: str, *values: str) -> str:
    """The first value that *query* finds in the database of *portal*."""
    with sqlite3.connect(portal.instance / "portal.sqlite") as connection:
        return str(connection.execute(query, values).fetchone()[0])


def hears(page: Page, portal: Served, words: str) -> None:
    """Look until there is a notice with these words, and open it."""
    notice = page.get_by_role("main").get_by_role("link", name=re.compile(words))
    for _try in range(60):
        page.goto(portal.url("/notices"))
        if notice.count():
            break
        page.wait_for_timeout(250)
    notice.first.click()


def test_a_reader_says_partly_and_the_page_is_mended_and_they_confirm(
    own_demo: Served, new_context: Callable[..., BrowserContext], javascript: bool
):
    reader = sign_in(new_context(width=360, javascript=javascript), own_demo, "gitte")
    owner = sign_in(new_context(javascript=javascript), own_demo, "grace")
    faults = watched(reader) + watched(owner)
    reader.goto(own_demo.url(f"/kb/{PAGE}"))
    reader.get_by_role("region", name="Did this page fix it?").get_by_role("button", name="Partly").click()
    reader.get_by_role("button", name="A step did not work").click()
    expect(reader.get_by_label("A step did not work")).to_be_checked()

    owner.goto(own_demo.url(f"/feedback/articles/{PAGE}"))
    expect(owner.get_by_role("main")).to_contain_text("A step did not work")
    owner.goto(own_demo.url(f"/kb/{PAGE}"))
    owner.get_by_role("complementary").get_by_role("button", name="Edit this page").click()
    go_on(owner, "Change a page")
    body = owner.locator("#body")
    body.fill(body.input_value() + "\nOne line more.\n")
    owner.get_by_label("Something changed").check()
    owner.get_by_role("button", name="Publish", exact=True).click()
    expect(owner.get_by_role("article")).to_contain_text("One line more.")

    hears(reader, own_demo, "which you said fixed it in part. Does it fix it now")
    expect(reader.get_by_role("article")).to_contain_text("One line more.")
    verdict = reader.get_by_role("region", name="Did this page fix it?")
    expect(verdict).to_contain_text("The page was changed since you said so. Does it fix it now?")
    is_clean(reader, javascript)
    verdict.get_by_role("button", name="Yes").click()
    expect(verdict.get_by_role("button", name="Yes")).to_have_attribute("aria-pressed", "true")
    expect(verdict).not_to_contain_text("The page was changed since")
    assert faults == []


def test_words_lead_to_a_call_and_the_person_says_that_it_is_settled(
    own_demo: Served, new_context: Callable[..., BrowserContext], javascript: bool
):
    coach = sign_in(new_context(width=360, javascript=javascript), own_demo, "grace")
    coach.get_by_role("banner").get_by_role("link", name="Answers").click()
    go_on(coach, "In their own words")
    is_clean(coach, javascript)
    texts = coach.get_by_role("main").locator("a[href^='/feedback/words/']")
    addresses = [texts.nth(place).get_attribute("href") or "" for place in range(texts.count())]
    call = coach.get_by_role("button", name="Let somebody call them")
    for address in addresses:
        coach.goto(own_demo.url(address))
        if call.count():
            break
    is_clean(coach, javascript)
    call.click()
    coach.get_by_role("main").get_by_role("link", name="A call-back").click()
    go_on(coach, "Call-back")
    expect(coach.get_by_role("main")).to_contain_text("They answered in confidence")
    coach.get_by_role("combobox", name="Who calls").select_option(
        label=one(own_demo, "SELECT name FROM person WHERE login = 'carla'")
    )
    coach.get_by_role("button", name="They call").click()
    expect(coach.get_by_role("status")).to_contain_text("They are told.")
    is_clean(coach, javascript)

    caller = sign_in(new_context(javascript=javascript), own_demo, "carla")
    caller.goto(coach.url)
    name = re.sub("^Call (.*) back$", r"\1", caller.get_by_role("heading", level=1).inner_text())
    caller.get_by_role("button", name="Nobody picked up").click()
    caller.get_by_role("button", name="Note how it stands").click()
    expect(caller.get_by_role("alert")).to_contain_text("It is not said what came of it.")
    is_clean(caller, javascript)
    caller.get_by_label("Settled", exact=True).check()
    caller.get_by_label("What came of it").fill("The labels are printed at the other gate.")
    caller.get_by_role("button", name="Note how it stands").click()
    expect(caller.get_by_role("status")).to_contain_text("They are asked whether it is settled for them.")

    login = one(own_demo, "SELECT login FROM person WHERE name = ?", name)
    person = sign_in(new_context(width=360, javascript=javascript), own_demo, login)
    hears(person, own_demo, "Is it settled for you")
    go_on(person, "Is it settled for you?")
    is_clean(person, javascript)
    person.get_by_label("Yes").check()
    person.get_by_role("button", name="Send").click()
    expect(person.get_by_role("main")).to_contain_text("Thank you.")
    caller.reload()
    expect(caller.get_by_role("main")).to_contain_text("settled, as they say themselves")


def test_whoever_said_it_reads_what_was_done_and_says_that_it_helped(
    own_demo: Served, new_context: Callable[..., BrowserContext], javascript: bool
):
    source = (
        "SELECT login FROM person JOIN feedback_invitation AS asked ON asked.person_id = person.id"
        " JOIN feedback_improvement_source AS source ON source.invitation_id = asked.id"
    )
    page = sign_in(new_context(width=360, javascript=javascript), own_demo, one(own_demo, source))
    expect(page.get_by_role("region", name="You said, we did")).to_contain_text("A second printer at the gate")
    hears(page, own_demo, "It helped: “A second printer at the gate”")
    go_on(page, "A second printer at the gate")
    is_clean(page, javascript)

    page.get_by_label("Yes").check()
    page.get_by_role("button", name="Send").click()

    expect(page.get_by_role("status")).to_contain_text("Thank you.")
    expect(page.get_by_label("Yes")).to_be_checked()
    lead = sign_in(new_context(javascript=javascript), own_demo, "henrik")
    lead.goto(own_demo.url("/feedback/improvements?state=delivered"))
    lead.get_by_role("link", name="A second printer at the gate").click()
    expect(lead.get_by_role("main")).to_contain_text("it helped: 1 yes, 0 in part, 0 no")
