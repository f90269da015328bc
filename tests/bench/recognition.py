"""A log of 200,000 contributions of 2,000 people: working out all awards anew, and those of one person after one more.

``python -m tests.bench.recognition FOLDER`` measures by itself, on a new database in the folder.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from plugins.gamification import projecting, recording, replaying, shelf
from plugins.gamification.events import GamificationRecorded
from plugins.gamification.kinds import COUNTED, KINDS, RETRACTED, ROLES
from plugins.gamification.models import Contribution
from portal.accounts.models import Person
from portal.app import build
from portal.core import migrate
from portal.core.portal import Portal

EVENTS, PEOPLE, ONE_MORE = 200_000, 2_000, 500
OFTEN = ("article.reused", "article.solved", "article.helpful", "thanks.received", "request.superuser_solved")
START = datetime(2024, 1, 8, 9, tzinfo=UTC)
AT_ONCE = 20_000
Line = Callable[[str, list[float], str], None]


def measure(instance: Path, line: Line) -> None:
    """Fill the log of the portal in *instance*, and tell *line* what each thing takes, in milliseconds."""
    house = build({"instance": str(instance)}, environ={})
    try:
        people = _fill(house)
        times = []
        for _round in range(2):  # the first writes every award, the second finds that nothing differs
            began = time.perf_counter()
            replaying.run(house.db, because=replaying.COMMAND, write=True)
            times.append((time.perf_counter() - began) * 1000)
        line(f"all awards from {EVENTS:,} events, all written", times[:1], "30 s")
        line(f"all awards from {EVENTS:,} events, compared", times[1:], "30 s")
        line(f"one more event on {EVENTS:,}", _one_more(house, people), "95th 5 ms")
    finally:
        house.close()


def _fill(house: Portal) -> list[int]:
    chance = random.Random(1)
    with house.db.transaction() as session:
        shelf.keep(session, now=START)
        session.execute(sa.insert(Person), [{"name": f"Person {n}", "created_at": START} for n in range(PEOPLE)])
        people = list(session.scalars(sa.select(Person.id).order_by(Person.id.desc()).limit(PEOPLE)))
    kinds = sorted(COUNTED)
    for begin in range(0, EVENTS, AT_ONCE):
        rows = [_row(chance, number, people, kinds) for number in range(begin, begin + AT_ONCE)]
        with house.db.transaction() as session:
            session.execute(sa.insert(Contribution), rows)
    return people


def _row(chance: random.Random, number: int, people: list[int], kinds: list[str]) -> dict[str, object]:
    """One contribution; one in fifty takes the one before it back."""
    kind = KINDS[chance.choice(OFTEN) if chance.random() < 0.8 else chance.choice(kinds)]
    credit = chance.choice(people)
    actor = credit if kind.own else chance.choice(people)
    taken = number % 50 == 49
    attrs = {"actor_role": chance.choice(ROLES), "size": chance.choice("SML"), "level": "publisher", "parties": 2}
    attrs |= {"service": f"s{chance.randint(1, 30)}", "superuser": chance.randint(1, 40), "actor_age_days": 90}
    return {
        "kind": RETRACTED if taken else kind.name,
        "occurred_at": START + timedelta(seconds=chance.randint(0, 2 * 365 * 86400)),
        "recorded_at": START,
        "actor_id": None if kind.by_system or taken else actor,
        "credit_id": people[(number - taken) % PEOPLE] if number % 50 >= 48 else credit,
        "subject_type": kind.subject_type,
        "subject_id": str(credit * 10 + chance.randint(0, 9)),
        "actor_unit_id": f"u{actor % 40}",
        "credit_role": ROLES[credit % len(ROLES)],
        "credit_team_id": None,
        "attrs": attrs | {"host_unit": f"u{chance.randint(1, 40)}"},
        "dedupe_key": f"made:{number}",
        "retracts": f"made:{number - 1}" if taken else None,
        "retract_mode": chance.choice(("void", "withdraw")) if taken else "",
        "reason": "",
        "source": "made",
    }


def _one_more(house: Portal, people: list[int]) -> list[float]:
    """What it takes to work out the awards of whoever is credited by one more event, without writing it down."""
    chance, times = random.Random(2), []
    for number in range(ONE_MORE):
        now = START + timedelta(days=800, minutes=number)
        credit, actor = chance.sample(people, 2)
        kind = chance.choice(OFTEN)
        with house.db.transaction() as session:
            recording.record(
                session,
                kind,
                key=f"more:{number}",
                occurred_at=now,
                actor_id=actor,
                credited=[credit],
                subject=(KINDS[kind].subject_type, str(credit * 10)),
                source="made",
                now=now,
            )
            began = time.perf_counter()
            projecting.evaluate(session, [GamificationRecorded(actor_id=actor, kind=kind, person_id=credit)])
            times.append((time.perf_counter() - began) * 1000)
    return times


def main() -> None:
    """Measure on a new database, and print the figures as JSON."""
    folder = Path(sys.argv[1])
    house = build({"instance": str(folder)}, environ={})
    migrate.upgrade(house.db, migrate.owners(house.root, house.plugins), backup_to=None, now=START)
    house.close()
    measure(
        folder,
        lambda what, times, goal: print(
            json.dumps([what, *(round(sorted(times)[len(times) * share // 100], 2) for share in (50, 95)), goal])
        ),
    )


if __name__ == "__main__":
    main()
