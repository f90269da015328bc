"""Where a pack stands, loaded for the moves and read again after each change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.handover import gate, items, people, plan, writing
from plugins.handover.models import Item, Pack, PackParty
from plugins.handover.moves import Standing
from plugins.handover.said_models import OPEN, Debt, ExitTick, Question, SignOff
from plugins.handover.sections import SECTIONS, known_error_gaps
from portal.organisation.models import Party


def who_signs(pack: Pack, parties: Sequence[tuple[Party, PackParty]]) -> list[Party]:
    """The parties that must sign: all of them, or for size S those of the front line only."""
    return [party for party, _asked in parties if pack.size != "S" or party.kind == "front_line"]


def signed_parties(session: Session, pack: Pack) -> set[str]:
    """The parties whose signature under the current version stands."""
    query = sa.select(SignOff.party_id).where(
        SignOff.pack_id == pack.id, SignOff.version == pack.version, SignOff.asked_again_at.is_(None)
    )
    return set(session.scalars(query))


def standing(session: Session, pack: Pack, found: Sequence[gate.Found], *, now: datetime) -> Standing:
    """Everything that moves ask of a pack; *found* is what its gate says."""
    parties = people.parties_of(session, pack.id)
    must, signed = who_signs(pack, parties), signed_parties(session, pack)
    said = writing.sections_of(session, pack.id)
    unsigned = tuple(party.name for party in must if party.id not in signed)
    blocking = session.execute(
        sa.select(Question.party_id, Question.state).where(Question.pack_id == pack.id, Question.is_blocking)
    ).all()
    debts = sa.select(sa.func.count(Debt.id)).where(Debt.pack_id == pack.id, Debt.settled_at.is_(None))
    ticked = set(session.scalars(sa.select(ExitTick.criterion).where(ExitTick.pack_id == pack.id)))
    errors = said.get("known_errors")
    return Standing(
        state=pack.state,
        size=pack.size,
        now=now,
        go_live_at=pack.change.go_live_at,
        has_parties=bool(parties),
        has_front_line=any(party.kind == "front_line" for party in must),
        empty_sections=tuple(
            str(SECTIONS[key].question)
            for key in plan.plan().sizes[pack.size].sections
            if key not in said or not SECTIONS[key].is_filled(said[key].text, said[key].rows)
        ),
        loose_items=_loose_items(session, pack),
        short_parties=_short_parties(session, pack, parties),
        unanswered_blocking=sum(state == OPEN for _party, state in blocking),
        blocking_by=frozenset(party for party, state in blocking if state == OPEN and party),
        unsigned=unsigned,
        is_materially_changed=pack.state == plan.SIGNED_OFF and bool(unsigned),
        red=tuple(each.condition for each in found if each.stands_against),
        early_life_until=pack.early_life_until,
        unmet_exits=tuple(str(title) for key, title in items.EXITS.items() if key not in ticked),
        unsettled_debts=session.scalar(debts) or 0,
        ownerless_errors=tuple(
            row["error"] for row in (errors.rows if errors else []) if "owner" in known_error_gaps(row)
        ),
        extended=pack.extended,
        owner_id=pack.owner_id,
    )


def _loose_items(session: Session, pack: Pack) -> tuple[str, ...]:
    query = sa.select(Item).where(Item.pack_id == pack.id).order_by(Item.id)
    return tuple(
        item.title or str(items.KINDS[item.kind])
        for item in session.scalars(query)
        if item.state != items.NOT_NEEDED and (item.owner_id is None or item.due_on is None)
    )


def _short_parties(session: Session, pack: Pack, parties: Sequence[tuple[Party, PackParty]]) -> tuple[str, ...]:
    ids = [party.id for party, _asked in parties]
    signers, sizes = people.signers_of(session, ids), people.team_sizes(session, ids)
    short = []
    for party, asked in parties:
        named = [person for person in signers.get(party.id, []) if person.id != pack.owner_id]
        wanted = 1 if sizes.get(party.id, 0) <= people.SMALL_TEAM else 2
        if len(named) < wanted and not (party.kind == "supplier" and asked.sign_by_mail):
            short.append(party.name)
    return tuple(short)
