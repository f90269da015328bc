"""Invented people: all of them in a portal of their own, none in one that is used."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from portal.accounts import demo, roster, service
from portal.accounts.models import Person, Shift
from portal.core.errors import Refused
from portal.organisation import demo as organisation_demo
from portal.testing import NOON


def logins(house):
    with house.db.reading() as session:
        return set(session.scalars(sa.select(Person.login)))


def add(house, login, mail=""):
    with house.db.transaction() as session:
        service.add_person(session, name=login.title(), login=login, mail=mail, password_hash=None, now=NOON)


def test_a_portal_with_people_of_its_own_gets_no_invented_ones(house):
    add(house, "admin")
    add(house, "ana", "ana@company.test")

    with pytest.raises(Refused, match="This portal has people of its own, so nothing invented was added"):
        demo.refuse_a_portal_in_use(house)


def test_a_portal_with_its_first_account_alone_may_be_filled(house):
    add(house, "admin")

    assert demo.refuse_a_portal_in_use(house) == ""


def test_a_demo_may_be_filled_again_whoever_came_since(house):
    add(house, "ana", "ana@example.org")
    add(house, "robin")

    assert demo.refuse_a_portal_in_use(house) == ""
    assert demo.fill(house) == ""
    assert logins(house) == {"ana", "robin"}


def test_the_front_line_of_the_demo_has_a_roster_of_three_weeks(organised, frozen_clock):
    organisation_demo.fill(organised)
    demo.fill(organised)

    with organised.db.reading() as session:
        first, last = session.execute(sa.select(sa.func.min(Shift.starts_at), sa.func.max(Shift.ends_at))).one()
        week = roster.shifts(session, ["front-line"], NOON, NOON + timedelta(days=1))
        names = {person.name for person in roster.on_shift(session, ["front-line"], NOON, NOON + timedelta(days=2))}
        parties = set(session.scalars(sa.select(Shift.party_id)))

    assert (first.date(), last.date()) == (date(2026, 2, 23), date(2026, 3, 13))  # around Monday, 2 March
    assert len(week) >= 2
    assert names == {"Mara Silva", "Jo Martin", "Grace Hall"}
    assert parties == {"front-line"}
