"""The daily mail: one for each person and working day, in working hours, when there is something unread.

Who is away gets none; their notices wait, and the first mail after that tells of them.

It says how many notices of which kind wait and where to read them, never what
they say: a mail passes through many hands, and administrators read what is
kept while there is no mail server.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts import absences
from portal.accounts.models import Person
from portal.accounts.places import calendars_of
from portal.accounts.rights import rights_of
from portal.core import mail
from portal.core.clock import now as clock_now
from portal.core.db import Database
from portal.core.errors import Refused
from portal.core.events import Event, Job, emit
from portal.core.i18n import speaking
from portal.core.smtp import Letter
from portal.notices import queries
from portal.notices.models import Notice, NoticeChoice
from portal.organisation.calendar import Calendar

log = logging.getLogger(__name__)

AT_ONCE = 500
FIRST_HOUR, LAST_HOUR = 8, 17  # of a working day, where the person is
LATELY = timedelta(days=3)  # longer than any day is, wherever people are
MAIL_KIND = "notices.digest"
SENDING = "notices.write_digests"  # the listener's name in its jobs


@dataclass(frozen=True, kw_only=True)
class DigestsDue(Event):
    """There are people whose daily mail is to be written."""

    name: ClassVar[str] = "notices.digests_due"
    day: str  # in UTC


@dataclass(frozen=True, kw_only=True)
class Due:
    """Somebody whose daily mail is due, and its key, which names the person and the day where they are."""

    person_id: int
    key: str


def ring(session: Session, now: datetime) -> None:
    """Let a job write the mails that are due, unless one waits to do so."""
    waits = sa.select(Job.id).where(Job.listener == SENDING, Job.parked_at.is_(None)).limit(1)
    if session.scalar(waits) is None and due(session, now, limit=1):
        emit(session, DigestsDue(day=str(now.date())))


def due(session: Session, now: datetime, *, limit: int = AT_ONCE, after: int = 0) -> list[Due]:
    """Who is to get their daily mail at the moment *now*, by id, beginning behind *after*."""
    waiting = sa.select(Notice.person_id).where(Notice.read_at.is_(None), Notice.to_mail, queries.is_heard())
    silent = sa.select(NoticeChoice.person_id).where(
        NoticeChoice.kind == queries.DAILY_MAIL, NoticeChoice.choice != "mail"
    )
    query = (
        sa.select(Person.id)
        .where(Person.id.in_(waiting), Person.id.not_in(silent), Person.left_at.is_(None), Person.mail != "")
        .where(Person.id > after)
    )
    lately = sa.and_(mail.Mail.kind == MAIL_KIND, mail.Mail.queued_at > now - LATELY)
    written = set(session.scalars(sa.select(mail.Mail.key).where(lately)))
    working: dict[date, list[int]] = {}  # it is not the same day for everybody
    for person_id, calendar in calendars_of(session, session.scalars(query)).items():
        if in_working_hours(calendar, now):
            working.setdefault(calendar.today(now), []).append(person_id)
    found: list[Due] = []
    for day, ids in working.items():
        keys = {each: key for each in ids if (key := f"digest:{each}:{day}") not in written}
        away = absences.absent_among(session, keys, day)
        found += [Due(person_id=each, key=key) for each, key in keys.items() if each not in away]
    return sorted(found, key=attrgetter("person_id"))[:limit]


def in_working_hours(calendar: Calendar, now: datetime) -> bool:
    """Whether people work at this place at the moment *now*: from eight to five on a working day."""
    hour = now.astimezone(ZoneInfo(calendar.time_zone)).hour
    return FIRST_HOUR <= hour < LAST_HOUR and calendar.is_working_day(calendar.today(now))


class Digests:
    """Writes the mails that are due, each in a short transaction of its own; a kill in between costs nothing."""

    def __init__(self, db: Database, render: Callable[..., Letter], *, home: str, spoken: str) -> None:
        """Write to *db* with *render*; *home* is the address of the portal or empty, *spoken* its language."""
        self._db, self._render, self._home, self._spoken = db, render, home.rstrip("/"), spoken

    def write_digests(self, session: Session, _due: DigestsDue) -> None:
        """Queue one mail for each person whose daily mail is due."""
        now, after = clock_now(), 0
        while people := due(session, now, after=after):
            for each in people:
                self.write(each, now)
            after = people[-1].person_id

    def write(self, person: Due, now: datetime) -> None:
        """Queue the mail of one person; what they may no longer read counts as read and is not told."""
        with self._db.reading() as session:
            row = session.get_one(Person, person.person_id)
            unread = sa.and_(Notice.person_id == row.id, Notice.read_at.is_(None))
            waiting = sa.and_(unread, Notice.to_mail, queries.is_heard())
            notices = session.scalars(sa.select(Notice).where(waiting).order_by(Notice.id)).all()
            told = queries.in_words(session, rights_of(session, row), notices)
            letter = self.letter(told, row) if told else None
        with self._db.transaction() as session:
            if letter is not None:
                _queue(session, letter, row, person.key)
            told_ids = {each.notice.id for each in told}
            _settle(session, sorted(told_ids), to_mail=False)
            _settle(session, [each.id for each in notices if each.id not in told_ids], to_mail=False, read_at=now)

    def letter(self, told: Sequence[queries.Told], person: Person) -> Letter:
        """The mail about *told*: each kind with its number, and the way to the portal."""
        spoken = person.language or self._spoken
        with speaking(spoken):
            counts = Counter(each.kind.name for each in told)
            titles = {each.kind.name: str(each.kind.title) for each in told}
        return self._render(
            "notices/mail/digest",
            spoken,
            name=person.name,
            count=len(told),
            kinds=[(titles[name], number) for name, number in counts.items()],
            notices=f"{self._home}/notices" if self._home else "",
            unsubscribe=f"{self._home}/notices/choices" if self._home else "",
        )


def _queue(session: Session, letter: Letter, person: Person, key: str) -> None:
    try:
        mail.queue(
            session, person.mail, letter.subject, letter.text, letter.html,
            kind=MAIL_KIND, to_name=person.name, person_id=person.id, key=key, unsubscribe=letter.unsubscribe,
        )  # fmt: skip
    except Refused:
        # An address that is none must not keep the mails of all others; the notices stay in the portal.
        log.warning("no digest, the address is none", extra={"person": person.id})


def _settle(session: Session, ids: Sequence[int], **values: Any) -> None:
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        session.execute(sa.update(Notice).where(Notice.id.in_(some), Notice.read_at.is_(None)).values(**values))
