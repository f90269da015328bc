"""How the desk is reached, in words, and what is kept of it for some seconds."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from portal.core.db import Database
from portal.organisation.calendar import Calendar, parse_hours
from portal.organisation.contact import Contact, DeskCache, hours_in_words, in_words
from portal.organisation.models import Organisation
from portal.organisation.queries import Desk
from portal.testing import NOON

HOURS = "Mon-Fri 08:00-18:00"


@pytest.fixture
def said(app):
    def said(*when, hours=HOURS, language="en"):
        desk = Desk(name="Ours", phone="4400", calendar=Calendar("Europe/Berlin", "DE", parse_hours(hours)))
        with app.test_request_context(headers={"Accept-Language": language}):
            return in_words(desk, datetime(*when, tzinfo=UTC))

    return said


def test_an_open_desk_says_until_when(said):
    assert said(2026, 3, 2, 12, 0) == Contact(
        name="Ours",
        phone="4400",
        hours_text="Mon–Fri 08:00–18:00",
        time_zone="Europe/Berlin",
        keeps_holidays=True,
        open_now=True,
        open_until="18:00",
        opens_at="",
    )


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ((2026, 3, 2, 5, 0), "today at 08:00"),
        ((2026, 3, 2, 19, 0), "tomorrow at 08:00"),
        ((2026, 3, 6, 19, 0), "on Monday at 08:00"),
        ((2026, 4, 2, 19, 0), "on Tuesday at 08:00"),
    ],
)
def test_a_closed_desk_says_when_it_opens(said, when, words):
    contact = said(*when)

    assert (contact.open_now, contact.open_until, contact.opens_at) == (False, "", words)


def test_an_opening_far_away_has_a_date(said):
    assert said(2025, 12, 22, 19, 0, hours="Thu 10:00-11:00").opens_at == "on 8 January 2026 at 10:00"


def test_a_desk_that_is_always_there_names_no_end():
    desk = Desk(name="Ours", phone="", calendar=Calendar("UTC", "", parse_hours("Mon-Sun 00:00-24:00")))

    contact = in_words(desk, NOON)

    assert (contact.open_now, contact.open_until, contact.hours_text) == (True, "", "every day, day and night")


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        ("", ""),
        ("Mon 08:00-12:00", "Mon 08:00–12:00"),
        ("Mon-Thu 08:00-12:00, Mon-Thu 13:00-18:00, Fri 08:00-12:00",
         "Mon–Thu 08:00–12:00 and 13:00–18:00, Fri 08:00–12:00"),
    ],
)  # fmt: skip
def test_hours_are_put_into_words(hours, words):
    assert hours_in_words(parse_hours(hours)) == words


def test_the_desk_is_read_once_and_again_when_it_was_changed(loaded):
    cache, queries = DeskCache(loaded.db), []
    sa.event.listen(
        loaded.db.engine, "before_cursor_execute", lambda *args: queries.append(args[2]) if args[2] != "BEGIN" else None
    )

    assert [cache.contact(NOON).phone for _time in range(3)] == ["extension 4400"] * 3
    assert len(queries) == 1

    with loaded.db.transaction() as session:
        session.execute(sa.update(Organisation).values(desk_phone="4711"))
    assert cache.contact(NOON).phone == "extension 4400"
    cache.forget()
    assert cache.contact(NOON).phone == "4711"


def test_without_an_answer_of_the_database_what_was_known_stands(loaded, tmp_path):
    cache = DeskCache(loaded.db)
    before = cache.contact(NOON)
    with loaded.db.transaction() as session:
        session.execute(sa.text("ALTER TABLE organisation RENAME TO away"))
    cache.forget()

    assert cache.contact(NOON) == before
    assert DeskCache(Database(f"sqlite:///{tmp_path / 'empty.sqlite'}")).contact(NOON) == Contact()


def test_hours_that_were_broken_past_the_pages_break_no_page(loaded):
    with loaded.db.transaction() as session:
        session.execute(sa.update(Organisation).values(desk_hours="always"))

    assert DeskCache(loaded.db).contact(NOON) == Contact()
