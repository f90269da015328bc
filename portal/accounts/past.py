"""Where people stood at a moment of the past: their unit, their team and their roles of that day.

What is worked out later from old events would otherwise find the unit and the
roles of today, and give another answer than the day before somebody moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person, PersonRole, PersonThen
from portal.accounts.roles import END_USER, LEAD, SUPERUSER
from portal.organisation.models import Party

FRONT_LINE, IT_MANAGER = "front_line", "it_manager"
_BY_WORK = (IT_MANAGER, "project", "specialist", "onsite", FRONT_LINE, SUPERUSER)


@dataclass(frozen=True, kw_only=True)
class Then:
    """Where somebody stood: *roles* sorted, *work* the one word for what they do; *since* is their first day here."""

    unit_id: str | None = None
    party_id: str | None = None
    roles: tuple[str, ...] = ()
    work: str = END_USER
    since: datetime | None = None


NOBODY = Then()


def keep(session: Session, person: Person, *, now: datetime) -> None:
    """Write down where *person* stands from *now* on, unless that is where they stood before."""
    roles = sorted(session.scalars(sa.select(PersonRole.role).where(PersonRole.person_id == person.id)))
    place = (person.unit_id, person.party_id, roles)
    query = sa.select(PersonThen).where(PersonThen.person_id == person.id, PersonThen.since <= now)
    last = session.scalar(query.order_by(PersonThen.since.desc()).limit(1))
    if last is not None and (last.unit_id, last.party_id, last.roles) == place:
        return
    if last is not None and last.since == now:
        last.unit_id, last.party_id, last.roles = place
    else:
        session.add(
            PersonThen(
                person_id=person.id, since=now, unit_id=person.unit_id, party_id=person.party_id, roles=roles
            )
        )  # fmt: skip
    session.flush()


def stood(session: Session, person_ids: Iterable[int], at: datetime) -> Mapping[int, Then]:
    """Where each of some people stood at the moment *at*; before their first day as on it. Two queries.

    Who is unknown is left out.
    """
    ids = {"ids": sorted(set(person_ids))}
    session.flush()
    rows = session.connection().execute(_THEN, ids).all()
    made = {row.id: row.created_at for row in session.connection().execute(_MADE, ids)}
    found: dict[int, Then] = {}
    for row in rows:
        if row.person_id not in found or row.since <= at:
            found[row.person_id] = Then(
                unit_id=row.unit_id,
                party_id=row.party_id,
                roles=tuple(row.roles),
                work=work_of(row.roles, row.kind),
                since=made[row.person_id],
            )
    return {each: found.get(each, Then(since=since)) for each, since in made.items()}


_IDS: sa.BindParameter[list[int]] = sa.bindparam("ids", expanding=True)
# Built once: building them takes as long as asking them, and they are asked at each event.
_THEN = (
    sa.select(
        PersonThen.person_id, PersonThen.since, PersonThen.unit_id, PersonThen.party_id, PersonThen.roles, Party.kind
    )
    .outerjoin(Party, Party.id == PersonThen.party_id)
    .where(PersonThen.person_id.in_(_IDS))
    .order_by(PersonThen.since)
)
_MADE = sa.select(Person.id, Person.created_at).where(Person.id.in_(_IDS))


def work_of(roles: Iterable[str], party: str | None) -> str:
    """The one word for what somebody with *roles* does, who belongs to a *party* of that kind.

    A lead of a support team is a manager, one of the front line belongs to the front line.
    """
    words = set(roles)
    if LEAD in words:
        words.add(FRONT_LINE if party == FRONT_LINE else IT_MANAGER)
    return next((word for word in _BY_WORK if word in words), END_USER)
