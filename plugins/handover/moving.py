"""Moving a pack: the one place that changes its state, brings about what a move brings, and tells it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.handover import gate, gate_keeping, moves, people, plan, standing, working_days, writing
from plugins.handover.events import HandoverAcceptedInTime, HandoverCleanLanding, HandoverPackMoved
from plugins.handover.models import Pack, PackParty, Step
from plugins.handover.moves import PORTAL, Actor, Given
from plugins.handover.said_models import ExitTick, Reading, SignOff
from portal.core.events import emit

IN_TIME_DAYS: Final = {"S": 2, "M": 5, "L": 5}
"""Working days before go-live by which all have signed, for the signatures to count as in time (gamification 2)."""
MOST_MOVES: Final = 6
"""So many moves of the portal follow each other at most: there is no circle among them that stands."""

BY_PORTAL: Final = (plan.SIGNED_OFF, plan.IN_REVIEW, plan.READY, plan.EARLY_LIFE)


def move(session: Session, pack: Pack, to: str, actor: Actor, given: Given = moves.NOTHING, *, now: datetime) -> None:
    """Let a pack go to the state *to*, and on from there as far as the portal itself moves it.

    Raises:
        Refused: a need of the move is not met.
        Forbidden: somebody else makes this move.
    """
    found = gate_keeping.look(session, pack)
    stands = standing.standing(session, pack, found, now=now)
    refusal = moves.refusal(plan.plan(), stands, to, actor, given)
    if refusal is not None:
        raise refusal
    _make(session, pack, to, actor, given, now=now)
    follow(session, pack, now=now)


def follow(session: Session, pack: Pack, *, now: datetime) -> tuple[gate.Found, ...]:
    """Make the moves that follow from how things stand; returns what the gate says in the end."""
    found = gate_keeping.keep(session, pack, now=now)
    for _step in range(MOST_MOVES):
        stands = standing.standing(session, pack, found, now=now)
        to = next((to for to in BY_PORTAL if moves.refusal(plan.plan(), stands, to, PORTAL) is None), None)
        if to is None:
            break
        _make(session, pack, to, PORTAL, moves.NOTHING, now=now)
        found = gate_keeping.keep(session, pack, now=now)
    return found


def _make(
    session: Session,
    pack: Pack,
    to: str,
    actor: Actor,
    given: Given,
    *,
    now: datetime,
) -> None:
    made = plan.plan().moves_between(pack.state, to)[0]
    source = pack.state
    step = Step(pack_id=pack.id, version=pack.version, source=source, to=to, by=actor.person_id,
                reason=given.reason.strip(), at=now)  # fmt: skip
    session.add(step)
    if moves.NEW_VERSION & set(made.needs):
        pack.version += 1
    if moves.ASK_AGAIN in made.needs:
        _ask_again(session, pack, now=now)
    pack.state, pack.state_since = to, now
    _brought_about(session, pack, source, actor, given, now=now)
    session.flush()
    emit(session, HandoverPackMoved(actor_id=actor.person_id, pack_id=pack.id, step_id=step.id, source=source, to=to,
                                    version=pack.version))  # fmt: skip


def _brought_about(
    session: Session,
    pack: Pack,
    source: str,
    actor: Actor,
    given: Given,
    *,
    now: datetime,
) -> None:
    if pack.state == plan.IN_REVIEW:
        pack.submitted_at = pack.submitted_at or now
        if source in {plan.DRAFT, plan.SENT_BACK}:
            writing.keep_version(session, pack, by=actor.person_id, now=now)
    elif pack.state == plan.SENT_BACK:
        pack.send_backs += 1
    elif pack.state == plan.SIGNED_OFF and source == plan.IN_REVIEW:
        _signed(session, pack, now=now)
    elif pack.state == plan.DRAFT:
        _begin_again(session, pack)
    elif pack.state == plan.LIVE:
        _live(session, pack, now=now)
    elif pack.state == plan.EARLY_LIFE and source == plan.EARLY_LIFE:
        pack.extended += 1
        until = pack.early_life_until or now
        pack.early_life_until = working_days.after_working_days(session, pack, until, given.extra_days)
    elif pack.state == plan.CLOSED:
        _close(session, pack, now=now)
    elif pack.state in {plan.CANCELLED, plan.BACKED_OUT}:
        pack.ended_at = now


def _ask_again(session: Session, pack: Pack, *, now: datetime) -> None:
    """Signatures that are older than thirty days stand no more when a pack comes back from hold."""
    old = now - timedelta(days=moves.SIGNED_FOR_DAYS)
    mine = (SignOff.pack_id == pack.id, SignOff.version == pack.version, SignOff.asked_again_at.is_(None))
    session.execute(sa.update(SignOff).where(*mine, SignOff.at < old).values(asked_again_at=now))
    session.execute(sa.update(PackParty).where(PackParty.pack_id == pack.id).values(asked_at=now, reminded=0))


def _begin_again(session: Session, pack: Pack) -> None:
    """A pack of a change that went back: whoever had read it is asked anew, and nothing of its former life holds."""
    session.execute(sa.delete(Reading).where(Reading.pack_id == pack.id))
    session.execute(sa.delete(ExitTick).where(ExitTick.pack_id == pack.id))
    pack.live_at = pack.early_life_until = pack.ended_at = pack.submitted_at = pack.signed_at = None
    pack.extended, pack.landing = 0, ""


def _signed(session: Session, pack: Pack, *, now: datetime) -> None:
    pack.signed_at = now
    calendar = working_days.calendar_of(session, pack)
    days = working_days.passed(calendar, now, pack.change.go_live_at)
    if pack.owner_id is not None and days >= IN_TIME_DAYS[pack.size]:
        told = HandoverAcceptedInTime(pack_id=pack.id, version=pack.version, person_id=pack.owner_id, size=pack.size)
        emit(session, told)


def _live(session: Session, pack: Pack, *, now: datetime) -> None:
    pack.live_at = now
    days = plan.plan().sizes[pack.size].early_life_days
    pack.early_life_until = working_days.after_working_days(session, pack, now, days)


def _close(session: Session, pack: Pack, *, now: datetime) -> None:
    pack.ended_at = now
    met = session.scalars(sa.select(ExitTick.is_met).where(ExitTick.pack_id == pack.id)).all()
    pack.landing = "clean" if all(met) else "rough"
    if pack.landing == "clean":
        emit(session, HandoverCleanLanding(pack_id=pack.id, person_ids=_landed(session, pack), size=pack.size))


def _landed(session: Session, pack: Pack) -> tuple[int, ...]:
    """Whom a clean landing credits: the owner, and whoever of the front line's leads signed the version."""
    signed = set(
        session.scalars(
            sa.select(SignOff.person_id).where(
                SignOff.pack_id == pack.id, SignOff.version == pack.version, SignOff.asked_again_at.is_(None)
            )
        )
    )
    parties = standing.signed_parties(session, pack)
    leads = {person.id for person in people.front_line_leads(session, parties)} & signed
    return tuple(sorted({*leads, *([pack.owner_id] if pack.owner_id is not None else [])}))
