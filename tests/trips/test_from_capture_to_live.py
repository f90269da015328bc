"""From words that find nothing to a page that helps: captured, shown with a picture, reviewed, live, and changed again.

A superuser writes, a coach reviews, and somebody who may only suggest suggests;
each with a script and without one.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser import BOTH_WAYS
from tests.data import hostile_files as files
from tests.served import Served
from tests.trips.people import go_on, sign_in, watched

pytestmark = pytest.mark.browser

Window = Callable[..., BrowserContext]

SAID, TITLE = "The laminator wobbles", "The laminator wobbles"
TEXT = """> “The laminator wobbles”

## The quickest look first

1. Switch it off at the wall.
2. Push the tray in until it clicks.

It worked when the lamp is green.

{picture}

::: support

Ask onsite support for new feet.

:::
"""
MENDED = "2. Push the tray in until it clicks twice."
WISH = "Which tray, and how far? Mine clicks twice."

OWNED = "Ask for a new device or accessory"
OLD = "7. Say where you will be when it comes: which desk, site or home office."
WISHED = "7. Say at which counter you fetch it. Nothing is sent home."
ADAPTED = "7. Say at which counter you fetch it. Nothing is sent home, and a bag is not needed."
REASON = "Is that so at each site? Ask at the counter, and write it here."

PASTE = """(area, text) => {
  const transfer = new DataTransfer();
  const bytes = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  transfer.items.add(new File([bytes], "tray.png", { type: "image/png" }));
  area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true }));
}"""
SIZE = "(img) => img.decode().then(() => [img.naturalWidth, img.naturalHeight])"


@pytest.fixture(params=BOTH_WAYS)
def javascript(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def window(javascript: bool, new_context: Callable[..., BrowserContext]) -> Window:
    return lambda **values: new_context(javascript=javascript, **values)


def captured(page: Page, portal: Served) -> None:
    """Search for words that nobody wrote about yet, and answer four questions instead."""
    page.goto(portal.url(f"/search?q={SAID}"))
    expect(page.get_by_text("Nothing here fits these words yet")).to_be_visible()
    page.get_by_role("link", name="Write it down for the next one").click()
    go_on(page, "Write it down for the next one")
    expect(page.get_by_label("What they said")).to_have_value(SAID)
    page.get_by_label("What it was").fill("The tray was not in.")
    page.get_by_label("What helped").fill("Switch it off at the wall\nPush the tray in until it clicks")
    page.get_by_label("Who may do it").fill("Anybody")
    page.get_by_label("Service").select_option("printing")
    page.get_by_role("button", name="Make a draft").click()
    go_on(page, "Write a page")
    expect(page.get_by_label("Title", exact=True)).to_have_value(TITLE)
    expect(page.locator("#body")).to_have_value(re.compile("1. Switch it off at the wall\n2. Push the tray in"))
    expect(page.get_by_label("Words that people type")).to_have_value("laminator wobbles")
    page.get_by_label("Words that people type").fill("laminator wobbles\nlaminator shakes\ntray does not click")


def pasted(page: Page) -> None:
    """Paste a picture where the text says so; the portal asks what it shows."""
    body = page.locator("#body")
    body.fill(TEXT)
    body.evaluate(
        "(area, w) => area.setSelectionRange(area.value.indexOf(w), area.value.indexOf(w) + w.length)", "{picture}"
    )
    body.evaluate(PASTE, b64encode(files.png()).decode())
    dialog = page.get_by_role("dialog", name="What does the picture show?")
    dialog.get_by_role("button", name="Add the picture").click()
    expect(dialog.get_by_role("alert")).to_have_text("Say what the picture shows first.")
    dialog.get_by_label("In one sentence").fill("The tray, all the way in")
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()


def chosen(page: Page) -> None:
    """Without a script: add the picture in the window that the editor leads to, and copy the line that shows it."""
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Pictures and files").click()
    other = opened.value
    photo = {"name": "tray.png", "mimeType": "image/png", "buffer": files.png()}
    other.get_by_label("Picture or file").set_input_files(photo)
    other.get_by_role("button", name="Add").click()
    expect(other.get_by_role("alert")).to_contain_text("Nothing says what the picture shows.")
    other.get_by_label("Picture or file").set_input_files(photo)
    other.get_by_label("What the picture shows").first.fill("The tray, all the way in")
    other.get_by_role("button", name="Add").click()
    expect(other.get_by_role("status")).to_contain_text("tray.png is added.")
    line = other.locator("code").first.inner_text()
    other.close()
    page.locator("#body").fill(TEXT.replace("{picture}", line))


def seen_as(page: Page, level: str, javascript: bool) -> None:
    """Look at the preview as one kind of reader."""
    if javascript:
        page.get_by_role("group", name="As who reads it").get_by_role("button", name=level).click()
        return
    preview = page.get_by_role("region", name="Preview")
    choice = preview.get_by_label("As it looks")
    if not choice.count():
        preview.get_by_role("button", name="Show it").click()
    choice.select_option(label=level)
    preview.get_by_role("button", name="Show it").click()


def looked_over(page: Page, javascript: bool) -> None:
    """Complete what a page needs, and see it as everyone and as support before anybody else does."""
    page.get_by_role("radio", name="For everyone").check()
    page.get_by_label("Words that people type").fill("laminator wobbles\nlaminator shakes\nplastic pages come out bent")
    shown = page.locator("[data-preview-body]")
    seen_as(page, "For everyone", javascript)
    expect(shown).to_contain_text("Push the tray in until it clicks.")
    expect(shown).not_to_contain_text("Ask onsite support for new feet.")
    expect(shown.get_by_role("img", name="The tray, all the way in")).to_be_visible()
    seen_as(page, "For support", javascript)
    expect(shown).to_contain_text("Ask onsite support for new feet.")


def told(page: Page, portal: Served, words: str) -> None:
    """Find under the bell what happened, and go there."""
    for _try in range(20):
        page.goto(portal.url("/"))
        if page.get_by_role("link", name=re.compile(r"^Notices ?: ?\d+ unread$")).count():
            break
        page.wait_for_timeout(250)
    page.get_by_role("banner").get_by_role("link", name="Notices").click()
    go_on(page, "Notices")
    page.get_by_role("link", name=words).first.click()


def line(page: Page, number: int) -> Locator:
    """One line of the text in a review, with what was said about it."""
    return page.get_by_role("row").filter(has=page.locator(f"#line-{number}"))


def opened_review(page: Page, portal: Served, title: str) -> None:
    page.goto(portal.url("/"))
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Review").click()
    go_on(page, "What waits for you")
    page.get_by_role("link", name=title).click()
    go_on(page, title)


def sent_back(page: Page) -> None:
    """Read the text and the page, answer the checklist, remark on a line, and send it back with words."""
    page.get_by_role("link", name="As it will look").click()
    expect(page.get_by_role("article").get_by_role("img", name="The tray, all the way in")).to_be_visible()
    page.get_by_role("navigation", name="As who reads it").get_by_role("link", name="For support").click()
    expect(page.get_by_role("article")).to_contain_text("Ask onsite support for new feet.")
    page.get_by_role("link", name="Line by line").click()

    page.get_by_text("The checklist", exact=True).click()
    for point in range(1, 11):
        answer = "No" if point == 3 else "Yes"
        page.get_by_role("group", name=re.compile(rf"^{point}\. ")).get_by_text(answer, exact=True).click()
    page.get_by_role("button", name="Keep the answers").click()
    expect(page.get_by_role("status")).to_have_text("Kept. Your answers stand here for whoever decides.")

    page.get_by_role("link", name="Remark on line 6").click()
    page.get_by_label("About line 6").fill(WISH)
    line(page, 6).get_by_role("button", name="Add the remark").click()
    expect(line(page, 6)).to_contain_text(WISH)
    page.get_by_role("button", name="Send back").click()
    expect(page.get_by_role("alert")).to_contain_text("There are no words yet.")
    page.get_by_label("Words to the writer").fill("Nearly there. One line needs more.")
    page.get_by_role("button", name="Send back").click()
    expect(page.get_by_role("status")).to_have_text("It is back with its writer, with your words.")


def mended(page: Page) -> None:
    """Read why it came back and what was remarked on, mend that line, settle the remark, and hand in again."""
    go_on(page, "Write a page")
    expect(page.get_by_role("main")).to_contain_text("Nearly there. One line needs more.")
    remarks = page.get_by_role("region", name="Remarks")
    expect(remarks.get_by_role("listitem")).to_contain_text(["2. Push the tray in until it clicks."])
    expect(remarks).to_contain_text(WISH)
    rewritten(page, "2. Push the tray in until it clicks.", MENDED)
    remarks.get_by_role("button", name="Dealt with").click()
    expect(remarks.get_by_role("listitem").locator(".chip")).to_have_text("dealt with")
    expect(page.locator("#body")).to_have_value(re.compile(re.escape(MENDED)))
    page.get_by_role("button", name="Hand in", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("It waits for a second person.")


def found(page: Page, portal: Served, words: str, title: str) -> None:
    """Look until the search finds it; two seconds at most."""
    for _try in range(8):
        page.goto(portal.url(f"/search?q={words}"))
        if page.locator(".result-title").filter(has_text=title).count():
            return
        page.wait_for_timeout(250)
    pytest.fail(f"{title} is still not found after two seconds.")


def test_what_a_superuser_captures_is_live_and_found_after_a_second_person_read_it(
    own_demo: Served, window: Window, javascript: bool
):
    sabine, grace = sign_in(window(), own_demo, "sabine"), sign_in(window(), own_demo, "grace")
    ana = sign_in(window(width=360), own_demo, "ana")
    faults = [watched(sabine), watched(grace)]

    captured(sabine, own_demo)
    (pasted if javascript else chosen)(sabine)
    looked_over(sabine, javascript)
    sabine.get_by_label("A word to whoever reads it").fill("The third time this month.")
    sabine.get_by_role("button", name="Hand in", exact=True).click()
    expect(sabine.get_by_role("main")).to_contain_text("It waits for a second person.")

    opened_review(grace, own_demo, TITLE)
    expect(grace.get_by_role("main")).to_contain_text("The third time this month.")
    sent_back(grace)

    told(sabine, own_demo, f"“{TITLE}”: Your text came back with words.")
    mended(sabine)

    told(grace, own_demo, f"“{TITLE}”: A text that you sent back is there again.")
    expect(line(grace, 6)).to_contain_text("dealt with")
    grace.get_by_text("The checklist", exact=True).click()
    grace.get_by_role("group", name=re.compile(r"^3\. ")).get_by_text("Yes", exact=True).click()
    grace.get_by_role("button", name="Accept", exact=True).click()
    expect(grace.get_by_role("status")).to_have_text("It is live, and Sabine Vogt is told.")

    found(ana, own_demo, "laminator", TITLE)
    ana.get_by_role("link", name=TITLE).click()
    go_on(ana, TITLE)
    expect(ana.get_by_role("main")).to_contain_text("Push the tray in until it clicks twice.")
    expect(ana.get_by_role("main")).not_to_contain_text("Ask onsite support for new feet.")
    picture = ana.get_by_role("img", name="The tray, all the way in")
    expect(picture).to_be_visible()
    assert picture.evaluate(SIZE) == [40, 30]
    told(sabine, own_demo, f"“{TITLE}”: Your text is live.")
    go_on(sabine, TITLE)
    assert [fault for each in faults for fault in each if "422" not in fault] == []


# Somebody who may only suggest


def rewritten(page: Page, old: str, new: str) -> None:
    """Write one line of the text anew."""
    body = page.locator("#body")
    text = body.input_value()
    assert text.count(old) == 1
    body.fill(text.replace(old, new))


def suggested(page: Page, portal: Served) -> None:
    """Change one line of an article that somebody else looks after."""
    page.goto(portal.url("/kb/KB0038"))
    page.get_by_role("button", name="Suggest a change").click()
    go_on(page, "Suggest a change")
    rewritten(page, OLD, WISHED)
    page.get_by_label("Something changed").check()
    page.get_by_label("What did you change, and why?").fill("I was sent away from the counter.")
    page.get_by_role("button", name="Suggest it").click()
    expect(page.get_by_role("main")).to_contain_text("Mara Silva looks after pages like this and was told.")


def declined(page: Page, portal: Served) -> None:
    """Find the suggestion among what waits, read the change, and say why it is not taken."""
    page.goto(portal.url("/review"))
    chips = page.get_by_role("listitem").filter(has=page.get_by_role("link", name=OWNED)).locator(".chip")
    expect(chips).to_have_text(["you look after it", "a suggestion", "Something changed", "For everyone"])
    opened_review(page, portal, OWNED)
    expect(page.get_by_role("main")).to_contain_text("I was sent away from the counter.")
    expect(page.locator(".diff .is-removed .diff-words").filter(has_text=OLD)).to_be_visible()
    expect(page.locator(".diff .is-added .diff-words").filter(has_text=WISHED)).to_be_visible()
    page.get_by_label("Words to the writer").fill(REASON)
    page.get_by_role("button", name="Do not take it").click()
    expect(page.get_by_role("status")).to_have_text("It was not taken, and its writer reads why.")


def tried_again(page: Page, portal: Served) -> None:
    """Read why it was not taken, and suggest it once more."""
    told(page, portal, f"“{OWNED}”: Your suggestion was not taken, with the reason.")
    go_on(page, OWNED)
    expect(page.get_by_role("region", name="Mara Silva did not take it:")).to_contain_text(REASON)
    page.get_by_role("button", name="Take it up again").click()
    go_on(page, "Suggest a change")
    expect(page.locator("#body")).to_have_value(re.compile(re.escape(WISHED)))
    page.get_by_role("button", name="Suggest it").click()
    expect(page.get_by_role("main")).to_contain_text("It waits for a second person.")


def adapted(page: Page, portal: Served) -> None:
    """Write the last words oneself, and say that the old instructions are wrong."""
    told(page, portal, f"“{OWNED}”: A text of yours to look after waits for a decision.")
    go_on(page, OWNED)
    page.get_by_role("link", name="Change it, then accept").click()
    go_on(page, "Change it, then accept")
    rewritten(page, WISHED, ADAPTED)
    page.get_by_label("The old instructions are now wrong").check()
    page.get_by_label("Words to the writer").fill("True at each site. Thank you.")
    page.get_by_role("button", name="Accept it so").click()
    expect(page.get_by_role("status")).to_have_text("It is live, and Ben Fischer is told.")


def test_a_suggestion_is_declined_with_a_reason_then_adapted_and_readers_see_since_when_the_old_text_is_wrong(
    own_demo: Served, window: Window
):
    ben, mara = sign_in(window(width=360), own_demo, "ben"), sign_in(window(), own_demo, "mara")
    faults = [watched(ben), watched(mara)]
    visitor = window(width=360).new_page()
    visitor.goto(own_demo.url("/kb/KB0038"))
    expect(visitor.get_by_role("main")).not_to_contain_text("what stood here before was wrong")

    suggested(ben, own_demo)
    declined(mara, own_demo)
    tried_again(ben, own_demo)
    adapted(mara, own_demo)

    told(ben, own_demo, f"“{OWNED}”: Your text is live, with changes by who reviewed it.")
    expect(ben.get_by_role("main")).to_contain_text("Nothing is sent home, and a bag is not needed.")
    visitor.reload()
    expect(visitor.get_by_role("main")).to_contain_text("Nothing is sent home, and a bag is not needed.")
    since = visitor.get_by_role("region", name=re.compile("^Changed on .+: what stood here before was wrong.$"))
    since.get_by_role("link", name="What is different now").click()
    expect(visitor.locator(".diff .is-removed .diff-words").filter(has_text=OLD)).to_be_visible()
    expect(visitor.locator(".diff .is-added .diff-words").filter(has_text=ADAPTED)).to_be_visible()
    assert faults == [[], []]
