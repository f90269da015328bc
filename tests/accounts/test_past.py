"""Where people stood at a moment of the past, and who looked at what is kept about them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.accounts import looks, past, service
from portal.accounts.looks import Look
from portal.accounts.past import Then
from portal.testing import NOON

DAY = timedelta(days=1)


@pytest.fixture
def db(company):
    with company.db.transaction() as session:
        yield session


@pytest.fixture
def robin(db):
    return service.add_person(db, name="Robin Bell", login="robin", roles=["superuser"], unit_id="sales", now=NOON)


def moved(db, person, unit_id, now):
    service.change_person(
        db, person, name=person.name, login=person.login, mail="", unit_id=unit_id, party_id=None, by=None, now=now
    )


def test_the_unit_and_the_roles_of_that_day_are_found_and_not_those_of_today(db, robin):
    moved(db, robin, "sales-south", NOON + 10 * DAY)
    service.set_roles(db, robin, ["specialist", "coach"], by=None, now=NOON + 20 * DAY)

    stood = [past.stood(db, [robin.id], NOON + days * DAY)[robin.id] for days in (-1, 0, 9, 10, 19, 20)]

    first = Then(unit_id="sales", roles=("superuser",), work="superuser", since=NOON)
    second = Then(unit_id="sales-south", roles=("superuser",), work="superuser", since=NOON)
    third = Then(unit_id="sales-south", roles=("coach", "specialist"), work="specialist", since=NOON)
    assert stood == [first, first, first, second, second, third]


def test_a_change_that_moves_nobody_is_not_written_down(db, robin):
    service.set_roles(db, robin, ["superuser"], by=None, now=NOON + DAY)
    past.keep(db, robin, now=NOON + 2 * DAY)

    assert db.query(past.PersonThen).where(past.PersonThen.person_id == robin.id).count() == 1


def test_who_is_unknown_is_left_out(db, robin):
    assert list(past.stood(db, [robin.id, 4711], NOON)) == [robin.id]


@pytest.mark.parametrize(
    ("roles", "party", "work"),
    [
        ([], None, "end_user"),
        (["coach"], None, "end_user"),
        (["superuser"], "business", "superuser"),
        (["front_line", "superuser"], "front_line", "front_line"),
        (["specialist", "front_line"], "specialist", "specialist"),
        (["lead"], "front_line", "front_line"),
        (["lead", "specialist"], "specialist", "it_manager"),
    ],
)
def test_one_word_says_what_somebody_does(roles, party, work):
    assert past.work_of(roles, party) == work


def test_a_look_at_somebody_is_written_down_once_a_day_and_never_ones_own(db, robin):
    kim = service.add_person(db, name="Kim Sand", login="kim", now=NOON)
    for moment in (NOON, NOON + DAY / 4, NOON + DAY):
        looks.note(db, person_id=robin.id, looker_id=kim.id, what="badges.person", now=moment)
    looks.note(db, person_id=robin.id, looker_id=robin.id, what="badges.person", now=NOON)

    found, total = looks.at_person(db, robin.id)

    assert total == 2
    assert found == [
        Look(looker="Kim Sand", what="badges.person", at=NOON + DAY),
        Look(looker="Kim Sand", what="badges.person", at=NOON),
    ]


def test_looks_are_forgotten_after_a_year(db, robin):
    kim = service.add_person(db, name="Kim Sand", login="kim", now=NOON)
    looks.note(db, person_id=robin.id, looker_id=kim.id, what="badges.person", now=NOON)

    looks.forget_old(db, NOON + 365 * DAY)
    kept = looks.at_person(db, robin.id)[1]
    looks.forget_old(db, NOON + 366 * DAY)

    assert (kept, looks.at_person(db, robin.id)[1]) == (1, 0)
