"""Facts that count only when some time has passed: kept until then, and looked at again by a job of the clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.gamification.models import Waiting

AT_ONCE: Final = 200


def add(
    session: Session, kind: str, key: str, *, subject_id: str, actor_id: int | None, since: datetime, due_at: datetime
) -> None:
    """Keep that something is looked at again at *due_at*. What waits under this *key* already, or did, stays."""
    whole = f"{kind}:{key}"
    if session.scalar(sa.select(Waiting.id).where(Waiting.key == whole)) is None:
        session.add(
            Waiting(kind=kind, key=whole, subject_id=subject_id, actor_id=actor_id, since=since, due_at=due_at)
        )  # fmt: skip
        session.flush()


def due(session: Session, now: datetime) -> Sequence[Waiting]:
    """What has waited long enough, the first due first; so many as one transaction should take."""
    query = sa.select(Waiting).where(Waiting.settled_at.is_(None), Waiting.due_at <= now)
    return session.scalars(query.order_by(Waiting.due_at, Waiting.id).limit(AT_ONCE)).all()


def beside(session: Session, kind: str, subjects: Sequence[str]) -> Sequence[Waiting]:
    """All that waits or waited about some subjects, the first due first."""
    query = sa.select(Waiting).where(Waiting.kind == kind, Waiting.subject_id.in_(subjects))
    return session.scalars(query.order_by(Waiting.due_at, Waiting.id)).all()
