"""Who sees what somebody earned is what that person chose, in one condition for every list."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from plugins.gamification import choices
from plugins.gamification.choices import EVERYONE, NOBODY, TEAM
from portal.accounts.models import Person
from portal.core.errors import Refused
from portal.core.events import EventRow
from portal.organisation import demo
from portal.testing import NOON


@pytest.fixture
def people(house, make_person):
    """The ids of two of sales, one of finance, and one of finance in the support team of the second."""
    demo.fill(house)
    places = {"ana": "sales", "ben": "sales", "cem": "finance", "dia": "finance"}
    party = {"ben": "front-line", "dia": "front-line"}
    return {each: make_person(each, unit_id=unit, party_id=party.get(each)).id for each, unit in places.items()}


def seen_by(house, people, viewer):
    """Who is shown to *viewer*."""
    with house.db.reading() as session:
        query = sa.select(Person.name).where(Person.id.in_(people.values()), choices.shown(Person.id, viewer))
        return sorted(session.scalars(query))


def chose(house, person_id, *, is_on=True, shown_to=EVERYONE):
    with house.db.transaction() as session:
        choices.choose(session, person_id, is_on=is_on, shown_to=shown_to, now=NOON)


def test_until_somebody_chooses_everyone_in_the_company_sees_them_and_no_visitor(house, people):
    assert seen_by(house, people, people["cem"]) == ["ana", "ben", "cem", "dia"]
    assert seen_by(house, people, None) == []


def test_a_team_is_the_unit_and_the_support_team(house, people):
    chose(house, people["ben"], shown_to=TEAM)

    seen = {name: "ben" in seen_by(house, people, id_) for name, id_ in people.items()}

    assert seen == {"ana": True, "ben": True, "cem": False, "dia": True}


@pytest.mark.parametrize("choice", [{"shown_to": NOBODY}, {"is_on": False}])
def test_who_shows_nobody_or_left_is_seen_by_themselves_only(house, people, choice):
    chose(house, people["ben"], **choice)

    seen = {name: "ben" in seen_by(house, people, id_) for name, id_ in people.items()}

    assert seen == {"ana": False, "ben": True, "cem": False, "dia": False}


def test_leaving_and_returning_is_told_and_nothing_else(house, people):
    ana = people["ana"]
    for choice in ({"shown_to": TEAM}, {"is_on": False}, {"is_on": False, "shown_to": NOBODY}, {}):
        chose(house, ana, **choice)

    with house.db.reading() as session:
        rows = session.scalars(sa.select(EventRow).where(EventRow.name == "gamification.choice_changed"))
        assert [(row.actor_id, row.payload) for row in rows] == [
            (ana, {"person_id": ana, "is_on": False}),
            (ana, {"person_id": ana, "is_on": True}),
        ]


def test_a_choice_that_does_not_exist_is_refused(house, people):
    with pytest.raises(Refused, match="no such choice"):
        chose(house, people["ana"], shown_to="the world")
