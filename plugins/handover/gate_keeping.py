"""Keeping the gate: it is looked at after each change and each night, and what it says is kept for the board."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.handover import gate, plan, surroundings
from plugins.handover.events import HandoverAllAcknowledged, HandoverGateTurned
from plugins.handover.models import Pack
from plugins.handover.said_models import GateRow
from portal.core.events import emit


def look(session: Session, pack: Pack) -> tuple[gate.Found, ...]:
    """What the gate of a pack says now; nothing is kept."""
    return gate.look(surroundings.load(session, pack))


def keep(session: Session, pack: Pack, *, now: datetime) -> tuple[gate.Found, ...]:
    """Look at the gate, keep what it says, and tell of conditions that turned. Repeating it changes nothing."""
    found = look(session, pack)
    rows = {row.condition: row for row in session.scalars(sa.select(GateRow).where(GateRow.pack_id == pack.id))}
    for each in found:
        row = rows.get(each.condition)
        facts = {**each.facts, "fix": each.fix, "warns": each.is_warning}
        if row is None:
            session.add(GateRow(pack_id=pack.id, condition=each.condition, version=pack.version, colour=each.colour,
                                facts=facts, since=now))  # fmt: skip
            continue
        turned = row.colour != each.colour
        if turned or row.facts != facts or row.version != pack.version:
            row.version, row.colour, row.facts = pack.version, each.colour, facts
        if turned:
            row.since = now
            emit(session, HandoverGateTurned(pack_id=pack.id, condition=each.condition, colour=each.colour))
            _acknowledged(session, pack, each)
    session.flush()
    return found


def _acknowledged(session: Session, pack: Pack, found: gate.Found) -> None:
    """So many as the size asks have read it, before it went live: that is told once for each version."""
    if found.condition != "G4" or found.colour != gate.GREEN or pack.state not in plan.BEFORE_LIVE:
        return
    if pack.owner_id is not None:
        told = HandoverAllAcknowledged(pack_id=pack.id, version=pack.version, person_id=pack.owner_id, size=pack.size)
        emit(session, told)
