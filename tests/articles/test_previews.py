"""What a text will look like: at levels that its writer reads, with faults by line, and for no longer than it takes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.accounts.models import Person
from portal.accounts.rights import rights_of
from portal.articles import preview, rendering
from portal.articles.levels import Level
from portal.articles.models import Revision
from portal.articles.preview import Throttle
from portal.core.errors import TooSoon
from portal.core.portal import Portal
from portal.testing import MakeArticle, csrf_of, send, sign_in
from tests.articles.writing import Desk
from tests.data import hostile_files

PARTS = "Hello.\n\n::: support\n\nFor the desk.\n\n:::\n\n::: specialists\n\nFor few.\n\n:::\n"
LEVELS = [
    {"level": 0, "word": "For everyone"},
    {"level": 1, "word": "For support"},
    {"level": 2, "word": "For specialists"},
]


@pytest.fixture
def writing(app: Flask, desk: Callable[..., Desk]) -> Callable[..., tuple[Desk, FlaskClient, Revision]]:
    """A person with a text under way, and their browser."""

    def made(*roles: str, **fields: Any) -> tuple[Desk, FlaskClient, Revision]:
        person = desk(*roles)
        client = app.test_client()
        with app.extensions["portal"].db.reading() as session:
            sign_in(client, session.get_one(Person, person.id))
        return person, client, person.start_new(**fields)

    return made


def shown(client: FlaskClient, revision: Revision, body: str, **fields: Any) -> Any:
    answer = send(client, f"/write/{revision.id}/preview", {"body": body, **fields})
    assert answer.status_code == 200, answer.text
    return answer.json


def test_a_text_is_shown_at_each_level_that_its_writer_reads(writing: Callable):
    _specialist, client, revision = writing("specialist")

    pages = [shown(client, revision, PARTS, audience="everyone", level=level) for level in (0, 1, 2)]

    assert [page["level"] for page in pages] == [0, 1, 2]
    assert [page["levels"] for page in pages] == [LEVELS] * 3
    assert [("For the desk" in page["html"], "For few" in page["html"]) for page in pages] == [
        (False, False),
        (True, False),
        (True, True),
    ]
    assert [(page["faults"], page["hints"]) for page in pages] == [([], [])] * 3


def test_nobody_is_shown_a_level_above_their_own(writing: Callable):
    _front_line, client, revision = writing("front_line")

    page = shown(client, revision, PARTS, audience="everyone", level=2)

    assert (page["level"], page["levels"]) == (1, LEVELS[:2])
    assert "For few" not in page["html"]


def test_a_superuser_sees_the_part_for_support_that_they_write(writing: Callable):
    _superuser, client, revision = writing("superuser")

    page = shown(client, revision, PARTS, audience="everyone", level=1)

    assert (page["level"], "For the desk" in page["html"]) == (1, True)


def test_the_lowest_level_is_the_one_that_the_article_is_for(writing: Callable):
    _specialist, client, revision = writing("specialist", audience="support")

    stored, typed, nonsense = (
        shown(client, revision, PARTS, level=0),
        shown(client, revision, PARTS, level=0, audience="specialists"),
        shown(client, revision, PARTS, level="x", audience="martians", language="tlh-TLH"),
    )

    assert (stored["level"], stored["levels"]) == (1, LEVELS[1:])
    assert (typed["level"], typed["levels"]) == (2, LEVELS[2:])
    assert (nonsense["level"], nonsense["levels"]) == (1, LEVELS[1:])


def test_links_to_articles_that_are_not_there_are_plain_words_as_they_will_be(
    writing: Callable, make_article: MakeArticle
):
    make_article("KB0102")
    _specialist, client, revision = writing("specialist")

    page = shown(client, revision, "[One](/kb/KB0102), [two](/kb/KB0999)\n")

    assert page["html"] == '<p><a href="/kb/KB0102">One</a>, two</p>'


def test_ids_of_the_preview_are_never_those_of_the_page_around_it(writing: Callable):
    _specialist, client, revision = writing("specialist")

    page = shown(client, revision, "## Body\n\n[There](#body)\n")

    assert 'id="preview-h-body"' in page["html"]
    assert 'href="#preview-h-body"' in page["html"]


def test_words_of_the_portal_are_in_the_language_of_the_text_and_faults_in_that_of_its_writer(writing: Callable):
    _specialist, client, revision = writing("specialist")

    page = shown(client, revision, "> [!NOTE]\n> Achtung.\n", language="de")
    faulty = shown(client, revision, "::: support\n", language="de")
    long = shown(client, revision, "x" * (rendering.MAX_SOURCE_BYTES + 1), language="de")

    assert "Hinweis" in page["html"]
    assert faulty["faults"][0]["message"] == "The part for support that begins here is never closed."
    assert [fault["message"] for fault in long["faults"]] == ["The text is longer than 100 KB."]


def test_faults_of_parts_and_of_decision_scripts_come_with_their_lines(writing: Callable):
    _specialist, client, revision = writing("specialist")
    script = '```decision\nstart: one\nnodes:\n  one:\n    say: "Is it on?"\n    answers:\n'
    script += '      - {if: "Yes", go: two}\n      - {if: "No", end: "Turn it on.", outcome: solved}\n```\n'

    page = shown(client, revision, f"Hello.\n\n{script}\n::: martians\n")

    assert page["html"] == ""
    assert page["faults"] == [
        {
            "line": 9,
            "message": "one: An answer goes to two, and there is no such node.",
            "remedy": "Known are: one.",
        },
        {
            "line": 13,
            "message": "::: is followed by “martians”, which names no readers.",
            "remedy": "Write “::: support” or “::: specialists” to open a part, “:::” alone to close it.",
        },
    ]


def test_what_is_still_to_be_written_comes_with_its_line(writing: Callable):
    _specialist, client, revision = writing("specialist")

    page = shown(client, revision, "Hello.\r\n\r\n‹Say more.›\r\n")

    assert page["hints"] == [{"line": 3, "text": "Say more."}]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("x" * (100 * 1024 + 1), "The text is longer than 100 KB."),
        ("- " * 800 + "deep", "Lists, quotes or HTML tags in this text are nested too deeply to be shown."),
        ("[^1]" * 600, "The text has more than 500 footnote marks."),
    ],
)
def test_a_text_that_nobody_could_render_is_a_fault_and_never_an_error(writing: Callable, body: str, message: str):
    _specialist, client, revision = writing("specialist")

    page = shown(client, revision, body)

    assert (page["html"], [(fault["line"], fault["message"]) for fault in page["faults"]]) == ("", [(0, message)])


def test_hostile_html_is_as_harmless_as_on_the_page(writing: Callable):
    _specialist, client, revision = writing("specialist")

    page = shown(client, revision, "<script>alert(1)</script><img src=x onerror=alert(1)>[x](javascript:alert(1))\n")

    assert page["html"].strip() == "<p>x</p>"


def test_a_text_of_somebody_else_is_not_there(writing: Callable):
    _one, _client, revision = writing("specialist")
    _other, client, _own = writing("front_line")

    answers = [send(client, f"/write/{number}/preview", {"body": "Hello."}) for number in (revision.id, 999_999)]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert "There is no such text." in answers[0].text


def test_whoever_is_signed_out_is_asked_to_sign_in(client: FlaskClient, writing: Callable):
    _one, _client, revision = writing("specialist")

    answers = [send(client, f"/write/{revision.id}/preview", {"body": "Hello."}), client.get("/write/links?q=a")]

    assert [(answer.status_code, "/sign-in" in answer.headers["Location"]) for answer in answers] == [(302, True)] * 2


def test_a_picture_that_was_just_added_shows_in_the_preview_of_who_added_it(app: Flask, writing: Callable):
    _specialist, client, revision = writing("specialist")
    photo = (BytesIO(hostile_files.png()), "photo.png")
    sent = {"csrf_token": csrf_of(client), "file": photo, "alt": "A red corner"}
    added = client.post("/attachments", data=sent, headers={"Accept": "application/json"}).json

    page = shown(client, revision, added["markdown"])

    assert f'<img src="{added["path"]}" alt="A red corner"' in page["html"]
    assert client.get(added["path"]).status_code == 200
    assert app.test_client().get(added["path"]).status_code == 404


def test_a_preview_that_is_asked_for_too_often_waits(app: Flask, writing: Callable):
    _specialist, client, revision = writing("specialist")
    app.extensions["preview_throttle"] = Throttle(at_most=2)

    answers = [send(client, f"/write/{revision.id}/preview", {"body": "Hello."}) for _each in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json == {
        "message": "The preview was asked for very often.",
        "hint": "It comes again in a moment; your text is not touched.",
    }
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 11


def test_one_preview_of_a_person_is_made_at_a_time_and_others_do_not_wait_for_it():
    throttle = Throttle()
    met: list[str] = []

    def ask(person_id: int) -> None:
        try:
            with throttle.turn(person_id, 0.5):
                met.append(f"{person_id} in")
        except TooSoon as refusal:
            met.append(f"{person_id} waits {refusal.wait_seconds}")

    with throttle.turn(1, 0.0):
        for person_id in (1, 2):
            thread = threading.Thread(target=ask, args=(person_id,))
            thread.start()
            thread.join()
    ask(1)

    assert met == ["1 waits 1", "2 in", "1 in"]


def test_turns_come_back_after_ten_seconds_and_after_a_fault():
    throttle = Throttle(at_most=1)
    with pytest.raises(ValueError, match="broken"), throttle.turn(1, 0.0):
        raise ValueError("broken")

    with pytest.raises(TooSoon) as refused, throttle.turn(1, 4.0):
        pass
    with throttle.turn(1, 10.0):
        pass

    assert refused.value.wait_seconds == 7


def test_links_are_found_by_words_of_the_title_or_by_the_number(writing: Callable, make_article: MakeArticle):
    make_article("KB0102", title="Printing [fast] does not work")
    make_article("KB0103", title="Does a mail print", audience="support")
    _front_line, client, _revision = writing("front_line")

    def asked(words: str) -> list[str]:
        return [each["ref"] for each in client.get("/write/links", query_string={"q": words}).json]

    assert client.get("/write/links?q=fast+PRINT").json == [
        {
            "ref": "KB0102",
            "title": "Printing [fast] does not work",
            "path": "/kb/KB0102",
            "markdown": "[Printing \\[fast\\] does not work](/kb/KB0102)",
            "audience": "For everyone",
        }
    ]
    assert [asked(words) for words in ("print", "does", "kb0103", "0103", "", "100%", "_", "no such")] == [
        ["KB0102", "KB0103"],
        ["KB0103", "KB0102"],
        ["KB0103"],
        ["KB0103"],
        [],
        [],
        [],
        [],
    ]


def test_links_show_neither_drafts_nor_what_one_may_not_read(
    app: Flask, writing: Callable, make_article: MakeArticle, as_role: Callable[..., FlaskClient]
):
    make_article("KB0102", title="Printing for support", audience="support")
    make_article("KB0103", title="Printing under way", confidence="wip")
    make_article("KB0104", title="Printing for few", readers=["role:admin"])
    writing("specialist", title="Printing in a draft")

    found = {
        role: [each["ref"] for each in as_role(role).get("/write/links?q=printing").json]
        for role in ("end_user", "front_line", "admin")
    }

    assert found == {"end_user": [], "front_line": ["KB0102", "KB0103"], "admin": ["KB0104"]}


def test_no_more_than_eight_links_are_offered_by_one_question_to_the_database(
    house: Portal, make_article: MakeArticle, make_person: Callable, query_count: Callable
):
    for number in range(101, 111):
        make_article(f"KB0{number}", title=f"Printing number {number}")
    person = make_person(roles=["front_line"])

    with house.db.reading() as session:
        rights = rights_of(session, person)
        with query_count() as count:
            found = preview.links(session, rights, "printing number")

    assert [each.ref for each in found] == [f"KB0{number}" for number in range(101, 109)]
    assert count() == 1


def test_the_script_to_begin_with_can_be_shown_as_it_stands():
    source = preview.script_to_begin_with()

    page = rendering.render(source, Level.SUPPORT)

    assert preview.faults_of(source) == ()
    assert 'class="script"' in page.html
