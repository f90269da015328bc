"""What a person may read and do, computed once for each request and handed on as a plain value.

A change of roles, unit, party or named services counts from the next request
on, since nothing here is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Duty, NamedService, PersonRole
from portal.accounts.roles import (
    END_USER,
    EVERYONE,
    LEAD,
    MATRIX,
    NOTHING,
    ROLE_LEVEL,
    SUPERUSER,
    SUPPORT,
)
from portal.core.hooks import Permission
from portal.organisation.models import Party, Unit

RULES = "portal.rights"


@dataclass(frozen=True, kw_only=True)
class Rights:
    """What one person (or a visitor) may read and do.

    *level* is the default: 0 everyone, 1 support, 2 specialists, and -1 for a
    visitor where reading without signing in is switched off.
    *service_levels* holds services whose level is higher than that.
    *readers* are the names by which an article may limit its readers:
    ``role:admin``, ``unit:sales`` (with all units above it), ``party:network``.
    """

    person_id: int | None
    level: int
    service_levels: Mapping[str, int] = field(default_factory=dict, hash=False)  # rights are keys of what is kept
    readers: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()

    def level_for(self, service_id: str) -> int:
        """The level for articles of one service."""
        return max(self.level, self.service_levels.get(service_id, self.level))

    def may(self, permission: str) -> bool:
        """Whether the permission of this name is among theirs."""
        return permission in self.permissions


ANONYMOUS = Rights(person_id=None, level=EVERYONE)
SHUT_OUT = Rights(person_id=None, level=NOTHING)


@dataclass(frozen=True)
class Rules:
    """What rights depend on besides the person; travels in ``session.info`` under :data:`RULES`.

    *permissions* is the matrix with what plugins added to it.
    """

    permissions: Mapping[str, Permission]
    anonymous_reading: bool = True


class Asking(Protocol):
    """Of whom rights are asked: a person, or what a sign-in tells of one."""

    @property
    def id(self) -> int: ...  # noqa: D102
    @property
    def unit_id(self) -> str | None: ...  # noqa: D102
    @property
    def party_id(self) -> str | None: ...  # noqa: D102


_CORE_RULES = Rules({permission.name: permission for permission in MATRIX})


def permitted_roles(session: Session, permission: str) -> frozenset[str]:
    """The roles that have the permission of this name here, with what plugins added."""
    rules: Rules = session.info.get(RULES, _CORE_RULES)
    return rules.permissions[permission].roles


def rights_of(session: Session, person: Asking | None) -> Rights:
    """Compute the rights of *person* in one query; ``None`` is a visitor, who costs none."""
    rules: Rules = session.info.get(RULES, _CORE_RULES)
    if person is None:
        return ANONYMOUS if rules.anonymous_reading else SHUT_OUT
    facts: dict[str, set[str]] = {"role": set(), "service": set(), "leads": set(), "unit": set()}
    for kind, value in session.execute(_facts(), {"person_id": person.id, "unit_id": person.unit_id}):
        facts[kind].add(value)
    roles = {END_USER} | facts["role"]
    if LEAD in roles:
        roles |= facts["leads"]
    level = max(ROLE_LEVEL.get(role, EVERYONE) for role in roles)
    named = facts["service"] if SUPERUSER in roles and level < SUPPORT else set()
    readers = {f"role:{role}" for role in roles} | {f"unit:{unit}" for unit in facts["unit"]}
    if person.party_id:
        readers.add(f"party:{person.party_id}")
    return Rights(
        person_id=person.id,
        level=level,
        service_levels=dict.fromkeys(sorted(named), SUPPORT),
        readers=frozenset(readers),
        permissions=frozenset(name for name, rule in rules.permissions.items() if rule.roles & roles),
    )


@cache
def _facts() -> sa.CompoundSelect[str, str]:
    """Everything that rights follow from, as rows of kind and value: role, service, leads, unit.

    Built once: each page asks it, and building costs more than the database needs to answer.
    """
    person_id = sa.bindparam("person_id", type_=sa.Integer)
    unit_id = sa.bindparam("unit_id", type_=sa.String)
    # Plain tables: a read that goes through the models takes half as long again.
    unit, role, named, duty, party = (model.__table__ for model in (Unit, PersonRole, NamedService, Duty, Party))
    above = sa.select(unit.c.id, unit.c.parent_id).where(unit.c.id == unit_id).cte("above", recursive=True)
    above = above.union(sa.select(unit.c.id, unit.c.parent_id).join(above, unit.c.id == above.c.parent_id))
    leads = sa.case(
        (duty.c.kind == "service_lead", "head_of_service"),
        (party.c.kind == "front_line", "front_line_lead"),
        else_="it_manager",
    )
    return sa.union_all(
        sa.select(sa.literal("role"), role.c.role).where(role.c.person_id == person_id),
        sa.select(sa.literal("service"), named.c.service_id).where(
            named.c.person_id == person_id, named.c.withdrawn_at.is_(None)
        ),
        sa.select(sa.literal("leads"), leads)
        .select_from(duty)
        .outerjoin(party, sa.and_(duty.c.kind == "party_lead", party.c.id == duty.c.ref))
        .where(duty.c.person_id == person_id, duty.c.kind.in_(("party_lead", "service_lead"))),
        sa.select(sa.literal("unit"), above.c.id),
    )
