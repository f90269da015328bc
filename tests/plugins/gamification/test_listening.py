"""What the worker does by itself: thanks come into the log, and a burst is void before a badge comes of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from plugins.gamification import fairness, recording, thanks
from plugins.gamification.models import Award, Contribution
from portal.accounts import past
from portal.accounts.models import Person
from portal.accounts.rights import rights_of
from portal.core import clock
from portal.core.events import EventRow

REASON = "You stayed until my phone could sign in again."
LONG_AGO = timedelta(days=90)
GIVERS = ("ana", "cem", "dia", "eva", "fay")


@pytest.fixture
def known(company, people):
    """The same people, whose accounts are older than a week by the clock of the worker as well."""
    with company.db.transaction() as session:
        for name, person_id in people.items():
            person = session.get_one(Person, person_id)
            person.created_at = clock.now() - LONG_AGO
            if name in {"eva", "fay"}:
                person.unit_id = "field-sales"
                past.keep(session, person, now=clock.now())
    return people


def rows(house, query):
    with house.db.reading() as session:
        return session.scalars(query).all()


def test_thanks_come_into_the_log_and_give_their_badge(company, known, run_jobs):
    with company.db.transaction() as session:
        for giver in GIVERS:
            thanks.say(
                session, giver_id=known[giver], receiver_id=known["ben"], reason=REASON,
                rights=rights_of(session, session.get_one(Person, known[giver])), now=clock.now(),
            )  # fmt: skip
    run_jobs()

    received = sa.select(Contribution.actor_id).where(Contribution.kind == thanks.RECEIVED)
    assert sorted(rows(company, received)) == sorted(known[giver] for giver in GIVERS)
    assert "thanked" in rows(company, sa.select(Award.badge_id).where(Award.person_id == known["ben"]))


def test_a_burst_is_void_before_anything_comes_of_it(company, known, run_jobs):
    began = clock.now()
    with company.db.transaction() as session:
        for number in range(3):
            recording.record(
                session, "article.helpful", key=str(number), occurred_at=began + timedelta(minutes=number),
                actor_id=known["ana"], credited=[known["ben"]], subject=("article", f"KB{number}"), source="articles",
                now=began,
            )  # fmt: skip
    run_jobs()

    query = sa.select(Contribution.retracts).where(Contribution.reason == fairness.BURST)
    assert rows(company, query) == [f"article.helpful:2:{known['ben']}"]
    assert len(rows(company, sa.select(EventRow.id).where(EventRow.name == "gamification.voided"))) == 1
