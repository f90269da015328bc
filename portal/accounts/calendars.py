"""Reading a calendar file (iCalendar, ``.ics``) for who is on shift when. Pure: it knows no people and no database.

What is understood: events with a beginning and an end, of whole days too, and
such as repeat each so many days or weeks. Clock times mean the zone that the
event names, or else that of the site; a shift from 22:00 to 06:00 is so on the
night in which clocks are moved, too. Files come from outside, so all that
costs is bounded: the size, how deep events nest, and how often they repeat.
Only lines about time and people are read, and zones are those that Python
knows, never those that a file describes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Event

from portal.accounts.event_times import DAY, Endless, NotUnderstood, Span, key_of, keys_of, span_of, starts_of, utc
from portal.core.errors import Refused
from portal.core.i18n import gettext as _

MOST_BYTES = 1_000_000  # with what a form adds, it still is below what the portal takes of one
MOST_SHIFTS = 5000
MOST_STEPS = 50_000  # of all that repeats in a file, counted from its beginning
DEEPEST = 4
FAR = timedelta(days=2 * 366)
KEPT = timedelta(days=400)
FIRST_YEAR = 2000
LONGEST_UID = 200

# What is read of an event, and how many signs it may have; some lists of days are long.
_ROOM = dict.fromkeys(("UID", "DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "RRULE", "STATUS"), 500)
_ROOM |= {"SUMMARY": 2000, "ATTENDEE": 2000, "RDATE": 20_000, "EXDATE": 20_000}
_ONCE = ("UID", "SUMMARY", "DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "RRULE", "STATUS")
UNREADABLE = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, OSError,
              RecursionError)  # fmt: skip
"""What the library says about texts that are none of a calendar."""
_NAME = re.compile(r"[A-Za-z-]+")
_PUBLISHER = re.compile(r";TZID=\"?/[^:;\"]{1,100}/(\w{1,20}/\w{1,30})\"?(?=[:;])")  # the zone after who wrote the file
_WORD = re.compile(r"[^\s,;:/()\[\]|]+")


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What was not understood: the line on which the event begins, and why in a sentence."""

    line: int
    why: str


@dataclass(frozen=True, kw_only=True)
class Planned:
    """One shift of a file. *occurrence* tells apart what repeats; *mails* and *words* say who it may be."""

    line: int
    uid: str
    occurrence: str
    starts_at: datetime
    ends_at: datetime
    mails: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(kw_only=True)
class CalendarFile:
    """What a file says.

    *uids* are the events that it tells all about, so that what it no longer says of them is over; *repeating* those of
    them of which it says only what is ahead. *gone* are single ones of a series that were cancelled.
    """

    planned: list[Planned] = field(default_factory=list)
    uids: set[str] = field(default_factory=set)
    repeating: set[str] = field(default_factory=set)
    gone: set[tuple[str, str]] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)


@dataclass(kw_only=True)
class _Reading:
    """What the events of one file are read with: *moved* are those of a series that stand elsewhere in the file."""

    site: ZoneInfo
    now: datetime
    is_cancelled: bool
    moved: dict[str, set[str]] = field(default_factory=dict)
    steps: list[int] = field(default_factory=lambda: [MOST_STEPS])
    found: CalendarFile = field(default_factory=CalendarFile)


def decoded(data: bytes) -> str:
    """The text of a file. Raises ``Refused`` when it is too large or no text in UTF-8."""
    if len(data) > MOST_BYTES:
        raise _too_large()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(
            _("This file is not written in UTF-8, so names in it would be wrong."),
            hint=_("Export the calendar once more, as iCalendar (.ics)."),
            field="file",
        ) from None


