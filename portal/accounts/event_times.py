"""When an event of a calendar file is: its clock and zone, and the moments at which it repeats. Pure.

Clock times mean the zone that the event names, or else that of the site; a
shift from 22:00 to 06:00 is so on the night in which clocks are moved, too.
Zones are those that Python knows, never those that a file describes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.rrule import DAILY, WEEKLY, rrule
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from portal.core.i18n import gettext as _

AHEAD = timedelta(days=120)  # how far what repeats is written out
BEHIND = timedelta(days=1)
LONGEST = timedelta(hours=24)
MOST_DAYS = 31  # of one event of whole days

DAY = timedelta(days=1)
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class Endless(Exception):
    """A file repeats more often than anybody would want to know."""


class NotUnderstood(Exception):
    """An event that is left out, and why."""


@dataclass(kw_only=True)
class Span:
    """When an event is: its first day, or its first moment on the clock of *zone*, and how long it takes."""

    first: datetime  # as a clock shows it
    zone: ZoneInfo
    length: timedelta
    is_whole_days: bool = False
    is_exact: bool = False  # the length is one of time that passes, not one on the clock


def span_of(event: Any, site: ZoneInfo) -> Span:
    """When an event is, the first time if it repeats. Raises ``NotUnderstood``."""
    if "DTSTART" not in event:
        raise NotUnderstood(_("It does not say when it begins."))
    start, zone = _clock(event["DTSTART"].dt, event["DTSTART"], site)
    if type(event["DTSTART"].dt) is date:
        span = Span(first=start, zone=site, length=DAY, is_whole_days=True)
        if "DTEND" in event:
            span.length = _clock(event["DTEND"].dt, event["DTEND"], site)[0] - start
        elif "DURATION" in event:
            span.length = event["DURATION"].dt
        if not DAY <= span.length <= DAY * MOST_DAYS:
            raise NotUnderstood(_("An event of whole days takes %(days)s days at most.", days=MOST_DAYS))
        return span
    span = Span(first=start, zone=zone, length=timedelta())
    if "DTEND" in event:
        end, end_zone = _clock(event["DTEND"].dt, event["DTEND"], site)
        span.is_exact = end_zone.key != zone.key
        span.length = utc(end, end_zone) - utc(start, zone) if span.is_exact else end - start
    elif "DURATION" in event:
        span.length, span.is_exact = event["DURATION"].dt, True
    if span.length <= timedelta():
        raise NotUnderstood(_("It does not say when it ends, or ends before it begins."))
    if span.length > LONGEST:
        raise NotUnderstood(_("It is longer than 24 hours."))
    return span


def starts_of(event: Any, span: Span, site: ZoneInfo, now: datetime, steps: list[int]) -> Iterator[datetime]:
    """When what repeats begins, on its own clock, from a day ago to 120 days ahead."""
    window = (_local(now - BEHIND, span.zone) - span.length, _local(now + AHEAD, span.zone))
    more = [_clock(_when(each), listed, site)[0] for listed in _listed(event, "RDATE") for each in listed.dts]
    found = {start for start in [*more, span.first] if window[0] <= start <= window[1]} if more else set()
    if "RRULE" in event:
        for start in _ruled(event["RRULE"], span, window[0]):
            steps[0] -= 1
            if steps[0] < 0:
                raise Endless
            if start > window[1]:
                break
            if start >= window[0]:
                found.add(start)
    return iter(sorted(found))


def _ruled(rule: Any, span: Span, since: datetime) -> rrule:
    """The rule as one that always goes on: days or weeks, begun shortly before *since* when nothing is counted."""
    every = {name.upper(): values for name, values in rule.items()}
    freq, interval = str(every.get("FREQ", [""])[0]).upper(), int(every.get("INTERVAL", [1])[0])
    days = [str(each).upper() for each in every.get("BYDAY", [])]
    if freq == "DAILY" and days and interval == 1:
        freq = "WEEKLY"
    plain = set(every) <= {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST"} and set(days) <= set(_WEEKDAYS)
    if freq not in {"DAILY", "WEEKLY"} or not plain or (freq == "DAILY" and days) or not 1 <= interval <= 366:
        raise NotUnderstood(_("It repeats in a way that is not understood; each so many days or weeks is."))
    unit = DAY * interval * (7 if freq == "WEEKLY" else 1)
    first, count = span.first, int(every["COUNT"][0]) if "COUNT" in every else None
    if count is None and since > first:
        first += unit * max((since - first) // unit - 1, 0)
    until = every["UNTIL"][0] if "UNTIL" in every else None
    if isinstance(until, datetime):
        until = _local(until, span.zone) if until.tzinfo else until
    elif until is not None:
        until = datetime.combine(until, time.max)
    return rrule(
        WEEKLY if freq == "WEEKLY" else DAILY,
        dtstart=first,
        interval=interval,
        byweekday=[_WEEKDAYS.index(each) for each in days] or None,
        wkst=_WEEKDAYS.index(str(every.get("WKST", ["MO"])[0]).upper()),
        count=None if count is None else max(count, 0),
        until=until,
    )


def keys_of(event: Any, name: str, site: ZoneInfo) -> set[str]:
    """The occurrences that a property names: days, or moments in UTC."""
    found: set[str] = set()
    for listed in _listed(event, name):
        for each in getattr(listed, "dts", [listed]):
            value = _when(each)
            start, zone = _clock(value, listed, site)
            found.add(key_of(start, Span(first=start, zone=zone, length=DAY, is_whole_days=type(value) is date)))
    return found


def _listed(event: Any, name: str) -> list[Any]:
    held = event.get(name, [])
    return held if isinstance(held, list) else [held]


def _when(held: Any) -> Any:
    if not isinstance(held.dt, date):
        raise NotUnderstood(_("It repeats in a way that is not understood; each so many days or weeks is."))
    return held.dt


def key_of(start: datetime, span: Span) -> str:
    """What tells apart the times at which an event repeats: the day, or the moment in UTC."""
    return str(start.date()) if span.is_whole_days else f"{utc(start, span.zone):%Y%m%dT%H%M%SZ}"


def _clock(value: date, held: Any, site: ZoneInfo) -> tuple[datetime, ZoneInfo]:
    """What the clock shows at *value*, and the zone of that clock."""
    if not isinstance(value, datetime):
        return datetime.combine(value, time()), site
    named = str(held.params.get("TZID", ""))
    if named:
        return value.replace(tzinfo=None), _zone(named)
    return value.replace(tzinfo=None), ZoneInfo("UTC") if value.tzinfo else site


def _zone(named: str) -> ZoneInfo:
    """The zone of this name, as the world calls it or as Windows does."""
    for name in (named, WINDOWS_TO_OLSON.get(named, "")):
        with suppress(ValueError, OSError, KeyError):
            return ZoneInfo(name)
    raise NotUnderstood(_("Its time zone “%(zone)s” is not known.", zone=named[:60]))


def utc(clock: datetime, zone: ZoneInfo) -> datetime:
    """The moment at which a clock of this zone shows *clock*; of two, the first one."""
    return clock.replace(tzinfo=zone).astimezone(UTC)


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)
