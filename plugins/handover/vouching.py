"""Somebody answers by name: for what the portal cannot look at, and for a clash in the unit that they lead."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.handover import gate, gate_keeping, moving
from plugins.handover.models import ChangeUnit, Pack
from plugins.handover.moves import Actor
from plugins.handover.said_models import Vouch
from portal.accounts.models import Duty
from portal.core.errors import Forbidden, Refused
from portal.core.i18n import gettext as _
from portal.core.typed import clean, length

CLASH: Final = "G12:"
SHORTEST: Final = 10
LONGEST: Final = 500


def leads_unit(session: Session, pack: Pack, person_id: int | None) -> bool:
    """Whether somebody leads a unit that notices the change."""
    query = (
        sa.select(Duty.id)
        .join(ChangeUnit, ChangeUnit.unit_id == Duty.ref)
        .where(ChangeUnit.change_id == pack.change_id, Duty.kind == "unit_lead", Duty.person_id == person_id)
    )
    return session.scalar(query.limit(1)) is not None


def vouch(session: Session, pack: Pack, what: str, note: str, actor: Actor, *, now: datetime) -> None:
    """Write down that *actor* answers for a grey condition, or agrees to a clash (``G12:…``).

    Raises:
        Refused: nothing of the kind is asked, or it is not said what was looked at.
        Forbidden: somebody else answers for it.
    """
    note = clean(note)
    if length(note) < SHORTEST or len(note) > LONGEST:
        raise Refused(
            _("Say in a sentence what you looked at, or what was agreed."),
            hint=_("At most %(most)s characters; it stands there with your name.", most=LONGEST),
            field="note",
        )
    found = {each.condition: each for each in gate_keeping.look(session, pack)}
    if what.startswith(CLASH):
        keys = {f"{CLASH}{clash['key']}" for clash in found["G12"].facts.get("clashes", [])}
        is_asked, is_theirs = what in keys, leads_unit(session, pack, actor.person_id)
    else:
        is_asked = what in found and found[what].colour == gate.GREY and not found[what].is_warning
        is_theirs = actor.is_owner or actor.is_lead or actor.is_manager
    if not is_asked:
        raise Refused(_("Nobody has to answer for this now."), hint=_("Look at what the gate says."))
    if not is_theirs:
        raise Forbidden(
            _("Somebody else answers for this."), hint=_("The gate names who: tell them what you know.")
        )  # fmt: skip
    session.merge(Vouch(pack_id=pack.id, version=pack.version, what=what, person_id=actor.person_id, note=note, at=now))
    session.flush()
    moving.follow(session, pack, now=now)