def read(text: str, *, zone: str, now: datetime) -> CalendarFile:
    """Read the shifts of a file; *zone* is that of the site. What ended more than 400 days ago is passed over.

    Raises:
        Refused: it is no calendar, or it is too large, too deep, or repeats too often.
    """
    if len(text) > MOST_BYTES or len(text.encode(errors="replace")) > MOST_BYTES:
        raise _too_large()
    blocks = _blocks(text)
    reading = _Reading(site=ZoneInfo(zone), now=now, is_cancelled=blocks.is_cancelled)
    events = [(line, _parsed(block, reading, line)) for line, block in blocks.found]
    found, troubled = reading.found, set[str]()
    for line, event in [each for each in events if each[1] is not None]:
        try:
            found.planned += _shifts(event, line, reading)
        except Endless:
            raise too_many() from None
        except NotUnderstood as error:
            found.problems.append(Problem(line=line, why=str(error)))
            troubled.add(_uid(event))
        except UNREADABLE:
            found.problems.append(Problem(line=line, why=_unreadable()))
            troubled.add(_uid(event))
        if len(found.planned) > MOST_SHIFTS:
            raise too_many()
    found.uids -= troubled
    found.problems.sort(key=lambda problem: problem.line)
    return found


@dataclass(kw_only=True)
class _Blocks:
    """The events of a file, each with its line and with what is read of it, and whether all of them are cancelled."""

    found: list[tuple[int, str]] = field(default_factory=list)
    is_cancelled: bool = False
    begun: int = 0
    held: list[str] = field(default_factory=list)
    room: int = 0  # signs that are left for the property that is read, or below 0 when it is none of ours

    def take(self, line: str) -> None:
        """Keep a line of an event when it belongs to a property that is read and has room for it."""
        if not line.startswith((" ", "\t")):
            name = _NAME.match(line)
            self.room = _ROOM.get(name[0].upper(), -1) if name else -1
            line = _PUBLISHER.sub(r";TZID=\1", line[: self.room + 1], count=1)
        if self.room >= 0:
            self.held.append(line if len(line) <= self.room else "TOO-LONG")
            self.room = max(self.room - len(line), 0)

    def close(self) -> None:
        """Put the event away that ends here."""
        self.found.append((self.begun, "\r\n".join(["BEGIN:VEVENT", *self.held, "END:VEVENT", ""])))
        if len(self.found) > MOST_SHIFTS:
            raise too_many()


def _blocks(text: str) -> _Blocks:
    lines, blocks, stack = re.split(r"\r\n|\n|\r", text), _Blocks(), list[str]()
    for number, line in enumerate(lines, 1):
        upper = line[:40].rstrip().upper()
        if upper.startswith("BEGIN:"):
            _open(stack, upper[6:])
            if stack[1:] == ["VEVENT"]:
                blocks.begun, blocks.held = number, []
            blocks.room = -1
        elif upper.startswith("END:"):
            if stack[1:] == ["VEVENT"]:
                blocks.close()
            _close(stack, upper[4:])
            blocks.room = -1
        elif stack[1:] == ["VEVENT"]:
            blocks.take(line)
        elif len(stack) == 1:
            blocks.is_cancelled |= upper == "METHOD:CANCEL"
    if stack or "\0" in text or lines[0][:40].strip().upper() != "BEGIN:VCALENDAR":
        raise _no_calendar()
    return blocks


def _open(stack: list[str], name: str) -> None:
    stack.append(name)
    if stack[0] != "VCALENDAR" or len(stack) > DEEPEST:
        raise _no_calendar()


def _close(stack: list[str], name: str) -> None:
    if not stack or stack.pop() != name:
        raise _no_calendar()


def slimmed(text: str) -> str:
    """What of a file is read, as a file of its own: what else stood in it need not be kept until it is done.

    Raises:
        Refused: it is no calendar, or too large.
    """
    blocks = _blocks(text)
    head = "BEGIN:VCALENDAR\r\n" + ("METHOD:CANCEL\r\n" if blocks.is_cancelled else "")
    slim = head + "".join(block for _line, block in blocks.found) + "END:VCALENDAR\r\n"
    if len(slim.encode(errors="replace")) > MOST_BYTES:
        raise _too_large()
    return slim


def _parsed(block: str, reading: _Reading, line: int) -> Any:
    """One event as the library reads it; ``None``, and a problem, where it cannot."""
    try:
        _check_length(block)
        event = Event.from_ical(block)
        if event.errors or any(type(event.get(name)) is list for name in _ONCE):
            raise ValueError(block)
        if "RECURRENCE-ID" in event:
            reading.moved.setdefault(_uid(event), set()).update(keys_of(event, "RECURRENCE-ID", reading.site))
        else:
            reading.found.uids.add(_uid(event))
    except NotUnderstood as error:
        reading.found.problems.append(Problem(line=line, why=str(error)))
        return None
    except UNREADABLE:
        reading.found.problems.append(Problem(line=line, why=_unreadable()))
        return None
    return event


