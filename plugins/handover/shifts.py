"""Who of the front line is on shift when a change goes live, and whether somebody can be called in each shift."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.handover import working_days
from plugins.handover.models import Contact, Pack, PackParty
from portal.accounts import absences
from portal.accounts.models import Person
from portal.organisation.calendar import Calendar
from portal.organisation.models import Party

FIRST_DAYS: Final = 2
"""Working days from go-live in which whoever is on shift has read the pack."""


@dataclass(frozen=True, kw_only=True)
class OnShift:
    """The people who count: on shift in the first two working days. *away* more would be, but are absent meanwhile."""

    people: frozenset[int]
    away: int


def front_line_of(session: Session, pack: Pack) -> list[str]:
    """The front-line parties of a pack."""
    query = (
        sa.select(Party.id)
        .join(PackParty, PackParty.party_id == Party.id)
        .where(PackParty.pack_id == pack.id, Party.kind == "front_line")
    )
    return list(session.scalars(query.order_by(Party.sort_order, Party.id)))


def counted(session: Session, pack: Pack, calendar: Calendar) -> OnShift:
    """Who is on shift in the first two working days from go-live on."""
    start, end = working_days.first_days(calendar, pack.change.go_live_at, FIRST_DAYS)
    people = _on_shift(session, front_line_of(session, pack), start, end)
    first, last = calendar.today(start), calendar.today(end)
    away = {
        person_id
        for person_id, spans in absences.days_of(session, people, first, last).items()
        if any(begins <= first and ends >= calendar.add_working_days(first, 1) for begins, ends in spans)
    }
    return OnShift(people=frozenset(people - away), away=len(away))


def uncovered(session: Session, pack: Pack, calendar: Calendar) -> tuple[str, ...]:
    """The days of early life, as texts, in which nobody is named whom the front line calls."""
    contacts = session.execute(
        sa.select(Contact.starts_at, Contact.ends_at).where(Contact.pack_id == pack.id).order_by(Contact.starts_at)
    ).all()
    _start, end = working_days.first_days(calendar, pack.change.go_live_at, FIRST_DAYS)
    covered = pack.change.go_live_at
    for starts_at, ends_at in contacts:
        if starts_at <= covered:
            covered = max(covered, ends_at)
    return () if covered >= end else (covered.date().isoformat(),)


def _on_shift(session: Session, party_ids: list[str], start: datetime, end: datetime) -> set[int]:
    del start, end
    return set(session.scalars(sa.select(Person.id).where(Person.party_id.in_(party_ids), Person.left_at.is_(None))))
