"""When people work: working days of a site, and the opening hours of a desk or a party.

Days are dates of the site's own calendar; moments are aware UTC and come in as
arguments. Opening hours are written like ``Mon-Fri 08:00-12:00, Mon-Thu
13:00-18:00`` in local time; a public holiday closes. Everything here is pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from portal.core.errors import Refused
from portal.core.i18n import gettext as _

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DAY_MINUTES = 24 * 60
LOOK_AHEAD_DAYS = 400
ALWAYS_OPEN_DAYS = 14

_ONE_DAY = timedelta(days=1)
_SPAN = re.compile(r"(?P<first>[A-Z][a-z]{2})(?:-(?P<last>[A-Z][a-z]{2}))? (?P<start>\d\d:\d\d)-(?P<end>\d\d:\d\d)")
_CODE = re.compile(r"(?P<country>[A-Z]{2})(?:-(?P<part>[A-Za-z0-9]{1,20}))?")

Span = tuple[int, int]


@dataclass(frozen=True)
class Hours:
    """Opening hours of a week: for each weekday (Monday first) spans of minutes since midnight, sorted, apart."""

    week: tuple[tuple[Span, ...], ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is no opening at all."""
        return not any(self.week)

    def __str__(self) -> str:
        """The hours as they are written, days with the same hours put together."""
        return ", ".join(
            f"{DAYS[first]}{'-' + DAYS[last] if last > first else ''} {clock_time(span[0])}-{clock_time(span[1])}"
            for first, last, span in self.runs()
        )

    def runs(self) -> list[tuple[int, int, Span]]:
        """Spans with the first and last weekday of each run of days that share them, in order of the week."""
        found: list[tuple[int, int, Span]] = []
        day = 0
        while day < len(DAYS):
            last = day
            while last + 1 < len(DAYS) and self.week[last + 1] == self.week[day]:
                last += 1
            found += [(day, last, span) for span in self.week[day]]
            day = last + 1
        return found


NO_HOURS = Hours(week=((),) * 7)


