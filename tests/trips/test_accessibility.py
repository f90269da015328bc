"""No barrier on any page: axe-core over every page as the people who see most, phone and desktop, light and dark."""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from plugins.feedback import sealing, tokens
from tests.served import Served
from tests.trips.people import sign_in, watched

AXE = (Path(__file__).parents[1] / "data" / "axe" / "axe-4.14.1.min.js").read_text()
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

# Where each page stands; {…} is filled from the demo. A test below holds this list against the routes.
VISITOR = (
    "/", "/search", "/search?q=phone", "/search?q=zqnothing", "/kb", "/kb/KB0004", "/kb/KB0026", "/kb/KB9999",
    "/services", "/services/printing", "/contact", "/sign-in",
    "/kb/KB0034/history", "/kb/KB0034/compare?before={KB0034_1}&after={KB0034_3}", "/feedback/answer/{asked}",
    "/feedback/form/{invited}?q=R1&v=4", "/feedback/round/{round}/{token}", "/feedback/round/thanks",
    "/feedback/said", "/feedback/settled/{settled}", "/handover/sign/{to_sign}",
)  # fmt: skip
FRONT_LINE = (
    "/", "/desk", "/desk?q=phone", "/desk?q=printing&open=KB0026", "/kb/KB0021", "/kb/KB0026", "/kb/KB0010",
    "/kb/KB0042", "/kb/KB0046", "/kb/KB0056", "/people/{me}", "/people/{me}/settings", "/people/{me}/password",
    "/people/{me}/sign-ins", "/people/{me}/looks", "/people/{me}/absences", "/parties/front-line/roster",
    "/units/it", "/services/remote-access",
    "/search?q=vpn&service=remote-access",
    "/attachments", "/write", "/write/{KB1003_1}", "/write/{KB1003_1}/found-by",
    "/write/capture?q=empty", "/write/new?q=printing",
    "/search/gaps", "/search/gaps?state=closed", "/search/gaps/1", "/search/gaps/2",
    "/notices", "/notices/choices", "/feedback/mine", "/feedback/colleague", "/feedback/colleague/thanks",
    "/recognition", "/recognition?only=out", "/badges", "/badges/well-worn", "/badges/first-answer",
    "/badges/of/{nora}", "/badges/first-answer/{nora}", "/people/{nora}", "/thanks", "/thanks?to={me}", "/thanks/new",
    "/thanks/new?to={nora}&about=KB0021",
    "/kb/KB0034/history", "/kb/KB0034/compare?before={KB0034_1}&after={KB0034_3}&view=inline",
)  # fmt: skip
ADMIN = (
    "/admin", "/admin/plugins", "/admin/jobs", "/admin/mail", "/admin/events", "/admin/organisation",
    "/admin/organisation/about",
    "/admin/organisation/site", "/admin/organisation/unit", "/admin/organisation/party", "/admin/organisation/service",
    "/admin/organisation/site/main", "/admin/organisation/unit/sales", "/admin/organisation/party/network",
    "/admin/organisation/service/mail", "/admin/organisation/add/site", "/admin/organisation/add/unit",
    "/admin/organisation/add/party", "/admin/organisation/add/service", "/admin/people", "/admin/people/new",
    "/admin/people/{ana}", "/admin/people/owner-roles", "/people/{ana}", "/people/{ana}/absences",
    "/parties/front-line/roster",
    "/people/{nora}", "/coach/writers",
    "/feedback/admin/questions", "/feedback/admin/questions/N1", "/feedback/admin/questions/R3",
    "/feedback/admin/questions/new", "/feedback/admin/questions/new?trigger=pulse&type=one_of",
    "/feedback/admin/templates", "/feedback/admin/templates/N", "/feedback/admin/templates/P/preview?on=phone",
    "/feedback/admin/rounds", "/feedback/admin/rounds/1",
    "/recognition/admin", "/recognition/admin/gallery", "/recognition/admin/badges/new",
    "/recognition/admin/badges/passed-on",
)  # fmt: skip
COACH = (
    "/kb/KB0026/care", "/coach/services", "/coach/services/{sabine}", "/coach/withheld", "/coach/finds",
    "/coach/writers", "/kb",
    "/people/{sabine}", "/people/{nora}", "/people/{paul}", "/review", "/review/{KB0027_2}",
    "/feedback/words", "/feedback/words/{word}", "/feedback/callbacks", "/feedback/callbacks?state=over",
    "/feedback/callbacks/1", "/feedback/callbacks/2", "/feedback/improvements", "/feedback/improvements/1",
    "/feedback/improvements/2", "/feedback/improvements/new?word={word}", "/feedback/told/2",
    "/review/{KB1002_1}?view=page", "/review/{KB1001_1}?line=5", "/review/{KB0027_2}/adapt",
    "/feedback/articles/KB0004", "/feedback/units/company", "/feedback/services/printing", "/search/gaps/1",
    "/search/words", "/search/words?q=phone", "/search/words/new", "/search/words/1", "/search/why?q=printer+jam",
    "/search/figures", "/search/figures?show=slow",
    "/recognition/people/{nora}", "/recognition/reviews", "/recognition/reviews?state=over", "/recognition/reviews/1",
)  # fmt: skip
SENT_BACK, WAITS = ("/write/{KB1001_1}", "/write", "/notices"), ("/write/{KB1002_1}", "/write", "/review")
HANDS_OVER = (
    "/handover", "/handover/my", "/handover/new", "/handover/state/draft", "/handover/debts", "/handover/debts/1",
    "/handover/1", "/handover/1/print", "/handover/1/errors",
    "/handover/1/read", "/handover/1/quiz", "/handover/1/quiz/write",
    "/handover/2", "/handover/3", "/handover/3/write", "/handover/3/items", "/handover/3/who", "/handover/3/change",
    "/handover/5",
)  # fmt: skip
DECIDES = ("/handover/4/exception", "/handover/2", "/handover/5", "/handover/debts/1")
PAGES = {
    "": VISITOR, "jo": FRONT_LINE, "olu": ADMIN, "grace": COACH, "sabine": SENT_BACK, "emre": WAITS,
    "ines": HANDS_OVER, "carla": DECIDES, "mara": ("/handover/1", "/handover/2", "/handover/1/quiz/write"),
}  # fmt: skip
NOT_PAGES = {
    "/healthz",
    "/readyz",
    "/ask",
    "/static/<path:filename>",
    "/attachments/<name>",
    "/write/links",
    "/write/similar",
    "/search/begin",
    "/feedback/units/<unit_id>/figures.csv",
    "/feedback/services/<service_id>/figures.csv",
}


