"""What coaches and administrators decide about people, as contributions: how far somebody goes alone when writing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.gamification import telling
from plugins.gamification.telling import Deed
from portal.accounts import past
from portal.accounts.events import ProficiencyGranted, ProficiencyWithdrawn
from portal.accounts.models import PROFICIENCIES, PersonThen, Proficiency
from portal.accounts.roles import COACH, starting_proficiency
from portal.core.clock import now as clock_now
from portal.core.events import Fact

SOURCE: Final = "accounts"
KIND: Final = "proficiency.granted"
RANK: Final = {kind: place for place, kind in enumerate((*PROFICIENCIES, COACH))}


def proficiency_granted(session: Session, event: ProficiencyGranted) -> None:
    """Write down what a coach granted; a lower grant takes higher ones back."""
    _tell_of_all(session, event.person_id)


def proficiency_withdrawn(session: Session, event: ProficiencyWithdrawn) -> None:
    """Take back what a coach withdrew."""
    _tell_of_all(session, event.person_id)


def _tell_of_all(session: Session, person_id: int) -> None:
    """All that was ever granted to a person, worked out anew from its history."""
    deeds: list[Deed] = []
    rows = session.scalars(sa.select(Proficiency).where(Proficiency.person_id == person_id).order_by(Proficiency.id))
    for row in rows:
        deeds = _back_above(deeds, RANK[row.kind], row.granted_at)
        if RANK[row.kind] > 0:
            deeds.append(_granted(person_id, row.kind, str(row.id), row.granted_at, row.granted_by))
        if row.withdrawn_at is not None and row.withdrawn_reason:
            then = past.stood(session, [person_id], row.withdrawn_at)[person_id]
            deeds = _back_above(deeds, RANK[starting_proficiency(then.roles)], row.withdrawn_at)
    now = clock_now()
    for deed in deeds:
        telling.tell(session, deed, now=now)


def _back_above(deeds: list[Deed], rank: int, at: datetime) -> list[Deed]:
    """Take back at a moment what stands of *deeds*, and goes further than *rank*."""
    return [
        replace(each, back_at=at) if each.back_at is None and RANK[each.attrs["level"]] > rank else each
        for each in deeds
    ]


def _granted(person_id: int, level: str, number: str, at: datetime, by: int | None) -> Deed:
    return Deed(
        kind=KIND,
        key=f"{level}:{number}",
        at=at,
        actor_id=by,
        credited=[person_id],
        subject=("proficiency", level),
        source=SOURCE,
        attrs={"level": level},
    )


def roles_changed(session: Session, fact: Fact) -> None:
    """Write down that somebody became a coach or is one no longer, as their roles were after the event *fact*."""
    person_id = int(fact.payload["person_id"])
    query = sa.select(PersonThen).where(PersonThen.person_id == person_id)
    rows = session.scalars(query.order_by(PersonThen.since)).all()
    was = [False, *(COACH in row.roles for row in rows)]
    turns = [row.since for row, (before, after) in zip(rows, pairwise(was), strict=True) if before != after]
    here = max((row.since for row in rows if row.since <= fact.at), default=None)
    if here is None or here not in turns:
        return
    place, now = turns.index(here), clock_now()
    if place % 2 == 0:
        back_at = turns[place + 1] if place + 1 < len(turns) else None
        deed = _granted(person_id, COACH, f"{person_id}:{place // 2 + 1}", here, fact.actor_id)
        telling.tell(session, replace(deed, back_at=back_at), now=now)
    else:
        key = f"{COACH}:{person_id}:{place // 2 + 1}"
        telling.withdraw(session, KIND, key, ("proficiency", COACH), at=here, source=SOURCE, now=now)
