"""Bursts: cheap signals from one person to one person that come too fast are said not to count.

More than two within ten minutes (2.8, rule 4): each that has two before it in
that time is voided, also where those were voided themselves. So the answer
does not depend on the order in which they arrive.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.gamification import recording
from plugins.gamification.facts import AGAIN, VOID
from plugins.gamification.kinds import KINDS, RETRACTED
from plugins.gamification.models import Contribution

BURST: Final = "burst"
"""The reason that stands in the log; pages say it in words."""
CHEAP: Final = frozenset(kind.name for kind in KINDS.values() if kind.cheap)
WITHIN: Final = timedelta(minutes=10)
MOST: Final = 2


class Signal(NamedTuple):
    """A cheap signal as it is looked at here."""

    actor_id: int | None
    dedupe_key: str
    occurred_at: datetime


def void_bursts(session: Session, person_id: int, *, now: datetime) -> int:
    """Void what came in a burst to a person; return how many. Twice is harmless. One query where there is none."""
    of = sa.and_(
        Contribution.credit_id == person_id,
        Contribution.kind.in_(sorted(CHEAP)),
        ~Contribution.dedupe_key.contains(AGAIN),  # a coach looked at those
    )
    others = (
        sa.select(Contribution.actor_id).where(of, Contribution.actor_id.is_not(None)).group_by(Contribution.actor_id)
    )
    busy = others.having(sa.func.count(Contribution.id) > MOST)
    query = sa.select(Contribution.actor_id, Contribution.dedupe_key, Contribution.occurred_at)
    rows = session.execute(
        query.where(of, Contribution.actor_id.in_(busy)).order_by(Contribution.occurred_at, Contribution.id)
    )
    pairs: defaultdict[int | None, list[Signal]] = defaultdict(list)
    for row in rows:
        pairs[row.actor_id].append(Signal(*row))
    found = [signal for signals in pairs.values() for signal in in_a_burst(signals)]
    known = _voided(session, person_id) if found else frozenset()
    fresh = [signal for signal in found if signal.dedupe_key not in known]
    for signal in fresh:
        recording.take_back(
            session,
            signal.dedupe_key,
            credit_id=person_id,
            mode=VOID,
            occurred_at=signal.occurred_at,
            source="gamification",
            now=now,
            reason=BURST,
        )
    return len(fresh)


def _voided(session: Session, person_id: int) -> frozenset[str | None]:
    query = sa.select(Contribution.retracts).where(
        Contribution.credit_id == person_id, Contribution.kind == RETRACTED, Contribution.retract_mode == VOID
    )
    return frozenset(session.scalars(query))


def in_a_burst(signals: Sequence[Signal]) -> list[Signal]:
    """Of cheap signals between two people, in order of time, those that have two before them within ten minutes."""
    return [
        each
        for place, each in enumerate(signals)
        if place >= MOST and each.occurred_at - signals[place - MOST].occurred_at <= WITHIN
    ]