def ids(portal: Served) -> dict[str, int]:
    """Ids of people by their login, and of the texts of an article by its ref and their number."""
    texts = "SELECT ref || '_' || number, revision.id FROM revision JOIN article ON article.id = article_id"
    with sqlite3.connect(portal.instance / "portal.sqlite") as connection:
        return dict(connection.execute(f"SELECT login, id FROM person UNION ALL {texts}").fetchall())


def asked(portal: Served) -> str:
    """The address of questions that were put to a visitor."""
    about = {"template": "N", "about": "verdict", "about_id": "1", "ref": "KB0004", "form": ("N1", "N2", "N4")}
    put = sealing.Asked(id="a" * 43, at=int(time.time()), known=(("A1", "no"),), **about)  # type: ignore[arg-type]
    return sealing.sealed(put, (portal.instance / "secret_key").read_bytes())


def followed(portal: Served) -> dict[str, str]:
    """A text of somebody, and the question that was asked after a call."""
    with sqlite3.connect(portal.instance / "portal.sqlite") as connection:
        word = connection.execute("SELECT id FROM feedback_verbatim WHERE invitation_id IS NOT NULL LIMIT 1").fetchone()
        settled = connection.execute("SELECT token FROM feedback_callback WHERE settled = 'yes'").fetchone()
    return {"word": word[0], "settled": settled[0]}


