"""Reading people: who they are, what they hold, and who looks after what. Every list is bounded."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.accounts.models import (
    Duty,
    NamedService,
    OwnerRoleHolder,
    Person,
    PersonRole,
    Proficiency,
    normalised_login,
)
from portal.accounts.rights import Rights
from portal.accounts.roles import ADMIN, COACH, ROLES, SUPERUSER, starting_proficiency
from portal.core.errors import NotFound
from portal.core.i18n import gettext as _
from portal.organisation.models import Party, Service, Unit
from portal.organisation.queries import lists

PER_PAGE = 50
MOST = 2000
LONGEST_WORD = 100  # SQLite refuses a pattern of 50,000 bytes


@dataclass(frozen=True, kw_only=True)
class PersonRow:
    """One person of a list, with roles in the order of ``ROLES`` and the names of unit and party."""

    person: Person
    roles: tuple[str, ...]
    unit: str
    party: str


@dataclass(frozen=True, kw_only=True)
class PeoplePage:
    """One page of a list of people; *page* counts from 1."""

    rows: Sequence[PersonRow]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, kw_only=True)
class DutyRow:
    """One thing that a person leads or signs for, with its name."""

    id: int
    kind: str
    ref: str
    title: str


@dataclass(frozen=True, kw_only=True)
class NamedRow:
    """One service that a coach named for a superuser, with the names of the service and of the coach."""

    named: NamedService
    service: str
    coach: str


def person(session: Session, person_id: int) -> Person:
    """One person by id. Raises ``NotFound``."""
    found = session.get(Person, person_id)
    if found is None:
        raise NotFound(_("There is no such person."), hint=_("They may have been removed."))
    return found


def by_login(session: Session, login: str) -> Person | None:
    """The person who signs in as *login*, whatever its capitals."""
    return session.scalar(sa.select(Person).where(Person.login == normalised_login(login)))


def with_login(session: Session, login: str) -> Person:
    """The person who signs in as *login*. Raises ``NotFound``."""
    found = by_login(session, login)
    if found is None:
        raise NotFound(_("Nobody signs in as %(login)s.", login=login), hint=_("The list of people shows all names."))
    return found


def is_empty(session: Session) -> bool:
    """Whether there is nobody at all, as on a first start."""
    return session.scalar(sa.select(Person.id).limit(1)) is None


def roles_of(session: Session, person_ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """The stored roles of several people in one query, each in the order of ``ROLES``."""
    ids = list(person_ids)
    held: dict[int, set[str]] = {person_id: set() for person_id in ids}
    for person_id, role in session.execute(
        sa.select(PersonRole.person_id, PersonRole.role).where(PersonRole.person_id.in_(ids))
    ):
        held[person_id].add(role)
    return {person_id: tuple(role for role in ROLES if role in roles) for person_id, roles in held.items()}


def people(
    session: Session,
    *,
    words: str = "",
    role: str = "",
    any_of: Collection[str] = (),
    here: bool = True,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> PeoplePage:
    """People by name, with *words* in name, sign-in name or mail, and *role* or one of *any_of*; 3 queries."""
    conditions: list[sa.ColumnElement[bool]] = [Person.left_at.is_(None) if here else Person.left_at.is_not(None)]
    conditions += [_has(word[:LONGEST_WORD]) for word in words.replace("\0", "").split()[:5]]
    if role or any_of:
        held = PersonRole.role.in_([role] if role else sorted(any_of))
        conditions.append(Person.id.in_(sa.select(PersonRole.person_id).where(held)))
    total = session.scalar(sa.select(sa.func.count(Person.id)).where(*conditions)) or 0
    pages = max(-(-total // per_page), 1)
    page = min(max(page, 1), pages)
    found = session.execute(
        sa.select(Person, Unit.name, Party.name)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .outerjoin(Party, Party.id == Person.party_id)
        .where(*conditions)
        .order_by(sa.func.lower(Person.name), Person.id)
        .offset((page - 1) * per_page)
        .limit(per_page)
    ).all()
    roles = roles_of(session, [row[0].id for row in found])
    rows = [
        PersonRow(person=each, roles=roles[each.id], unit=unit or "", party=party or "") for each, unit, party in found
    ]
    return PeoplePage(rows=rows, total=total, page=page, pages=pages)


def _has(word: str) -> sa.ColumnElement[bool]:
    columns = (Person.name, Person.login, Person.mail)
    # SQLite folds the case of ASCII letters only; a name that begins with Ö is found by its capital.
    return sa.or_(
        Person.name.contains(word.capitalize(), autoescape=True),
        *(column.icontains(word, autoescape=True) for column in columns),
    )


def row_of(session: Session, person_id: int) -> PersonRow:
    """One person as a list shows them; 2 queries. Raises ``NotFound``."""
    found = session.execute(
        sa.select(Person, Unit.name, Party.name)
        .outerjoin(Unit, Unit.id == Person.unit_id)
        .outerjoin(Party, Party.id == Person.party_id)
        .where(Person.id == person_id)
    ).one_or_none()
    if found is None:
        raise NotFound(_("There is no such person."), hint=_("They may have been removed."))
    roles = roles_of(session, [person_id])[person_id]
    return PersonRow(person=found[0], roles=roles, unit=found[1] or "", party=found[2] or "")


def duties_of(session: Session, person_id: int) -> list[DutyRow]:
    """What a person leads or signs for, with names, in one query."""
    title = sa.func.coalesce(Party.name, Unit.name, Service.name, Duty.ref)
    query = (
        sa.select(Duty.id, Duty.kind, Duty.ref, title)
        .outerjoin(Party, sa.and_(Duty.kind.in_(("party_lead", "party_signer")), Party.id == Duty.ref))
        .outerjoin(Unit, sa.and_(Duty.kind == "unit_lead", Unit.id == Duty.ref))
        .outerjoin(Service, sa.and_(Duty.kind == "service_lead", Service.id == Duty.ref))
        .where(Duty.person_id == person_id)
        .order_by(Duty.kind, title)
        .limit(MOST)
    )
    return [DutyRow(id=row[0], kind=row[1], ref=row[2], title=row[3]) for row in session.execute(query)]


def holding(session: Session, kind: str, ref: str) -> Sequence[Person]:
    """Who leads or signs for one thing, and is here: the first who was named comes first."""
    query = (
        sa.select(Person)
        .join(Duty, Duty.person_id == Person.id)
        .where(Duty.kind == kind, Duty.ref == ref, Person.left_at.is_(None))
        .order_by(Duty.id)
        .limit(MOST)
    )
    return session.scalars(query).all()


def named_services(session: Session, person_ids: Iterable[int]) -> dict[int, list[NamedRow]]:
    """The services that are named for superusers now, by person, in one query."""
    ids = list(person_ids)
    rows: dict[int, list[NamedRow]] = {person_id: [] for person_id in ids}
    query = (
        sa.select(NamedService, Service.name, Person.name)
        .join(Service, Service.id == NamedService.service_id)
        .outerjoin(Person, Person.id == NamedService.named_by)
        .where(NamedService.person_id.in_(ids), NamedService.withdrawn_at.is_(None))
        .order_by(Service.sort_order, Service.name)
    )
    for named, service, coach in session.execute(query):
        rows[named.person_id].append(NamedRow(named=named, service=service, coach=coach or ""))
    return rows


def superusers(session: Session, *, words: str = "", page: int = 1) -> PeoplePage:
    """Superusers who are here, by name."""
    return people(session, words=words, role=SUPERUSER, page=page)


def administrators(session: Session) -> int:
    """How many administrators there are who have not left."""
    query = (
        sa.select(sa.func.count(Person.id))
        .join(PersonRole, PersonRole.person_id == Person.id)
        .where(PersonRole.role == ADMIN, Person.left_at.is_(None))
    )
    return session.scalar(query) or 0


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Who holds an owner role: somebody *named*, else the lead of its party or a coach, else nobody."""

    owner_role: str
    party: str
    person: Person | None
    is_named: bool


