"""A pack that begins as a copy: of the last one of a campaign that comes again, or of a small one that is reusable."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.handover import items, plan, writing
from plugins.handover.models import Change, Item, Pack, PackParty, Section, Step, Tool
from plugins.handover.said_models import SignOff
from portal.core.errors import Refused
from portal.core.i18n import gettext as _

REUSABLE_DAYS: Final = 365


def check_free(session: Session, ref: str) -> None:
    """Refuse a number that a change has: on a page it would be another change that is amended unseen."""
    if ref and session.scalar(sa.select(Change.id).where(Change.ref == ref.strip())) is not None:
        raise Refused(
            _("There is a change of this number already."),
            hint=_("Open it from the board, or leave the number empty."),
            field="ref",
        )


def begin(session: Session, pack: Pack, reuse: str, *, by: int | None, now: datetime) -> None:
    """Fill an empty pack: with a small one that is used again (*reuse* is its id), or with the last of its campaign.

    Raises:
        Refused: the small pack cannot be used again, or the change is not small.
    """
    if not reuse:
        from_last(session, pack, by=by, now=now)
        return
    source = next((each for each in reusable(session, now.date()) if str(each.id) == reuse), None)
    if source is None or pack.size != "S":
        raise Refused(
            _("A small pack that was signed is used again for small changes only."),
            hint=_("Choose “a pack of its own”, or say that going back takes minutes and how few people notice it."),
            field="reuse",
        )
    fill(session, pack, source, by=by, now=now)
    again(session, pack, source, by=by, now=now)


def again(session: Session, pack: Pack, source: Pack, *, by: int | None, now: datetime) -> None:
    """Let the signatures under a reusable pack stand under this one: it was signed once, for a year."""
    pack.state, pack.state_since, pack.submitted_at = plan.IN_REVIEW, now, now
    session.add(Step(pack_id=pack.id, version=pack.version, source=plan.DRAFT, to=plan.IN_REVIEW, by=by,
                     reason=_("Signed once, and used again."), at=now))  # fmt: skip
    query = sa.select(SignOff).where(
        SignOff.pack_id == source.id, SignOff.version == source.version, SignOff.asked_again_at.is_(None)
    )
    for sign in session.scalars(query):
        session.add(SignOff(pack_id=pack.id, version=pack.version, party_id=sign.party_id, person_id=sign.person_id,
                            signed_as=sign.signed_as, note=sign.note, at=sign.at))  # fmt: skip
    for item in session.scalars(sa.select(Item).where(Item.pack_id == pack.id)):
        item.state, item.due_on = items.READY, now.date()
    writing.keep_version(session, pack, by=by, now=now)


def make_reusable(pack: Pack, *, today: date) -> None:
    """Let a small pack be used again for a year from the day on which it was signed. Raises ``Refused``."""
    if pack.size != "S" or pack.signed_at is None:
        raise Refused(
            _("Only a small pack that was signed is used again."), hint=_("Have it signed by the front line first.")
        )
    pack.reusable_until = max(today, pack.signed_at.date()) + timedelta(days=REUSABLE_DAYS)


def from_last(session: Session, pack: Pack, *, by: int | None, now: datetime) -> Pack | None:
    """Fill an empty pack of a campaign from the last pack of that name; returns the one that was copied, if any."""
    name = pack.change.campaign
    if not name:
        return None
    query = (
        sa.select(Pack)
        .join(Change, Change.id == Pack.change_id)
        .where(Change.campaign == name, Pack.id != pack.id, Pack.state != plan.CANCELLED)
        .order_by(Change.go_live_at.desc(), Pack.id.desc())
        .limit(1)
    )
    last = session.scalars(query).first()
    if last is not None:
        fill(session, pack, last, by=by, now=now)
    return last


def fill(session: Session, pack: Pack, source: Pack, *, by: int | None, now: datetime) -> None:
    """Let *pack* say what *source* says: sections, who signs, items without their days, tools."""
    pack.copied_from = source.id
    for section in session.scalars(sa.select(Section).where(Section.pack_id == source.id)):
        session.merge(Section(pack_id=pack.id, key=section.key, text=section.text, rows=list(section.rows),
                              changed_at=now, changed_by=by))  # fmt: skip
    for party in session.scalars(sa.select(PackParty).where(PackParty.pack_id == source.id)):
        session.merge(PackParty(pack_id=pack.id, party_id=party.party_id, sign_by_mail=party.sign_by_mail,
                                asked_at=None, reminded=0))  # fmt: skip
    standing = {item.kind: item for item in session.scalars(sa.select(Item).where(Item.pack_id == pack.id))}
    for item in session.scalars(sa.select(Item).where(Item.pack_id == source.id)):
        held = standing.get(item.kind) or Item(pack_id=pack.id, kind=item.kind)
        held.title, held.link, held.article_ref = item.title, item.link, item.article_ref
        held.owner_id, held.changed_at = item.owner_id, now
        session.add(held)
    for tool in session.scalars(sa.select(Tool).where(Tool.pack_id == source.id)):
        session.merge(Tool(pack_id=pack.id, party_id=tool.party_id, name=tool.name, has_it=tool.has_it,
                           why_not=tool.why_not))  # fmt: skip
    session.flush()


def reusable(session: Session, today: date) -> list[Pack]:
    """Small packs that were signed and may be used again today, the latest first."""
    query = (
        sa.select(Pack)
        .where(Pack.size == "S", Pack.reusable_until >= today, Pack.signed_at.is_not(None))
        .order_by(Pack.id.desc())
        .limit(50)
    )
    return list(session.scalars(query))
