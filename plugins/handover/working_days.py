"""Working days around a pack: by the site of its first party, with that site's holidays and time zone.

A pack that has no party yet goes by the first site.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.handover.models import Pack, PackParty
from portal.organisation import queries
from portal.organisation.calendar import Calendar
from portal.organisation.models import Party

_ONE_DAY = timedelta(days=1)


def calendar_of(session: Session, pack: Pack) -> Calendar:
    """The calendar by which a pack goes: that of its first front-line party, else of its first party."""
    query = (
        sa.select(Party)
        .join(PackParty, PackParty.party_id == Party.id)
        .where(PackParty.pack_id == pack.id)
        .order_by(Party.kind != "front_line", Party.sort_order, Party.id)
        .limit(1)
    )
    party = session.scalars(query).first()
    if party is not None:
        return queries.party_calendar(session, party)
    site = queries.first_site(session)
    return Calendar(time_zone="UTC") if site is None else queries.site_calendar(site)


def party_calendar(session: Session, party_id: str) -> Calendar:
    """The calendar of a party, by its own site: silence over its public holiday is no silence."""
    party = session.get(Party, party_id)
    return Calendar(time_zone="UTC") if party is None else queries.party_calendar(session, party)


def after_working_days(session: Session, pack: Pack, moment: datetime, days: int) -> datetime:
    """The same time of day, so many working days after *moment*."""
    return later(calendar_of(session, pack), moment, days)


def later(calendar: Calendar, moment: datetime, days: int) -> datetime:
    """The same time of the clock, *days* working days after *moment* (before, where negative).

    Where clocks are moved that day the wall clock counts, as people read it.
    """
    zone = ZoneInfo(calendar.time_zone)
    local = moment.astimezone(zone)
    day = calendar.add_working_days(local.date(), days)
    return datetime.combine(day, local.time(), tzinfo=zone).astimezone(moment.tzinfo)


def passed(calendar: Calendar, start: datetime, end: datetime) -> int:
    """How many whole working days lie between two moments: a day counts when its time of the clock is reached.

    From Monday 09:00 to Wednesday 09:00 there are two, and to Wednesday 08:59 there is one.
    """
    if end < start:
        return -passed(calendar, end, start)
    zone = ZoneInfo(calendar.time_zone)
    first, last = start.astimezone(zone), end.astimezone(zone)
    days = calendar.working_days_between(first.date(), last.date())
    is_short = calendar.is_working_day(last.date()) and last.time() < first.time() and last.date() > first.date()
    return days - is_short


def first_days(calendar: Calendar, go_live_at: datetime, days: int) -> tuple[datetime, datetime]:
    """The first *days* working days from go-live on: from go-live to the end of the last of them.

    The day of go-live counts as the first where it is a working day.
    """
    zone = ZoneInfo(calendar.time_zone)
    day = go_live_at.astimezone(zone).date()
    left = days - calendar.is_working_day(day)
    last = calendar.add_working_days(day, left) if left > 0 else day
    end = datetime.combine(last + _ONE_DAY, time.min, tzinfo=zone)
    return go_live_at, end.astimezone(go_live_at.tzinfo)


def after_hours(calendar: Calendar, moment: datetime, hours: float) -> datetime:
    """The moment after so many opening hours from *moment* on; where nobody opens, after so many hours of the clock."""
    left, at = timedelta(hours=hours), moment
    while (opens := calendar.next_opening(at)) is not None:
        closes = calendar.open_until(opens)
        if closes is None or closes - opens >= left:
            return opens + left
        left, at = left - (closes - opens), closes
    return moment + left
