"""The size of a pack: any party raises it, only a change manager lowers it, with the agreement of the front line."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from plugins.handover import changes, moving, people, plan, shifts, writing
from plugins.handover.models import Pack, Step
from plugins.handover.moves import Actor
from portal.core.errors import Forbidden, Refused
from portal.core.i18n import gettext as _


def set_size(
    session: Session, pack: Pack, size: str, actor: Actor, *, agreed_by: int | None = None, now: datetime
) -> None:
    """Give a pack another size. One that was signed is signed anew, since another size asks for more or less.

    Raises:
        Refused: there is no such size, the pack is live, or nobody of the front line agrees to a smaller one.
        Forbidden: somebody else changes it.
    """
    if size not in plan.SIZES:
        raise Refused(_("There is no such size."), hint=_("Choose S, M or L."), field="size")
    if size == pack.size:
        return
    if pack.state not in plan.BEFORE_LIVE:
        raise Refused(_("This change is live."), hint=_("Its pack keeps the size that it was signed with."))
    if plan.SIZES.index(size) < plan.SIZES.index(pack.size):
        _check_lowering(session, pack, actor, agreed_by)
    elif not (actor.parties or actor.is_owner or actor.is_manager):
        raise Forbidden(_("Whoever signs a pack may raise its size."), hint=_("Ask one of them."))
    before, pack.size = pack.size, size
    changes.add_asked_items(session, pack, now=now)
    session.add(Step(pack_id=pack.id, version=pack.version, source=pack.state, to=pack.state, by=actor.person_id,
                     reason=f"{before} → {size}", at=now))  # fmt: skip
    if pack.state not in writing.FREELY:
        writing.new_version(session, pack, by=actor.person_id, now=now)
    writing.touch(session, pack)
    moving.follow(session, pack, now=now)


def _check_lowering(session: Session, pack: Pack, actor: Actor, agreed_by: int | None) -> None:
    if not actor.is_manager:
        raise Forbidden(
            _("Only a change manager makes a pack smaller."), hint=_("Ask one, together with the front line.")
        )
    signers = people.signers_of(session, shifts.front_line_of(session, pack))
    front_line = {person.id for named in signers.values() for person in named}
    if agreed_by not in front_line - {actor.person_id, pack.owner_id}:
        raise Refused(
            _("The front line agrees to a smaller size."),
            hint=_("Choose who of them agreed."),
            field="agreed_by",
        )
