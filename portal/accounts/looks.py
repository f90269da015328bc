"""Who looked at what is kept about a person: written down once a day for each page, and read by that person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person, PersonalLook

PER_PAGE = 20
KEPT = timedelta(days=365)


@dataclass(frozen=True, kw_only=True)
class Look:
    """One look: who, at which page (its endpoint), and when for the first time that day."""

    looker: str
    what: str
    at: datetime


def note(session: Session, *, person_id: int, looker_id: int, what: str, now: datetime) -> None:
    """Write down that somebody looked at the page *what* about another person. One's own looks are nobody's business.

    Twice on a day (UTC) is one look.
    """
    if person_id == looker_id:
        return
    known = sa.select(PersonalLook.id).where(
        PersonalLook.person_id == person_id,
        PersonalLook.looker_id == looker_id,
        PersonalLook.what == what,
        PersonalLook.day == now.date(),
    )
    if session.scalar(known) is None:
        session.add(PersonalLook(person_id=person_id, looker_id=looker_id, what=what, day=now.date(), at=now))
        session.flush()


def at_person(session: Session, person_id: int, *, page: int = 1) -> tuple[Sequence[Look], int]:
    """One page of the looks at a person, the latest first, and how many there are. Two queries."""
    mine = PersonalLook.person_id == person_id
    query = (
        sa.select(sa.func.coalesce(Person.name, "").label("looker"), PersonalLook.what, PersonalLook.at)
        .outerjoin(Person, Person.id == PersonalLook.looker_id)
        .where(mine)
        .order_by(PersonalLook.at.desc(), PersonalLook.id.desc())
    )
    rows = session.execute(query.limit(PER_PAGE).offset((page - 1) * PER_PAGE)).mappings()
    total = session.scalar(sa.select(sa.func.count(PersonalLook.id)).where(mine)) or 0
    return [Look(**row) for row in rows], total


def forget_old(session: Session, now: datetime) -> None:
    """Remove looks of more than a year ago."""
    session.execute(sa.delete(PersonalLook).where(PersonalLook.at < now - KEPT))
