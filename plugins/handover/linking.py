"""A supplier without an account signs by a link: it goes to one named address, holds for seven days, and is used once.

Only a hash of its secret is kept. Whoever holds the link reads the pack and
signs for that party; nothing else of the portal is open to them. Mail programs
open addresses by themselves, so opening one changes nothing.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.handover import asking, moving, plan, signing
from plugins.handover.models import Pack, PackParty
from plugins.handover.moves import Actor
from plugins.handover.said_models import SignLink
from portal.core.errors import Forbidden, NotFound, Refused
from portal.core.i18n import gettext as _
from portal.core.typed import clean, length
from portal.organisation.models import Party

DAYS: Final = 7
LONGEST_NAME: Final = 120


@dataclass(frozen=True, kw_only=True)
class Opened:
    """What a link opens: a pack, for one party."""

    link: SignLink
    pack: Pack
    party: Party


def make(session: Session, pack: Pack, party_id: str, actor: Actor, *, now: datetime) -> tuple[str, str]:
    """Make a link for a party; returns its secret, which is kept nowhere, and the address that it goes to.

    Raises:
        Refused: the pack is not in review, or no address stands beside the party.
        Forbidden: somebody else sends it.
    """
    if not (actor.is_owner or actor.is_manager):
        raise Forbidden(_("The owner of the pack sends the link."))
    asked = session.get(PackParty, (pack.id, party_id))
    if asked is None or not asked.sign_by_mail:
        raise Refused(
            _("There is no address beside this team."),
            hint=_("Put it back to draft, and name under “Who signs” where the link goes."),
        )
    if pack.state != plan.IN_REVIEW:
        raise Refused(_("This pack is not in review."), hint=_("It is signed while it is."))
    secret = secrets.token_urlsafe(32)
    mine = (SignLink.pack_id == pack.id, SignLink.party_id == party_id, SignLink.used_at.is_(None))
    session.execute(sa.update(SignLink).where(*mine).values(expires_at=now))  # one link at a time
    session.add(SignLink(pack_id=pack.id, version=pack.version, party_id=party_id, address=asked.sign_by_mail,
                         secret_hash=_hash(secret), sent_by=actor.person_id, sent_at=now,
                         expires_at=now + timedelta(days=DAYS)))  # fmt: skip
    session.flush()
    return secret, asked.sign_by_mail


def opened(session: Session, secret: str, *, now: datetime) -> Opened:
    """What a link opens now.

    Raises:
        NotFound: there is no such link, it was used, its seven days are over, or another version is signed by now.
    """
    link = session.scalar(sa.select(SignLink).where(SignLink.secret_hash == _hash(secret[:200])))
    pack = session.get(Pack, link.pack_id) if link is not None else None
    party = session.get(Party, link.party_id) if link is not None else None
    if link is None or pack is None or party is None or link.used_at is not None or link.expires_at <= now:
        raise NotFound(
            _("This link cannot be used any more."),
            hint=_("It holds for seven days and is used once. Whoever sent it sends another one."),
        )
    if link.version != pack.version or pack.state != plan.IN_REVIEW:
        raise NotFound(
            _("What this link asks you to sign has changed meanwhile."),
            hint=_("You get another link once it is handed in again."),
        )
    return Opened(link=link, pack=pack, party=party)


def sign(session: Session, found: Opened, signed_as: str, note: str, *, now: datetime) -> None:
    """Sign for the supplier. Raises ``Refused`` without a name."""
    name = _name(signed_as)
    _use(session, found.link, now=now)
    signing.put(session, found.pack, found.party.id, person_id=None, signed_as=name, note=note, now=now)


def send_back(session: Session, found: Opened, signed_as: str, text: str, *, now: datetime) -> None:
    """Send it back for the supplier, with a question. Raises ``Refused`` without a name or a question."""
    name = _name(signed_as)
    asked = asking.Asked(text=text, asked_as=name)
    asking.ask(session, found.pack, asked, actor_id=None, party_id=found.party.id, now=now)
    _use(session, found.link, now=now)
    moving.move(session, found.pack, plan.SENT_BACK, Actor(parties=frozenset({found.party.id})), now=now)


def _use(session: Session, link: SignLink, *, now: datetime) -> None:
    """Use a link up; of two at once the second is refused."""
    unused = sa.update(SignLink).where(SignLink.id == link.id, SignLink.used_at.is_(None))
    if session.execute(unused.values(used_at=now)).rowcount != 1:  # type: ignore[attr-defined]
        raise Refused(_("This link was used already."), hint=_("Whoever sent it sends another one."))


def _name(typed: str) -> str:
    name = clean(typed).replace("\n", " ")
    if length(name) < 2 or len(name) > LONGEST_NAME:
        raise Refused(
            _("Write your name: it stands beside what you sign."), hint=_("First and last name."), field="signed_as"
        )
    return name


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()
