"""What the desk should know above all else: what goes live these days, and what is live by an exception."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.handover import plan
from plugins.handover.models import Change, Pack
from plugins.handover.said_models import Waiver

AROUND: Final = timedelta(days=2)
MOST: Final = 6


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A change of these days; *risk* is empty unless it is live by an exception that is not settled."""

    pack_id: int
    title: str
    go_live_at: datetime
    is_live: bool
    risk: str


def of_these_days(session: Session, now: datetime) -> Sequence[Shown]:
    """What goes live within two days or went live within two days, and what is live by an exception; one query."""
    open_one = sa.and_(Waiver.pack_id == Pack.id, Waiver.settled_at.is_(None))
    comes = sa.and_(
        Pack.state.in_((plan.SIGNED_OFF, plan.READY)), Change.go_live_at.between(now - AROUND, now + AROUND)
    )
    came = sa.and_(Pack.state.in_((plan.LIVE, plan.EARLY_LIFE)), Pack.live_at >= now - AROUND)
    excepted = sa.and_(Pack.state.in_((plan.LIVE, plan.EARLY_LIFE)), Waiver.id.is_not(None))
    query = (
        sa.select(Pack.id, Pack.state, Change.title, Change.go_live_at, sa.func.max(Waiver.risk).label("risk"))
        .join(Change, Change.id == Pack.change_id)
        .outerjoin(Waiver, open_one)
        .where(sa.or_(comes, came, excepted))
        .group_by(Pack.id, Pack.state, Change.title, Change.go_live_at)
        .order_by(Change.go_live_at.desc(), Pack.id)  # what comes stands before what is old
        .limit(MOST)
    )
    return [
        Shown(
            pack_id=row.id,
            title=row.title,
            go_live_at=row.go_live_at,
            is_live=row.state in {plan.LIVE, plan.EARLY_LIFE},
            risk=row.risk or "",
        )
        for row in session.execute(query)
    ]
