"""The log of contributions is added to once, takes back by adding, and keeps how people stood that day."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from plugins.gamification import recording
from plugins.gamification.models import Contribution
from portal.accounts import service as accounts
from portal.core.errors import Refused
from portal.core.events import EventRow
from portal.organisation.models import Site, Unit
from portal.testing import NOON

DAY = timedelta(days=1)


@pytest.fixture
def log(house):
    with house.db.transaction() as session:
        session.add(Site(id="main", name="Main", time_zone="UTC"))
        session.flush()
        session.add_all([Unit(id=each, name=each.title(), site_id="main") for each in ("sales", "finance")])
        session.flush()
        yield session


@pytest.fixture
def ana(log):
    return accounts.add_person(log, name="Ana", login="ana", unit_id="sales", roles=["front_line"], now=NOON - 30 * DAY)


@pytest.fixture
def ben(log):
    return accounts.add_person(log, name="Ben", login="ben", roles=["specialist"], now=NOON - 30 * DAY)


def solved(session, actor, *credited, key="KB7:1", at=NOON):
    return recording.record(
        session, "article.solved", key=key, occurred_at=at, actor_id=actor.id, credited=[each.id for each in credited],
        subject=("article", "KB7"), source="articles", now=at,
    )  # fmt: skip


def rows(session):
    return session.scalars(sa.select(Contribution).order_by(Contribution.id)).all()


def told(session):
    query = sa.select(EventRow).where(EventRow.name.startswith("gamification.")).order_by(EventRow.id)
    return [(row.name, row.payload) for row in session.scalars(query)]


def test_what_helped_is_written_once_for_each_person_whom_it_credits(log, ana, ben):
    kim = accounts.add_person(log, name="Kim", login="kim", now=NOON)
    first, again = solved(log, ana, ben, kim), solved(log, ana, ben, kim)

    assert first == [f"article.solved:KB7:1:{ben.id}", f"article.solved:KB7:1:{kim.id}"]
    assert again == []
    assert [row.credit_id for row in rows(log)] == [ben.id, kim.id]
    assert told(log) == [
        ("gamification.recorded", {"kind": "article.solved", "person_id": ben.id}),
        ("gamification.recorded", {"kind": "article.solved", "person_id": kim.id}),
    ]


def test_unit_and_roles_are_those_of_that_day_however_late_it_is_written(log, ana, ben):
    accounts.change_person(
        log, ana, name="Ana", login="ana", mail="", unit_id="finance", party_id=None, by=None, now=NOON + DAY
    )
    accounts.set_roles(log, ana, ["specialist"], by=None, now=NOON + DAY)
    accounts.set_roles(log, ben, ["front_line"], by=None, now=NOON + DAY)
    solved(log, ana, ben)
    solved(log, ana, ben, key="KB7:2", at=NOON + 2 * DAY)

    assert [(row.actor_unit_id, row.attrs, row.credit_role) for row in rows(log)] == [
        ("sales", {"actor_role": "front_line"}, "specialist"),
        ("finance", {"actor_role": "specialist"}, "front_line"),
    ]


def test_how_old_the_account_is_stands_with_what_costs_nothing(log, ana, ben):
    recording.record(
        log, "thanks.received", key="1", occurred_at=NOON, actor_id=ana.id, credited=[ben.id],
        subject=("thanks", "1"), source="gamification", now=NOON,
    )  # fmt: skip

    assert rows(log)[0].attrs == {"actor_role": "front_line", "actor_age_days": 30}


def test_nobody_is_credited_for_what_they_did_themselves_nor_who_is_unknown(log, ana):
    new = recording.record(
        log, "article.solved", key="KB7:1", occurred_at=NOON, actor_id=ana.id, credited=[ana.id, 4711],
        subject=("article", "KB7"), source="articles", now=NOON,
    )  # fmt: skip

    assert (new, rows(log)) == ([], [])


def test_keeping_fresh_is_ones_own_work(log, ana):
    new = recording.record(
        log, "article.kept_fresh", key="KB7:1", occurred_at=NOON, actor_id=ana.id, credited=[ana.id],
        subject=("article", "KB7"), source="articles", now=NOON,
    )  # fmt: skip

    assert new == [f"article.kept_fresh:KB7:1:{ana.id}"]


def test_what_is_taken_back_stays_and_another_row_says_so(log, ana, ben):
    (key,) = solved(log, ana, ben)
    taken = {"credit_id": ben.id, "mode": "void", "occurred_at": NOON, "source": "gamification", "now": NOON}
    retraction = recording.take_back(log, key, reason="A test of the page.", by=ana.id, **taken)
    again = recording.take_back(log, key, reason="Twice.", by=ana.id, **taken)

    assert (retraction, again) == (f"event.retracted:void:{key}", None)
    assert [(row.kind, row.retracts, row.retract_mode, row.reason, row.subject_id) for row in rows(log)] == [
        ("article.solved", None, "", "", "KB7"),
        ("event.retracted", key, "void", "A test of the page.", "KB7"),
    ]
    assert told(log)[1:] == [
        ("gamification.recorded", {"kind": "article.solved", "person_id": ben.id}),
        ("gamification.voided", {"person_id": ben.id, "key": retraction}),
    ]


def test_a_retraction_may_come_before_what_it_takes_back(log, ana, ben):
    key = f"article.solved:KB7:1:{ben.id}"
    recording.withdraw(log, {key: ben.id}, occurred_at=NOON, source="articles", now=NOON)
    solved(log, ana, ben)

    assert [(row.kind, row.retracts) for row in rows(log)] == [("event.retracted", key), ("article.solved", None)]


def test_a_retraction_is_never_taken_back_but_the_fact_is_written_anew(log, ana, ben):
    (key,) = solved(log, ana, ben)
    taken = {"credit_id": ben.id, "mode": "void", "occurred_at": NOON, "source": "gamification", "now": NOON}
    retraction = recording.take_back(log, key, **taken)

    with pytest.raises(Refused, match="not taken back again"):
        recording.take_back(log, retraction, **taken)
    keys = [recording.write_again(log, rows(log)[0], now=NOON + DAY) for _time in range(2)]

    assert keys == [f"{key}:again:1", f"{key}:again:2"]
    assert [(row.occurred_at, row.dedupe_key) for row in rows(log)[2:]] == [(NOON, each) for each in keys]
