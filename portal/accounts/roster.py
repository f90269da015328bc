"""Who of a support party is on shift when.

A shift belongs to a person and to the party in which they were then. It is
added by hand or comes from a calendar file (``rostering.py``); the same file
twice makes each shift once. Shifts that overlap or touch are one stay.

Small teams keep no roster. So in a party that has none at all, everybody who
belongs to it counts as on shift on working days of its site, within its hours
(those of the service desk where it has none of its own).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.accounts import absences
from portal.accounts.calendars import FAR, FIRST_YEAR, KEPT
from portal.accounts.event_times import LONGEST
from portal.accounts.events import RosterChanged
from portal.accounts.models import Duty, Person, Shift
from portal.core.errors import NotFound, Refused
from portal.core.events import emit
from portal.core.i18n import gettext as _
from portal.organisation import queries as organisation
from portal.organisation.models import Party, Site

MOST_PEOPLE = 2000
MOST_DAYS = 92  # in one question
MOST_ROWS = 400  # of a week on its page
NOTE_LENGTH = 200
PER_PAGE = 20

_KEEPERS = ("party_lead", "party_signer")


@dataclass(frozen=True, kw_only=True)
class Stay:
    """One person on shift in one party without a break."""

    party_id: str
    person_id: int
    starts_at: datetime
    ends_at: datetime


def keeps(session: Session, party_id: str, *, person_id: int | None, may_keep_all: bool) -> bool:
    """Whether somebody may change the roster of a party: its lead, who signs for it, and who looks after all."""
    if may_keep_all or person_id is None:
        return may_keep_all
    duty = sa.select(Duty.id).where(Duty.person_id == person_id, Duty.kind.in_(_KEEPERS), Duty.ref == party_id)
    return session.scalar(duty.limit(1)) is not None


def party(session: Session, party_id: str) -> Party:
    """The party with its site. Raises ``NotFound``."""
    found = session.get(Party, party_id, options=[joinedload(Party.site)])
    if found is None:
        raise NotFound(_("There is no such team."), hint=_("The organisation names all teams."))
    return found


def members(session: Session, party_id: str) -> Sequence[Person]:
    """Who belongs to a party and is here, by name."""
    query = sa.select(Person).where(Person.party_id == party_id, Person.left_at.is_(None))
    return session.scalars(query.order_by(sa.func.lower(Person.name), Person.id).limit(MOST_PEOPLE)).all()


def on_shift(session: Session, party_ids: Collection[str], start: datetime, end: datetime) -> list[Person]:
    """Who of these parties is on shift at some time between two moments, by name; people who left are not among them.

    In a party without any roster it is everybody who belongs to it, if its working hours meet that time.
    """
    _check_window(start, end)
    rostered = _rostered(session, party_ids)
    noted = sa.select(Shift.person_id).where(Shift.party_id.in_(rostered), Shift.starts_at < end, Shift.ends_at > start)
    working = [each for each in party_ids if each not in rostered and _hours(session, each, start, end)]
    query = sa.select(Person).where(
        Person.left_at.is_(None), sa.or_(Person.id.in_(noted), Person.party_id.in_(working))
    )
    return list(session.scalars(query.order_by(sa.func.lower(Person.name), Person.id).limit(MOST_PEOPLE)))


def shifts(session: Session, party_ids: Collection[str], start: datetime, end: datetime) -> list[Stay]:
    """The stays in these parties that lie between two moments or reach into that time, in order, each at full length.

    In a party without any roster they are its working hours within that time, for each who belongs to it.
    """
    _check_window(start, end)
    rostered = _rostered(session, party_ids)
    found = [
        Stay(party_id=each.party_id, person_id=each.person_id, starts_at=each.starts_at, ends_at=each.ends_at)
        for each in noted(session, rostered, start, end)
    ]
    for party_id in sorted(set(party_ids) - rostered):
        hours = _hours(session, party_id, start, end)
        people = members(session, party_id) if hours else ()
        found += [
            Stay(party_id=party_id, person_id=person.id, starts_at=first, ends_at=last)
            for person in people
            for first, last in hours
        ]
    return merged(found)


def noted(session: Session, party_ids: Collection[str], start: datetime, end: datetime) -> Sequence[Shift]:
    """The shifts as they were noted that meet a time, in order."""
    _check_window(start, end)
    query = sa.select(Shift).where(Shift.party_id.in_(party_ids), Shift.starts_at < end, Shift.ends_at > start)
    return session.scalars(query.order_by(Shift.starts_at, Shift.person_id, Shift.id)).all()


def week(session: Session, team: Party, monday: date) -> tuple[list[tuple[date, list[tuple[Shift, Person]]]], int]:
    """The days of a week at the site of a party, each with the shifts that begin on it, and how many are left out.

    A shift that goes on since the week before stands on the Monday.
    """
    zone = ZoneInfo(team.site.time_zone)
    days: dict[date, list[tuple[Shift, Person]]] = {monday + timedelta(days=number): [] for number in range(7)}
    start, end = (datetime.combine(day, time(), tzinfo=zone) for day in (monday, monday + timedelta(days=7)))
    of_week = sa.and_(Shift.party_id == team.id, Shift.starts_at < end, Shift.ends_at > start)
    query = sa.select(Shift, Person).join(Person, Person.id == Shift.person_id).where(of_week)
    for shift_row, person in session.execute(query.order_by(Shift.starts_at, Person.name, Shift.id).limit(MOST_ROWS)):
        days[max(shift_row.starts_at.astimezone(zone).date(), monday)].append((shift_row, person))
    total = session.scalar(sa.select(sa.func.count(Shift.id)).where(of_week)) or 0
    return list(days.items()), max(total - MOST_ROWS, 0)


def merged(stays: Iterable[Stay]) -> list[Stay]:
    """Stays of which no two of the same person in the same party overlap or touch, in order."""
    found: list[Stay] = []
    for stay in sorted(stays, key=lambda each: (each.party_id, each.person_id, each.starts_at)):
        last = found[-1] if found else None
        same = last is not None and (last.party_id, last.person_id) == (stay.party_id, stay.person_id)
        if last is not None and same and stay.starts_at <= last.ends_at:
            ends_at = max(last.ends_at, stay.ends_at)
            found[-1] = Stay(
                party_id=last.party_id, person_id=last.person_id, starts_at=last.starts_at, ends_at=ends_at
            )
        else:
            found.append(stay)
    return sorted(found, key=lambda each: (each.starts_at, each.party_id, each.person_id))


def away_throughout(session: Session, people: Iterable[Person], start: datetime, end: datetime) -> set[int]:
    """Who of these people is away on each day between two moments, as days are where they are."""
    _check_window(start, end)
    by_id = {person.id: person for person in people}
    zones = {key: ZoneInfo(zone or "UTC") for key, zone in _zones(session, by_id).items()}
    day = timedelta(days=1)
    spans = absences.days_of(session, by_id, start.date() - day, end.date() + day)
    away: set[int] = set()
    for person_id, days in spans.items():
        zone = zones[person_id]
        last = (end - timedelta(microseconds=1)).astimezone(zone).date()
        next_one = start.astimezone(zone).date()
        for first_on, last_on in days:  # in order, and never two for a day
            if first_on <= next_one:
                next_one = max(next_one, last_on + day)
        if next_one > last:
            away.add(person_id)
    return away


def has_roster(session: Session, party_id: str) -> bool:
    """Whether anybody of a party was ever given a shift that is kept still."""
    return party_id in _rostered(session, [party_id])


def of_person(session: Session, person_id: int, now: datetime, *, limit: int = PER_PAGE) -> Sequence[tuple[Shift, str]]:
    """The next shifts of somebody, the one that goes on included, each with the name of the party."""
    query = (
        sa.select(Shift, Party.name)
        .join(Party, Party.id == Shift.party_id)
        .where(Shift.person_id == person_id, Shift.ends_at > now)
        .order_by(Shift.starts_at, Shift.id)
    )
    return [(row[0], row[1]) for row in session.execute(query.limit(limit))]


def put_shift(
    session: Session,
    person: Person,
    team: Party,
    starts_at: datetime,
    ends_at: datetime,
    *,
    by: int | None,
    now: datetime,
    note: str = "",
) -> Shift:
    """Note by hand that somebody of a party is on shift between two moments; the same twice is one.

    Raises:
        Refused: they left or belong to another party, or the shift is one that cannot be.
    """
    _check_member(person, team)
    _check_times(starts_at, ends_at, team, now)
    if len(note) > NOTE_LENGTH:
        raise Refused(_("A note is at most %(count)s characters long.", count=NOTE_LENGTH), field="note")
    session.execute(sa.select(Party.id).where(Party.id == team.id).with_for_update())
    occurrence = f"{starts_at.astimezone(UTC):%Y%m%dT%H%MZ}/{ends_at.astimezone(UTC):%Y%m%dT%H%MZ}"
    same = sa.select(Shift).where(
        Shift.party_id == team.id, Shift.uid == "", Shift.occurrence == occurrence, Shift.person_id == person.id
    )
    shift = session.scalar(same)
    if shift is not None and shift.note == note:
        return shift
    if shift is None:
        shift = Shift(
            person_id=person.id, party_id=team.id, starts_at=starts_at, ends_at=ends_at, uid="", occurrence=occurrence
        )
        session.add(shift)
    shift.note = note
    session.flush()
    tell(session, team.id, [(starts_at, ends_at)], by=by)
    return shift


def shift(session: Session, party_id: str, shift_id: int) -> Shift:
    """One shift of this party. Raises ``NotFound``."""
    found = session.get(Shift, shift_id)
    if found is None or found.party_id != party_id:
        raise NotFound(_("This shift is no longer there."), hint=_("The roster shows those that are."))
    return found


def remove_shift(session: Session, old: Shift, *, by: int | None) -> None:
    """Take a shift out of the roster. One of a calendar comes again with the next import, if it stands there still."""
    session.delete(old)
    session.flush()
    tell(session, old.party_id, [(old.starts_at, old.ends_at)], by=by)


def forget_past(session: Session, now: datetime) -> None:
    """Remove shifts that ended more than 400 days ago: nobody needs to know any more, so nobody should."""
    session.execute(sa.delete(Shift).where(Shift.ends_at < now - KEPT))


def tell(session: Session, party_id: str, touched: Collection[tuple[datetime, datetime]], *, by: int | None) -> None:
    """Say from when to when the roster of a party is another one; nothing when nothing was touched."""
    if touched:
        first, last = min(start for start, _end in touched), max(end for _start, end in touched)
        emit(
            session,
            RosterChanged(
                actor_id=by,
                party_id=party_id,
                starts_at=first.astimezone(UTC).isoformat(),
                ends_at=last.astimezone(UTC).isoformat(),
            ),
        )


def _check_member(person: Person, team: Party) -> None:
    if not person.is_here or person.party_id != team.id:
        raise Refused(
            _("%(name)s does not belong to %(team)s.", name=person.name, team=team.name),
            hint=_("Choose somebody of the team; an administrator can change who belongs to it."),
            field="person_id",
        )


def _check_times(starts_at: datetime, ends_at: datetime, team: Party, now: datetime) -> None:
    zone = ZoneInfo(team.site.time_zone)
    if ends_at <= starts_at:
        raise Refused(_("The shift ends before it begins."), hint=_("Look at both days and times."), field="ends_at")
    first, last = (each.astimezone(zone).replace(tzinfo=None) for each in (starts_at, ends_at))
    if last - first > LONGEST:  # on the clock: the day on which clocks are moved back is one, too
        raise Refused(_("A shift is at most 24 hours long."), hint=_("Add one for each day instead."), field="ends_at")
    if first.year < FIRST_YEAR or starts_at - now > FAR:
        raise Refused(
            _("A shift begins after the year 1999, and at most two years from now."),
            hint=_("Look at the year of both days."),
            field="starts_at",
        )
    if ends_at < now - KEPT:
        raise Refused(
            _("Shifts that ended more than %(days)s days ago are not kept.", days=KEPT.days),
            hint=_("Look at the year of both days."),
            field="ends_at",
        )


def _check_window(start: datetime, end: datetime) -> None:
    if not start < end <= start + timedelta(days=MOST_DAYS):
        raise ValueError(f"Ask for a time of up to {MOST_DAYS} days that ends after it begins.")


def _rostered(session: Session, party_ids: Collection[str]) -> set[str]:
    return set(session.scalars(sa.select(Shift.party_id).where(Shift.party_id.in_(party_ids)).distinct()))


def _hours(session: Session, party_id: str, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    team = session.get(Party, party_id)
    return organisation.party_calendar(session, team).working_openings(start, end) if team else []


def _zones(session: Session, person_ids: Iterable[int]) -> dict[int, str]:
    query = (
        sa.select(Person.id, sa.func.coalesce(sa.func.nullif(Person.time_zone, ""), Site.time_zone, ""))
        .outerjoin(Party, Party.id == Person.party_id)
        .outerjoin(Site, Site.id == Party.site_id)
        .where(Person.id.in_(list(person_ids)))
    )
    return {row[0]: row[1] for row in session.execute(query)}
