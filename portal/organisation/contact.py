"""How the service desk is reached right now, in words, for the foot of every page.

The facts are read from the database at most every few seconds in a process;
the words are made once a minute, in the language of whoever reads.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.exc import SQLAlchemyError

from portal.core.db import Database
from portal.core.errors import Refused
from portal.core.i18n import format_date, language
from portal.core.i18n import gettext as _
from portal.core.i18n import lazy_gettext as _l
from portal.organisation import queries
from portal.organisation.calendar import DAY_MINUTES, Calendar, Hours, Span, clock_time
from portal.organisation.queries import Desk

KEEP_SECONDS = 5.0

SHORT_DAYS = (_l("Mon"), _l("Tue"), _l("Wed"), _l("Thu"), _l("Fri"), _l("Sat"), _l("Sun"))


@dataclass(frozen=True, kw_only=True)
class Contact:
    """What templates get: a *phone* and *hours_text* (empty when not known), and whether somebody is there.

    *time_zone* and *keeps_holidays* (closed on public holidays) say more about the hours.
    *open_until* is a clock time (``18:00``), or empty when closed or always open;
    *opens_at* says when it opens again (``tomorrow at 08:00``), or is empty.
    """

    name: str = ""
    phone: str = ""
    hours_text: str = ""
    time_zone: str = ""
    keeps_holidays: bool = False
    open_now: bool = False
    open_until: str = ""
    opens_at: str = ""

    @property
    def has_hours(self) -> bool:
        """Whether anybody said when the desk is open."""
        return bool(self.hours_text)


class DeskCache:
    """The desk as the database knows it, read again after some seconds or when it was changed here."""

    def __init__(self, db: Database) -> None:
        """Read from *db*, at the first question."""
        self._db = db
        self._desk: Desk | None = None
        self._read_at = float("-inf")
        self._words: dict[tuple[str, datetime], Contact] = {}

    def forget(self) -> None:
        """Read again at the next question: the organisation was changed in this process."""
        self._read_at = float("-inf")

    def contact(self, now: datetime) -> Contact:
        """The desk in words. When the database does not answer, what was known last still stands."""
        desk = self._latest()
        if desk is None:
            return Contact()
        key = (language(), now.replace(second=0, microsecond=0))  # the words name minutes, and hours begin with one
        if key not in self._words:
            self._words[key] = in_words(desk, now)
        return self._words[key]

    def time_zone(self) -> str:
        """The time zone of the organisation; empty when there is none yet."""
        desk = self._latest()
        return desk.calendar.time_zone if desk else ""

    def _latest(self) -> Desk | None:
        if time.monotonic() - self._read_at > KEEP_SECONDS:
            self._look()
        return self._desk

    def _look(self) -> None:
        try:
            with self._db.reading() as session:
                self._desk = queries.desk(session)
        except (SQLAlchemyError, Refused):
            return  # the error page itself has this at its foot, so it must not fail again
        self._words = {}
        self._read_at = time.monotonic()


def in_words(desk: Desk, now: datetime) -> Contact:
    """Say how *desk* is reached at the moment *now*; times are those of the desk's own time zone.

    Called within a request: the words are in the reader's language.
    """
    calendar = desk.calendar
    until, opens = calendar.open_until(now), calendar.next_opening(now)
    is_open = calendar.is_open(now)
    return Contact(
        name=desk.name,
        phone=desk.phone,
        hours_text=hours_in_words(calendar.hours),
        time_zone=calendar.time_zone,
        keeps_holidays=bool(calendar.holidays),
        open_now=is_open,
        open_until=f"{until.astimezone(ZoneInfo(calendar.time_zone)):%H:%M}" if until else "",
        opens_at=opening_in_words(calendar, now, opens) if opens and not is_open else "",
    )


def opening_in_words(calendar: Calendar, now: datetime, opens: datetime) -> str:
    """Say when *opens* is, as seen from *now*: today, tomorrow, a weekday, or a date."""
    local, today = opens.astimezone(ZoneInfo(calendar.time_zone)), calendar.today(now)
    at = f"{local:%H:%M}"
    if local.date() == today:
        return str(_("today at %(time)s", time=at))
    if local.date() == today + timedelta(days=1):
        return str(_("tomorrow at %(time)s", time=at))
    if local.date() < today + timedelta(days=7):
        return str(_("on %(weekday)s at %(time)s", weekday=format_date(local.date(), "EEEE"), time=at))
    return str(_("on %(date)s at %(time)s", date=format_date(local.date(), "long"), time=at))


def hours_in_words(hours: Hours) -> str:
    """Opening hours with the names of the days in the reader's language; empty for none."""
    if all(spans == ((0, DAY_MINUTES),) for spans in hours.week):
        return str(_("every day, day and night"))
    days: dict[tuple[int, int], list[Span]] = {}
    for first, last, span in hours.runs():
        days.setdefault((first, last), []).append(span)
    return ", ".join(
        f"{SHORT_DAYS[first]}{f'–{SHORT_DAYS[last]}' if last > first else ''} "
        + _(" and ").join(f"{clock_time(start)}–{clock_time(end)}" for start, end in spans)
        for (first, last), spans in days.items()
    )
