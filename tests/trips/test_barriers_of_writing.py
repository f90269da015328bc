"""No barrier either where pages of writing and reviewing refuse something, ask again, or show all that they can."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.served import Served
from tests.trips.people import go_on, sign_in
from tests.trips.test_accessibility import AXE, barriers, ids

pytestmark = pytest.mark.browser


@pytest.fixture(params=[(360, True), (1280, False)], ids=["phone-dark", "desk-light"])
def window(request: pytest.FixtureRequest, new_context: Callable[..., BrowserContext]) -> Callable[[], BrowserContext]:
    width, dark = request.param
    return lambda: new_context(width=width, dark=dark)


def looked_over(page: Page) -> list[str]:
    """What is in the way on this page, as it stands now."""
    page.evaluate(AXE)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return barriers(page) + ([f"{wide} px wider than the window"] if wide > 0 else [])


def test_a_review_with_remarks_answers_and_a_refusal(own_demo: Served, window: Callable[[], BrowserContext]):
    page = sign_in(window(), own_demo, "grace")
    path = own_demo.url(f"/review/{ids(own_demo)['KB0027_2']}")
    found = {}

    page.goto(f"{path}?line=14#line-14")
    page.get_by_label("About line 14").fill("Is it white at each site?")
    found["a remark is being made"] = looked_over(page)
    page.get_by_role("row").filter(has=page.locator("#line-14")).get_by_role("button", name="Add the remark").click()
    expect(page.locator(".remark")).to_have_count(1)
    page.get_by_role("button", name="Send back").click()
    expect(page.get_by_role("alert")).to_contain_text("There are no words yet.")
    found["side by side, refused, with a remark"] = looked_over(page)
    page.get_by_role("link", name="One below the other").click()
    page.get_by_role("button", name="Dealt with").click()
    expect(page.locator(".remark.is-settled")).to_have_count(1)
    page.get_by_text("The checklist", exact=True).click()
    page.get_by_role("group", name=re.compile(r"^7\. ")).get_by_text("No", exact=True).click()
    page.get_by_role("button", name="Keep the answers").click()
    found["one below the other, settled, with the checklist open"] = looked_over(page)
    page.get_by_role("link", name="As it will look").click()
    found["as it will look"] = looked_over(page)
    page.get_by_role("link", name="Change it, then accept").click()
    page.get_by_label("Title", exact=True).fill("")
    page.get_by_role("button", name="Accept it so").click()
    expect(page.get_by_role("alert")).to_contain_text("Something here needs another look")
    found["changed and refused"] = looked_over(page)

    assert {state: faults for state, faults in found.items() if faults} == {}


def test_texts_of_ones_own_in_each_state(own_demo: Served, window: Callable[[], BrowserContext]):
    grace, sabine = sign_in(window(), own_demo, "grace"), sign_in(window(), own_demo, "sabine")
    known = ids(own_demo)
    found = {}

    for ref in ("KB0014", "KB0013"):
        sabine.goto(own_demo.url(f"/kb/{ref}"))
        sabine.get_by_role("button", name="Edit this page").click()
        go_on(sabine, "Change a page")
        sabine.get_by_label("Title", exact=True).fill(f"A title for {ref}")
        sabine.get_by_label("Something changed").check()
        if ref == "KB0014":
            sabine.get_by_role("button", name="Hand in", exact=True).click()
            expect(sabine.get_by_role("main")).to_contain_text("It waits for a second person.")
            found["handed in"] = looked_over(sabine)
        else:
            sabine.get_by_role("button", name="Put aside").click()
            go_on(sabine, "Your texts")
    sabine.get_by_text(re.compile(r"^Texts put aside \(")).click()
    found["one's own texts, one just put aside"] = looked_over(sabine)
    sabine.goto(own_demo.url(f"/write/{known['KB1001_1']}"))
    sabine.get_by_role("button", name="Dealt with").first.click()
    expect(sabine.locator(".editor-remarks .is-settled")).to_have_count(1)
    found["sent back, one remark dealt with"] = looked_over(sabine)

    grace.goto(own_demo.url(f"/review/{known['KB0027_2']}"))
    grace.get_by_label("Words to the writer").fill("Printers are added by the shop.")
    grace.get_by_role("button", name="Do not take it").click()
    expect(grace.get_by_role("button", name="Take the decision back")).to_be_visible()
    found["a review that is decided"] = looked_over(grace)
    ana = sign_in(window(), own_demo, "ana")
    ana.goto(own_demo.url(f"/write/{known['KB0027_2']}"))
    expect(ana.get_by_text("Grace Hall did not take it:")).to_be_visible()
    found["a text that was not taken"] = looked_over(ana)
    ana.goto(own_demo.url("/write"))
    found["one's own texts, one not taken"] = looked_over(ana)
    ana.goto(own_demo.url("/notices"))
    found["notices with something new"] = looked_over(ana)

    assert {state: faults for state, faults in found.items() if faults} == {}


def test_two_texts_that_are_put_together(own_demo: Served, window: Callable[[], BrowserContext]):
    jo, grace = sign_in(window(), own_demo, "jo"), sign_in(window(), own_demo, "grace")
    found = {}

    for page, words in ((jo, "Jo wrote this."), (grace, "Grace wrote this.")):
        page.goto(own_demo.url("/kb/KB0045"))
        page.get_by_role("button", name="Edit this page").click()
        body = page.locator("#body")
        first = body.input_value().strip().splitlines()[0]
        body.fill(body.input_value().replace(first, words, 1))
        page.get_by_label("Something changed").check()
    grace.get_by_role("button", name="Publish").click()
    expect(grace.get_by_text("Grace wrote this.")).to_be_visible()
    jo.get_by_role("button", name="Hand in").click()
    go_on(jo, "Put two texts together")
    found["both texts"] = looked_over(jo)
    jo.get_by_text("What stood there before").click()
    jo.get_by_label("Keep both, mine first").check()
    found["one chosen, with what stood there before"] = looked_over(jo)
    jo.get_by_role("button", name="See the whole text").click()
    go_on(jo, "Both texts together")
    found["the whole text"] = looked_over(jo)

    assert {state: faults for state, faults in found.items() if faults} == {}
