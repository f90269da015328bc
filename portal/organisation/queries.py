"""Reading the organisation: bounded questions, each in a fixed number of queries."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from portal.core.portal import Plugins
from portal.organisation.calendar import NO_HOURS, Calendar, parse_hours
from portal.organisation.models import Listed, Organisation, Party, Service, Site, Unit

PER_PAGE = 50
MOST_SERVICES = 500
MOST_UNITS = 5000
DEEPEST_TREE = 50


@dataclass(frozen=True)
class VisibleService:
    """A service that somebody may see, with how many things they can read about it (1 or more)."""

    service: Service
    readable: int


@dataclass(frozen=True)
class Branch:
    """A unit in the tree with its *depth*, 0 for one without a parent."""

    unit: Unit
    depth: int


@dataclass(frozen=True)
class Desk:
    """How the service desk is reached, and its calendar."""

    name: str
    phone: str
    calendar: Calendar


def organisation(session: Session) -> Organisation | None:
    """The one row about the whole; ``None`` before the first load."""
    return session.get(Organisation, 1)


def desk(session: Session) -> Desk | None:
    """The service desk with the hours of the organisation and the holidays of its first site; ``None`` when empty."""
    first = sa.select(Site.holidays).order_by(Site.sort_order, Site.id).limit(1).scalar_subquery()
    row = session.execute(sa.select(Organisation, first)).first()
    if row is None:
        return None
    about, holidays = row
    calendar = Calendar(time_zone=about.time_zone, holidays=holidays or "", hours=parse_hours(about.desk_hours))
    return Desk(name=about.name, phone=about.desk_phone, calendar=calendar)


def first_site(session: Session) -> Site | None:
    """The site that stands first: where nothing else is said, people work there."""
    return session.scalars(sa.select(Site).order_by(Site.sort_order, Site.id).limit(1)).first()


def site_calendar(site: Site, hours: str = "") -> Calendar:
    """The calendar of *site*, with opening hours if some are given. Raises ``Refused`` for hours that do not fit."""
    return Calendar(time_zone=site.time_zone, holidays=site.holidays, hours=parse_hours(hours) if hours else NO_HOURS)


def party_calendar(session: Session, party: Party) -> Calendar:
    """The calendar of *party* at its site; one without hours of its own has those of the service desk."""
    about = organisation(session) if not party.hours else None
    return site_calendar(party.site, party.hours or (about.desk_hours if about else ""))


def service(session: Session, service_id: str) -> Service | None:
    """One service that is used here, with its party and site; ``None`` when there is none."""
    query = sa.select(Service).where(Service.id == service_id, Service.is_used)
    return session.scalars(query.options(joinedload(Service.party).joinedload(Party.site))).first()


def services(session: Session) -> Sequence[Service]:
    """All services that are used here, in their order."""
    query = sa.select(Service).where(Service.is_used).order_by(Service.sort_order, Service.id)
    return session.scalars(query.limit(MOST_SERVICES)).all()


def visible_services(session: Session, counts: Mapping[str, int]) -> list[VisibleService]:
    """The services about which there is something to read, in their order; *counts* as the hook gives them."""
    return [VisibleService(each, counts[each.id]) for each in services(session) if counts.get(each.id, 0) > 0]


def readable_counts(plugins: Plugins, rights: Any) -> dict[str, int]:
    """How many things somebody with *rights* can read, by the id of the service: what all rooms count together."""
    found: Counter[str] = Counter()
    for counts in plugins.on("service_readable_counts", rights=rights):
        found.update(counts)
    return dict(found)


def service_names(session: Session) -> dict[str, str]:
    """Names of all services by id, those not used here included: for labels."""
    query = sa.select(Service.id, Service.name).order_by(Service.sort_order, Service.id).limit(MOST_SERVICES)
    return {row.id: row.name for row in session.execute(query)}


def unit(session: Session, unit_id: str) -> Unit | None:
    """One unit with its site; ``None`` when there is none."""
    return session.scalars(sa.select(Unit).where(Unit.id == unit_id).options(joinedload(Unit.site))).first()


def unit_chain(session: Session, unit_id: str) -> list[Unit]:
    """The unit and all above it, from the top down; empty when there is no such unit. One query."""
    start = sa.select(Unit.id, Unit.parent_id, sa.literal(0).label("steps")).where(Unit.id == unit_id)
    walk = start.cte("chain", recursive=True)
    above = sa.select(Unit.id, Unit.parent_id, walk.c.steps + 1).join(walk, Unit.id == walk.c.parent_id)
    walk = walk.union_all(above.where(walk.c.steps < DEEPEST_TREE))
    return list(session.scalars(sa.select(Unit).join(walk, Unit.id == walk.c.id).order_by(walk.c.steps.desc())))


def units_below(session: Session, unit_id: str, *, page: int = 1) -> tuple[Sequence[Unit], int]:
    """One page of the units right below a unit, by name, and how many there are."""
    below = sa.select(Unit).where(Unit.parent_id == unit_id)
    count = session.scalar(sa.select(sa.func.count()).select_from(below.subquery())) or 0
    query = below.order_by(Unit.sort_order, Unit.name, Unit.id).offset((page - 1) * PER_PAGE).limit(PER_PAGE)
    return session.scalars(query).all(), count


def unit_tree(session: Session) -> list[Branch]:
    """All units, each after its parent, with its depth. A unit whose parents form a circle is left out."""
    query = sa.select(Unit).order_by(Unit.sort_order, Unit.name, Unit.id).limit(MOST_UNITS)
    below: dict[str | None, list[Unit]] = defaultdict(list)
    for each in session.scalars(query.options(joinedload(Unit.site))):
        below[each.parent_id].append(each)
    branches: list[Branch] = []
    waiting = [Branch(each, 0) for each in reversed(below[None])]
    while waiting:
        branch = waiting.pop()
        branches.append(branch)
        waiting += [Branch(each, branch.depth + 1) for each in reversed(below[branch.unit.id])]
    return branches


def sites(session: Session, *, page: int = 1) -> tuple[Sequence[Site], int]:
    """One page of the sites in their order, and how many there are."""
    count = session.scalar(sa.select(sa.func.count()).select_from(Site)) or 0
    query = sa.select(Site).order_by(Site.sort_order, Site.name, Site.id)
    return session.scalars(query.offset((page - 1) * PER_PAGE).limit(PER_PAGE)).all(), count


def parties(session: Session, *, page: int = 1) -> tuple[Sequence[Party], int]:
    """One page of the parties in their order with site and tools, and how many there are."""
    count = session.scalar(sa.select(sa.func.count()).select_from(Party)) or 0
    query = sa.select(Party).options(joinedload(Party.site), selectinload(Party.tools))
    query = query.order_by(Party.sort_order, Party.name, Party.id)
    return session.scalars(query.offset((page - 1) * PER_PAGE).limit(PER_PAGE)).all(), count


def all_services(session: Session, *, page: int = 1) -> tuple[Sequence[Service], int]:
    """One page of all services, those not used here included, with their party, and how many there are."""
    count = session.scalar(sa.select(sa.func.count()).select_from(Service)) or 0
    query = sa.select(Service).options(joinedload(Service.party)).order_by(Service.sort_order, Service.id)
    return session.scalars(query.offset((page - 1) * PER_PAGE).limit(PER_PAGE)).all(), count


def owner_role_parties(session: Session) -> dict[str, str]:
    """Which party an owner role belongs to: role -> party id. For those who must find a person for a role."""
    query = sa.select(Party.id, Party.owner_roles).order_by(Party.sort_order, Party.id)
    found: dict[str, str] = {}
    for row in session.execute(query):
        for role in row.owner_roles:
            found.setdefault(role, row.id)
    return found


def names(session: Session, kind: str) -> dict[str, str]:
    """Names by key of all records of a kind (site, unit, party), in their order: for choices in a form."""
    models: dict[str, type[Listed]] = {"site": Site, "unit": Unit, "party": Party}
    model = models[kind]
    query = sa.select(model.id, model.name).order_by(model.sort_order, model.name, model.id).limit(MOST_UNITS)
    return {row.id: row.name for row in session.execute(query)}


def lists(owner_role: sa.SQLColumnExpression[str]) -> sa.ColumnElement[bool]:
    """Whether a party is one under whose name articles call their owner; for a condition on ``Party``."""
    return sa.type_coerce(Party.owner_roles, sa.Text).like(sa.literal('%"') + owner_role + '"%')
