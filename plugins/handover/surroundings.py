"""What the gate looks at, loaded: the pack, who is on shift, what users were told, what else happens there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.handover import items, people, plan, shifts, standing, tooling, working_days, writing
from plugins.handover.clashes import clashes_of
from plugins.handover.gate import Surroundings
from plugins.handover.models import Item, Pack, Section
from plugins.handover.reading_state import confirmed
from plugins.handover.said_models import OPEN, Confidence, Question, Vouch, Waiver
from plugins.handover.sections import known_error_gaps
from portal.core.events import is_told

ANSWERED: Final = "feedback.answered"
YES: Final = 0
"""The index of “yes” among the choices of H1."""


def load(session: Session, pack: Pack) -> Surroundings:
    """Everything that the gate of a pack looks at; a fixed number of queries."""
    size = plan.plan().sizes[pack.size]
    parties = people.parties_of(session, pack.id)
    signed = standing.signed_parties(session, pack)
    said = writing.sections_of(session, pack.id)
    rows = session.scalars(sa.select(Item).where(Item.pack_id == pack.id).order_by(Item.id)).all()
    calendar = working_days.calendar_of(session, pack)
    on_shift = shifts.counted(session, pack, calendar)
    read = confirmed(session, pack)
    yes, answers = _confidence(session, pack)
    signs = said.get("going_back")
    return Surroundings(
        size=pack.size,
        share=size.share,
        unsigned=tuple(party.name for party in standing.who_signs(pack, parties) if party.id not in signed),
        blocking=session.scalar(_blocking(pack)) or 0,
        open_items=_open_items(rows),
        shift=on_shift.people,
        away=on_shift.away,
        understood=read.understood,
        quiz_passed=read.quiz_passed,
        stale=None,
        missing_tools=tooling.missing(session, pack, parties),
        loose_errors=_loose_errors(said.get("known_errors")),
        has_signs=bool(signs and (signs.rows or signs.text)),
        has_decider=bool(signs and signs.rows and all(row.get("decides") for row in signs.rows)),
        are_users_told=_are_told(rows, calendar.today(pack.change.go_live_at)),
        uncovered_shifts=shifts.uncovered(session, pack, calendar),
        clashes=clashes_of(session, pack),
        lead_days=None
        if pack.submitted_at is None
        else working_days.passed(calendar, pack.submitted_at, pack.change.go_live_at),
        lead_wanted=plan.plan().campaign_lead_days if pack.change.kind == "campaign" else size.lead_days,
        confident=yes,
        confidence_answers=answers,
        is_feedback_on=is_told(session, ANSWERED),
        vouched=frozenset(
            session.scalars(sa.select(Vouch.what).where(Vouch.pack_id == pack.id, Vouch.version == pack.version))
        ),
        waived=_waived(session, pack),
    )


def _blocking(pack: Pack) -> sa.Select[int]:
    return sa.select(sa.func.count(Question.id)).where(
        Question.pack_id == pack.id, Question.is_blocking, Question.state == OPEN
    )


def _open_items(rows: Sequence[Item]) -> tuple[str, ...]:
    done = {items.READY, items.NOT_NEEDED}
    return tuple(
        item.title or str(items.KINDS[item.kind])
        for item in rows
        if item.is_asked and (item.state not in done or (item.state == items.NOT_NEEDED and not item.reason.strip()))
    )


def _loose_errors(section: Section | None) -> tuple[str, ...]:
    return tuple(row["error"] for row in section.rows if known_error_gaps(row)) if section is not None else ()


def _are_told(rows: Sequence[Item], go_live_on: date) -> bool:
    """Users were told, or somebody tells them on a day before go-live."""
    for item in rows:
        if item.kind == "comms_sent":
            is_planned = item.state == items.BEGUN and item.due_on is not None and item.due_on < go_live_on
            return item.state == items.READY or is_planned or (item.state == items.NOT_NEEDED and bool(item.reason))
    return False


def _confidence(session: Session, pack: Pack) -> tuple[int, int]:
    query = sa.select(Confidence.choice, sa.func.count()).where(Confidence.pack_id == pack.id)
    counts: dict[int, int] = dict(iter(session.execute(query.group_by(Confidence.choice))))
    return counts.get(YES, 0), sum(counts.values())


def _waived(session: Session, pack: Pack) -> frozenset[str]:
    query = sa.select(Waiver.skipped).where(Waiver.pack_id == pack.id, Waiver.version == pack.version)
    return frozenset(condition for skipped in session.scalars(query) for condition in skipped)
