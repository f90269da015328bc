"""Nothing hostile runs in a real browser, wherever an author or a searcher puts it; the sanitiser alone holds as well.

Each payload of the collections is stored as a person would store it, opened
in Chromium, and every element of the page gets every event there is. Done
twice: under the portal's content security policy, and with the policy
switched off in the browser. A control run shows the raw payloads to the same
detector. ``make proof`` opens each payload on a page of its own, ``make proof
ROUNDS=small`` ten on a page, and every twelfth as search words.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from filelock import FileLock
from playwright.sync_api import Browser, Route

from tests.browser import ARGUMENTS
from tests.proof import hostile
from tests.proof.detector import Detector
from tests.served import Served, portal_command, start, stop
from tests.trips.people import sign_in

FULL = os.environ.get("PROOF_ROUNDS", "full") == "full"
EVERY = 1 if FULL else 12
BARE = "http://bare.test"
# A name that does not resolve: what asks for another host is seen, and never sent.
NOWHERE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
LEAST_THAT_RUN = 0.2
"""Share of the raw payloads that run in today's Chromium; the others are for other browsers, parts, or harmless."""
# One for each way, with how the detector has to tell it.
KNOWN = {
    "<script>x = 1</script>": "script: http://bare.test/",
    "<img src=x onerror='x = 1'>": "script: http://bare.test/",
    "<b onpointerdown='x = 1'>x</b>": "script: http://bare.test/",
    "<details open ontoggle='x = 1'>": "script: http://bare.test/",
    "<a href='java&Tab;script:x = 1'>x</a>": "script: in an address",
    "<form action='javascript:x = 1'><button>x</button></form>": "armed: form: javascript:x = 1",
    "<iframe srcdoc='<script>x = 1</script>'></iframe>": "script: about:srcdoc",
    "<script>alert(1)</script>": "dialog: 1",
    "<img src=http://evil.test/x.png>": "request: http://evil.test/x.png",
    "<meta http-equiv=refresh content='0;url=http://evil.test/'>": "request: http://evil.test/",
    "<a href='vbscript:x'>x</a>": "armed: a: vbscript:x",
}

pytestmark = [pytest.mark.proof, pytest.mark.browser]