def invited(portal: Served) -> dict[str, str]:
    """The address of a form that a mail leads to, and that of an anonymous round for one person."""
    secret, at = b"s" * 32, "2030-01-01 00:00:00.000000"
    with sqlite3.connect(portal.instance / "portal.sqlite", timeout=10) as connection:
        (person,) = connection.execute("SELECT min(id) FROM person").fetchone()
        connection.execute(
            "INSERT OR IGNORE INTO feedback_invitation (id, template, mode, channel, state, reason, about, about_id,"
            " form, known, seed, created_at, sent_at, expires_at) VALUES (?, 'R', 'named', 'mail', 'sent', '',"
            """ 'request', '1', '["R1","R3","R10","R6"]', '{}', '', ?, ?, ?)""",
            ("f" * 43, at, at, at),
        )
        connection.execute(
            "INSERT OR IGNORE INTO feedback_round (id, template, state, secret, form, opens_at, closes_at, invited,"
            """ override, made_at) VALUES (900, 'P', 'open', ?, '["P1","P6","P7"]', ?, ?, 1, '', ?)""",
            (secret, at, at, at),
        )
        connection.execute("INSERT OR IGNORE INTO feedback_invited (round_id, person_id) VALUES (900, ?)", (person,))
        connection.execute(
            "INSERT OR IGNORE INTO handover_sign_link (id, pack_id, version, party_id, address, secret_hash, sent_at,"
            " expires_at) VALUES (900, 2, 1, 'onsite', 'sam@supplier.example', ?, ?, ?)",
            (sha256(b"opens it").hexdigest(), at, at),
        )
    return {"to_sign": "opens%20it", "invited": "f" * 43, "round": "900", "token": tokens.token_of(secret, person)}


def barriers(page: Page) -> list[str]:
    found = json.loads(page.evaluate(f"axe.run(document, {json.dumps(RULES)}).then(r => JSON.stringify(r.violations))"))
    return [f"{each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"]]


@pytest.mark.browser
@pytest.mark.parametrize("login", PAGES, ids=lambda login: login or "visitor")
@pytest.mark.parametrize(
    ("width", "dark"),
    [
        (360, True),
        (1280, False),
        # the same widths and the same colours the other way round: found by nothing else so far
        pytest.param(360, False, marks=pytest.mark.proof),
        pytest.param(1280, True, marks=pytest.mark.proof),
    ],
)
def test_no_page_has_a_barrier(
    demo: Served, new_context: Callable[..., BrowserContext], login: str, width: int, dark: bool
):
    context = new_context(width=width, dark=dark)
    page = sign_in(context, demo, login) if login else context.new_page()
    known, filled = ids(demo), {**followed(demo), **invited(demo)}
    found: dict[str, list[str]] = {}
    faults = watched(page)

    for path in PAGES[login]:
        page.goto(demo.url(path.format(me=known.get(login, 0), asked=asked(demo), **filled, **known)))
        page.evaluate(AXE)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        problems = barriers(page) + ([f"{wide} px wider than the window"] if wide > 0 else [])
        found |= {path: problems} if problems else {}

    assert found == {}
    assert [fault for fault in faults if "404" not in fault] == []


def test_every_page_of_the_portal_is_on_the_list(app: object):
    listed = [re.sub(r"\{\w+\}", "1", path.partition("?")[0]) for paths in PAGES.values() for path in paths]
    adapter = app.url_map.bind("localhost")  # type: ignore[attr-defined]
    seen = {adapter.match(path, method="GET", return_rule=True)[0].rule for path in listed}

    rules = {rule.rule for rule in app.url_map.iter_rules() if "GET" in rule.methods}  # type: ignore[attr-defined]
    missing = rules - seen - NOT_PAGES

    assert missing == set()


def test_the_detector_sees_a_barrier(demo: Served, new_context: Callable[..., BrowserContext]):
    page = new_context().new_page()
    page.goto(demo.url("/"))
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"/static/favicon.svg\">')")
    page.evaluate(AXE)

    assert any(barrier.startswith("image-alt") for barrier in barriers(page))
