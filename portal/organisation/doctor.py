"""Looks of `portal doctor` at the organisation: what was written past the admin pages, and what is missing."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.hooks import Check
from portal.organisation import queries, rules, service
from portal.organisation.models import Party, Service, Unit
from portal.organisation.rules import Unfit


def checks() -> list[Check]:
    """The looks, in order."""
    return [
        Check("the organisation is loaded", _loaded),
        Check("hours, time zones and holidays can be read", _readable),
        Check("every service has a party", _parties),
        Check("no unit stands below itself", _circles),
    ]


def _loaded(session: Session) -> Sequence[str]:
    return [] if queries.organisation(session) else ["Nothing is there yet. Run `portal organisation load`."]


def _readable(session: Session) -> Sequence[str]:
    found = []
    about = queries.organisation(session)
    listed = [
        record for model in service.LISTED.values() for record in session.scalars(sa.select(model).order_by(model.id))
    ]
    for record in ([about] if about else []) + listed:
        try:
            rules.clean(service.kind_of(record), service.values_of(record))
        except Unfit as unfit:
            where = f"{service.kind_of(record)} {service.key_of(record)}"
            found += [f"{where}, {name}: {sentence}" for name, sentence in unfit.faults.items()]
    return found


def _parties(session: Session) -> Sequence[str]:
    query = sa.select(Service.id).outerjoin(Party, Party.id == Service.party_id).where(Party.id.is_(None))
    return [
        f"Nobody looks after the service {service_id}." for service_id in session.scalars(query.order_by(Service.id))
    ]


def _circles(session: Session) -> Sequence[str]:
    reached = {branch.unit.id for branch in queries.unit_tree(session)}
    lost = sorted(set(session.scalars(sa.select(Unit.id))) - reached)
    return [f"These units stand below each other in a circle: {', '.join(lost)}."] if lost else []
