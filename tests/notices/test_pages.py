"""The bell, the list of notices, the choices, and the button to watch."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.accounts.models import Person
from portal.articles.levels import Level
from portal.articles.models import Article
from portal.core.portal import Portal
from portal.notices import queries, service
from portal.notices.kinds import MAIL, OFF, PORTAL
from portal.notices.service import News
from portal.testing import NOON, send, sign_in

pytestmark = pytest.mark.usefixtures("frozen_clock")


@pytest.fixture
def person(organised: Portal, make_person: Callable[..., Person]) -> Person:
    return make_person("Robin Bell")


@pytest.fixture
def client(app: Flask, person: Person):
    return sign_in(app.test_client(), person)


@pytest.fixture
def told(organised: Portal, person: Person, make_article: Callable[..., object]) -> list[str]:
    """Two articles, and a notice about each; returns their titles."""
    titles = []
    for number in (1, 2):
        article = make_article(f"KB010{number}", title=f"Paper is missing {number}", audience="everyone")
        titles.append(article.title)
        data = {"article_id": article.id, "say": "changed"}
        with organised.db.transaction() as session:
            service.tell(
                session, [News(person_id=person.id, kind="articles.watched", key=str(number), data=data)], now=NOON
            )
    return titles


def lines(page: str) -> list[str]:
    return re.findall(r'<p class="told-line"><a[^>]*>([^<]*)</a>', page)


def count(page: str) -> list[str]:
    return re.findall(r'<span class="bell-count"[^>]*>([^<]*)</span>', page)


def unread(house: Portal, person: Person) -> int:
    with house.db.reading() as session:
        return session.scalar(sa.select(queries.unread_of(sa.literal(person.id)))) or 0


def test_the_bell_shows_how_many_are_unread_and_the_list_what_they_are(client, told, organised, person):
    page = client.get("/notices").text

    assert lines(page) == [f"“{title}”: There is a new text." for title in reversed(told)]
    assert count(page) == ["2"]
    assert unread(organised, person) == 2, "reading the list writes nothing"


def test_one_notice_or_all_are_marked_as_read(client, told):
    first = re.search(r'name="id" value="(\d+)"', client.get("/notices").text)
    assert first is not None

    send(client, "/notices/read", {"id": first[1], "do": "read"})
    assert count(client.get("/kb").text) == ["1"]

    send(client, "/notices/read")
    assert count(client.get("/kb").text) == []
    assert "Mark all as read" not in client.get("/notices").text


def test_opening_through_the_button_marks_as_read_and_leads_on(client, told):
    first = re.search(r'name="id" value="(\d+)"', client.get("/notices").text)
    assert first is not None

    answer = send(client, "/notices/read", {"id": first[1], "do": "open"})

    assert (answer.status_code, answer.headers["Location"]) == (303, "/kb/KB0102-paper-is-missing-2")
    assert count(client.get("/notices").text) == ["1"]


def test_what_became_unreadable_is_in_no_list_and_leaves_the_bell_when_all_are_marked(client, told, organised, person):
    with organised.db.transaction() as session:
        session.execute(sa.update(Article).values(audience=Level.SUPPORT))

    page = client.get("/notices").text
    assert (lines(page), count(page), "Mark all as read" in page) == ([], ["2"], True)

    send(client, "/notices/read")
    assert unread(organised, person) == 0


def test_nobody_marks_the_notices_of_another(app, told, organised, person, make_person):
    other = sign_in(app.test_client(), make_person("Other"))

    for number in ("1", "2"):
        answer = send(other, "/notices/read", {"id": number, "do": "open"})
        assert answer.headers["Location"] == "/notices"

    assert unread(organised, person) == 2


def test_choices_are_kept_and_hold(client, organised, person):
    fields = {"kind:articles.watched": OFF, "kind:articles.own": PORTAL, "daily_mail": ""}

    answer = send(client, "/notices/choices", fields)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/notices/choices")
    with organised.db.reading() as session:
        shown = queries.choices_of(session, person.id)
        choices = {each.kind.name: each.choice for each in shown}
        assert not queries.gets_mail(session, person.id)
    assert {name: choice for name, choice in choices.items() if name.startswith("articles.")} == {
        "articles.waiting": MAIL,
        "articles.own": PORTAL,
        "articles.looked_after": MAIL,
        "articles.wrong": MAIL,
        "articles.not_found": MAIL,
        "articles.watched": OFF,
    }
    assert [
        each.kind.name for each in shown if each.kind.source != "articles" and each.choice != each.kind.default
    ] == []
    with organised.db.transaction() as session:
        assert service.tell(session, [News(person_id=person.id, kind="articles.watched", key="x")], now=NOON) == 0


def test_a_choice_that_is_not_on_the_page_is_refused_with_a_sentence(client):
    answer = send(client, "/notices/choices", {"kind:articles.watched": "by pigeon"})

    assert answer.status_code == 422
    assert "There is no such choice. Choose one of those on the page." in answer.text


def test_an_article_and_a_service_are_watched_and_no_longer(client, make_article):
    make_article("KB0101", audience="everyone")
    page = client.get("/kb/KB0101", follow_redirects=True).text
    assert "Tell me when this changes" in page
    assert "Tell me when this changes" in client.get("/services/printing").text

    answer = send(client, "/watch", {"article": "KB0101", "do": "watch", "next": "/kb/KB0101-printing-does-not-work"})
    send(client, "/watch", {"service": "printing", "do": "watch"})

    assert answer.headers["Location"] == "/kb/KB0101-printing-does-not-work"
    assert "Stop watching" in client.get("/kb/KB0101", follow_redirects=True).text
    choices = client.get("/notices/choices").text
    assert re.findall(r'<ul class="watched">.*?</ul>', choices, re.DOTALL)[0].count("<li>") == 2

    send(client, "/watch", {"article": "KB0101", "do": "stop"})
    send(client, "/watch", {"service": "printing", "do": "stop"})

    assert "Nothing yet." in client.get("/notices/choices").text


def test_what_somebody_cannot_read_is_watched_as_little_as_what_is_not_there(client, make_article):
    make_article("KB0101", audience="specialists")

    answers = [send(client, "/watch", {"article": ref, "do": "watch"}) for ref in ("KB0101", "KB9999")]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert "Nothing yet." in client.get("/notices/choices").text
