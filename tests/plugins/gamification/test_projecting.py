"""Awards follow the log: they come, move, go and return with what they stand on, and everybody has their own."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from plugins.gamification import choices, merging, projecting, recording, replaying
from plugins.gamification.models import Award, AwardNotice, Contribution
from plugins.gamification.projecting import canonical, standing
from portal.accounts import service as accounts
from portal.core.events import EventRow
from portal.testing import NOON

DAY = timedelta(days=1)


@pytest.fixture
def log(house):
    with house.db.transaction() as session:
        yield session


@pytest.fixture
def people(log):
    names = ("ana", "ben", "kim", "lou", "max", "noa", "ole", "pia")
    return [
        accounts.add_person(log, name=name.title(), login=name, roles=["front_line"], now=NOON - 90 * DAY)
        for name in names
    ]  # fmt: skip


def reused(session, actor, credit, *, at=NOON, key="", about="KB7", **more):
    found = recording.record(
        session, "article.reused", key=key or f"{actor.id}:{at:%m%d}", occurred_at=at, actor_id=actor.id,
        credited=[credit.id], subject=("article", about), source=more.get("source", "requests"), now=at,
    )  # fmt: skip
    projecting.refresh(session, credit.id, {"article.reused"}, now=at)
    return found[0]


def take_back(session, key, credit, *, mode="void", reason="", at=NOON + 10 * DAY):
    recording.take_back(
        session, key, credit_id=credit.id, mode=mode, occurred_at=at, source="gamification", now=at, reason=reason
    )
    return projecting.refresh(session, credit.id, {"article.reused"}, now=at)


def awards(session):
    rows = session.scalars(sa.select(Award).order_by(Award.badge_id))
    return [(row.badge_id, row.key, row.granted_at, row.evidence, row.revoked_at) for row in rows]


def told(session, name):
    query = sa.select(EventRow.payload).where(EventRow.name == f"gamification.{name}").order_by(EventRow.id)
    return list(session.scalars(query))


def same_as_replay(session):
    everyone = replaying.people(session)
    return canonical(standing(session)) == canonical(replaying.worked_out(session, everyone))


def test_an_award_comes_with_its_evidence_and_is_told_once(log, people):
    ana, ben, *_rest = people
    reused(log, ben, ana)
    projecting.refresh(log, ana.id, now=NOON + DAY)

    (row,) = log.scalars(sa.select(Contribution.id))
    assert awards(log) == [("first-answer", "once", NOON, [row], None)]
    assert told(log, "badge_earned") == [{"badge_id": "first-answer", "person_id": ana.id, "key": "once"}]


def test_evidence_that_arrives_late_moves_the_date_back(log, people):
    ana, ben, kim, *_rest = people
    reused(log, ben, ana, at=NOON)
    reused(log, kim, ana, at=NOON - 3 * DAY)

    assert [each[:4] for each in awards(log)] == [("first-answer", "once", NOON - 3 * DAY, [2])]
    assert len(told(log, "badge_earned")) == 1


def test_a_void_takes_the_award_with_the_reason_and_a_fact_written_anew_brings_it_back(log, people):
    ana, ben, *_rest = people
    key = reused(log, ben, ana)
    take_back(log, key, ana, reason="It was a test of the page.")
    row = log.scalars(sa.select(Award)).one()
    assert (row.revoked_at, row.revoke_reason) == (NOON + 10 * DAY, "It was a test of the page.")
    assert told(log, "badge_revoked") == [{"badge_id": "first-answer", "person_id": ana.id, "key": "once"}]

    recording.write_again(log, log.get(Contribution, 1), now=NOON + 20 * DAY)
    projecting.refresh(log, ana.id, {"article.reused"}, now=NOON + 20 * DAY)
    assert awards(log) == [("first-answer", "once", NOON, [3], None)]
    assert (row.revoke_reason, len(told(log, "badge_earned"))) == ("", 1)


def test_an_honest_change_leaves_what_is_sticky(log, people):
    ana, ben, *_rest = people
    changes = take_back(log, reused(log, ben, ana), ana, mode="withdraw")
    assert (bool(changes), awards(log)[0][4]) == (False, None)


def test_only_badges_that_listen_are_looked_at(log, people):
    ana, ben, *_rest = people
    recording.record(
        log, "article.reused", key="1", occurred_at=NOON, actor_id=ben.id, credited=[ana.id],
        subject=("article", "KB7"), source="requests", now=NOON,
    )  # fmt: skip
    assert not projecting.refresh(log, ana.id, {"thanks.received"}, now=NOON)
    assert projecting.refresh(log, ana.id, {"article.reused"}, now=NOON).earned == [("first-answer", "once")]


def test_whoever_leaves_holds_nothing_and_returns_in_silence(log, people):
    ana, ben, *_rest = people
    reused(log, ben, ana)
    choices.choose(log, ana.id, is_on=False, shown_to="everyone", now=NOON)
    projecting.refresh(log, ana.id, now=NOON)
    assert (awards(log), replaying.worked_out(log, [ana.id])) == ([], [])

    log.execute(sa.delete(AwardNotice))
    choices.choose(log, ana.id, is_on=True, shown_to="everyone", now=NOON + DAY)
    projecting.refresh(log, ana.id, now=NOON + DAY, silent=True)
    assert [each[0] for each in awards(log)] == ["first-answer"]
    assert len(told(log, "badge_earned")) == 1
    assert log.scalars(sa.select(AwardNotice.badge_id)).all() == ["first-answer"]


def test_what_was_imported_earns_badges_and_is_no_news(log, people):
    ana, ben, *_rest = people
    reused(log, ben, ana, source="import")
    assert [each[0] for each in awards(log)] == ["first-answer"]
    assert (told(log, "badge_earned"), log.scalars(sa.select(AwardNotice.key)).all()) == ([], ["once"])


@pytest.mark.parametrize(("late", "times"), [(2 * DAY, 1), (2 * DAY + timedelta(seconds=1), 0)])
def test_an_award_that_is_found_days_after_it_was_earned_is_no_news(log, people, late, times):
    ana, ben, *_rest = people
    recording.record(
        log, "article.reused", key="1", occurred_at=NOON, actor_id=ben.id, credited=[ana.id],
        subject=("article", "KB7"), source="requests", now=NOON + late,
    )  # fmt: skip
    projecting.refresh(log, ana.id, {"article.reused"}, now=NOON + late)
    assert [each[:3] for each in awards(log)] == [("first-answer", "once", NOON)]
    notes = log.scalars(sa.select(AwardNotice.badge_id)).all()
    assert (len(told(log, "badge_earned")), notes) == (times, [] if times else ["first-answer"])


def test_accounts_that_become_one_hold_what_one_would_have_earned(log, people):
    ana, old, *helpers = people
    for day, each in enumerate(helpers):
        reused(log, each, ana if day % 2 else old, at=NOON + day * DAY)
    reused(log, old, ana, at=NOON - DAY)
    before = {(each.person_id, each.badge_id) for each in standing(log)}
    assert before == {(ana.id, "first-answer"), (old.id, "first-answer")}

    merging.follow(log, merging.same_person(log, old.id, ana.id, now=NOON), now=NOON)
    assert {(each.person_id, each.badge_id) for each in standing(log)} >= {
        (ana.id, "first-answer"), (ana.id, "passed-on"),
    }  # fmt: skip
    first = next(each for each in standing(log) if each.badge_id == "first-answer")
    assert first.granted_at == NOON
    assert {each.person_id for each in standing(log)} == {ana.id}
    assert same_as_replay(log)
