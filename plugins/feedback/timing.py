"""When an invitation is brought to mind, and when it ends.

Days are counted where the person works, from the moment at which it was sent
to the same time on the clock. The one reminder comes on the third day, or at
the next working hour after it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from portal.organisation.calendar import Calendar, parse_hours

REMINDER_DAY = 3
EXPIRY_DAY = 7
PULSE_EXPIRY_DAY = 14

_OFFICE = parse_hours("Mon-Sun 09:00-17:00")
"""For a place that has no hours of its own: on each of its working days."""


class Step(StrEnum):
    """What is to be done with an invitation that is still open."""

    REMIND = "remind"
    EXPIRE = "expire"


@dataclass(frozen=True)
class Dates:
    """When an invitation is brought to mind (``None``: never, no working hour is left for it), and when it ends."""

    reminder_at: datetime | None
    expires_at: datetime


def dates(sent_at: datetime, place: Calendar, *, pulse: bool = False) -> Dates:
    """Return the moments (UTC) of an invitation sent at *sent_at* to somebody who works at *place*."""
    expires_at = _days_later(sent_at, PULSE_EXPIRY_DAY if pulse else EXPIRY_DAY, place)
    return Dates(_working_moment(_days_later(sent_at, REMINDER_DAY, place), expires_at, place), expires_at)


def step(planned: Dates, place: Calendar, *, reminded: bool, now: datetime) -> Step | None:
    """Return what is to be done *now* with an invitation that nobody answered, or ``None``.

    A reminder that was missed, since nothing ran at its time, waits for the next working hour.
    """
    if now >= planned.expires_at:
        return Step.EXPIRE
    if reminded or planned.reminder_at is None or now < planned.reminder_at:
        return None
    return Step.REMIND if _working_moment(now, planned.expires_at, place) == now else None


def _days_later(moment: datetime, days: int, place: Calendar) -> datetime:
    """The same time on the clock so many *days* later, also over the nights in which clocks are moved."""
    return (moment.astimezone(ZoneInfo(place.time_zone)) + timedelta(days=days)).astimezone(UTC)


def _working_moment(moment: datetime, end: datetime, place: Calendar) -> datetime | None:
    """The first moment from *moment* on, and before *end*, at which people work at *place*."""
    if not place.hours.is_empty:
        opening = place.next_opening(moment)
        return opening if opening and opening < end else None
    office = replace(place, hours=_OFFICE)
    while (opening := office.next_opening(moment)) is not None and opening < end:
        if place.is_working_day(place.today(opening)):
            return opening
        next_day = place.today(opening) + timedelta(days=1)
        moment = datetime.combine(next_day, time(), tzinfo=ZoneInfo(place.time_zone)).astimezone(UTC)
    return None
