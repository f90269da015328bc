"""What the editor does by itself in a real browser: tools, preview, saving, links and pictures, and nothing is lost."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.data import hostile_files as files
from tests.served import Served
from tests.trips.people import sign_in, watched
from tests.trips.test_accessibility import AXE, barriers

pytestmark = pytest.mark.browser

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


@pytest.fixture
def open_editor(demo: Served, new_context: Callable[..., BrowserContext]) -> Iterator[OpenEditor]:
    """Open the editor of a text on top of an article; no page of it may complain."""
    complaints: list[str] = []
    pages: list[tuple[Page, list[str]]] = []

    def made(ref: str, login: str = "paul", *, quiet: bool = True, **options: object) -> Editor:
        page = sign_in(new_context(**options), demo, login)
        if quiet:
            pages.append((page, watched(page)))
        return Editor(page, demo, begun(page, demo, ref))

    yield made
    for _page, faults in pages:
        complaints += faults
    assert complaints == []


def test_tools_shape_the_text_and_one_step_back_takes_each_away(open_editor: OpenEditor):
    editor = open_editor("KB0001")
    editor.write("one two\nthree")

    steps = []
    for name in ("Bold", "Italic", "Code"):
        editor.select("two")
        editor.tool(name).click()
        steps.append(editor.text)
        editor.body.press("Control+z")
        steps.append(editor.text)
    for name in ("Heading", "List", "Numbered steps", "Quote"):
        editor.body.press("Control+a")
        editor.tool(name).click()
        steps.append(editor.text)
        editor.tool(name).click()
        steps.append(editor.text)

    plain = "one two\nthree"
    assert steps == [
        "one **two**\nthree", plain, "one *two*\nthree", plain, "one `two`\nthree", plain,
        "## one two\n## three", plain, "- one two\n- three", plain, "1. one two\n2. three", plain,
        "> one two\n> three", plain,
    ]  # fmt: skip


def test_blocks_stand_apart_and_their_first_words_wait_to_be_written_over(open_editor: OpenEditor):
    editor = open_editor("KB0001")
    made = []

    for name in ("Part for support", "Table"):
        editor.write("Before.\nAfter.")
        editor.body.evaluate("(area) => area.setSelectionRange(8, 8)")
        editor.tool(name).click()
        editor.page.keyboard.type("X")
        made.append(editor.text)
    editor.write("")
    editor.tool("Questions and answers for a call").click()

    assert made == [
        "Before.\n\n::: support\n\nAfter.\n\n:::\n\nX",
        "Before.\n\nAfter.\n\n| X | Do this |\n| --- | --- |\n|  |  |\n\n",
    ]
    assert editor.text.startswith("```decision\nstart: stop\nnodes:\n")
    expect(editor.preview.locator(".script")).to_be_visible()
    expect(editor.page.locator(".editor-hints")).to_have_text(re.compile(r"Still to be written: \d+"))


def test_everything_is_in_reach_of_the_keyboard(open_editor: OpenEditor):
    editor = open_editor("KB0001")
    editor.write("one two")
    focused = "document.activeElement.getAttribute('aria-label')"

    editor.select("two")
    editor.body.press("Control+b")
    bold = editor.text
    editor.select("one")
    editor.body.press("Control+k")
    linked = editor.text
    editor.tool("Bold").focus()
    walked = []
    for key in ("ArrowRight", "End", "ArrowRight", "ArrowLeft", "Home"):
        editor.page.keyboard.press(key)
        walked.append(editor.page.evaluate(focused))
    stops = editor.page.get_by_role("toolbar").locator("[tabindex='0']").count()
    editor.page.keyboard.press("End")
    editor.page.keyboard.press("Enter")

    assert (bold, linked) == ("one **two**", "[one](address) **two**")
    assert (walked, stops) == (["Italic", "Keys", "Bold", "Keys", "Bold"], 1)
    expect(editor.page.get_by_role("dialog", name="Keys")).to_be_visible()
    editor.page.keyboard.press("Escape")
    editor.body.focus()
    editor.page.keyboard.press("Control+Enter")
    expect(editor.page.locator("[data-preview-pane]")).to_be_focused()
    editor.page.keyboard.press("Escape")
    expect(editor.body).to_be_focused()


def test_a_list_goes_on_by_itself_and_ends_on_an_empty_line(open_editor: OpenEditor):
    editor = open_editor("KB0001")
    editor.write("")

    editor.type_on("- one\ntwo\n\n1. first\nsecond\n\n> said\n\n")

    assert editor.text == "- one\n- two\n1. first\n2. second\n> said\n"


def test_the_preview_follows_for_each_level(open_editor: OpenEditor):
    editor = open_editor("KB0002")

    editor.write("Hello **you**.\n\n::: support\n\nFor the desk.\n\n:::\n")

    expect(editor.preview.locator("strong")).to_have_text(["you"])
    expect(editor.preview).to_contain_text("For the desk.")
    levels = editor.page.get_by_role("group", name="As who reads it")
    levels.get_by_role("button", name="For everyone").click()
    expect(editor.preview).not_to_contain_text("For the desk.")
    expect(levels.get_by_role("button", name="For everyone")).to_have_attribute("aria-pressed", "true")
    expect(levels.get_by_role("button", name="For everyone")).to_be_focused()
    editor.type_on("\nMore.")
    expect(editor.preview).to_have_text(re.compile(r"Hello you\.\s+More\."))


def test_a_fault_is_said_with_its_line_leads_there_and_goes_when_it_is_mended(open_editor: OpenEditor):
    editor = open_editor("KB0002")
    editor.write("Hello.\n\n::: martians\n")
    said = editor.page.locator(".sr-only[role=status]").filter(has_text="To mend")

    expect(editor.faults).to_have_text(re.compile(r"^Line 3 ::: is followed by “martians”, which names no readers\."))
    expect(said).to_have_text("To mend: 1. Line 3: ::: is followed by “martians”, which names no readers.")
    editor.faults.get_by_role("button", name="Line 3").click()
    assert editor.body.evaluate("(area) => area.value.slice(area.selectionStart, area.selectionEnd)") == "::: martians"
    editor.page.keyboard.type("Friends.")

    expect(editor.faults).to_be_hidden()
    expect(editor.preview).to_have_text(re.compile(r"Hello\.\s+Friends\."))
    expect(editor.page.locator(".sr-only[role=status]").filter(has_text="Nothing is left to mend.")).to_have_count(1)


def test_a_script_is_checked_while_it_is_typed(open_editor: OpenEditor):
    editor = open_editor("KB0002")
    answers = '      - {if: "Yes", go: two}\n      - {if: "No", end: "Send it on.", outcome: send_on}\n'

    editor.write(f'```decision\nstart: one\nnodes:\n  one:\n    say: "Is it on?"\n    answers:\n{answers}```\n')

    expect(editor.faults).to_have_text("Line 7 one: An answer goes to two, and there is no such node. Known are: one.")


def test_hints_that_are_left_are_counted_and_met_one_after_the_other(open_editor: OpenEditor):
    editor = open_editor("KB0002")
    editor.write("‹Say it.›\n\nSaid.\n\n‹Say more.›\n")
    chosen = "(area) => area.value.slice(area.selectionStart, area.selectionEnd)"
    left = editor.page.get_by_role("button", name=re.compile("Still to be written"))
    editor.body.evaluate("(area) => area.setSelectionRange(0, 0)")

    expect(left).to_have_text("Still to be written: 2")
    met = []
    for _each in range(2):
        left.click()
        met.append(editor.body.evaluate(chosen))

    assert met == ["‹Say more.›", "‹Say it.›"]


def test_what_is_typed_is_saved_by_itself(open_editor: OpenEditor):
    editor = open_editor("KB0003")

    editor.type_on("\n\nSaved by itself.")
    expect(editor.state).to_have_text("Not saved yet")
    expect(editor.state).to_have_text(re.compile(r"^Saved \d\d:\d\d$"), timeout=PAUSE)
    editor.type_on(" And by a key.")
    editor.page.keyboard.press("Control+s")
    expect(editor.state).to_have_text(re.compile(r"^Saved \d\d:\d\d$"))
    editor.open()

    assert editor.text.endswith("Saved by itself. And by a key.")
    assert editor.page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('text:'))") == []


def test_pressing_save_while_a_saving_is_under_way_is_no_conflict(open_editor: OpenEditor):
    editor = open_editor("KB0003")
    editor.page.route("**/save", lambda route: (editor.page.wait_for_timeout(600), route.continue_()))

    editor.type_on("\n\nBoth at once.")
    editor.page.keyboard.press("Control+s")
    editor.page.locator("main").get_by_role("button", name="Save", exact=True).last.click()

    expect(editor.page.locator(".flashes")).to_contain_text("Saved.")
    assert editor.text.rstrip().endswith("Both at once.")


def test_a_text_survives_a_portal_that_does_not_answer_and_a_browser_that_dies(open_editor: OpenEditor):
    editor = open_editor("KB0004", quiet=False)
    editor.page.context.set_offline(True)

    editor.type_on("\n\nWritten on a train.")
    away = "Not saved: the portal does not answer. Your text is kept in this browser."
    expect(editor.state).to_have_text(away, timeout=PAUSE)
    editor.reopen()

    before = editor.text
    offer = editor.page.get_by_role("status").filter(has_text="This browser keeps a text")
    expect(offer).to_contain_text("that was not saved.")
    offer.get_by_role("button", name="Take that text").click()
    assert (before.endswith("train."), editor.text.endswith("Written on a train.")) == (False, True)
    expect(editor.body).to_be_focused()
    expect(editor.state).to_have_text(re.compile(r"^Saved \d\d:\d\d$"), timeout=PAUSE)
    editor.open()
    assert editor.text.endswith("Written on a train.")
    expect(offer).to_have_count(0)


def test_a_kept_text_that_is_dropped_does_not_come_back(open_editor: OpenEditor):
    editor = open_editor("KB0005", quiet=False)
    editor.page.context.set_offline(True)
    editor.type_on("\n\nNot worth it.")
    expect(editor.state).to_contain_text("does not answer", timeout=PAUSE)
    editor.reopen()

    editor.page.get_by_role("button", name="Drop it").click()
    editor.open()

    expect(editor.page.get_by_role("button", name="Take that text")).to_have_count(0)
    assert "Not worth it." not in editor.text


def test_another_window_is_never_written_over(open_editor: OpenEditor):
    one = open_editor("KB0006", quiet=False)
    other = Editor(one.page.context.new_page(), one.portal, one.path)

    other.type_on("\n\nFrom the other window.")
    other.page.keyboard.press("Control+s")
    expect(other.state).to_have_text(re.compile("^Saved"))
    one.type_on("\n\nFrom the first window.")
    one.page.keyboard.press("Control+s")

    expect(one.state).to_have_text(
        "Not saved: This text was saved in another window meanwhile. Press Save to put both texts together; "
        "both are kept."
    )
    other.open()
    assert other.text.endswith("From the other window.")
    one.page.keyboard.press("Control+s")
    expect(one.page.locator("main")).to_contain_text("From the other window.")
    expect(one.page.locator("main")).to_contain_text("From the first window.")


def test_a_kept_text_from_before_a_newer_saving_is_put_beside_it(open_editor: OpenEditor):
    editor = open_editor("KB0007", quiet=False)
    other = Editor(editor.page.context.new_page(), editor.portal, editor.path)
    editor.page.context.set_offline(True)
    editor.type_on("\n\nOlder.")
    expect(editor.state).to_contain_text("does not answer", timeout=PAUSE)
    kept = editor.page.evaluate("JSON.stringify(localStorage)")
    editor.page.close(run_before_unload=False)
    other.page.context.set_offline(False)
    other.type_on("\n\nNewer.")
    other.page.keyboard.press("Control+s")
    expect(other.state).to_have_text(re.compile("^Saved"))
    other.page.evaluate("(kept) => Object.assign(localStorage, JSON.parse(kept))", kept)
    other.open()

    offer = other.page.get_by_role("status").filter(has_text="the portal has a newer one")
    offer.get_by_role("button", name="Take that text").click()

    assert other.text.endswith("Older.")
    expect(other.state).to_contain_text("Press Save to put both texts together; both are kept.", timeout=PAUSE)


def test_a_lost_session_says_so_and_keeps_the_text(open_editor: OpenEditor):
    editor = open_editor("KB0008", quiet=False)
    editor.page.context.clear_cookies()

    editor.type_on("\n\nAfter the session.")
    editor.page.keyboard.press("Control+s")

    expect(editor.state).to_have_text(
        "Not saved: you are signed out. Your text is kept in this browser. "
        "Sign in in another window, then press Save here."
    )
    kept = json.loads(editor.page.evaluate("Object.entries(localStorage).find(([key]) => key.startsWith('text:'))[1]"))
    assert dict(kept["entries"])["body"].endswith("After the session.")


def test_leaving_with_a_text_that_is_not_saved_asks_first(open_editor: OpenEditor):
    editor = open_editor("KB0009")
    asked: list[str] = []
    editor.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    editor.page.route("**/save", lambda route: None)  # a saving that takes for ever

    editor.page.close(run_before_unload=True)
    assert asked == []

    again = Editor(editor.page.context.new_page(), editor.portal, editor.path)
    again.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    again.page.route("**/save", lambda route: None)
    again.type_on("\n\nUnsaved.")
    again.page.close(run_before_unload=True)
    again.page.wait_for_timeout(300)
    assert asked == ["beforeunload"]


def test_two_brackets_find_an_article_and_make_the_link(open_editor: OpenEditor):
    editor = open_editor("KB0010")
    editor.write("See ")

    editor.type_on("[[badge print")
    options = editor.page.get_by_role("listbox", name="Articles").get_by_role("option")
    expect(options.first).to_contain_text("Print now, collect anywhere")
    expect(editor.body).to_have_attribute("aria-activedescendant", "editor-link-0")
    editor.page.evaluate(AXE)
    assert barriers(editor.page) == []
    editor.page.keyboard.press("Enter")
    editor.page.keyboard.type(" and [[phone")
    expect(options.nth(1)).to_be_visible()
    editor.page.keyboard.press("ArrowDown")
    second = options.nth(1).locator(".editor-link-title").inner_text()
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    editor.page.keyboard.press("Enter")
    editor.page.keyboard.type(" and [[vpn")
    expect(options.first).to_be_visible()
    editor.page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    assert editor.body.get_attribute("aria-controls") is None

    assert editor.text == (
        "See [Print now, collect anywhere: how the badge printers work](/kb/KB0028) and "
        + re.search(r"\[[^\]]+\]\(/kb/KB\d{4}\) and \[\[vpn$", editor.text)[0]  # type: ignore[index]
    )
    assert f"[{second}](/kb/KB" in editor.text


PHOTO = {"name": "photo.png", "mimeType": "image/png", "buffer": files.png()}


def choose(editor: Editor, file: dict[str, object]) -> Locator:
    with editor.page.expect_file_chooser() as chooser:
        editor.tool("Picture or file").click()
    chooser.value.set_files(file)  # type: ignore[arg-type]
    return editor.page.get_by_role("dialog", name="What does the picture show?")


def test_a_picture_is_sent_only_after_somebody_said_what_it_shows(open_editor: OpenEditor):
    editor = open_editor("KB0011")
    editor.write("Look: ")
    sent: list[str] = []
    editor.page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)

    dialog = choose(editor, PHOTO)
    dialog.get_by_role("button", name="Add the picture").click()
    expect(dialog.get_by_role("alert")).to_have_text("Say what the picture shows first.")
    assert [url for url in sent if url.endswith("/attachments")] == []
    editor.page.evaluate(AXE)
    assert barriers(editor.page) == []
    editor.page.keyboard.type("A red corner")
    editor.page.keyboard.press("Enter")

    expect(dialog).to_be_hidden()
    expect(editor.body).to_have_value(re.compile(r"^Look: !\[A red corner\]\(/attachments/[0-9a-f]{32}-\S+\.png\)$"))
    expect(editor.page.locator(".editor-upload")).to_have_text("photo.png is added.")
    expect(editor.preview.get_by_role("img", name="A red corner")).to_be_visible()
    assert editor.preview.locator("img").evaluate("(img) => img.decode().then(() => img.naturalWidth > 0)")


def test_a_picture_can_be_pasted_and_a_file_dropped(open_editor: OpenEditor):
    editor = open_editor("KB0011")
    editor.write("")
    drop = """(area, [kind, name, type, text]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0))], name, { type }));
      const how = { clipboardData: transfer, dataTransfer: transfer, bubbles: true, cancelable: true };
      area.dispatchEvent(kind === "paste" ? new ClipboardEvent("paste", how) : new DragEvent("drop", how));
    }"""
    editor.body.evaluate(drop, ["paste", "shot.png", "image/png", b64encode(files.png()).decode()])
    editor.page.get_by_label("In one sentence").fill("A screen")
    editor.page.keyboard.press("Enter")
    expect(editor.body).to_have_value(re.compile(r"!\[A screen\]"))
    editor.body.evaluate(drop, ["drop", "notes.txt", "text/plain", b64encode(b"Some notes.").decode()])

    expect(editor.body).to_have_value(re.compile(r"^!\[A screen\]\(\S+\)\[notes\]\(/attachments/[0-9a-f]{32}\.txt\)$"))


def test_a_refused_picture_says_why_and_keeps_what_was_said_about_it(open_editor: OpenEditor):
    editor = open_editor("KB0011", quiet=False)
    before = editor.text

    dialog = choose(editor, {"name": "sign.png", "mimeType": "image/png", "buffer": files.SVG})
    dialog.get_by_label("In one sentence").fill("A sign")
    editor.page.keyboard.press("Enter")

    expect(dialog.get_by_role("alert")).to_contain_text("The portal does not take this kind of file.")
    expect(dialog.get_by_label("In one sentence")).to_have_value("A sign")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    assert editor.text == before


def test_on_a_phone_text_and_preview_take_turns(open_editor: OpenEditor):
    editor = open_editor("KB0002", "jo", width=360)
    editor.write("Hello **phone**.\n")
    views = editor.page.get_by_role("group", name="What you see")

    expect(editor.preview).to_be_hidden()
    views.get_by_role("button", name="Preview").click()
    expect(editor.preview).to_have_text(re.compile("Hello phone."))
    expect(editor.body).to_be_hidden()
    views.get_by_role("button", name="Text", exact=True).click()
    expect(editor.body).to_be_visible()
    wide = editor.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0


def test_a_front_liner_is_offered_no_part_that_they_could_not_read(open_editor: OpenEditor):
    editor = open_editor("KB0002", "jo")

    expect(editor.preview).not_to_be_empty()

    expect(editor.tool("Part for support")).to_be_visible()
    expect(editor.tool("Part for specialists")).to_be_hidden()


@pytest.mark.parametrize(("width", "dark"), [(360, True), (1280, False)])
def test_what_the_script_adds_has_no_barrier(open_editor: OpenEditor, width: int, dark: bool):
    editor = open_editor("KB0012", width=width, dark=dark)
    editor.write("‹Say it.›\n\n::: martians\n")
    expect(editor.faults).to_be_visible()

    editor.page.evaluate(AXE)

    assert barriers(editor.page) == []


def begin_new(open_editor: OpenEditor, title: str) -> Editor:
    """Begin an article that does not exist, in the window of somebody who writes already."""
    editor = open_editor("KB0013", "nora")
    page = editor.page
    page.goto(editor.portal.url("/write/new"))
    page.get_by_label("Title").fill(title)
    page.locator("main [name=service]").select_option("printing")
    if page.locator("main select[name=kind]").count():
        page.locator("main select[name=kind]").select_option("known_error")
    else:
        page.locator("main [name=kind][value=known_error]").check()
    page.get_by_role("button", name="Begin", exact=True).click()
    page.wait_for_url(re.compile(r"/write/\d+"))
    editor.path = re.sub(r".*(/write/\d+).*", r"\1", page.url)
    editor.open()
    return editor


def test_articles_about_the_same_are_shown_while_the_title_is_typed(open_editor: OpenEditor):
    editor = begin_new(open_editor, "Zebra crossing")
    similar = editor.page.locator("[data-similar-place]")

    editor.page.locator("#editor [name=title]").fill("Printing does not work at all")

    expect(similar.get_by_role("link", name="Printing does not work")).to_be_visible()


def test_fields_of_one_kind_of_page_stand_there_for_that_kind_alone(open_editor: OpenEditor):
    editor = begin_new(open_editor, "A kind of its own")
    fault, change = (editor.page.locator(f"[data-for-kind={kind}]") for kind in ("known_error", "handover_note"))
    seen = [(fault.is_visible(), change.is_visible())]

    for kind in ("handover_note", "how_to"):
        editor.page.locator("#editor [name=kind]").select_option(kind)
        seen.append((fault.is_visible(), change.is_visible()))

    assert seen == [(True, False), (False, True), (False, False)]


def test_a_text_to_begin_with_that_somebody_asked_for_is_no_lost_text(open_editor: OpenEditor):
    editor = begin_new(open_editor, "A text to begin with")
    editor.write("")

    editor.page.get_by_role("button", name="Put in a text to begin with").click()
    editor.page.wait_for_load_state()
    expect(editor.body).to_have_value(re.compile("‹"))

    expect(editor.page.get_by_role("button", name="Take that text")).to_have_count(0)
