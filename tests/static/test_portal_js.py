"""The keys, the pane and the verdict in a real browser, under the portal's own content security policy."""

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest

PORTAL = Path(__file__).resolve().parents[2] / "portal"
POLICY = "default-src 'none'; script-src 'nonce-n' 'strict-dynamic'; style-src 'self'; connect-src 'self'"
CONFIG = (PORTAL / "templates" / "layout.html").read_text().partition("htmx-config\" content='")[2].partition("'>")[0]
DESK = f"""<!doctype html><html lang="en"><head><title>Desk</title><meta name="htmx-config" content='{CONFIG}'>
<script src="/static/portal.js" nonce="n" defer></script>
<script src="/static/vendor/htmx-4.0.1.min.js" nonce="n" defer></script></head><body>
<main><form><input id="words" data-search><textarea id="note"></textarea></form>
<div data-density-choice hidden><button data-density-value="dense">Tight</button>
<button data-density-value="roomy">Roomy</button></div>
<ol data-keys="results">
<li><a data-result id="one" href="/kb/1" hx-get="/part/1" hx-target="#pane" hx-swap="innerHTML">One</a></li>
<li><a data-result id="two" href="/kb/2" hx-get="/part/2" hx-target="#pane" hx-swap="innerHTML">Two</a></li>
<li><a data-result id="gone" href="/kb/3" hx-get="/part/gone" hx-target="#pane" hx-swap="innerHTML">Three</a></li></ol>
<section id="pane" data-pane tabindex="-1"></section>
<section id="verdict"><form method="post" action="/verdict" hx-post="/verdict" hx-target="#verdict" hx-swap="outerHTML">
<button name="verdict" value="yes">Yes</button><button name="verdict" value="no">No</button></form></section>
<form method="post" action="/remark"><button name="do" value="add">Add</button>
<button name="do" value="keep">Keep</button></form>
</main></body></html>"""


