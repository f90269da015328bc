"""Who has confirmed what is to be read now of a pack."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.handover.models import Pack
from plugins.handover.said_models import UNDERSTOOD, Reading


@dataclass(frozen=True, kw_only=True)
class Confirmed:
    """The people who confirmed the current version, and those who passed the quiz."""

    understood: frozenset[int]
    quiz_passed: frozenset[int]


def confirmed(session: Session, pack: Pack) -> Confirmed:
    """Who confirmed what the pack says now; one query."""
    query = sa.select(Reading.person_id, Reading.state, Reading.version, Reading.quiz_passed_at)
    rows = session.execute(query.where(Reading.pack_id == pack.id)).all()
    return Confirmed(
        understood=frozenset(row.person_id for row in rows if row.state == UNDERSTOOD and row.version == pack.version),
        quiz_passed=frozenset(row.person_id for row in rows if row.quiz_passed_at is not None),
    )
