"""Many processes that work out one award at the same moment give one award, which is told once."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import sqlalchemy as sa

from plugins.gamification import projecting, recording
from plugins.gamification.events import GamificationRecorded
from plugins.gamification.models import Award, AwardNotice
from portal.app import build
from portal.core import clock
from portal.core.events import EventRow
from portal.notices.models import Notice

FORK = multiprocessing.get_context("fork")
FIFTY = 50
TOLD = "gamification.badge_earned"


def trigger(instance: Path, person_id: int, begin: object) -> None:
    """What a worker does when it hears that something was recorded, in a process of its own."""
    house = build({"instance": str(instance)}, environ={})
    begin.wait(60)  # type: ignore[attr-defined]
    with house.db.transaction() as session:
        projecting.evaluate(session, [GamificationRecorded(kind="article.reused", person_id=person_id)])
    house.close()


def test_fifty_processes_that_trigger_one_award_at_once_give_one_and_tell_it_once(
    house, instance, make_person, run_jobs
):
    ana, ben = make_person("Ana", roles=["front_line"]), make_person("Ben")
    with house.db.transaction() as session:
        recording.record(
            session, "article.reused", key="1", occurred_at=clock.now(), actor_id=ben.id, credited=[ana.id],
            subject=("article", "KB7"), source="requests", now=clock.now(),
        )  # fmt: skip
    house.db.close()
    begin = FORK.Barrier(FIFTY)
    workers = [FORK.Process(target=trigger, args=(instance, ana.id, begin)) for _number in range(FIFTY)]
    for each in workers:
        each.start()
    for each in workers:
        each.join(120)

    assert [each.exitcode for each in workers] == [0] * FIFTY
    run_jobs()
    with house.db.reading() as session:
        assert session.scalars(sa.select(Award.badge_id)).all() == ["first-answer"]
        assert session.scalar(sa.select(sa.func.count()).where(EventRow.name == TOLD)) == 1
        assert session.scalars(sa.select(AwardNotice.person_id)).all() == [ana.id]
        assert session.scalars(sa.select(Notice.person_id)).all() == [ana.id]
