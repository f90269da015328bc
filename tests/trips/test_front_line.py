"""A colleague on the front line with somebody on the phone: the desk, by keyboard alone, and by its address."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from portal.app import ROOT
from portal.articles import decisions
from tests.served import Served, portal_command
from tests.trips.people import sign_in, watched

pytestmark = pytest.mark.browser

WITH_A_PART_FOR_SPECIALISTS = """---
id: KB0901
title: "The badge reader at the gate blinks red"
kind: troubleshooting
audience: everyone
confidence: not_validated
governance: experience
service: devices
owner_role: workplace-team
tags: [gate]
words: ["gate stays shut", "badge reader red", "door does not open"]
finds: ["My card is not taken at the entrance.", "The turnstile shows a red lamp and lets nobody in."]
review_every_days: 180
---

Hold the badge still for two seconds.

::: support

Look whether the controller answers.

:::

::: specialists

The controller's service word is kept in the vault.

:::
"""


@pytest.fixture
def desk(demo: Served, new_context: Callable[..., BrowserContext]) -> Page:
    page = sign_in(new_context(), demo, "jo")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Desk").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Desk")
    return page


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def look_up(page: Page, words: str) -> None:
    """Type *words*, and open the first that fits beside the list."""
    press(page, "/")
    page.keyboard.type(words)
    press(page, "Enter")
    expect(page).to_have_url(re.compile(r"/desk\?q="))
    expect(page.locator(".results-count")).to_contain_text("fit")
    press(page, "/", "ArrowDown", "Enter")


def focused(page: Page) -> str:
    return page.locator(":focus").inner_text()


def test_the_desk_is_used_with_the_keyboard_alone(desk: Page):
    faults = watched(desk)
    words, pane = desk.get_by_role("searchbox", name="What the person on the line says"), desk.locator("#pane")
    press(desk, "/")
    expect(words).to_be_focused()

    desk.keyboard.type("nothing comes out")
    press(desk, "Enter")
    expect(desk.locator(".result-title").first).to_have_text("Printing does not work")
    titles = desk.locator(".result-title").all_inner_texts()
    press(desk, "/")
    expect(words).to_be_focused()
    walked = []
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "j", "k"):
        press(desk, key)
        walked.append(focused(desk))
    assert walked == [titles[0], titles[1], titles[0], titles[1], titles[0]]

    press(desk, "Enter")
    expect(pane).to_be_focused()
    expect(pane.get_by_role("heading", level=2).first).to_have_text("Printing does not work")
    expect(desk.locator("[data-result][aria-current]")).to_have_text(["Printing does not work"])
    expect(desk.locator(".result-title")).to_have_text(titles)
    assert parse_qs(urlsplit(desk.url).query) == {"q": ["nothing comes out"], "open": ["KB0026"]}

    press(desk, "Escape")
    expect(words).to_be_focused()
    expect(words).to_have_value("nothing comes out")
    assert faults == []


def test_support_reads_the_whole_article_with_what_is_for_support_only(desk: Page):
    look_up(desk, "nothing comes out")
    pane = desk.locator("#pane")
    fence = pane.get_by_role("region", name="For support only")

    expect(pane.locator(".steps > li")).to_have_count(6)
    expect(fence.locator(".fence-who")).to_have_text("For support only")
    expect(fence.get_by_role("row")).to_have_count(4)
    expect(fence).to_contain_text("Stop the Print Spooler service")


def steps_in(ref: str) -> int:
    """How many steps the script of a starter article has."""
    (path,) = (ROOT / "kb_articles").glob(f"{ref}-*.md")
    [(block, *_), _faults] = decisions.blocks(path.read_text())
    script, _faults = decisions.parse(block.source, first_line=1)
    assert script is not None
    return len(script.nodes)


def test_a_script_is_a_list_that_can_be_followed(desk: Page):
    look_up(desk, "vpn fails")
    pane = desk.locator("#pane")

    expect(pane.get_by_role("heading", level=2).first).to_have_text("VPN does not connect")
    expect(pane.locator(".script-steps > li")).to_have_count(steps_in("KB0021"))
    first = pane.locator(".script-steps > li").first
    expect(first.locator(".say")).to_have_text("What does this stop you from doing, and when must it be done?")
    expect(first.locator(".answers > li")).to_have_text(
        ["They only need mail, Teams or files: go to step 2", "They need an internal application: go to step 3"]
    )
    first.get_by_role("link", name="go to step 3").click()
    expect(pane.locator(".script-steps > li").nth(2)).to_be_in_viewport()
    assert urlsplit(desk.url).path == "/desk"


def test_what_is_kept_for_specialists_is_named_and_not_shown(own_demo: Served, new_context, tmp_path: Path):
    (tmp_path / "KB0901-gate.md").write_text(WITH_A_PART_FOR_SPECIALISTS)
    loaded = portal_command(own_demo.instance, "articles", "load", str(tmp_path / "KB0901-gate.md"))
    assert loaded.stdout.endswith("Articles: 1 new, 0 changed, 0 as they were.\n"), loaded.stderr

    seen = {}
    for login in ("ana", "jo", "lee"):
        page = sign_in(new_context(), own_demo, login)
        page.goto(own_demo.url("/kb/KB0901"))
        expect(page.get_by_role("heading", level=1)).to_have_text("The badge reader at the gate blinks red")
        text = page.locator(".prose").inner_text()
        seen[login] = [word for word in ("Hold the badge", "controller answers", "service word") if word in text]
        if login == "jo":
            expect(page.locator(".fence-note")).to_have_count(1)

    assert seen == {
        "ana": ["Hold the badge"],
        "jo": ["Hold the badge", "controller answers"],
        "lee": ["Hold the badge", "controller answers", "service word"],
    }


def test_the_call_is_answered_with_helpful(desk: Page):
    look_up(desk, "look at their screen")
    pane = desk.locator("#pane")
    expect(pane.get_by_role("heading", level=2).first).to_have_text("A remote-control session: before, during, after")
    verdict = pane.get_by_role("region", name="Helpful for the call?")
    expect(verdict.get_by_role("button")).to_have_text(["Helpful", "Not helpful"])

    verdict.get_by_role("button", name="Helpful", exact=True).focus()
    press(desk, "Enter")

    expect(verdict.locator(".verdict-thanks")).to_have_text(
        "Thank you, that tells the people who look after this page."
    )
    expect(verdict.locator(".verdict-thanks")).to_be_focused()
    expect(verdict.get_by_role("button", pressed=True)).to_have_text("Helpful")
    expect(desk.get_by_role("heading", level=1)).to_have_text("Desk")


def test_the_desk_opens_by_its_address_and_goes_back_by_the_browser(demo: Served, desk: Page):
    desk.goto(demo.url("/desk?q=nothing+comes+out&open=KB0026"))
    pane = desk.locator("#pane").get_by_role("heading", level=2).first
    expect(pane).to_have_text("Printing does not work")
    expect(desk.get_by_role("searchbox")).to_have_value("nothing comes out")

    other = desk.locator(".result a").filter(has_not_text="Printing does not work").first
    title = other.inner_text()
    other.click()
    expect(pane).to_have_text(title)
    expect(desk).not_to_have_url(re.compile("open=KB0026"))
    desk.go_back()
    expect(pane).to_have_text("Printing does not work")
    desk.goto(demo.url("/desk?q=vpn&open=KB9999"))
    expect(pane).to_have_text("The whole article opens here")


def test_the_density_of_the_rows_is_remembered_in_this_browser(demo: Served, desk: Page):
    choice = desk.get_by_role("group", name="Rows")
    high = desk.locator(".result").first.bounding_box()
    choice.get_by_role("button", name="With room").click()
    desk.goto(demo.url("/desk?q=phone"))
    desk.goto(demo.url("/desk"))

    expect(choice.get_by_role("button", pressed=True)).to_have_text("With room")
    higher = desk.locator(".result").first.bounding_box()
    assert high is not None
    assert higher is not None
    assert higher["height"] > high["height"]


def test_the_desk_is_not_for_end_users(demo: Served, new_context: Callable[..., BrowserContext]):
    page = sign_in(new_context(), demo, "ana")
    expect(page.get_by_role("navigation", name="Main").get_by_role("link")).to_have_text(
        ["Services", "Write", "Recognition"]
    )

    page.goto(demo.url("/desk"))

    expect(page.get_by_role("heading", level=1)).to_have_text("You may not open this page.")
