"""What this room tells the others about people. Ids and plain values, never a name or a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from portal.core.events import Event


@dataclass(frozen=True, kw_only=True)
class PersonAdded(Event):
    """Somebody can sign in from now on."""

    name: ClassVar[str] = "person.added"
    person_id: int


@dataclass(frozen=True, kw_only=True)
class PersonChanged(Event):
    """Name, sign-in name, mail, unit or party are others than before."""

    name: ClassVar[str] = "person.changed"
    person_id: int


@dataclass(frozen=True, kw_only=True)
class PersonRolesChanged(Event):
    """The roles of a person are these now, sorted."""

    name: ClassVar[str] = "person.roles_changed"
    person_id: int
    roles: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PersonLeft(Event):
    """Somebody left: they are signed out and cannot sign in."""

    name: ClassVar[str] = "person.left"
    person_id: int


@dataclass(frozen=True, kw_only=True)
class PersonReturned(Event):
    """Somebody who had left is here again."""

    name: ClassVar[str] = "person.returned"
    person_id: int


@dataclass(frozen=True, kw_only=True)
class PersonPasswordSet(Event):
    """A password is new; the actor tells whether it was the person's own doing."""

    name: ClassVar[str] = "person.password_set"
    person_id: int


@dataclass(frozen=True, kw_only=True)
class ServiceNamed(Event):
    """A superuser may read what support reads about this service."""

    name: ClassVar[str] = "service.named"
    person_id: int
    service_id: str


@dataclass(frozen=True, kw_only=True)
class ServiceUnnamed(Event):
    """A superuser may no longer read what support reads about this service."""

    name: ClassVar[str] = "service.unnamed"
    person_id: int
    service_id: str


@dataclass(frozen=True, kw_only=True)
class DutyNamed(Event):
    """A person leads or signs for a party, a unit or a service."""

    name: ClassVar[str] = "duty.named"
    person_id: int
    kind: str
    ref: str


@dataclass(frozen=True, kw_only=True)
class DutyWithdrawn(Event):
    """A person no longer leads or signs for a party, a unit or a service."""

    name: ClassVar[str] = "duty.withdrawn"
    person_id: int
    kind: str
    ref: str


@dataclass(frozen=True, kw_only=True)
class OwnerRoleMoved(Event):
    """Another person holds an owner role; with nobody it falls to the lead of its party again."""

    name: ClassVar[str] = "owner_role.moved"
    person_id: int | None
    owner_role: str


@dataclass(frozen=True, kw_only=True)
class ProficiencyGranted(Event):
    """A coach said how far somebody may go alone when writing; what was granted before no longer holds."""

    name: ClassVar[str] = "proficiency.granted"
    person_id: int
    kind: str


@dataclass(frozen=True, kw_only=True)
class ProficiencyWithdrawn(Event):
    """A coach took back what was granted: the person stands again where their roles let them start."""

    name: ClassVar[str] = "proficiency.withdrawn"
    person_id: int
    kind: str


@dataclass(frozen=True, kw_only=True)
class PersonAbsenceChanged(Event):
    """Somebody is away on other days than before; which days stays in the list."""

    name: ClassVar[str] = "person.absence_changed"
    person_id: int


@dataclass(frozen=True, kw_only=True)
class RosterChanged(Event):
    """Other people are on shift in a party between these two moments (as ISO texts, UTC); who, stays in the roster."""

    name: ClassVar[str] = "roster.changed"
    party_id: str
    starts_at: str
    ends_at: str


ALL: tuple[type[Event], ...] = (
    PersonAdded,
    PersonChanged,
    PersonRolesChanged,
    PersonLeft,
    PersonReturned,
    PersonPasswordSet,
    ServiceNamed,
    ServiceUnnamed,
    DutyNamed,
    DutyWithdrawn,
    OwnerRoleMoved,
    ProficiencyGranted,
    ProficiencyWithdrawn,
    PersonAbsenceChanged,
    RosterChanged,
)
