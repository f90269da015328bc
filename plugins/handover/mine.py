"""What waits for somebody: the packs that they own, and the questions that they answer or asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.handover import board, plan
from plugins.handover.models import Change, Pack
from plugins.handover.said_models import ANSWERED, OPEN, Question

MOST: Final = 50
"""So many packs, or questions, are shown; the board has all."""


def packs(session: Session, person_id: int, *, today: datetime) -> list[board.Card]:
    """The packs of somebody that are on their way, the next go-live first."""
    query = (
        sa.select(Pack.id)
        .join(Change, Change.id == Pack.change_id)
        .where(Pack.owner_id == person_id, Pack.state.not_in(plan.ENDED))
        .order_by(Change.go_live_at, Pack.id)
        .limit(MOST)
    )
    return board.cards(session, session.scalars(query).all(), today=today)


def questions(session: Session, person_id: int) -> Sequence[tuple[Question, str]]:
    """Open questions about packs of somebody, and answers that they have not taken up; the first due first."""
    to_answer = sa.and_(Pack.owner_id == person_id, Question.state == OPEN)
    to_take = sa.and_(Question.asked_by == person_id, Question.state == ANSWERED)
    query = (
        sa.select(Question, Change.title)
        .join(Pack, Pack.id == Question.pack_id)
        .join(Change, Change.id == Pack.change_id)
        .where(sa.or_(to_answer, to_take), Pack.state.not_in(plan.ENDED))
        .order_by(Question.due_at, Question.id)
        .limit(MOST)
    )
    return [(question, title) for question, title in session.execute(query)]
