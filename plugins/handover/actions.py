"""What somebody may do with a pack now, so that its page offers that and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from plugins.handover import gate_keeping, moves, plan, signing, standing, vouching
from plugins.handover.models import Pack
from plugins.handover.moves import Actor, Given
from portal.core.errors import Forbidden, PortalError

_FULL = Given(reason="A reason that is long enough.", is_confirmed=True, extra_days=1)
"""What a form asks for is taken as given: a move is offered where only that is missing."""


@dataclass(frozen=True, kw_only=True)
class May:
    """What is offered: *moves* by state, with what stands against each (nothing: it can be made)."""

    write: bool
    signs: frozenset[str]
    moves: dict[str, PortalError | None]
    exception: bool
    emergency: bool
    vouch: frozenset[str]
    agree: bool
    exits: bool
    answer: bool
    reuse: bool


def of(session: Session, pack: Pack, actor: Actor, *, now: datetime) -> May:
    """What *actor* may do with a pack now."""
    found = gate_keeping.look(session, pack)
    stands = standing.standing(session, pack, found, now=now)
    offered: dict[str, PortalError | None] = {}
    for move in plan.plan().moves_from(pack.state):
        if move.is_exception or move.to == plan.SENT_BACK or plan.SYSTEM in move.by:
            continue
        refusal = moves.refusal(plan.plan(), stands, move.to, actor, _FULL)
        if not isinstance(refusal, Forbidden):
            offered[move.to] = refusal
    is_writing = pack.state not in plan.ENDED
    is_carrying = actor.is_owner or actor.is_lead or actor.is_manager
    grey = {each.condition for each in found if each.colour == "grey" and not each.is_warning}
    return May(
        write=is_writing and (actor.is_owner or actor.is_manager),
        signs=frozenset(
            party for party in actor.parties if signing.refusal(session, pack, party, actor) is None
        ) - standing.signed_parties(session, pack),
        moves=offered,
        exception=actor.is_manager and pack.state == plan.SIGNED_OFF,
        emergency=actor.is_manager and pack.state == plan.DRAFT and pack.change.kind == "emergency",
        vouch=frozenset(grey) if is_carrying and is_writing else frozenset(),
        agree=is_writing and vouching.leads_unit(session, pack, actor.person_id),
        exits=actor.is_lead and pack.state == plan.EARLY_LIFE,
        answer=actor.is_owner or actor.is_manager,
        reuse=(actor.is_owner or actor.is_manager) and pack.size == "S" and pack.signed_at is not None,
    )  # fmt: skip
