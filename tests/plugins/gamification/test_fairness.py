"""Cheap signals in a burst do not count, a coach says what else does not, and a second one looks again."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest
import sqlalchemy as sa

from plugins.gamification import fairness, merging, recording, voiding
from plugins.gamification.models import Contribution, Review
from portal.core.errors import NotFound, Refused
from portal.core.events import EventRow
from portal.testing import NOON

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
WHY = "The page was tried out, and nobody needed it."


def helpful(log, giver, receiver, number, minutes):
    (key,) = recording.record(
        log, "article.helpful", key=str(number), occurred_at=NOON + minutes * MINUTE, actor_id=giver,
        credited=[receiver], subject=("article", f"KB{number}"), source="articles", now=NOON,
    )  # fmt: skip
    return key


def voided(log):
    query = sa.select(Contribution.retracts).where(Contribution.kind == "event.retracted")
    return sorted(log.scalars(query.where(Contribution.retract_mode == "void")))


def solved(log, people, *, actor="ana", credit="ben"):
    (key,) = recording.record(
        log, "article.solved", key="KB7:1", occurred_at=NOON, actor_id=people[actor], credited=[people[credit]],
        subject=("article", "KB7"), source="articles", now=NOON,
    )  # fmt: skip
    return log.scalars(sa.select(Contribution).where(Contribution.dedupe_key == key)).one()


@pytest.mark.parametrize("order", list(itertools.permutations(range(5)))[::17])
def test_more_than_two_within_ten_minutes_are_void_in_whichever_order_they_arrive(log, people, order):
    minutes = [0, 4, 9, 14, 30]  # the third has two before it, and so has the fourth, though the third is void
    keys = {}
    for number in order:
        keys[number] = helpful(log, people["ana"], people["ben"], number, minutes[number])
        fairness.void_bursts(log, people["ben"], now=NOON)
    fairness.void_bursts(log, people["ben"], now=NOON)

    assert voided(log) == sorted([keys[2], keys[3]])


def test_signals_of_different_people_are_no_burst(log, people):
    for number, giver in enumerate(["ana", "cem", "dia", "eva"]):
        helpful(log, people[giver], people["ben"], number, number)

    assert fairness.void_bursts(log, people["ben"], now=NOON) == 0


def test_what_a_coach_restored_is_no_burst_again(log, people):
    keys = [helpful(log, people["ana"], people["ben"], number, number) for number in range(3)]
    fairness.void_bursts(log, people["ben"], now=NOON)
    retraction = log.scalars(sa.select(Contribution).where(Contribution.retracts == keys[2])).one()
    review = voiding.ask_again(log, people["ben"], retraction.id, words="", now=NOON)
    voiding.decide(log, review.id, by=people["eva"], outcome="restored", answer=WHY, now=NOON)

    assert fairness.void_bursts(log, people["ben"], now=NOON) == 0
    assert voided(log) == [keys[2]]


def test_a_coach_says_with_a_reason_that_something_does_not_count(log, people):
    row = solved(log, people)
    for _time in range(2):
        voiding.void(log, row.id, by=people["eva"], reason=WHY, now=NOON)

    retraction = log.scalars(sa.select(Contribution).where(Contribution.kind == "event.retracted")).one()
    assert (retraction.retracts, retraction.reason, retraction.actor_id) == (row.dedupe_key, WHY, people["eva"])
    told = log.scalars(sa.select(EventRow).where(EventRow.name == "gamification.voided")).one()
    assert told.payload == {"person_id": people["ben"], "key": retraction.dedupe_key}


def test_a_second_coach_with_another_reason_is_told_that_theirs_was_not_kept(log, people):
    row = solved(log, people)
    for _ in range(2):  # the button pressed twice
        voiding.void(log, row.id, by=people["eva"], reason=WHY, now=NOON)

    with pytest.raises(Refused, match="for another reason"):
        voiding.void(log, row.id, by=people["fay"], reason="It was tried out by somebody else.", now=NOON)
    assert len(voided(log)) == 1


def test_nobody_voids_without_a_reason_nor_what_they_are_part_of(log, people):
    row = solved(log, people, actor="eva", credit="fay")

    with pytest.raises(Refused, match="20 to 1000"):
        voiding.void(log, row.id, by=people["ana"], reason="No.", now=NOON)
    for coach in ("eva", "fay"):
        with pytest.raises(Refused, match="part of this"):
            voiding.void(log, row.id, by=people[coach], reason=WHY, now=NOON)
    with pytest.raises(NotFound, match="no such contribution"):
        voiding.void(log, 4711, by=people["eva"], reason=WHY, now=NOON)
    assert voided(log) == []


@pytest.fixture
def retraction(log, people):
    row = solved(log, people)
    voiding.void(log, row.id, by=people["eva"], reason=WHY, now=NOON)
    return log.scalars(sa.select(Contribution).where(Contribution.kind == "event.retracted")).one()


def test_somebody_asks_to_look_again_once_and_within_thirty_days(log, people, retraction):
    first = voiding.ask_again(log, people["ben"], retraction.id, words="Ana did need it.", now=NOON + 30 * DAY)
    again = voiding.ask_again(log, people["ben"], retraction.id, words="Really.", now=NOON + 40 * DAY)

    assert (again.id, again.words, again.voided_by) == (first.id, "Ana did need it.", people["eva"])


def test_later_or_for_somebody_else_nobody_asks(log, people, retraction):
    with pytest.raises(Refused, match="30 days ago"):
        voiding.ask_again(log, people["ben"], retraction.id, words="", now=NOON + 31 * DAY)
    with pytest.raises(NotFound, match="no such contribution"):
        voiding.ask_again(log, people["ana"], retraction.id, words="", now=NOON)
    with pytest.raises(Refused, match="at most 1000"):
        voiding.ask_again(log, people["ben"], retraction.id, words="x" * 1001, now=NOON)


def test_the_second_look_is_another_coachs_and_writes_the_fact_anew(log, people, retraction):
    review = voiding.ask_again(log, people["ben"], retraction.id, words="", now=NOON)

    for person in ("eva", "ben", "ana"):
        with pytest.raises(Refused, match="Another coach"):
            voiding.decide(log, review.id, by=people[person], outcome="restored", answer=WHY, now=NOON)
    voiding.decide(log, review.id, by=people["fay"], outcome="restored", answer=WHY, now=NOON)
    with pytest.raises(Refused, match="just now"):
        voiding.decide(log, review.id, by=people["fay"], outcome="stands", answer=WHY, now=NOON)

    anew = log.scalars(sa.select(Contribution).order_by(Contribution.id.desc()).limit(1)).one()
    assert (anew.dedupe_key, anew.occurred_at) == (f"{retraction.retracts}:again:1", NOON)
    assert log.scalars(sa.select(Review.outcome)).all() == ["restored"]


def test_what_stands_after_the_second_look_stays_void(log, people, retraction):
    review = voiding.ask_again(log, people["ben"], retraction.id, words="", now=NOON)
    voiding.decide(log, review.id, by=people["fay"], outcome="stands", answer=WHY, now=NOON)

    assert log.scalar(sa.select(sa.func.count(Contribution.id))) == 2


def test_accounts_that_became_one_are_one_person_here_too(log, people, retraction):
    merging.same_person(log, people["eva"], people["fay"], now=NOON)
    merging.same_person(log, people["ben"], people["cem"], now=NOON)
    review = voiding.ask_again(log, people["cem"], retraction.id, words="", now=NOON)

    with pytest.raises(Refused, match="Another coach"):
        voiding.decide(log, review.id, by=people["fay"], outcome="stands", answer=WHY, now=NOON)
    row = log.scalars(sa.select(Contribution).where(Contribution.dedupe_key == retraction.retracts)).one()
    with pytest.raises(Refused, match="part of this"):
        voiding.void(log, row.id, by=people["cem"], reason=WHY, now=NOON)
