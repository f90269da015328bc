"""What is done with people: added, changed, given roles and duties, sent off.

Every change takes effect with the person's next request, since rights are
computed anew each time. *by* is the person who does it, ``None`` for the
portal and its command line. Passwords arrive as hashes (``passwords.taken``):
hashing is slow on purpose and has no place in a transaction.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import available_timezones

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts import past, sign_ins
from portal.accounts.events import (
    DutyNamed,
    DutyWithdrawn,
    OwnerRoleMoved,
    PersonAdded,
    PersonChanged,
    PersonLeft,
    PersonPasswordSet,
    PersonReturned,
    PersonRolesChanged,
    ServiceNamed,
    ServiceUnnamed,
)
from portal.accounts.models import (
    DUTIES,
    Duty,
    NamedService,
    OwnerRoleHolder,
    Person,
    PersonRole,
    normalised_login,
)
from portal.accounts.roles import ADMIN, END_USER, ROLES, SUPERUSER
from portal.core.db import Model
from portal.core.errors import Refused
from portal.core.events import emit
from portal.core.i18n import gettext as _
from portal.organisation.models import Party, Service, Unit

LOGIN = re.compile(r"[\w.+@-]{2,120}")
MAIL = re.compile(r"(?=.{3,254}\Z)[^@\s]+@[^@\s]+")
LONGEST_NAME = 120
LONGEST_REASON = 500

_DUTY_MODEL: dict[str, type[Party | Unit | Service]] = {
    "party_lead": Party,
    "party_signer": Party,
    "unit_lead": Unit,
    "service_lead": Service,
}


class LoginRefused(Refused):
    """The sign-in name is taken, or not one that can be."""


def add_person(
    session: Session,
    *,
    name: str,
    login: str,
    now: datetime,
    by: int | None = None,
    mail: str = "",
    password_hash: str | None = None,
    roles: Iterable[str] = (),
    unit_id: str | None = None,
    party_id: str | None = None,
    must_change_password: bool = False,
) -> Person:
    """Add somebody who can sign in as *login*, when they have a password.

    Raises:
        LoginRefused: the sign-in name is taken, or not one that can be.
        Refused: no name, or a role, unit or party that does not exist.
    """
    person = Person(
        password_hash=password_hash, must_change_password=must_change_password, created_at=now, name="", login=None
    )
    _fill(session, person, name=name, login=login, mail=mail, unit_id=unit_id, party_id=party_id)
    session.add(person)
    session.flush()
    past.keep(session, person, now=now)
    emit(session, PersonAdded(actor_id=by, person_id=person.id))
    set_roles(session, person, roles, by=by, now=now)
    return person


def change_person(
    session: Session,
    person: Person,
    *,
    name: str,
    login: str,
    mail: str,
    unit_id: str | None,
    party_id: str | None,
    by: int | None,
    now: datetime,
) -> None:
    """Change who somebody is and where they belong. Errors as for :func:`add_person`."""
    _fill(session, person, name=name, login=login, mail=mail, unit_id=unit_id, party_id=party_id)
    if session.is_modified(person):
        session.flush()
        past.keep(session, person, now=now)
        emit(session, PersonChanged(actor_id=by, person_id=person.id))


def _fill(
    session: Session, person: Person, *, name: str, login: str, mail: str, unit_id: str | None, party_id: str | None
) -> None:
    name, login = " ".join(name.split()), normalised_login(login)
    if not name or len(name) > LONGEST_NAME:
        raise Refused(_("A person needs a name of at most %(count)s characters.", count=LONGEST_NAME))
    if not LOGIN.fullmatch(login):
        raise LoginRefused(
            _("“%(login)s” cannot be a sign-in name.", login=login),
            hint=_("Use 2 to 120 letters, digits and the signs . _ - + @, without spaces."),
        )
    mail = mail.strip()
    if mail and not MAIL.fullmatch(mail):
        raise Refused(_("A mail address looks like name@example.org."))
    other = session.scalar(sa.select(Person.id).where(Person.login == login, Person.id != (person.id or 0)))
    if other is not None:
        raise LoginRefused(_("Somebody signs in as %(login)s already.", login=login), hint=_("Take another name."))
    _must_exist(session, Unit, unit_id, _("There is no unit %(id)s.", id=unit_id))
    _must_exist(session, Party, party_id, _("There is no support team %(id)s.", id=party_id))
    person.name, person.login, person.mail = name, login, mail
    person.unit_id, person.party_id = unit_id or None, party_id or None


def _must_exist(session: Session, model: type[Model], key: str | None, message: str) -> None:
    if key and session.get(model, key) is None:
        raise Refused(message, hint=_("Choose one of those that the organisation page lists."))


def set_roles(session: Session, person: Person, roles: Iterable[str], *, by: int | None, now: datetime) -> None:
    """Let *person* hold exactly these roles. Everybody is an end user, so that one is never stored.

    Raises:
        Refused: a role that does not exist, or nobody would be administrator any more.
    """
    wanted = set(roles) - {END_USER}
    unknown = sorted(wanted - set(ROLES))
    if unknown:
        raise Refused(
            _("There is no role %(role)s.", role=unknown[0]), hint=_("There are: %(roles)s.", roles=", ".join(ROLES))
        )
    rows = {row.role: row for row in session.scalars(sa.select(PersonRole).where(PersonRole.person_id == person.id))}
    if wanted == set(rows):
        return
    if ADMIN in rows and ADMIN not in wanted:
        _keep_an_administrator(session, person)
    for role in set(rows) - wanted:
        session.delete(rows[role])
    for role in sorted(wanted - set(rows)):
        session.add(PersonRole(person_id=person.id, role=role, granted_by=by, granted_at=now))
    session.flush()
    past.keep(session, person, now=now)
    emit(session, PersonRolesChanged(actor_id=by, person_id=person.id, roles=tuple(sorted(wanted))))


def _keep_an_administrator(session: Session, person: Person) -> None:
    others = (
        sa.select(Person.id)
        .join(PersonRole, PersonRole.person_id == Person.id)
        .where(PersonRole.role == ADMIN, Person.left_at.is_(None), Person.id != person.id)
    )
    if session.scalar(others.limit(1)) is None:
        raise Refused(
            _("%(name)s is the only administrator.", name=person.name),
            hint=_("Make somebody else administrator first; then this can be changed."),
        )


def set_password(
    session: Session,
    person: Person,
    password_hash: str,
    *,
    by: int | None,
    keep_sign_in: int | None = None,
    must_change: bool = False,
) -> None:
    """Give *person* a new password and sign them out everywhere, but in the sign-in *keep_sign_in*."""
    person.password_hash, person.must_change_password = password_hash, must_change
    sign_ins.end_all(session, person.id, but=keep_sign_in)
    emit(session, PersonPasswordSet(actor_id=by, person_id=person.id))


def set_preferences(session: Session, person: Person, *, language: str, time_zone: str) -> None:
    """Keep the language and the time zone of *person*; empty ones follow the browser and the organisation.

    Raises:
        Refused: a time zone that does not exist.
    """
    if time_zone and time_zone not in available_timezones():
        raise Refused(
            _("There is no time zone %(name)s.", name=time_zone),
            hint=_("Choose one from the list, such as Europe/Berlin."),
        )
    person.language, person.time_zone = language, time_zone
    session.flush()


def leave(session: Session, person: Person, *, by: int | None, now: datetime) -> None:
    """*person* is no longer here: signed out at once, and nobody signs in as them. Twice is harmless.

    Raises:
        Refused: they are the only administrator.
    """
    if not person.is_here:
        return
    if session.get(PersonRole, (person.id, ADMIN)) is not None:
        _keep_an_administrator(session, person)
    person.left_at = now
    sign_ins.end_all(session, person.id)
    emit(session, PersonLeft(actor_id=by, person_id=person.id))


def come_back(session: Session, person: Person, *, by: int | None) -> None:
    """*person* is here again, with the roles and the password of before."""
    if person.is_here:
        return
    person.left_at = None
    emit(session, PersonReturned(actor_id=by, person_id=person.id))


def name_service(
    session: Session, person: Person, service_id: str, *, reason: str, by: int | None, now: datetime
) -> NamedService:
    """Let a superuser read what support reads about one service. Naming it twice leaves the first as it is.

    Raises:
        Refused: no superuser, no such service, or no reason.
    """
    if session.get(PersonRole, (person.id, SUPERUSER)) is None:
        raise Refused(
            _("%(name)s is not a superuser.", name=person.name),
            hint=_("An administrator gives the role; then services can be named."),
        )
    if session.get(Service, service_id) is None:
        raise Refused(_("There is no service %(id)s.", id=service_id), hint=_("Choose one from the list."))
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise Refused(
            _("A reason is needed, in at most %(count)s characters.", count=LONGEST_REASON),
            hint=_("One sentence is enough: what they help their colleagues with."),
        )
    live = sa.select(NamedService).where(
        NamedService.person_id == person.id, NamedService.service_id == service_id, NamedService.withdrawn_at.is_(None)
    )
    named = session.scalar(live)
    if named is None:
        named = NamedService(person_id=person.id, service_id=service_id, reason=reason, named_by=by, named_at=now)
        session.add(named)
        session.flush()
        emit(session, ServiceNamed(actor_id=by, person_id=person.id, service_id=service_id))
    return named


def withdraw_service(session: Session, named: NamedService, *, by: int | None, now: datetime) -> None:
    """Take back that a service was named. Twice is harmless; the row stays as history."""
    if named.withdrawn_at is not None:
        return
    named.withdrawn_at, named.withdrawn_by = now, by
    session.flush()
    emit(session, ServiceUnnamed(actor_id=by, person_id=named.person_id, service_id=named.service_id))


def name_duty(session: Session, person: Person, kind: str, ref: str, *, by: int | None, now: datetime) -> Duty:
    """Say that *person* leads or signs for a party, a unit or a service. Twice is harmless.

    Raises:
        Refused: no such kind of duty, nothing with that id, or the person has left.
    """
    if kind not in DUTIES or session.get(_DUTY_MODEL[kind], ref) is None:
        raise Refused(_("There is nothing called %(ref)s to look after.", ref=ref), hint=_("Choose one from the list."))
    _must_be_here(person)
    duty = session.scalar(sa.select(Duty).where(Duty.kind == kind, Duty.ref == ref, Duty.person_id == person.id))
    if duty is None:
        duty = Duty(person_id=person.id, kind=kind, ref=ref, named_by=by, named_at=now)
        session.add(duty)
        session.flush()
        emit(session, DutyNamed(actor_id=by, person_id=person.id, kind=kind, ref=ref))
    return duty


def _must_be_here(person: Person) -> None:
    if not person.is_here:
        raise Refused(_("%(name)s is no longer here.", name=person.name), hint=_("Name somebody who is."))


def withdraw_duty(session: Session, duty: Duty, *, by: int | None) -> None:
    """Say that a person no longer leads or signs for something."""
    session.delete(duty)
    session.flush()
    emit(session, DutyWithdrawn(actor_id=by, person_id=duty.person_id, kind=duty.kind, ref=duty.ref))


def give_owner_role(session: Session, owner_role: str, person: Person | None, *, by: int | None, now: datetime) -> None:
    """Let *person* hold an owner role; ``None`` lets it fall to the lead of its party again.

    Raises:
        Refused: no party lists the role, or the person has left.
    """
    listed = {role for roles in session.scalars(sa.select(Party.owner_roles)) for role in roles}
    if owner_role not in listed:
        raise Refused(
            _("No support team lists the owner role %(role)s.", role=owner_role),
            hint=_("Add it to a support team on the organisation page."),
        )
    if person is not None:
        _must_be_here(person)
    row = session.get(OwnerRoleHolder, owner_role)
    if (row.person_id if row else None) == (person.id if person else None):
        return
    if row is not None:
        session.delete(row)
        session.flush()
    if person is not None:
        session.add(OwnerRoleHolder(owner_role=owner_role, person_id=person.id, named_by=by, named_at=now))
    session.flush()
    emit(session, OwnerRoleMoved(actor_id=by, person_id=person.id if person else None, owner_role=owner_role))