_HOLDING = (OwnerRoleHolder, Duty, PersonRole)


def holder_of(session: Session, owner_role: str) -> Person | None:
    """Who holds *owner_role*: the person named, else the lead of the party that lists it, else the first coach."""
    return holders(session, [owner_role])[0].person


def holder_id(
    owner_role: sa.SQLColumnExpression[str], party_id: sa.SQLColumnExpression[str]
) -> sa.ColumnElement[int | None]:
    """The same rule inside a query of another room: *owner_role* is listed by the party *party_id* (or by none)."""
    someone = aliased(Person)
    here = someone.left_at.is_(None)
    named = sa.select(someone.id).join(OwnerRoleHolder, OwnerRoleHolder.person_id == someone.id)
    lead = sa.select(someone.id).join(Duty, Duty.person_id == someone.id)
    coach = sa.select(someone.id).join(PersonRole, PersonRole.person_id == someone.id)
    steps = (
        named.where(here, OwnerRoleHolder.owner_role == owner_role),
        lead.where(here, Duty.kind == "party_lead", Duty.ref == party_id).order_by(Duty.id),
        coach.where(here, PersonRole.role == COACH).order_by(someone.id),
    )
    return sa.func.coalesce(*(step.limit(1).correlate_except(someone, *_HOLDING).scalar_subquery() for step in steps))