def clock_time(minutes: int) -> str:
    """Minutes since midnight as ``08:00``; the end of a day is ``24:00``."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def parse_hours(text: str) -> Hours:
    """Read opening hours such as ``Mon-Fri 08:00-18:00, Sat 09:00-12:00``; an empty text means none.

    A run of days may pass the weekend (``Fri-Mon``); 24:00 ends a day.

    Raises:
        Refused: a part is not written like that, ends before it begins, or meets another one.
    """
    week: list[list[Span]] = [[] for _day in DAYS]
    for part in text.split(",") if text.strip() else []:
        days, span = _parse_span(part.strip())
        for day in days:
            if any(span[0] < end and start < span[1] for start, end in week[day]):
                raise Refused(
                    _("The opening hours name %(day)s twice at the same time, in “%(part)s”.",
                      day=DAYS[day], part=part.strip()),
                    hint=_("Give each day hours that do not overlap."),
                )  # fmt: skip
            week[day].append(span)
    return Hours(week=tuple(_joined(sorted(spans)) for spans in week))


def _joined(spans: list[Span]) -> tuple[Span, ...]:
    joined: list[Span] = []
    for start, end in spans:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)


def _parse_span(part: str) -> tuple[list[int], Span]:
    found = _SPAN.fullmatch(part)
    if not found or found["first"] not in DAYS or (found["last"] or found["first"]) not in DAYS:
        raise Refused(
            _("The opening hours “%(part)s” cannot be read.", part=part),
            hint=_("Write them like this: Mon-Fri 08:00-18:00, Sat 09:00-12:00."),
        )
    first, last = DAYS.index(found["first"]), DAYS.index(found["last"] or found["first"])
    start, end = _minutes(found["start"], part), _minutes(found["end"], part)
    if end <= start:
        raise Refused(
            _("The opening hours “%(part)s” end before they begin.", part=part),
            hint=_("Hours past midnight are two entries: Mon 22:00-24:00, Tue 00:00-06:00."),
        )
    return [(first + step) % 7 for step in range((last - first) % 7 + 1)], (start, end)


def _minutes(text: str, part: str) -> int:
    minutes = int(text[:2]) * 60 + int(text[3:])
    if int(text[3:]) > 59 or minutes > DAY_MINUTES:
        raise Refused(
            _("The opening hours “%(part)s” name a time that no clock shows.", part=part),
            hint=_("Times go from 00:00 to 24:00."),
        )
    return minutes


def check_holidays(code: str) -> str:
    """Return *code* (``DE``, ``DE-BY``, or empty for none) when its public holidays are known. Raises ``Refused``."""
    try:
        _year(code, 2026)
    except NotImplementedError:
        raise Refused(
            _("The public holidays of “%(code)s” are not known.", code=code),
            hint=_("Write the two letters of the country, with its part if need be: DE, DE-BY, US-CA."),
        ) from None
    return code


@dataclass(frozen=True)
class _Year:
    """What a country says about one year: days off, which weekdays are the weekend, weekend days that are worked."""

    off: frozenset[date]
    weekend: frozenset[int]
    worked: frozenset[date]


@lru_cache(maxsize=512)
def _year(code: str, year: int) -> _Year:
    # One finished year at a time: the library's own growing object is not safe between threads.
    if not code:
        return _Year(frozenset(), frozenset({5, 6}), frozenset())
    found = _CODE.fullmatch(code)
    if not found:
        raise NotImplementedError(code)
    import holidays  # noqa: PLC0415 - a tenth of a second that commands without a calendar do not wait for

    known = holidays.country_holidays(found["country"], subdiv=found["part"], years=year, expand=False)
    return _Year(frozenset(known), frozenset(known.weekend), frozenset(known.weekend_workdays))


@dataclass(frozen=True)
class Calendar:
    """The calendar of one place: its time zone, its public holidays, and hours when somebody is there."""

    time_zone: str
    holidays: str = ""
    hours: Hours = NO_HOURS

    def today(self, now: datetime) -> date:
        """The date on the wall at this place."""
        return now.astimezone(ZoneInfo(self.time_zone)).date()

    def is_holiday(self, day: date) -> bool:
        """Whether *day* is a public holiday here."""
        return day in _year(self.holidays, day.year).off

    def is_working_day(self, day: date) -> bool:
        """Whether people work here on *day*: no weekend of the country (unless moved) and no public holiday."""
        year = _year(self.holidays, day.year)
        return day in year.worked or (day.weekday() not in year.weekend and day not in year.off)

    def add_working_days(self, day: date, count: int) -> date:
        """The *count*-th working day after *day*, or before it when *count* is negative; 0 gives *day* itself."""
        step = _ONE_DAY if count > 0 else -_ONE_DAY
        left = abs(count)
        while left:
            day += step
            left -= self.is_working_day(day)
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """How many working days lie after *start* up to and with *end*; negative when *end* is earlier.

        It undoes :meth:`add_working_days`: from a day to its *count*-th working day there are *count*.
        """
        step, sign = (_ONE_DAY, 1) if end >= start else (-_ONE_DAY, -1)
        return sign * sum(self.is_working_day(start + step * n) for n in range(1, abs((end - start).days) + 1))

    def is_open(self, now: datetime) -> bool:
        """Whether somebody is there at the moment *now*."""
        return self._opening(now) is not None

    def open_until(self, now: datetime) -> datetime | None:
        """When it closes, if it is open *now*; ``None`` when it is closed, or open for two weeks and more."""
        opening = self._opening(now)
        if opening is None or opening[1] - now > timedelta(days=ALWAYS_OPEN_DAYS):
            return None
        return opening[1]

    def next_opening(self, now: datetime) -> datetime | None:
        """The first moment from *now* on at which it is open (*now* itself, if it is); ``None`` when there is none."""
        for start, end in self._openings(self.today(now) - _ONE_DAY, LOOK_AHEAD_DAYS):
            if now < end:
                return max(start, now)
        return None

    def working_openings(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """What of the hours on working days lies between two moments; a place that gives no hours works the whole day.

        Each day is looked at, so ask for weeks and not for years.
        """
        hours = self.hours if not self.hours.is_empty else Hours(week=(((0, DAY_MINUTES),),) * len(DAYS))
        day, last, found = self.today(start) - _ONE_DAY, self.today(end), []
        while day <= last:
            if self.is_working_day(day):
                for first, until in hours.week[day.weekday()]:
                    span = max(self._moment(day, first), start), min(self._moment(day, until), end)
                    found += [span] if span[0] < span[1] else []
            day += _ONE_DAY
        return found

    def _opening(self, now: datetime) -> tuple[datetime, datetime] | None:
        for start, end in self._openings(self.today(now) - _ONE_DAY, ALWAYS_OPEN_DAYS + 2):
            if start <= now < end:
                return start, end
            if start > now:
                break
        return None

    def _openings(self, first: date, days: int) -> Iterator[tuple[datetime, datetime]]:
        """Openings as moments, those that touch put together.

        Comparing moments, not clock times, keeps the nights right in which clocks are moved.
        """
        if self.hours.is_empty:
            return
        held: tuple[datetime, datetime] | None = None
        for number in range(days + 1):
            for start, end in self._day(first + _ONE_DAY * number):
                if held and start <= held[1]:
                    held = held[0], max(held[1], end)
                    continue
                if held:
                    yield held
                held = start, end
        if held:
            yield held

    def _day(self, day: date) -> list[tuple[datetime, datetime]]:
        if self.is_holiday(day):
            return []
        spans = [(self._moment(day, start), self._moment(day, end)) for start, end in self.hours.week[day.weekday()]]
        return [(start, end) for start, end in spans if start < end]

    def _moment(self, day: date, minutes: int) -> datetime:
        if minutes == DAY_MINUTES:
            day, minutes = day + _ONE_DAY, 0
        local = datetime.combine(day, time(minutes // 60, minutes % 60), tzinfo=ZoneInfo(self.time_zone))
        return local.astimezone(UTC)
