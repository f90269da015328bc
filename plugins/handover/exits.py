"""The end of early life: the lead of the front line says of each criterion, in a sentence, whether it is met."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.handover import items, plan
from plugins.handover.models import Pack
from plugins.handover.moves import Actor
from plugins.handover.said_models import ExitTick
from portal.core.errors import Forbidden, Refused
from portal.core.i18n import gettext as _
from portal.core.typed import clean, length

SHORTEST, LONGEST = 10, 500


def ticks(session: Session, pack: Pack) -> Mapping[str, ExitTick]:
    """What was said of each criterion."""
    return {tick.criterion: tick for tick in session.scalars(sa.select(ExitTick).where(ExitTick.pack_id == pack.id))}


def tick(
    session: Session, pack: Pack, criterion: str, sentence: str, actor: Actor, *, is_met: bool, now: datetime
) -> None:
    """Say whether a criterion is met. One that is not makes the landing a rough one, which is no fault of anybody.

    Raises:
        Refused: the pack is not in early life, or there is no sentence.
        Forbidden: somebody else says so.
    """
    if not actor.is_lead:
        raise Forbidden(_("The lead of the front line says whether it landed."), hint=_("Tell them what you saw."))
    if pack.state != plan.EARLY_LIFE or criterion not in items.EXITS:
        raise Refused(_("This pack is not in early life."), hint=_("Look at where it stands now."))
    sentence = clean(sentence)
    if length(sentence) < SHORTEST or len(sentence) > LONGEST:
        raise Refused(
            _("Say in a sentence why it is so."),
            hint=_("At most %(most)s characters; the owner and the teams read it.", most=LONGEST),
        )
    session.merge(ExitTick(pack_id=pack.id, criterion=criterion, is_met=is_met, sentence=sentence, by=actor.person_id,
                           at=now))  # fmt: skip
    session.flush()
