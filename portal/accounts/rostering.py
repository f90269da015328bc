"""Bringing a calendar file into the roster of a party: what comes, changes and goes, and what was not understood."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts import calendars, roster
from portal.accounts.calendars import MOST_SHIFTS, CalendarFile, Planned, Problem
from portal.accounts.models import Person, Shift, normalised_login
from portal.core.i18n import gettext as _
from portal.organisation.models import Party

AT_ONCE = 500
SHOWN = 60  # signs of a title, where nobody is found by it

_Key = tuple[str, str, int]
_Times = tuple[datetime, datetime]


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What a calendar file did, or would do: how many shifts, and what was not understood."""

    came: int
    changed: int
    went: int
    problems: Sequence[Problem]

    @property
    def is_nothing(self) -> bool:
        """Whether all stands as it stood."""
        return not (self.came or self.changed or self.went)


@dataclass(frozen=True, kw_only=True)
class _Changes:
    """What a file does to a roster: new shifts, those at other times, and those that are over."""

    came: Mapping[_Key, _Times]
    changed: Sequence[tuple[Shift, _Times]]
    went: Sequence[Shift]


def import_calendar(
    session: Session, team: Party, text: str, now: datetime, *, by: int | None, dry_run: bool = False
) -> Imported:
    """Bring the shifts of a calendar file into the roster of a party.

    People are found by the mail address of who is asked to come, or else by a
    sign-in name or mail address in the title; they belong to the party. What
    the file says no more of an event goes: of one that repeats only what is
    ahead. Events that the file does not name stay, for a file may hold one
    month only. A *dry_run* says what would happen.

    Raises:
        Refused: it is no calendar, or larger than anybody's roster.
    """
    read = calendars.read(text, zone=team.site.time_zone, now=now)
    session.execute(sa.select(Party.id).where(Party.id == team.id).with_for_update())
    wanted, unknown = _wanted(roster.members(session, team.id), read.planned)
    changes = _changes(_standing(session, team.id, read), wanted, read, {each.uid for each in unknown}, now)
    if not dry_run:
        _apply(session, team.id, changes, by=by)
    problems = {(each.line, _nobody(each)): None for each in unknown}
    said = [*read.problems, *(Problem(line=line, why=why) for line, why in problems)]
    return Imported(
        came=len(changes.came),
        changed=len(changes.changed),
        went=len(changes.went),
        problems=sorted(said, key=lambda each: each.line),
    )


def _wanted(people: Sequence[Person], planned: Iterable[Planned]) -> tuple[dict[_Key, _Times], list[Planned]]:
    """The shifts of the file by their keys, and those for whom nobody of the team was found."""
    by_mail = {person.mail.casefold(): person.id for person in people if person.mail}
    by_name = by_mail | {person.login: person.id for person in people if person.login}
    wanted, unknown = dict[_Key, _Times](), list[Planned]()
    for each in planned:
        ids = {by_mail[mail.casefold()] for mail in each.mails if mail.casefold() in by_mail}
        ids = ids or {by_name[word] for word in map(normalised_login, each.words) if word in by_name}
        wanted |= {(each.uid, each.occurrence, person_id): (each.starts_at, each.ends_at) for person_id in ids}
        if not ids:
            unknown.append(each)
        if len(wanted) > MOST_SHIFTS:
            raise calendars.too_many()
    return wanted, unknown


def _nobody(planned: Planned) -> str:
    named = ", ".join(planned.mails) or " ".join(planned.words)
    if not named:
        return _("It does not say who is on shift.")
    return _("Nobody of this team has this mail address or sign-in name: %(named)s.", named=named[:SHOWN])


def _standing(session: Session, party_id: str, read: CalendarFile) -> dict[_Key, Shift]:
    """The shifts that came from events of this file before."""
    uids = sorted({each.uid for each in read.planned} | read.uids | {uid for uid, _key in read.gone})
    found: dict[_Key, Shift] = {}
    for start in range(0, len(uids), AT_ONCE):
        query = sa.select(Shift).where(Shift.party_id == party_id, Shift.uid.in_(uids[start : start + AT_ONCE]))
        found |= {(each.uid, each.occurrence, each.person_id): each for each in session.scalars(query)}
    return found


def _changes(
    stand: Mapping[_Key, Shift], wanted: Mapping[_Key, _Times], read: CalendarFile, troubled: set[str], now: datetime
) -> _Changes:
    def is_over(old: Shift) -> bool:
        if (old.uid, old.occurrence.partition(" ")[0]) in read.gone:
            return True
        told = old.uid in read.uids and old.uid not in troubled
        return told and (old.uid not in read.repeating or old.starts_at > now)

    return _Changes(
        came={key: times for key, times in wanted.items() if key not in stand},
        changed=[
            (old, wanted[key])
            for key, old in stand.items()
            if key in wanted and wanted[key] != (old.starts_at, old.ends_at)
        ],
        went=[old for key, old in stand.items() if key not in wanted and is_over(old)],
    )


def _apply(session: Session, party_id: str, changes: _Changes, *, by: int | None) -> None:
    touched = [*changes.came.values(), *((old.starts_at, old.ends_at) for old in changes.went)]
    for old, times in changes.changed:
        touched += [(old.starts_at, old.ends_at), times]
        old.starts_at, old.ends_at = times
    for old in changes.went:
        session.delete(old)
    for (uid, occurrence, person_id), (starts_at, ends_at) in changes.came.items():
        session.add(
            Shift(
                party_id=party_id,
                person_id=person_id,
                uid=uid,
                occurrence=occurrence,
                starts_at=starts_at,
                ends_at=ends_at,
            )
        )
    session.flush()
    roster.tell(session, party_id, touched, by=by)