@pytest.fixture(scope="session")
def hostile_instance(demo_instance: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo with the hostile articles, made once for all processes; ``stored.json`` tells what it holds."""
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if os.environ.get("PYTEST_XDIST_WORKER") else shared
    folder = shared / "hostile"
    with FileLock(shared / "hostile.lock"):
        if not (folder / "stored.json").exists():
            _fill(demo_instance, folder)
    return folder


def _fill(demo_instance: Path, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    instance = Path(shutil.copytree(demo_instance, folder / "instance"))
    texts = hostile.payloads()
    taken, refused = hostile.sorted_out(instance, folder / "asked", texts)
    drafts = hostile.articles_of(taken, together=not FULL)
    hostile.write(folder / "articles", drafts)
    for arguments in (("articles", "load", str(folder / "articles")), ("jobs", "run")):
        done = portal_command(instance, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
    stored = {
        "refs": [draft.ref for draft in drafts],
        "with_text": [draft.ref for draft in drafts if {"body", "link"} & set(draft.places)],
        "taken": {place: len(found) for place, found in taken.items()},
        "refused": dict(refused),
    }
    (folder / "stored.json").write_text(json.dumps(stored))


@pytest.fixture(scope="session")
def stored(hostile_instance: Path) -> dict[str, dict[str, int] | list[str]]:
    return dict(json.loads((hostile_instance / "stored.json").read_text()))


@pytest.fixture(scope="session")
def portal(hostile_instance: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    own = shutil.copytree(hostile_instance / "instance", tmp_path_factory.mktemp("hostile") / "instance")
    served = start(Path(own))
    yield served
    stop(served)


@pytest.fixture
def shut_in(browser: Browser) -> Iterator[Browser]:
    """A Chromium that knows no host but this machine."""
    chromium = browser.browser_type.launch(executable_path=_path(), args=[*ARGUMENTS, NOWHERE])
    yield chromium
    chromium.close()


def _path() -> str:
    from tests.browser import find_chromium

    path = find_chromium()
    assert path is not None
    return path


@pytest.fixture(params=[False, True], ids=["with-policy", "without-policy"])
def detector(request: pytest.FixtureRequest, shut_in: Browser, portal: Served) -> Callable[[str], Detector]:
    """Open a detector as somebody; with the policy, or with the browser told to ignore it."""

    def make(login: str = "") -> Detector:
        context = shut_in.new_context(bypass_csp=request.param, reduced_motion="reduce", locale="en-GB")
        context.set_default_timeout(20_000)
        if login:
            sign_in(context, portal, login).close()
        return Detector(context, portal.address)

    return make


def seen_at(watch: Detector, portal: Served, paths: list[str]) -> dict[str, list[str]]:
    return {path: seen for path in paths if (seen := watch.open(portal.url(path)))}


def test_every_payload_is_stored_or_refused(stored: dict[str, dict[str, int]], capsys: pytest.CaptureFixture[str]):
    count = len(hostile.payloads())
    with capsys.disabled():
        print(f"\n{count} payloads: taken {stored['taken']}, refused {stored['refused']}")

    assert count == 1128 + 68  # as collected, and without their no-break spaces
    assert {place: stored["taken"][place] + stored["refused"][place] for place in hostile.PLACES} == dict.fromkeys(
        hostile.PLACES, count
    )
    # A portal that refuses everything would prove nothing.
    assert {place for place in hostile.PLACES if stored["taken"][place] < count // 2} == {"tags"}


def test_nothing_runs_on_a_page_of_an_article(
    detector: Callable[[str], Detector], portal: Served, stored: dict[str, list[str]]
):
    watch = detector("")
    opened = stored["refs"] if FULL else stored["with_text"]

    assert seen_at(watch, portal, [f"/kb/{ref}" for ref in opened]) == {}
    assert watch.page.get_by_text("The text that the author meant.").count() == 1


def test_nothing_runs_where_titles_are_listed(
    detector: Callable[[str], Detector], portal: Served, stored: dict[str, list[str]]
):
    watch = detector("jo")
    pages = -(-(len(stored["refs"]) + 10) // 50)
    paths = [f"/kb?page={page}" for page in range(1, pages + 1)]
    paths += ["/", "/desk", "/services/accounts", "/kb?service=accounts&kind=how_to", "/kb/KB0004"]

    assert seen_at(watch, portal, paths) == {}
    watch.page.goto(portal.url(f"/kb?page={pages}"))
    assert watch.page.locator("main .list a").last.inner_text() != ""


@pytest.mark.parametrize(("login", "path"), [("", "/search?q="), ("jo", "/desk?q="), ("", "/kb/KB0004?q=")])
def test_nothing_runs_when_somebody_searches_for_it(
    detector: Callable[[str], Detector], portal: Served, login: str, path: str
):
    watch = detector(login)
    words = hostile.payloads()[:: EVERY if path.startswith("/search") else EVERY * 4]

    assert seen_at(watch, portal, [path + quote(each, safe="") for each in words]) == {}


@pytest.fixture
def bare(shut_in: Browser) -> Callable[[str], list[str]]:
    """Show a text as it is, on a page without any policy, to the same detector."""
    context = shut_in.new_context()
    context.set_default_timeout(10_000)
    shown = {"text": ""}

    def answer(route: Route) -> None:
        if route.request.url == f"{BARE}/":
            page = f"<!doctype html><title>Bare</title><body><main>{shown['text']}</main>"
            route.fulfill(body=page.encode("utf-8", "replace"), content_type="text/html; charset=utf-8")
        else:
            route.abort()

    context.route("**/*", answer)
    watch = Detector(context, BARE, settle_ms=30)

    def show(text: str) -> list[str]:
        shown["text"] = text
        return watch.open(f"{BARE}/")

    return show


def test_the_detector_sees_each_way_of_running(bare: Callable[[str], list[str]]):
    told = {text: bare(text) for text in KNOWN}

    missed = {text for text, sign in KNOWN.items() if not any(each.startswith(sign) for each in told[text])}
    assert missed == set(), told
    assert bare("<b>harmless</b> <a href='/x'>x</a>") == []


def test_the_detector_sees_raw_payloads_run(bare: Callable[[str], list[str]], capsys: pytest.CaptureFixture[str]):
    texts = hostile.payloads()[::EVERY]

    signs = ("script", "request", "went", "dialog", "lost")
    ran = sum(any(each.startswith(signs) for each in bare(text)) for text in texts)

    with capsys.disabled():
        print(f"\ncontrol: {ran} of {len(texts)} raw payloads ran or left")
    assert ran >= LEAST_THAT_RUN * len(texts)


def test_the_detector_sees_nothing_on_a_harmless_page(detector: Callable[[str], Detector], portal: Served):
    assert seen_at(detector("jo"), portal, ["/", "/kb/KB0026", "/search?q=phone", "/desk?q=printing", "/contact"]) == {}
