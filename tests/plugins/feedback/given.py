"""Answers as they stand in the database, put there in one go: for figures, and for measuring."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.feedback import snapshots
from plugins.feedback.models import Answer, Invitation
from plugins.feedback.surveys import SHIPPED
from plugins.feedback.tokens import new_token
from plugins.feedback.wordings import shipped
from portal.core.portal import Portal
from portal.testing import NOON

FRIDAY = NOON - timedelta(days=3)
WEEK = timedelta(weeks=1)
MODES = {survey.key: survey.mode.value for survey in SHIPPED}
TEMPLATE_OF = {survey.trigger: survey.key for survey in SHIPPED}


def rows(answers: Iterable[tuple[str, str]], at: datetime, **about: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """One invitation with its answers, as rows; *answers* are questions and values, *about* their context."""
    bank, pairs = shipped().questions, list(answers)
    version = about.pop("version", 1)
    template = TEMPLATE_OF[bank[pairs[0][0]].trigger]
    context = {"person_id": None, "article_id": None, "revision_id": None, "service_id": None, "unit_id": None}
    context |= {name: about.pop(name) for name in list(about) if name in context}
    number = about.pop("id", None) or new_token()
    invitation = {
        "id": number, "template": template, "mode": MODES[template], "channel": "inline", "state": "answered",
        "reason": "", "about": "verdict", "about_id": number, "form": [each for each, _value in pairs], "known": {},
        "seed": number, "created_at": at, "answered_at": at, **context, **about,
    }  # fmt: skip
    said = []
    for question_id, value in pairs:
        choice = bank[question_id].choice(value.split(",")[0])
        band = choice.band if choice else None
        bounds = (
            {"low": band.low, "mid": band.mid, "high": band.high} if band else dict.fromkeys(("low", "mid", "high"))
        )
        said.append(
            {"invitation_id": number, "question_id": question_id, "version": version, "value": value, "answered_at": at}
            | bounds
            | context
        )
    return invitation, said


def give(session: Session, *answers: tuple[str, str], at: datetime, **about: Any) -> None:
    """Somebody answers."""
    invitation, said = rows(answers, at, **about)
    session.execute(sa.insert(Invitation), [invitation])
    session.execute(sa.insert(Answer), said)


def tell(
    house: Portal, people: Iterable[int], question: str = "N1", value: str = "2", *, at: datetime = FRIDAY, **about: Any
) -> None:
    """Each of these people answers the same."""
    with house.db.transaction() as session:
        for person_id in people:
            give(session, (question, value), at=at, person_id=person_id, **about)


def take(house: Portal, now: datetime = NOON) -> int:
    """Count as the worker does."""
    with house.db.transaction() as session:
        return snapshots.take(session, now)
