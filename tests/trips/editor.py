"""The window of somebody who writes, for the trips that look at what the editor's script does."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.served import Served

PAUSE = 6_000  # the script saves three seconds after the last key


class Editor:
    """One window with a text under way."""

    def __init__(self, page: Page, portal: Served, path: str) -> None:
        self.page, self.portal, self.path = page, portal, path
        self.open()

    def open(self) -> None:
        self.page.goto(self.portal.url(self.path))
        expect(self.page.locator("html")).to_have_attribute("data-editor", "ready")

    def reopen(self) -> None:
        """Let the window die, and open another one, with the net there again."""
        again = self.page.context.new_page()
        self.page.wait_for_timeout(300)  # what a window kept reaches the others a moment later
        self.page.close(run_before_unload=False)
        again.context.set_offline(False)
        self.page = again
        self.open()

    @property
    def body(self) -> Locator:
        return self.page.locator("#body")

    @property
    def text(self) -> str:
        return self.body.input_value()

    @property
    def state(self) -> Locator:
        return self.page.locator("[data-save-state]")

    @property
    def preview(self) -> Locator:
        return self.page.locator("[data-preview-body]")

    @property
    def faults(self) -> Locator:
        return self.page.locator("[data-faults]")

    def tool(self, name: str) -> Locator:
        return self.page.get_by_role("toolbar").get_by_role("button", name=name, exact=True)

    def write(self, text: str) -> None:
        """Write over everything, as one step."""
        self.body.fill(text)

    def type_on(self, text: str) -> None:
        self.body.press("Control+End")
        self.body.press_sequentially(text)

    def select(self, words: str) -> None:
        self.body.evaluate(
            "(area, w) => area.setSelectionRange(area.value.indexOf(w), area.value.indexOf(w) + w.length)", words
        )


OpenEditor = Callable[..., Editor]


def begun(page: Page, portal: Served, ref: str) -> str:
    """Begin a text on top of an article, as its button does; return where its editor is."""
    page.goto(portal.url("/contact"))
    token = page.locator("[name=csrf_token]").first.get_attribute("value")
    answer = page.request.post(
        portal.url(f"/kb/{ref}/edit"), form={"csrf_token": token or ""}, headers={"Referer": page.url}
    )
    assert re.search(r"/write/\d+$", answer.url), answer.url
    return answer.url.removeprefix(portal.address)
