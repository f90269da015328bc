"""All awards worked out anew from the log, beside those that stand; every difference is said.

It goes person by person, some at a time, and writes in short transactions, so
that nobody waits for it. Stopped halfway it has done no harm, and is simply
run again. Nobody is told of an award that a replay finds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.gamification import projecting, reading, shelf
from plugins.gamification.events import (
    GamificationChoiceChanged,
    GamificationRecorded,
    GamificationReplayDiffered,
    GamificationReplayDue,
    GamificationRulesChanged,
)
from plugins.gamification.models import Award, Contribution, Replay
from plugins.gamification.projecting import Held
from portal.accounts.models import Person
from portal.core.clock import now as clock_now
from portal.core.db import Database
from portal.core.events import EventRow, Job, emit

NIGHTLY, COMMAND, RULE = "nightly", "command", "rule"
AT_ONCE: Final = 100
KEPT: Final = 100
"""The most differences that are kept with a replay; all are counted."""
ONCE_WITHIN: Final = timedelta(hours=20)
MISSING, EXTRA, OTHER = "missing", "extra", "other"

_WAITING: Final = (GamificationRecorded.name, GamificationChoiceChanged.name)


def run(
    db: Database,
    *,
    because: str,
    write: bool,
    clock: Callable[[], datetime] = clock_now,
    progress: Callable[[int], None] = lambda _people: None,
) -> int:
    """Work out everybody's awards anew, compare, and with *write* bring those that stand to it; return the replay's id.

    *progress* is told of people done, :func:`people` of them.
    """
    with db.reading() as session:
        everyone = people(session)
    with db.transaction() as session:
        row = Replay(began_at=clock(), because=because, people=len(everyone), differences=[])
        session.add(row)
        session.flush()
        replay_id = row.id
    different, kept = 0, list[dict[str, Any]]()
    for start in range(0, len(everyone), AT_ONCE):
        some = everyone[start : start + AT_ONCE]
        with db.reading() as session:
            found = differences(session, some, leave_out=not write)
        different += len(found)
        kept += found[: KEPT - len(kept)]
        if write and found:
            with db.transaction() as session:
                for person_id in sorted({each["person"] for each in found}):
                    projecting.refresh(session, person_id, now=clock(), silent=True)
        progress(len(some))
    with db.transaction() as session:
        events = session.scalar(sa.select(sa.func.count(Contribution.id))) or 0
        values = {"ended_at": clock(), "events": events, "different": different, "differences": kept}
        session.execute(sa.update(Replay).where(Replay.id == replay_id).values(**values, is_written=write))
        if different and because == NIGHTLY:
            emit(session, GamificationReplayDiffered(replay_id=replay_id, different=different))
    return replay_id


def people(session: Session) -> list[int]:
    """Everybody who has earned something or could have; sorted."""
    same = reading.now_one(session)
    holders = session.scalars(sa.select(Award.person_id).distinct())
    return sorted({*reading.everybody(session, same), *holders})


def worked_out(session: Session, person_ids: Sequence[int]) -> list[Held]:
    """The awards that the log gives some people, whatever stands now."""
    now_held, zone, same = shelf.on(session), shelf.zone_of(session), reading.now_one(session)
    query = sa.select(Person.id).where(Person.id.in_(person_ids), projecting.takes_part())
    taking_part = sorted(set(session.scalars(query)) - set(same))
    badges = [badge for badge, _version in now_held.held.values()]
    facts = reading.facts_of_all(session, taking_part, same=same)
    return [
        award for each in taking_part for award in projecting.worked_out(badges, now_held.held, facts[each], zone)
    ]  # fmt: skip


def differences(session: Session, person_ids: Sequence[int], *, leave_out: bool = False) -> list[dict[str, Any]]:
    """Where the awards that stand are not those of the log: missing, extra, or with another date, evidence or version.

    Awards of a badge that went away are kept and not compared. *leave_out*
    those whose awards a job is about to work out anyway.
    """
    waiting = _about_to_change(session) if leave_out else set()
    looked_at = [] if waiting is None else [each for each in person_ids if each not in waiting]
    live = set(shelf.active(session))
    wanted = {(each.person_id, *each.slot): each for each in worked_out(session, looked_at)}
    stands = {
        (each.person_id, *each.slot): each
        for each in projecting.standing(session, looked_at)
        if each.badge_id in live
    }  # fmt: skip
    return list(_compared(wanted, stands))


def _compared(
    wanted: dict[tuple[int, str, str], Held], stands: dict[tuple[int, str, str], Held]
) -> Iterator[dict[str, Any]]:
    for slot in sorted({*wanted, *stands}):
        log, kept = wanted.get(slot), stands.get(slot)
        if log == kept:
            continue
        what = MISSING if kept is None else EXTRA if log is None else OTHER
        yield {
            "what": what,
            "person": slot[0],
            "badge": slot[1],
            "key": slot[2],
            "log": log.plain() if log else None,
            "kept": kept.plain() if kept else None,
        }


def _about_to_change(session: Session) -> set[int] | None:
    """People whose awards a job that waits works out; ``None`` where one waits for all of them."""
    query = sa.select(EventRow.name, EventRow.payload).join(Job, Job.event_id == EventRow.id)
    mine = query.where(Job.listener.startswith("gamification."), Job.parked_at.is_(None), Job.taken_at.is_(None))
    rules = session.scalar(
        sa.select(sa.func.count()).select_from(mine.where(EventRow.name == GamificationRulesChanged.name).subquery())
    )
    if rules:
        return None
    rows = session.execute(mine.where(EventRow.name.in_(_WAITING)))
    return {int(payload["person_id"]) for _name, payload in rows}


def last(session: Session) -> Replay | None:
    """The replay that began last."""
    return session.scalar(sa.select(Replay).order_by(Replay.id.desc()).limit(1))


class Jobs:
    """What the worker does for it, in transactions of its own."""

    def __init__(self, db: Database) -> None:
        """Work on *db*."""
        self._db = db

    def replay_nightly(self, session: Session, _event: GamificationReplayDue) -> None:
        """Compare; only once a night, even when old events are told again."""
        query = sa.select(sa.func.max(Replay.began_at)).where(Replay.because == NIGHTLY, Replay.ended_at.is_not(None))
        began = session.scalar(query)
        if began is None or clock_now() - began >= ONCE_WITHIN:
            run(self._db, because=NIGHTLY, write=False)

    def rules_changed(self, _session: Session, _events: Sequence[GamificationRulesChanged]) -> None:
        """Bring all awards to the rules of now; many changes at once are one replay."""
        run(self._db, because=RULE, write=True)
