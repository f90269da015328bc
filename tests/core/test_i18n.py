"""Texts, dates and numbers are in the language and time zone of whoever reads, and in English where nobody reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.core import i18n
from portal.core.i18n import format_date, format_decimal, format_moment, gettext, lazy_gettext, ngettext, speaking
from portal.organisation import loading as organisation
from portal.organisation.models import Organisation

NIGHT = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)  # half past midnight of the next day in Berlin
SEARCH = lazy_gettext("Search")


def _said() -> list[str]:
    return [
        gettext("Page %(page)s", page=2),
        ngettext("%(num)s person", "%(num)s people", 1),
        ngettext("%(num)s person", "%(num)s people", 2),
        i18n.pgettext("nowhere", "Search"),
        str(SEARCH),
        format_date(NIGHT),
        format_date(date(2026, 3, 31), "long"),
        format_date(date(2026, 3, 31), "EEEE"),
        format_moment(NIGHT),
        format_decimal(1234.5),
    ]


ENGLISH = [
    "Page 2", "1 person", "2 people", "Search", "Search",
    "31 Mar 2026", "31 March 2026", "Tuesday", "31 Mar 2026, 22:30", "1,234.5",
]  # fmt: skip
GERMAN = [
    "Seite 2", "1 Person", "2 Personen", "Search", "Suche",
    "31.03.2026", "31. März 2026", "Dienstag", "31.03.2026, 22:30", "1.234,5",
]  # fmt: skip


def test_outside_a_request_all_of_it_is_english_and_utc(app: Flask):
    assert _said() == ENGLISH
    with app.app_context():
        assert _said() == ENGLISH


def test_a_language_can_be_chosen_for_a_while():
    with speaking("de"):
        assert _said() == GERMAN
        with speaking("en"):
            assert _said() == ENGLISH
        assert _said() == GERMAN
    assert _said() == ENGLISH


@pytest.mark.parametrize("language", ["", "en", "xx", "not a code"])
def test_a_language_that_nobody_translated_is_english(language: str):
    with speaking(language):
        assert _said() == ENGLISH


def test_a_variant_of_a_language_has_its_texts():
    with speaking("de-AT"):
        assert gettext("Search") == "Suche"
        assert format_date(date(2026, 1, 31), "long") == "31. Jänner 2026"


def test_within_a_request_it_is_what_the_reader_chose(app: Flask, make_person: Callable, sign_in: Callable):
    said: list[list[str]] = []
    app.add_url_rule("/said", view_func=lambda: said.append(_said()) or "said")
    client = sign_in(app.test_client(), make_person(language="de"))

    client.get("/said")
    with speaking("de"):
        app.test_client().get("/said")

    assert said == [GERMAN, GERMAN]


def test_a_moment_is_shown_in_the_time_zone_of_the_person(app: Flask, house, make_person: Callable, sign_in: Callable):
    said: list[str] = []
    app.add_url_rule("/said", view_func=lambda: said.extend((format_moment(NIGHT), format_date(NIGHT))) or "said")
    person = make_person()
    with house.db.transaction() as session:
        session.merge(person).time_zone = "Europe/Berlin"

    sign_in(app.test_client(), person).get("/said")

    assert said == ["1 Apr 2026, 00:30", "1 Apr 2026"]


def test_whoever_has_no_time_zone_gets_that_of_the_organisation(
    app: Flask, house, make_person: Callable, sign_in: Callable
):
    said: list[str] = []
    app.add_url_rule("/said", view_func=lambda: said.append(format_moment(NIGHT)) or "said")
    with house.db.transaction() as session:
        organisation.load(session, organisation.read(organisation.SHIPPED), samples=True)
        session.scalars(sa.select(Organisation)).one().time_zone = "Asia/Tokyo"

    app.test_client().get("/said")
    sign_in(app.test_client(), make_person()).get("/said")

    assert said == ["1 Apr 2026, 07:30", "1 Apr 2026, 07:30"]
