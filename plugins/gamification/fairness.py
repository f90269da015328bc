"""Bursts: cheap signals from one person to one person that come too fast are said not to count.

More than two within ten minutes (2.8, rule 4): each that has two before it in
that time is voided, also where those were voided themselves. So the answer
does not depend on the order in which they arrive.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.gamification import recording
from plugins.gamification.facts import AGAIN, VOID
from plugins.gamification.kinds import KINDS
from plugins.gamification.models import Contribution

BURST: Final = "burst"
"""The reason that stands in the log; pages say it in words."""
CHEAP: Final = frozenset(kind.name for kind in KINDS.values() if kind.cheap)
WITHIN: Final = timedelta(minutes=10)
MOST: Final = 2


def void_bursts(session: Session, person_id: int, *, now: datetime) -> int:
    """Void what came in a burst to a person; return how many. Twice is harmless."""
    of = sa.and_(
        Contribution.credit_id == person_id,
        Contribution.kind.in_(sorted(CHEAP)),
        ~Contribution.dedupe_key.contains(AGAIN),  # a coach looked at those
    )
    others = (
        sa.select(Contribution.actor_id).where(of, Contribution.actor_id.is_not(None)).group_by(Contribution.actor_id)
    )
    busy = others.having(sa.func.count(Contribution.id) > MOST)
    query = sa.select(Contribution).where(of, Contribution.actor_id.in_(busy))
    pairs: dict[int | None, list[Contribution]] = {}
    for row in session.scalars(query.order_by(Contribution.occurred_at, Contribution.id)):
        pairs.setdefault(row.actor_id, []).append(row)
    found = 0
    for rows in pairs.values():
        for row in in_a_burst(rows):
            key = recording.take_back(
                session,
                row.dedupe_key,
                credit_id=person_id,
                mode=VOID,
                occurred_at=row.occurred_at,
                source="gamification",
                now=now,
                reason=BURST,
            )
            found += key is not None
    return found


def in_a_burst(rows: Sequence[Contribution]) -> list[Contribution]:
    """Of cheap signals between two people, in order of time, those that have two before them within ten minutes."""
    return [
        row
        for place, row in enumerate(rows)
        if place >= MOST and row.occurred_at - rows[place - MOST].occurred_at <= WITHIN
    ]
