import re

import pytest
import sqlalchemy as sa

from portal.articles.models import Verdict
from portal.testing import NOON
from tests.knowledge import put_article


@pytest.fixture
def publish(house, frozen_clock):
    def run(*articles, **more):
        with house.db.transaction() as session:
            return [put_article(session, *article, **more).id for article in articles]

    return run


def tiles(answer):
    rows = re.findall(r'<a class="tile" href="([^"]*)">(.*?)</a>', answer.text, re.DOTALL)
    return [(href, *re.findall(r'<span class="tile-(?:label|note)">([^<]*)<', inside)) for href, inside in rows]


def rows(answer):
    return re.findall(r'<li><a href="([^"]*)">([^<]*)</a> <span class="list-note">([^<]*)</span></li>', answer.text)


def say_yes(house, article_id, people, *, at=NOON):
    with house.db.transaction() as session:
        revision = session.scalar(sa.text("SELECT live_revision_id FROM article WHERE id = :id"), {"id": article_id})
        session.add_all(
            Verdict(
                article_id=article_id, revision_id=revision, visitor=f"v{article_id}-{number}", asked="fixed",
                value="yes", at=at,
            )
            for number in range(people)
        )  # fmt: skip


def test_the_front_page_asks_one_thing(client, frozen_clock):
    answer = client.get("/")
    assert answer.status_code == 200
    assert re.findall(r"<h1.*?</h1>", answer.text) == ["<h1>What stops you?</h1>"]
    assert answer.text.count('name="q"') == 1
    assert '<form role="search" class="find find-hero" action="/search" method="get">' in answer.text


def test_services_say_how_much_the_reader_finds_there(client, as_role, publish):
    publish(("KB0001", "Printer one"), ("KB0002", "Printer two"), service="printing")
    publish(("KB0003", "Outlook stays shut"), service="mail")
    publish(("KB0004", "Mailbox rights"), service="mail", audience=1)
    publish(("KB0005", "Reset a password"), service="accounts", audience=1)

    assert tiles(client.get("/")) == [
        ("/services/mail", "Mail and calendar", "1 article"),
        ("/services/printing", "Printing", "2 articles"),
    ]
    assert tiles(as_role("front_line").get("/")) == [
        ("/services/mail", "Mail and calendar", "2 articles"),
        ("/services/printing", "Printing", "2 articles"),
        ("/services/accounts", "Sign-in and accounts", "1 article"),
    ]


def test_what_helped_lately_counts_people(client, house, publish):
    one, two, secret = publish(("KB0001", "Printer"), ("KB0002", "Outlook")) + publish(("KB0003", "Salary"), audience=1)
    say_yes(house, one, 1)
    say_yes(house, two, 3)
    say_yes(house, secret, 9)

    assert rows(client.get("/")) == [
        ("/kb/KB0002-outlook", "Outlook", "3 people got back to work"),
        ("/kb/KB0001-printer", "Printer", "1 person got back to work"),
    ]


def test_what_helped_says_its_language_where_it_is_not_that_of_the_page(client, house, publish):
    say_yes(house, *publish(("KB0001", "Printer")), 1)

    assert (
        '<a href="/kb/KB0001-printer" lang="en">Printer</a>' in client.get("/", headers={"Accept-Language": "de"}).text
    )


def test_an_empty_portal_says_what_will_be_here_and_names_a_person(client, as_role, frozen_clock):
    answer = client.get("/")
    assert tiles(answer) == []
    assert "Here stands what people use, with what helps" in answer.text
    assert 'href="/contact"' in answer.text


@pytest.mark.parametrize("app_settings", [{"anonymous_reading": False}])
def test_a_visitor_who_may_read_nothing_is_asked_to_sign_in(client, publish):
    publish(("KB0001", "Printer says no"))
    answer = client.get("/")
    assert tiles(answer) == []
    assert '<a href="/sign-in">Sign in</a>' in answer.text


@pytest.mark.usefixtures("rooms_alone")
def test_the_number_of_queries_does_not_grow_with_what_is_listed(client, house, publish):
    counts = []
    for articles in ([("KB0001", "Printer")], [("KB0002", "Outlook"), ("KB0003", "Screen")]):
        for place, article in enumerate(articles):
            for article_id in publish(article, service=("mail", "accounts")[place]):
                say_yes(house, article_id, 2)
        client.get("/")  # what is read once a while is read now
        statements = []

        def note(_connection, _cursor, statement, *_more, statements=statements):
            statements.append(statement.split()[0])

        sa.event.listen(house.db.engine, "before_cursor_execute", note)
        answer = client.get("/")
        sa.event.remove(house.db.engine, "before_cursor_execute", note)
        counts.append((len(tiles(answer)), len(rows(answer)), statements.count("SELECT")))
    assert counts == [(1, 1, 3), (2, 3, 3)]
