"""Many rounds, in orders that are chance, and one of hundreds of people: nobody is linked better than one in five."""

import os

import pytest
import sqlalchemy as sa

from plugins.feedback import rounds
from plugins.feedback.round_models import NamelessAnswer
from plugins.feedback.surveys import survey_now
from plugins.feedback.wordings import bank_now
from portal.accounts.models import Person
from portal.organisation.models import Unit
from portal.testing import NOON
from tests.plugins.feedback.test_anonymity import END, asked, end, keys, people, run

__all__ = ["asked", "keys", "people"]

pytestmark = pytest.mark.proof

FULL = os.environ.get("PROOF_ROUNDS", "full") == "full"
SEEDS = range(100, 140 if FULL else 103)
MANY = 400 if FULL else 80


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_the_order_nobody_is_linked(people, asked, keys, tmp_path, seed):
    attacker = run(people, asked, keys, tmp_path / "copies", seed=seed)
    assert attacker.links() == set(), attacker.best()

    end(people, asked, keys)
    attacker.copy()

    assert attacker.links() == {"elsewhere"}, attacker.best()


def test_of_hundreds_of_people_nobody_is_linked_and_every_answer_is_there(organised, keys, tmp_path):
    with organised.db.transaction() as session:
        for number in range(8):
            session.add(Unit(id=f"unit-{number}", name=f"Unit {number}", parent_id="company", site_id="main"))
        session.flush()
        for number in range(MANY):
            session.add(Person(name=f"Person {number}", unit_id=f"unit-{number * number % 8}", created_at=NOON))
    with organised.db.transaction() as session:
        survey = survey_now(session, bank_now(session), "P")
        asked = rounds.begin(session, survey, by=None, closes_at=END, now=NOON)

    attacker = run(organised, asked, keys, tmp_path / "copies", sweep=False)
    ended = end(organised, asked, keys)
    attacker.copy()

    assert attacker.links() == {"elsewhere"}, attacker.best()
    with organised.db.reading() as session:
        answers = session.scalar(sa.select(sa.func.count()).select_from(NamelessAnswer))
    assert (ended.answered, answers) == (MANY, MANY * 6)
