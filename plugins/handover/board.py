"""The board: packs by state, with what their gate says and who is waited for. A fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.handover import gate, plan
from plugins.handover.models import Change, Pack, PackParty
from plugins.handover.said_models import GateRow, SignOff
from portal.accounts.models import Person
from portal.organisation.models import Party

COLUMNS: Final = (plan.DRAFT, plan.IN_REVIEW, plan.SENT_BACK, plan.SIGNED_OFF, plan.READY, plan.EARLY_LIFE)
"""The states that the board shows side by side; the others are chosen."""
SIDE: Final = (plan.ON_HOLD, plan.BACKED_OUT, plan.CLOSED, plan.CANCELLED)
PER_COLUMN: Final = 12
PER_PAGE: Final = 50
STANDS: Final = (gate.RED, gate.GREY)


@dataclass(frozen=True, kw_only=True)
class Card:
    """One pack as the board shows it: *met* of *asked* conditions, whose go-live is in *days*, who is waited for."""

    pack_id: int
    ref: str
    title: str
    state: str
    size: str
    go_live_at: datetime
    days: int
    met: int
    asked: int
    waits_for: tuple[str, ...]
    owner: str


@dataclass(frozen=True, kw_only=True)
class Column:
    """The packs of one state, the next go-live first; *total* may be more than are shown."""

    state: str
    cards: Sequence[Card]
    total: int


def columns(session: Session, *, today: datetime) -> list[Column]:
    """The board; each column with its first packs."""
    totals = _totals(session)
    place = sa.func.row_number().over(partition_by=Pack.state, order_by=(Change.go_live_at, Pack.id))
    ranked = (
        sa.select(Pack.id, place.label("place"))
        .join(Change, Change.id == Pack.change_id)
        .where(Pack.state.in_(COLUMNS))
        .subquery()
    )
    ids = list(session.scalars(sa.select(ranked.c.id).where(ranked.c.place <= PER_COLUMN)))
    found = cards(session, ids, today=today)
    return [
        Column(state=state, cards=[card for card in found if card.state == state], total=totals.get(state, 0))
        for state in COLUMNS
    ]


def totals_of_side(session: Session) -> Mapping[str, int]:
    """How many packs there are in the states that the board does not show."""
    totals = _totals(session)
    return {state: totals.get(state, 0) for state in SIDE}


def listed(session: Session, state: str, *, page: int, today: datetime) -> tuple[list[Card], int]:
    """All packs of one state, a page at a time, and how many there are."""
    total = _totals(session).get(state, 0)
    order = Change.go_live_at.desc() if state in plan.ENDED else Change.go_live_at
    query = sa.select(Pack.id).join(Change, Change.id == Pack.change_id).where(Pack.state == state)
    ids = session.scalars(query.order_by(order, Pack.id).offset((page - 1) * PER_PAGE).limit(PER_PAGE)).all()
    places = {pack_id: place for place, pack_id in enumerate(ids)}
    return sorted(cards(session, ids, today=today), key=lambda card: places[card.pack_id]), total


def cards(session: Session, pack_ids: Iterable[int], *, today: datetime) -> list[Card]:
    """These packs as cards, the next go-live first; three queries."""
    ids = list(pack_ids)
    counts = _gate_counts(session, ids)
    waited = _waited_for(session, ids)
    return [
        _card(row, counts.get(row.id, (0, 0)), waited.get(row.id, []), today) for row in session.execute(_rows(ids))
    ]


def _rows(ids: Sequence[int]) -> sa.Select[int, str, str, str, str, datetime, str]:
    return (
        sa.select(Pack.id, Pack.state, Pack.size, Change.ref, Change.title, Change.go_live_at, Person.name)
        .join(Change, Change.id == Pack.change_id)
        .outerjoin(Person, Person.id == Pack.owner_id)
        .where(Pack.id.in_(ids))
        .order_by(Change.go_live_at, Pack.id)
    )


def _card(row: Any, counts: tuple[int, int], waited: Sequence[tuple[str, str]], today: datetime) -> Card:
    waits: tuple[str, ...] = ()
    if row.state in {plan.DRAFT, plan.SENT_BACK, plan.BACKED_OUT}:
        waits = (row.name,) if row.name else ()
    elif row.state == plan.IN_REVIEW:
        waits = tuple(name for name, kind in waited if row.size != "S" or kind == "front_line")
    return Card(
        pack_id=row.id,
        ref=row.ref,
        title=row.title,
        state=row.state,
        size=row.size,
        go_live_at=row.go_live_at,
        days=(row.go_live_at.date() - today.date()).days,
        met=counts[0],
        asked=counts[1],
        waits_for=waits,
        owner=row.name or "",
    )


def _totals(session: Session) -> dict[str, int]:
    return dict(iter(session.execute(sa.select(Pack.state, sa.func.count()).group_by(Pack.state))))


def _gate_counts(session: Session, ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """How many conditions are met of those that are asked; warnings count as asked, and as met when green."""
    is_asked = GateRow.colour != gate.NOT_ASKED
    is_met = GateRow.colour.in_((gate.GREEN, gate.WAIVED))
    query = sa.select(
        GateRow.pack_id, sa.func.sum(sa.case((is_met, 1), else_=0)), sa.func.sum(sa.case((is_asked, 1), else_=0))
    ).where(GateRow.pack_id.in_(ids))
    return {pack_id: (met, asked) for pack_id, met, asked in session.execute(query.group_by(GateRow.pack_id))}


def _waited_for(session: Session, ids: Sequence[int]) -> Mapping[int, list[tuple[str, str]]]:
    """The parties, with their kinds, whose signature under the current version is missing."""
    signed = (
        sa.select(SignOff.id)
        .where(SignOff.pack_id == Pack.id, SignOff.version == Pack.version, SignOff.party_id == PackParty.party_id)
        .where(SignOff.asked_again_at.is_(None))
        .exists()
    )
    query = (
        sa.select(PackParty.pack_id, Party.name, Party.kind)
        .join(Pack, Pack.id == PackParty.pack_id)
        .join(Party, Party.id == PackParty.party_id)
        .where(PackParty.pack_id.in_(ids), Pack.state == plan.IN_REVIEW, ~signed)
        .order_by(Party.sort_order, Party.id)
    )
    found: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    for pack_id, name, kind in session.execute(query):
        found[pack_id].append((name, kind))
    return found
