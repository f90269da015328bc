"""Who of the front line is on shift when a change goes live, and whether somebody can be called in each shift."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.handover import plan, working_days
from plugins.handover.models import Contact, Pack, PackParty
from portal.accounts import roster
from portal.organisation.calendar import Calendar
from portal.organisation.models import Party

FIRST_DAYS: Final = 2
"""Working days from go-live in which whoever is on shift has read the pack."""

Span = tuple[datetime, datetime]


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
    """Who is on shift in the first two working days from go-live on; who is away all that time does not count."""
    start, end = working_days.first_days(calendar, pack.change.go_live_at, FIRST_DAYS)
    parties = front_line_of(session, pack)
    people = roster.on_shift(session, parties, start, end)
    away = roster.away_throughout(session, people, start, end)
    return OnShift(people=frozenset(person.id for person in people if person.id not in away), away=len(away))


def uncovered(session: Session, pack: Pack, calendar: Calendar) -> tuple[Span, ...]:
    """The parts of the front line's shifts in early life for which nobody is named whom they call, in order."""
    start = pack.change.go_live_at
    days = plan.plan().sizes[pack.size].early_life_days
    end = max(pack.early_life_until or start, working_days.later(calendar, start, days))
    stays = roster.shifts(session, front_line_of(session, pack), start, end)
    shifts = _joined((max(stay.starts_at, start), min(stay.ends_at, end)) for stay in stays)
    named = sa.select(Contact.starts_at, Contact.ends_at).where(Contact.pack_id == pack.id)
    covered = _joined((starts_at, ends_at) for starts_at, ends_at in session.execute(named))
    return tuple(left for shift in shifts for left in _without(shift, covered))


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Spans of which no two meet, in order."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        elif start < end:
            found.append((start, end))
    return found


def _without(span: Span, covered: Sequence[Span]) -> list[Span]:
    """What is left of a span without those that are *covered*, which are in order and apart."""
    left, at = [], span[0]
    for start, end in covered:
        if end <= at or start >= span[1]:
            continue
        if start > at:
            left.append((at, start))
        at = max(at, end)
    return [*left, (at, span[1])] if at < span[1] else left
