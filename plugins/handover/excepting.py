"""Exceptions: a change goes live though its gate is not green, by two named people, and what is skipped is owed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.handover import gate_keeping, moving, plan, working_days, writing
from plugins.handover.events import HandoverDebtSettled, HandoverExceptionMade
from plugins.handover.models import Pack
from plugins.handover.moves import Actor, Given
from plugins.handover.said_models import Debt, Waiver
from plugins.handover.sections import LONGEST_TEXT
from portal.core.errors import Forbidden, NotFound, Refused
from portal.core.events import emit
from portal.core.i18n import gettext as _
from portal.core.typed import clean

EXCEPTION, EMERGENCY = "exception", "emergency"
EMERGENCY_DAYS: Final = 2
MOST_DAYS: Final = 10
THE_PACK: Final = "pack"
"""What is owed after an emergency: the pack itself."""


def go_live_anyway(session: Session, pack: Pack, actor: Actor, given: Given, *, now: datetime) -> Waiver:
    """Let a signed pack go live over conditions that are not met.

    Raises:
        Refused: the reason, the risk, who accepts it or a day is missing or does not fit.
        Forbidden: somebody else decides.
    """
    calendar = working_days.calendar_of(session, pack)
    latest = calendar.add_working_days(calendar.today(now), MOST_DAYS)
    for due_on in given.debts.values():
        _check_due(due_on, calendar.today(now), latest, MOST_DAYS)
    skipped = [each.condition for each in gate_keeping.look(session, pack) if each.stands_against]
    moving.move(session, pack, plan.LIVE, actor, given, now=now)
    debts = {name: given.debts[name] for name in skipped}
    return _owe(session, pack, actor, given, kind=EXCEPTION, debts=debts, now=now)


def emergency(session: Session, pack: Pack, actor: Actor, given: Given, note: str, *, now: datetime) -> Waiver:
    """Let a change go live at once; *note* is what the front line reads at the same minute.

    Raises:
        Refused: the reason, the risk, who accepts it or the note is missing, or it is no emergency change.
        Forbidden: somebody else decides.
    """
    note = clean(note)
    if len(note) > LONGEST_TEXT:
        raise Refused(_("A section has at most %(most)s characters.", most=LONGEST_TEXT), field="note")
    if pack.change.kind != "emergency":
        raise Refused(
            _("Only an emergency change goes live from a draft."),
            hint=_("Change the kind of the change, or hand the pack in."),
        )
    given = Given(reason=given.reason, risk=given.risk, accepted_by=given.accepted_by, is_front_line_told=bool(note))
    said = writing.sections_of(session, pack.id).get("what_changes")
    calendar = working_days.calendar_of(session, pack)
    due_on = calendar.add_working_days(calendar.today(now), EMERGENCY_DAYS)
    skipped = [each.condition for each in gate_keeping.look(session, pack) if each.stands_against]
    if note:
        text = note if said is None or not said.text else f"{note}\n\n{said.text}"
        writing.save_section(session, pack, "what_changes", text, said.rows if said else [], by=actor.person_id,
                             seen=writing.mark(said.text if said else "", said.rows if said else []),
                             now=now)  # fmt: skip
    writing.keep_version(session, pack, by=actor.person_id, now=now)
    moving.move(session, pack, plan.LIVE, actor, given, now=now)
    debts = dict.fromkeys([THE_PACK, *skipped], due_on)
    return _owe(session, pack, actor, given, kind=EMERGENCY, debts=debts, now=now)


def settle(session: Session, pack: Pack, debt: Debt, actor: Actor, *, note: str, now: datetime) -> None:
    """Say that what was owed is made good; with the last one the exception is settled.

    Raises:
        Refused: the gate still says that it is not, or there is no word about it.
        Forbidden: somebody else says so.
    """
    if not (actor.is_manager or actor.is_lead):
        raise Forbidden(
            _("A change manager or the lead of the front line says that something is settled."),
            hint=_("Tell them what was done."),
        )
    if debt.settled_at is not None:
        return
    note = clean(note)
    if not note or len(note) > 500:
        raise Refused(_("Say in a sentence what was done."), field="note")
    still = {each.condition for each in gate_keeping.look(session, pack) if each.colour in {"red", "waived"}}
    if debt.what in still and debt.what not in _ONCE:
        raise Refused(
            _("The gate says that %(what)s is still not met.", what=debt.what),
            hint=_("Mend it first; the page of the pack says who can."),
        )
    debt.settled_at, debt.settled_by, debt.note = now, actor.person_id, note
    session.flush()
    left = sa.select(Debt.id).where(Debt.exception_id == debt.exception_id, Debt.settled_at.is_(None)).limit(1)
    if session.scalar(left) is None:
        waiver = session.get(Waiver, debt.exception_id)
        if waiver is not None:
            waiver.settled_at = now
    emit(session, HandoverDebtSettled(actor_id=actor.person_id, pack_id=pack.id, debt_id=debt.id))


def debt_of(session: Session, debt_id: int) -> Debt:
    """One debt. Raises ``NotFound``."""
    found = session.get(Debt, debt_id)
    if found is None:
        raise NotFound(_("This is owed no more."), hint=_("The list shows what is."))
    return found


_ONCE: Final = frozenset({"G12", "G13"})
"""Conditions that no later work can meet: once it is live, the clash and the lead time are what they were."""


def _owe(
    session: Session, pack: Pack, actor: Actor, given: Given, *, kind: str, debts: dict[str, date], now: datetime
) -> Waiver:
    waiver = Waiver(pack_id=pack.id, version=pack.version, kind=kind, reason=given.reason.strip(),
                    risk=given.risk.strip(), skipped=[what for what in debts if what != THE_PACK],
                    made_by=actor.person_id, accepted_by=given.accepted_by, at=now)  # fmt: skip
    session.add(waiver)
    session.flush()
    for what, due_on in debts.items():
        session.add(Debt(exception_id=waiver.id, pack_id=pack.id, what=what, owner_id=pack.owner_id, due_on=due_on))
    if not debts:
        waiver.settled_at = now
    session.flush()
    emit(session, HandoverExceptionMade(actor_id=actor.person_id, pack_id=pack.id, exception_id=waiver.id))
    moving.follow(session, pack, now=now)
    return waiver


def _check_due(due_on: date, today: date, latest: date, most: int) -> None:
    if not today <= due_on <= latest:
        raise Refused(
            _("What is owed is made good within %(most)s working days.", most=most),
            hint=_("Choose a day up to %(day)s.", day=latest.isoformat()),
            field="debts",
        )
