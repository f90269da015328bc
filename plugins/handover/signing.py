"""Signing a pack and sending it back. Silence is never a yes; nobody signs for two parties or for their own pack."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.handover import asking, moving, plan, standing
from plugins.handover.events import HandoverSigned
from plugins.handover.models import Pack, PackParty
from plugins.handover.moves import Actor
from plugins.handover.said_models import OPEN, Question, SignOff
from portal.core.db import add_row
from portal.core.errors import Forbidden, Refused
from portal.core.events import emit
from portal.core.i18n import gettext as _
from portal.core.typed import clean

LONGEST_NOTE: Final = 500
TALK_AFTER: Final = 2
"""After so many times sent back, the change manager calls a talk of 15 minutes."""


def refusal(session: Session, pack: Pack, party_id: str, actor: Actor) -> Refused | Forbidden | None:
    """Why *actor* cannot sign for a party now; ``None`` where they can, or have."""
    if party_id not in actor.parties:
        return Forbidden(
            _("You are not among those who sign for this team."),
            hint=_("An administrator names who does, on the page of a person."),
        )
    if actor.is_owner:
        return Forbidden(
            _("Nobody signs a pack that is their own."), hint=_("Ask somebody else who signs for your team.")
        )
    if pack.state != plan.IN_REVIEW:
        return Refused(
            _("This pack is not in review."), hint=_("It is signed while it is; look at where it stands now.")
        )
    if _other_party(session, pack, party_id, actor.person_id):
        return Forbidden(
            _("You signed this version for another team already."),
            hint=_("Nobody signs for two teams: ask somebody else who signs for this one."),
        )
    if _own_blocking(session, pack, party_id):
        return Refused(
            _("A blocking question of your team is still open."),
            hint=_("Wait for its answer, or say that it is no longer needed; then sign."),
        )
    return None


def sign(session: Session, pack: Pack, party_id: str, actor: Actor, *, note: str = "", now: datetime) -> None:
    """Sign the current version for a party; signing twice is signing once. Moves the pack on where it was the last.

    Raises:
        Refused: it cannot be signed now.
        Forbidden: somebody else signs.
    """
    if party_id in standing.signed_parties(session, pack) and party_id in actor.parties:
        return
    if (found := refusal(session, pack, party_id, actor)) is not None:
        raise found
    put(session, pack, party_id, person_id=actor.person_id, signed_as="", note=note, now=now)


def put(
    session: Session, pack: Pack, party_id: str, *, person_id: int | None, signed_as: str, note: str, now: datetime
) -> None:
    """Write a signature that was checked, and let the pack go on. Raises ``Refused`` for a note that is too long."""
    note = clean(note)
    if len(note) > LONGEST_NOTE:
        raise Refused(_("A note has at most %(most)s characters.", most=LONGEST_NOTE), field="note",
                      hint=_("Ask a question where it is longer."))  # fmt: skip
    add_row(session, SignOff, {"pack_id": pack.id, "version": pack.version, "party_id": party_id,
                               "person_id": person_id, "signed_as": signed_as, "note": note, "at": now})  # fmt: skip
    emit(session, HandoverSigned(actor_id=person_id, pack_id=pack.id, version=pack.version, party_id=party_id))
    moving.follow(session, pack, now=now)


def send_back(
    session: Session, pack: Pack, party_id: str, actor: Actor, questions: Sequence[asking.Asked], *, now: datetime
) -> None:
    """Send a pack back for a party, with the blocking questions that have to be answered.

    Raises:
        Refused: there is no question, or the pack is not in review.
        Forbidden: somebody else sends it back.
    """
    if party_id not in actor.parties:
        raise Forbidden(_("You are not among those who sign for this team."))
    for asked in questions:
        asking.ask(session, pack, asked, actor_id=actor.person_id, party_id=party_id, now=now)
    moving.move(session, pack, plan.SENT_BACK, actor, now=now)


def set_parties(session: Session, pack: Pack, chosen: Sequence[tuple[str, str]], *, now: datetime) -> None:
    """Let these parties sign, each with the address of whoever signs by a link (empty for most).

    Raises:
        Refused: the pack is not being written, or an address is none.
    """
    if pack.state not in {plan.DRAFT, plan.SENT_BACK, plan.BACKED_OUT}:
        raise Refused(
            _("Who signs is chosen while a pack is written."),
            hint=_("A team that is missing sends it back, or it is put on hold."),
        )
    standing_now = {row.party_id: row for row in session.scalars(
        sa.select(PackParty).where(PackParty.pack_id == pack.id))}  # fmt: skip
    for party_id, address in chosen:
        row = standing_now.pop(party_id, None)
        if row is None:
            row = PackParty(pack_id=pack.id, party_id=party_id, asked_at=now)
            session.add(row)
        row.sign_by_mail = address.strip()
    for row in standing_now.values():
        session.delete(row)
    session.flush()


def _other_party(session: Session, pack: Pack, party_id: str, person_id: int | None) -> bool:
    query = sa.select(SignOff.id).where(
        SignOff.pack_id == pack.id,
        SignOff.version == pack.version,
        SignOff.person_id == person_id,
        SignOff.party_id != party_id,
        SignOff.asked_again_at.is_(None),
    )
    return session.scalar(query.limit(1)) is not None


def _own_blocking(session: Session, pack: Pack, party_id: str) -> bool:
    query = sa.select(Question.id).where(
        Question.pack_id == pack.id, Question.party_id == party_id, Question.is_blocking, Question.state == OPEN
    )
    return session.scalar(query.limit(1)) is not None
