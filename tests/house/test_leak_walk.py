"""Nobody meets a word that is not for them, by any page, search, count or snippet; and whoever may, does."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from portal.accounts.models import Person
from portal.accounts.rights import rights_of
from portal.articles import beginning, drafting, drafts, queries, texts
from portal.articles.models import Article, Revision
from portal.articles.views.history import VIEWS
from portal.core.mail import Mail
from portal.testing import NOON, csrf_of
from tests.house import town as towns
from tests.house.town import VIEWERS, Town

PARTLY = ("/kb/", "/feedback/", "/search", "/desk", "/ask")
"""Where an answer may be a part of a page."""
TOKENS = re.compile(r'(?:nonce="[^"]*"|value="[^"]{60,}"|name="request-id"[^>]*)')


@pytest.fixture
def town(app: Flask, make_person: Callable, tmp_path: Path, run_jobs: Callable[[], int], frozen_clock: object) -> Town:
    (tmp_path / "walk").mkdir()
    return towns.build(app, make_person, tmp_path / "walk", run_jobs)


def _sent(client: FlaskClient, address: str, **headers: str) -> str:
    answer = client.get(address, headers=headers)
    assert answer.status_code < 500, (address, answer.status_code)
    return _without_echo(f"{answer.get_data().decode(errors='replace')}\n{answer.headers}", address)


def _without_echo(text: str, address: str) -> str:
    """*text* without the words of the address that was asked for: who sends them knows them already."""
    for asked in {address, address.partition("?")[0], *re.findall(r"zq[a-z]+x", address)}:
        text = text.replace(asked, "ASKED")
    return text


def _words_met(text: str, town: Town) -> set[str]:
    return {marker.word for marker in town.markers if marker.word in text}


def test_no_page_shows_a_word_to_somebody_who_may_not_read_it(town: Town):
    met: dict[str, set[str]] = defaultdict(set)
    leaks = []
    addresses = list(towns.addresses(town, "GET"))
    addresses += [f"{address}?pane=1" for address in addresses if address.startswith("/kb/")]
    addresses += [f"/desk?open={ref}" for ref in town.refs]
    may = {marker.word: marker.may for marker in town.markers}
    where = {marker.word: marker.where for marker in town.markers}

    for viewer in VIEWERS:
        client = town.client(viewer)
        for address in addresses:
            for word in _words_met(_sent(client, address), town):
                met[word].add(viewer)
                if viewer not in may[word]:
                    leaks.append(f"{viewer} met {where[word]} at {address}")

    assert leaks == []
    unseen = {m.where: sorted(m.shown - met[m.word]) for m in town.markers if m.shown - met[m.word]}
    assert unseen == {}, "the walk must see each word with everybody who may, or it proves nothing"


def test_no_history_and_no_comparison_shows_a_hidden_word(town: Town):
    met: dict[str, set[str]] = defaultdict(set)
    leaks = []
    changed = _change_texts(town)
    may = {marker.word: marker for marker in town.markers}
    addresses = [f"/kb/{ref}/history" for ref in town.refs]
    for ref, texts_of in changed.items():
        pairs = itertools.combinations(texts_of, 2)
        addresses += [f"/kb/{ref}/compare?before={a}&after={b}&view={view}" for a, b in pairs for view in VIEWS]

    for viewer in VIEWERS:
        client = town.client(viewer)
        for address in addresses:
            for word in _words_met(_sent(client, address), town):
                met[word].add(viewer)
                leaks += [] if viewer in may[word].may else [f"{viewer} met {may[word].where} at {address}"]

    assert leaks == []
    parts = ("body", "heading", "step", "support", "support-footnote", "specialists", "specialists-table")
    shown = [
        marker for marker in town.markers if marker.where in {f"{ref} {part}" for ref in changed for part in parts}
    ]
    assert len(shown) == len(parts) * len(changed)
    assert {m.where: sorted(m.may - met[m.word]) for m in shown if m.may - met[m.word]} == {}


def _change_texts(town: Town) -> dict[str, list[int]]:
    """A coach changes each text that they read: all its words stay. Returns the ids of the texts by article."""
    changed = {}
    with town.house.db.reading() as session:
        rights = rights_of(session, session.get_one(Person, town.people["coach"].id))
        its = sa.and_(queries.readable(rights), Article.ref.in_(town.refs))
        readable = session.scalars(sa.select(Article).where(its).order_by(Article.ref)).all()
    for article in readable:
        with town.house.db.transaction() as session:
            coach = drafts.writer_of(session, rights)
            draft = beginning.start(session, coach, article.ref, now=NOON)
            drafting.save(
                session, coach, draft.id, texts.stored(draft).fields, f"{draft.body}\nAnd one line.\n",
                saves=draft.saves, base_revision_id=draft.base_revision_id, now=NOON,
            )  # fmt: skip
            drafting.publish(session, coach, texts.ready(session, draft), significance="changed", now=NOON)
            every = sa.select(Revision.id).where(Revision.article_id == article.id).order_by(Revision.number)
            changed[article.ref] = list(session.scalars(every))
    return changed


def test_no_mail_carries_a_word_of_any_article_and_everybody_gets_one(town: Town):
    with town.house.db.reading() as session:
        mails = session.scalars(sa.select(Mail)).all()

    assert {mail.person_id for mail in mails} == {person.id for person in town.people.values()}
    said = [f"{mail.subject}\n{mail.text}\n{mail.html}" for mail in mails]
    assert [marker.where for text in said for marker in town.markers if marker.word in text] == []
    assert [text for text in said if "/kb/" in text or "KB0" in text] == []


def test_no_search_finds_counts_or_corrects_what_a_person_may_not_read(town: Town):
    differing, missed = [], []

    for viewer in VIEWERS:
        client = town.client(viewer)
        nothing = _search_page(client, "zqnothingatallx")
        for marker in town.markers:
            found = _search_page(client, marker.word)
            if viewer in marker.may and marker.searchable:
                missed += [] if found != nothing else [f"{viewer} does not find {marker.where}"]
            elif viewer not in marker.may:
                differing += [] if found == nothing else [f"{viewer} finds a trace of {marker.where}"]

    assert differing == []
    assert missed == []


def test_searching_common_words_shows_no_hidden_word_in_snippets_filters_and_fragments(town: Town):
    leaks = []
    may = {marker.word: marker for marker in town.markers}
    asked = ["trouble", "support", "specialists", "common plan", "step", "KB0103", "KB0101", "heading footnote"]
    filters: list[dict[str, str]] = [
        {},
        {"service": "mail"},
        {"kind": "how_to"},
        {"service": "printing"},
        {"page": "2"},
    ]

    for viewer in VIEWERS:
        client = town.client(viewer)
        for words in asked:
            for chosen in filters:
                for path in ("/search", "/desk"):
                    address = f"{path}?{urlencode({'q': words} | chosen)}"
                    text = _sent(client, address) + _sent(client, address, **{"HX-Request": "true"})
                    leaks += [
                        f"{viewer} met {may[word].where} at {address}"
                        for word in _words_met(text, town)
                        if viewer not in may[word].may
                    ]

    assert leaks == []


def test_a_form_sent_by_anybody_answers_without_a_hidden_word(town: Town):
    leaks = []
    may = {marker.word: marker for marker in town.markers}

    inside = f"/recognition/people/{town.people['inside'].id}/"
    addresses = [each for each in towns.addresses(town, "POST") if _leaves_the_town_alone(each, inside)]

    for viewer in VIEWERS:
        client = town.client(viewer)
        token = csrf_of(client)
        for address in addresses:
            form = {"csrf_token": token, "verdict": "partly", "q": "trouble", "language": "en", "reason": ""}
            parts = ({"HX-Request": "true"},) if address.startswith(PARTLY) else ()
            for headers in ({}, *parts):
                answer = client.post(address, data=form, headers=headers)
                assert answer.status_code < 500, (address, answer.status_code)
                leaks += [
                    f"{viewer} met {may[word].where} at {address}"
                    for word in _words_met(_without_echo(answer.get_data(as_text=True), address), town)
                    if viewer not in may[word].may
                ]

    assert leaks == []


def _leaves_the_town_alone(address: str, inside: str) -> bool:
    """Whether a form that is sent there neither signs the walker out nor changes people; articles by their refs alone.

    Times that somebody set are tried with one article, and contributions with the person *inside*: each of them
    belongs to one.
    """
    if address.startswith(("/sign-out", "/people", "/admin", "/coach/services")):
        return False
    if "/void/" in address and not address.startswith(inside):
        return False
    is_by_name = re.match(r"/kb/(?:KB\d+-|old-)", address)
    return not is_by_name and ("/care/time/" not in address or "/KB0102/" in address)


def test_what_a_person_may_not_open_answers_exactly_like_what_is_not_there(town: Town):
    for viewer in VIEWERS:
        client = town.client(viewer)
        not_there = _alike(client.get("/kb/KB9999999"), "KB9999999")
        for ref, *_, may, _support, _specialists in towns.CASES:
            if viewer not in may:
                assert _alike(client.get(f"/kb/{ref}"), ref) == not_there, (viewer, ref)


def _alike(answer: object, ref: str) -> tuple[int, str]:
    text = TOKENS.sub("", answer.get_data(as_text=True))  # type: ignore[attr-defined]
    return answer.status_code, text.replace(ref, "REF")  # type: ignore[attr-defined]


def _search_page(client: FlaskClient, words: str) -> str:
    page = client.get("/search", query_string={"q": words}).get_data(as_text=True)
    return TOKENS.sub("", page).replace(words, "WORDS")
