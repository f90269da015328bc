"""Who is who around a pack: who may sign for a party, who leads the front line, who manages changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.handover.models import Pack, PackParty
from plugins.handover.moves import Actor
from portal.accounts.models import Duty, Person, PersonRole
from portal.accounts.rights import Rights, permitted_roles
from portal.organisation.models import Party

MANAGE: Final = "handover.manage"
SMALL_TEAM: Final = 3
"""In a team of so many people one person who may sign is enough; in a larger one it takes two, so that leave blocks
nothing."""
MOST_MANAGERS: Final = 100


def parties_of(session: Session, pack_id: int) -> Sequence[tuple[Party, PackParty]]:
    """The parties that agree to a pack, with what is known of each; in the order of parties."""
    query = (
        sa.select(Party, PackParty)
        .join(PackParty, PackParty.party_id == Party.id)
        .where(PackParty.pack_id == pack_id)
        .order_by(Party.sort_order, Party.id)
    )
    return [(party, asked) for party, asked in session.execute(query)]


def signers_of(session: Session, party_ids: Iterable[str]) -> dict[str, list[Person]]:
    """Who may sign for each of these parties, by name: those named for it, and its lead. One query."""
    query = (
        sa.select(Duty.ref, Person)
        .join(Person, Person.id == Duty.person_id)
        .where(Duty.kind.in_(("party_signer", "party_lead")), Duty.ref.in_(list(party_ids)), Person.left_at.is_(None))
        .order_by(Person.name, Person.id)
    )
    found: defaultdict[str, dict[int, Person]] = defaultdict(dict)
    for party_id, person in session.execute(query):
        found[party_id][person.id] = person
    return {party_id: list(people.values()) for party_id, people in found.items()}


def team_sizes(session: Session, party_ids: Iterable[str]) -> Mapping[str, int]:
    """How many people each party has."""
    query = (
        sa.select(Person.party_id, sa.func.count(Person.id))
        .where(Person.party_id.in_(list(party_ids)), Person.left_at.is_(None))
        .group_by(Person.party_id)
    )
    return {party_id: count for party_id, count in session.execute(query) if party_id is not None}


def front_line_leads(session: Session, party_ids: Iterable[str]) -> list[Person]:
    """Who leads the front line among these parties."""
    query = (
        sa.select(Person)
        .join(Duty, Duty.person_id == Person.id)
        .join(Party, Party.id == Duty.ref)
        .where(Duty.kind == "party_lead", Party.kind == "front_line", Party.id.in_(list(party_ids)))
        .where(Person.left_at.is_(None))
        .order_by(Person.name, Person.id)
    )
    return list(session.scalars(query))


def party_leads(session: Session, party_id: str) -> list[Person]:
    """Who leads a party."""
    query = (
        sa.select(Person)
        .join(Duty, Duty.person_id == Person.id)
        .where(Duty.kind == "party_lead", Duty.ref == party_id, Person.left_at.is_(None))
        .order_by(Person.name, Person.id)
    )
    return list(session.scalars(query))


def service_leads(session: Session, service_ids: Iterable[str]) -> list[Person]:
    """The heads of these services."""
    query = (
        sa.select(Person)
        .join(Duty, Duty.person_id == Person.id)
        .where(Duty.kind == "service_lead", Duty.ref.in_(list(service_ids)), Person.left_at.is_(None))
        .order_by(Person.name, Person.id)
    )
    return list(session.scalars(query).unique())


def managers(session: Session) -> list[Person]:
    """Everybody who manages changes."""
    held = sa.select(PersonRole.person_id).where(PersonRole.role.in_(sorted(permitted_roles(session, MANAGE))))
    query = sa.select(Person).where(Person.id.in_(held), Person.left_at.is_(None))
    return list(session.scalars(query.order_by(Person.name, Person.id).limit(MOST_MANAGERS)))


def actor(session: Session, pack: Pack, rights: Rights) -> Actor:
    """Who somebody is to a pack: one query."""
    if rights.person_id is None:
        return Actor(person_id=None, parties=frozenset())
    query = (
        sa.select(Duty.kind, Duty.ref, Party.kind)
        .join(PackParty, PackParty.party_id == Duty.ref)
        .join(Party, Party.id == Duty.ref)
        .where(PackParty.pack_id == pack.id, Duty.person_id == rights.person_id)
        .where(Duty.kind.in_(("party_signer", "party_lead")))
    )
    duties = session.execute(query).all()
    return Actor(
        person_id=rights.person_id,
        is_owner=pack.owner_id == rights.person_id,
        is_manager=rights.may(MANAGE),
        is_lead=any(duty == "party_lead" and kind == "front_line" for duty, _ref, kind in duties),
        parties=frozenset(ref for _duty, ref, _kind in duties),
    )