def holder_of_role(owner_role: sa.SQLColumnExpression[str]) -> sa.ColumnElement[int | None]:
    """The same for an owner role alone: the first party that lists it counts."""
    party = sa.select(Party.id).where(lists(owner_role)).order_by(Party.sort_order, Party.id).limit(1)
    return holder_id(owner_role, party.scalar_subquery())


def holders(session: Session, owner_roles: Sequence[str] | None = None) -> list[Holder]:
    """Who holds each of these owner roles (or each that a party lists), in 4 queries."""
    parties = session.execute(sa.select(Party.id, Party.name, Party.owner_roles).order_by(Party.sort_order, Party.id))
    listed = {role: (party_id, name) for party_id, name, roles in parties for role in roles}
    named = _first_by_key(
        session, sa.select(OwnerRoleHolder.owner_role, Person).join(Person, Person.id == OwnerRoleHolder.person_id)
    )
    leads = _first_by_key(
        session,
        sa.select(Duty.ref, Person)
        .join(Person, Person.id == Duty.person_id)
        .where(Duty.kind == "party_lead")
        .order_by(Duty.id),
    )
    coach = _first_coach(session)
    found = []
    for role in listed if owner_roles is None else owner_roles:
        party_id, name = listed.get(role, ("", ""))
        holder = named.get(role) or leads.get(party_id) or coach
        found.append(Holder(owner_role=role, party=name, person=holder, is_named=role in named))
    return found


def _first_by_key(session: Session, query: sa.Select[str, Person]) -> dict[str, Person]:
    found: dict[str, Person] = {}
    for key, each in session.execute(query.where(Person.left_at.is_(None))):
        found.setdefault(key, each)
    return found


def _first_coach(session: Session) -> Person | None:
    query = (
        sa.select(Person)
        .join(PersonRole, PersonRole.person_id == Person.id)
        .where(PersonRole.role == COACH, Person.left_at.is_(None))
        .order_by(Person.id)
    )
    return session.scalar(query.limit(1))


def units(session: Session) -> list[tuple[str, str]]:
    """Ids and names of all units, to choose from."""
    return [(row[0], row[1]) for row in session.execute(sa.select(Unit.id, Unit.name).order_by(Unit.name).limit(MOST))]


def parties(session: Session) -> list[tuple[str, str]]:
    """Ids and names of all support parties, to choose from."""
    query = sa.select(Party.id, Party.name).order_by(Party.sort_order, Party.name).limit(MOST)
    return [(row[0], row[1]) for row in session.execute(query)]


def services(session: Session) -> list[tuple[str, str]]:
    """Ids and names of the services in use, to choose from."""
    query = sa.select(Service.id, Service.name).where(Service.is_used).order_by(Service.sort_order, Service.name)
    return [(row[0], row[1]) for row in session.execute(query.limit(MOST))]


def duties_to_choose(session: Session) -> Mapping[str, list[tuple[str, str]]]:
    """By kind of duty, ids and names of what can be led or signed for; 3 queries."""
    teams = parties(session)
    return {
        "party_lead": teams,
        "party_signer": teams,
        "unit_lead": units(session),
        "service_lead": services(session),
    }


def owner_roles_of(session: Session, person_id: int) -> list[str]:
    """The owner roles that a person was named for, sorted."""
    query = sa.select(OwnerRoleHolder.owner_role).where(OwnerRoleHolder.person_id == person_id)
    return list(session.scalars(query.order_by(OwnerRoleHolder.owner_role)))


def starts_as(rights: Rights) -> str:
    """Where a writer stands while nothing was granted; empty: they do not write."""
    start = starting_proficiency({reader.removeprefix("role:") for reader in rights.readers})
    return start if start == COACH or rights.may("articles.write") else ""


def granted_to(person_id: sa.ColumnElement[int]) -> sa.Select[str]:
    """What a coach granted to a person, if anything, as a select to be run or to be part of another one."""
    granted = Proficiency.__table__.c
    return sa.select(granted.kind).where(granted.person_id == person_id, granted.withdrawn_at.is_(None))


# Built once: each saving of each writer asks it.
_GRANTED = granted_to(sa.bindparam("person_id", type_=sa.Integer))


def proficiency_of(session: Session, rights: Rights, *, granted: str | None = None) -> str:
    """How far a writer may go alone: ``candidate``, ``contributor``, ``publisher`` or ``coach``; empty: no writer.

    The role coach *is* the proficiency. What a coach granted stands until it is
    withdrawn; without it a lead is publisher and everybody else a candidate.
    *granted* was read before, and empty where nothing was granted.
    """
    start = starts_as(rights)
    if start in ("", COACH):
        return start
    if granted is not None:
        return granted or start
    return session.connection().scalar(_GRANTED, {"person_id": rights.person_id}) or start