def _check_length(block: str) -> None:
    if "\r\nTOO-LONG\r\n" in block:
        raise NotUnderstood(_("A line of it is too long to be one that says who is on shift."))


def _uid(event: Any) -> str:
    raw = str(event.get("UID", "")).strip()
    if not raw:
        raw = f"{event.get('DTSTART') and event['DTSTART'].to_ical()!r} {event.get('SUMMARY', '')}"
    return raw if len(raw) <= LONGEST_UID and raw.isprintable() else hashlib.sha256(raw.encode()).hexdigest()


def _shifts(event: Any, line: int, reading: _Reading) -> list[Planned]:
    """The shifts of one event, none if it is cancelled."""
    uid, instead = _uid(event), "".join(keys_of(event, "RECURRENCE-ID", reading.site))
    repeats = not instead and ("RRULE" in event or "RDATE" in event)
    if repeats:
        reading.found.repeating.add(uid)
    if reading.is_cancelled or str(event.get("STATUS", "")).upper() == "CANCELLED":
        reading.found.gone |= {(uid, instead)} if instead else set()
        return []
    span = span_of(event, reading.site)
    if span.first.year < FIRST_YEAR:
        raise NotUnderstood(_("It begins before the year %(year)s.", year=FIRST_YEAR))
    left_out = set() if instead else keys_of(event, "EXDATE", reading.site) | reading.moved.get(uid, set())
    starts = starts_of(event, span, reading.site, reading.now, reading.steps) if repeats else [span.first]
    shown: list[Planned] = []
    for start in starts:
        if repeats and {str(start.date()), key_of(start, span)} & left_out:
            continue
        name = instead or (key_of(start, span) if repeats else "")
        for key, begins, ends in _moments(start, span, name):
            if begins - reading.now > FAR:
                raise NotUnderstood(_("It begins more than two years from now."))
            if begins < ends and ends > reading.now - KEPT:
                shown.append(
                    Planned(
                        line=line,
                        uid=uid,
                        occurrence=key,
                        starts_at=begins,
                        ends_at=ends,
                        mails=_mails(event),
                        words=tuple(_WORD.findall(str(event.get("SUMMARY", "")))[:20]),
                    )
                )
    if not shown and not repeats:
        reading.found.uids.discard(uid)  # long over: what is kept of it goes by itself
    return shown


def _moments(start: datetime, span: Span, name: str) -> Iterator[tuple[str, datetime, datetime]]:
    """What one occurrence comes to: itself, or each of its days."""
    if span.is_whole_days:
        for number in range(span.length.days):
            day = start + DAY * number
            yield f"{name} {day.date()}".strip(), utc(day, span.zone), utc(day + DAY, span.zone)
        return
    begins = utc(start, span.zone)
    yield name, begins, begins + span.length if span.is_exact else utc(start + span.length, span.zone)


def _mails(event: Any) -> tuple[str, ...]:
    """The addresses of who is asked to come, and has not declined."""
    asked = event.get("ATTENDEE", [])
    people = [
        str(each).strip()
        for each in (asked if isinstance(asked, list) else [asked])[:50]
        if each.params.get("PARTSTAT", "").upper() != "DECLINED"
    ]
    return tuple(each[7:] if each[:7].lower() == "mailto:" else each for each in people)


def _unreadable() -> str:
    return _("A date, a time or a rule in it cannot be read.")


def _no_calendar() -> Refused:
    return Refused(
        _("This is no calendar file that can be read."),
        hint=_("Export the calendar as iCalendar (.ics) and choose that file."),
        field="file",
    )


def _too_large() -> Refused:
    return Refused(
        _("This calendar is larger than 1 MB."), hint=_("Export fewer months, or this team alone."), field="file"
    )


def too_many() -> Refused:
    """Say that a file holds more shifts than anybody keeps."""
    return Refused(
        _("This calendar holds more than %(count)s shifts.", count=MOST_SHIFTS),
        hint=_("Export fewer months, or this team alone."),
        field="file",
    )
