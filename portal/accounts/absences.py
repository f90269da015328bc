"""When people are away: a plain list of first and last days for each person, both included.

No reason is kept. Days are dates of the place where the person is, so whoever
asks says which day it is there. Two absences of a person never share a day:
one that meets another becomes one with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.events import PersonAbsenceChanged
from portal.accounts.models import Absence, Person
from portal.core.errors import NotFound, Refused
from portal.core.events import emit
from portal.core.i18n import gettext as _

YEARS = 3  # how long an absence is at most, and how far from today it begins and ends
PER_PAGE = 20
AT_ONCE = 500  # ids in one query

KEPT_DAYS = 30  # behind the last day

_FAR = timedelta(days=YEARS * 366)

Days = tuple[date, date]


@dataclass(frozen=True, kw_only=True)
class AbsencePage:
    """One page of somebody's absences, the latest first; *page* counts from 1."""

    rows: Sequence[Absence]
    total: int
    page: int
    pages: int


def is_absent(session: Session, person_id: int, day: date) -> bool:
    """Whether a person is away on *day*."""
    return bool(absent_among(session, [person_id], day))


def absent_among(session: Session, person_ids: Iterable[int], day: date) -> set[int]:
    """Which of these people are away on *day*."""
    return set(days_of(session, person_ids, day, day))


def days_of(session: Session, person_ids: Iterable[int], first: date, last: date) -> dict[int, list[Days]]:
    """The absences that meet the days from *first* to *last*, whole and in order; nobody without one stands in it.

    For people of several places, who do not all have the same date: ask for a day more on both sides.
    """
    ids, found = list(person_ids), dict[int, list[Days]]()
    for start in range(0, len(ids), AT_ONCE):
        query = (
            sa.select(Absence.person_id, Absence.first_on, Absence.last_on)
            .where(Absence.person_id.in_(ids[start : start + AT_ONCE]))
            .where(Absence.last_on >= first, Absence.first_on <= last)
            .order_by(Absence.person_id, Absence.first_on)
        )
        for person_id, first_on, last_on in session.execute(query):
            found.setdefault(person_id, []).append((first_on, last_on))
    return found


def page_of(session: Session, person_id: int, *, page: int = 1, per_page: int = PER_PAGE) -> AbsencePage:
    """The absences of one person, a page at a time; 2 queries."""
    of_person = Absence.person_id == person_id
    total = session.scalar(sa.select(sa.func.count(Absence.id)).where(of_person)) or 0
    pages = max(-(-total // per_page), 1)
    page = min(max(page, 1), pages)
    query = sa.select(Absence).where(of_person).order_by(Absence.first_on.desc())
    rows = session.scalars(query.offset((page - 1) * per_page).limit(per_page)).all()
    return AbsencePage(rows=rows, total=total, page=page, pages=pages)


def absence(session: Session, person_id: int, absence_id: int) -> Absence:
    """One absence of this person. Raises ``NotFound``."""
    found = session.get(Absence, absence_id)
    if found is None or found.person_id != person_id:
        raise NotFound(_("This absence is no longer there."), hint=_("The list shows those that are."))
    return found


def add(session: Session, person: Person, first: date, last: date, *, by: int | None, today: date) -> Absence:
    """Note that *person* is away from *first* to *last*; days that are noted already make one absence with them.

    Raises:
        Refused: the last day comes before the first, it is too long or too far away, or the person has left.
    """
    if not person.is_here:
        raise Refused(_("%(name)s is no longer here.", name=person.name), hint=_("Nothing is sent to them any more."))
    return _note(session, person.id, None, first, last, by=by, today=today)


def change(session: Session, old: Absence, first: date, last: date, *, by: int | None, today: date) -> Absence:
    """Let an absence be from *first* to *last*, together with others that it meets now.

    Raises:
        Refused: the last day comes before the first, or it is too long or too far away.
    """
    return _note(session, old.person_id, old, first, last, by=by, today=today)


def remove(session: Session, old: Absence, *, by: int | None) -> None:
    """Take an absence out of the list."""
    session.delete(old)
    session.flush()
    emit(session, PersonAbsenceChanged(actor_id=by, person_id=old.person_id))


def _note(
    session: Session, person_id: int, old: Absence | None, first: date, last: date, *, by: int | None, today: date
) -> Absence:
    _check(first, last, today)
    # Two browsers at once: the second waits here, and then sees what the first one noted.
    session.execute(sa.select(Person.id).where(Person.id == person_id).with_for_update())
    met = [each for each in _meeting(session, person_id, first, last) if each is not old]
    first, last = min([first, *(each.first_on for each in met)]), max([last, *(each.last_on for each in met)])
    if last - first > _FAR:
        raise _too_long()
    kept = old or (met.pop(0) if met else None)
    if kept is None:
        kept = Absence(person_id=person_id, first_on=first, last_on=last)
        session.add(kept)
    elif not met and (kept.first_on, kept.last_on) == (first, last):
        return kept
    kept.first_on, kept.last_on = first, last
    for each in met:
        session.delete(each)
    session.flush()
    emit(session, PersonAbsenceChanged(actor_id=by, person_id=person_id))
    return kept


def _meeting(session: Session, person_id: int, first: date, last: date) -> Sequence[Absence]:
    query = (
        sa.select(Absence)
        .where(Absence.person_id == person_id, Absence.last_on >= first, Absence.first_on <= last)
        .order_by(Absence.first_on)
    )
    return session.scalars(query).all()


def _check(first: date, last: date, today: date) -> None:
    if last < first:
        raise Refused(
            _("The last day comes before the first one."),
            hint=_("For a single day, choose the same one twice."),
            field="last_on",
        )
    if last - first > _FAR:
        raise _too_long()
    if abs(first - today) > _FAR or abs(last - today) > _FAR:
        raise Refused(
            _("These days are more than %(count)s years away from today.", count=YEARS),
            hint=_("Look at the year of both days."),
        )


def _too_long() -> Refused:
    return Refused(
        _("An absence is at most %(count)s years long.", count=YEARS), hint=_("Look at the year of both days.")
    )


def forget_past(session: Session, now: datetime) -> None:
    """Remove absences that ended more than thirty days ago: nobody needs to know any more, so nobody should."""
    session.execute(sa.delete(Absence).where(Absence.last_on < now.date() - timedelta(days=KEPT_DAYS)))