class Desk:
    """One page in one browser, and what it asked for."""

    def __init__(self, context):
        self.page = context.new_page()
        self.complaints = []
        self.posted = []
        self.page.on(
            "console", lambda message: self.complaints.append(message.text) if "Policy" in message.text else None
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.route("**/*", self.answer)
        self.open()

    def open(self):
        self.page.goto("http://portal.test/desk")

    def answer(self, route):
        path = urlsplit(route.request.url).path
        by_script = "hx-request" in route.request.headers
        if route.request.method == "POST":
            self.posted.append((route.request.post_data, by_script))
        if path.startswith("/static/"):
            route.fulfill(body=(PORTAL / path[1:]).read_bytes(), content_type="text/javascript")
        elif path == "/desk":
            route.fulfill(body=DESK, content_type="text/html", headers={"Content-Security-Policy": POLICY})
        elif path == "/verdict" and by_script and "no" in (route.request.post_data or ""):
            route.fulfill(status=400, body="too old", content_type="text/html")
        elif path == "/remark":
            route.fulfill(status=204)
        elif path == "/verdict":
            route.fulfill(
                body='<section id="verdict"><p id="thanks" tabindex="-1" data-focus>Thank you</p></section>',
                content_type="text/html",
            )
        elif path == "/part/gone":
            route.fulfill(status=500, body="no", content_type="text/html")
        else:
            route.fulfill(body=f"<p>page {path}</p>", content_type="text/html")

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    @property
    def focus(self):
        return self.page.evaluate("document.activeElement.id")


@pytest.fixture
def desk(new_context):
    return Desk(new_context())


pytestmark = pytest.mark.browser


def test_the_configuration_of_the_layout_is_json_that_htmx_takes(desk):
    taken = desk.page.evaluate(
        "({css: htmx.config.includeIndicatorCSS, history: htmx.config.history, prefix: htmx.config.prefix})"
    )

    assert taken == {"css": False, "history": "reload", "prefix": ""}
    assert json.loads(CONFIG)["noSwap"] == [204, 304, "4xx", "5xx"]
    assert desk.page.evaluate("document.adoptedStyleSheets.length") == 0


def test_slash_goes_to_the_search_field(desk):
    desk.press("/")

    assert desk.focus == "words"
    assert desk.page.input_value("#words") == ""


def test_keys_are_letters_while_somebody_types(desk):
    desk.page.focus("#note")
    desk.page.keyboard.type("j/k")

    assert desk.focus == "note"
    assert desk.page.input_value("#note") == "j/k"


def test_arrows_and_letters_move_in_the_list_and_stop_at_its_ends(desk):
    desk.press("/", "ArrowDown")
    seen = [desk.focus]
    for key in ("ArrowDown", "k", "j", "End", "ArrowDown", "Home", "ArrowUp"):
        desk.press(key)
        seen.append(desk.focus)

    assert seen == ["one", "two", "one", "two", "gone", "gone", "one", "words"]


def test_where_results_open_beside_the_list_arrow_down_leads_into_it_from_a_page_just_loaded(desk):
    desk.press("ArrowDown", "ArrowDown")

    assert desk.focus == "two"


def test_escape_goes_back_to_the_words_and_selects_them(desk):
    desk.page.fill("#words", "my phone is gone")
    desk.press("ArrowDown", "Escape")

    assert desk.focus == "words"
    assert desk.page.evaluate("getSelection().toString()") == "my phone is gone"


def test_enter_opens_beside_the_list_and_the_pane_can_be_read_from_there(desk):
    desk.press("/", "ArrowDown", "ArrowDown", "Enter")
    desk.page.wait_for_selector("#pane:focus")

    assert desk.page.inner_text("#pane") == "page /part/2"
    assert desk.page.url == "http://portal.test/desk"
    assert desk.page.eval_on_selector_all("[aria-current]", "found => found.map(each => each.id)") == ["two"]

    desk.press("k", "Enter")
    desk.page.get_by_text("page /part/1").wait_for()
    desk.page.wait_for_selector("#pane:focus")

    assert desk.page.eval_on_selector_all("[aria-current]", "found => found.map(each => each.id)") == ["one"]
    assert desk.page.eval_on_selector_all("[style]", "found => found.length") == 0
    assert desk.complaints == []


def test_a_pane_that_cannot_be_fetched_leads_to_the_whole_page(desk):
    desk.page.click("#gone")
    desk.page.wait_for_url("**/kb/3")

    assert desk.page.inner_text("body") == "page /kb/3"


def test_a_verdict_is_given_in_place_and_the_thanks_are_read_out(desk):
    desk.page.click("button[value=yes]")
    desk.page.wait_for_selector("#thanks:focus")

    assert desk.posted == [("verdict=yes", True)]
    assert desk.page.url == "http://portal.test/desk"


def test_a_verdict_that_is_refused_in_place_is_sent_the_plain_way_with_its_answer(desk):
    desk.page.click("button[value=no]")
    desk.page.wait_for_url("**/verdict")

    assert desk.posted == [("verdict=no", True), ("verdict=no", False)]


def test_a_button_that_is_pressed_twice_sends_once_and_another_one_of_its_form_still_sends(desk):
    desk.page.get_by_role("button", name="Add").dblclick()
    desk.page.get_by_role("button", name="Keep").click()
    desk.page.wait_for_timeout(200)

    assert desk.posted == [("do=add", False), ("do=keep", False)]


def test_the_density_of_the_rows_is_remembered(desk):
    desk.page.click("[data-density-value=roomy]")
    desk.open()

    assert desk.page.evaluate("document.documentElement.dataset.density") == "roomy"
    assert desk.page.eval_on_selector_all("[data-density-value]", "found => found.map(each => each.ariaPressed)") == [
        "false",
        "true",
    ]


def test_without_a_script_links_lead_to_whole_pages_and_nothing_stands_idle(new_context):
    desk = Desk(new_context(javascript=False))

    assert not desk.page.is_visible("[data-density-choice]")

    desk.page.click("#one")

    assert desk.page.url == "http://portal.test/kb/1"
