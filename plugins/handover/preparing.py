"""What has to be there beside the words: items, tools and rights, contacts in early life."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.handover import items, plan, writing
from plugins.handover.models import Contact, Item, Pack, PackParty, Tool
from portal.accounts.models import Person
from portal.articles.models import Article
from portal.core.errors import NotFound, Refused
from portal.core.i18n import gettext as _
from portal.core.typed import clean

MOST_ITEMS: Final = 60
MOST_TOOLS: Final = 100
MOST_CONTACTS: Final = 100
LONGEST_SHIFT: Final = timedelta(days=60)


@dataclass(frozen=True, kw_only=True)
class ItemTold:
    """What is said of an item."""

    kind: str
    title: str = ""
    owner_id: int | None = None
    due_on: date | None = None
    state: str = items.MISSING
    reason: str = ""
    link: str = ""
    article_ref: str = ""


def item(session: Session, pack: Pack, item_id: int) -> Item:
    """One item of a pack. Raises ``NotFound``."""
    found = session.get(Item, item_id)
    if found is None or found.pack_id != pack.id:
        raise NotFound(_("There is no such item."), hint=_("The page of the pack shows those that there are."))
    return found


def save_item(session: Session, pack: Pack, item_id: int | None, told: ItemTold, *, now: datetime) -> Item:
    """Add an item, or change one.

    Raises:
        Refused: something of it does not fit.
    """
    _writable(pack)
    held = item(session, pack, item_id) if item_id is not None else _new_item(session, pack, told.kind)
    title, reason, link = clean(told.title), clean(told.reason), told.link.strip()
    if told.kind not in items.KINDS or told.state not in items.STATES:
        raise Refused(_("There is no such kind of item."), field="kind")
    if told.state == items.NOT_NEEDED and not reason:
        raise Refused(
            _("Say why it is not needed."), hint=_("Whoever signs reads it, and may see it otherwise."), field="reason"
        )
    if link and not link.startswith(("https://", "http://", "/")):
        raise Refused(_("A link begins with https://"), hint=_("Or with / for a page of this portal."), field="link")
    if max(len(title), len(reason), len(link)) > 500 or len(title) > 200:
        raise Refused(_("This is too long."), hint=_("Say it shorter."), field="title")
    ref = told.article_ref.strip().upper()
    if ref and session.scalar(sa.select(Article.id).where(Article.ref == ref)) is None:
        raise Refused(_("There is no article %(ref)s.", ref=ref), hint=_("Its page names its id."), field="article_ref")
    if told.owner_id is not None and session.get(Person, told.owner_id) is None:
        raise Refused(_("There is no such person."), field="owner_id")
    if not held.is_asked:
        held.kind = told.kind
    held.title, held.reason, held.link, held.article_ref = title, reason, link, ref
    held.owner_id, held.due_on, held.state, held.changed_at = told.owner_id, told.due_on, told.state, now
    session.flush()
    writing.touch(session, pack)
    return held


def remove_item(session: Session, pack: Pack, item_id: int) -> None:
    """Take an item away that the size does not ask for. Raises ``Refused``."""
    _writable(pack)
    held = item(session, pack, item_id)
    if held.is_asked:
        raise Refused(
            _("A pack of this size has this item."), hint=_("Say that it is not needed, with the reason.")
        )  # fmt: skip
    session.delete(held)
    session.flush()
    writing.touch(session, pack)


def set_tool(session: Session, pack: Pack, party_id: str, name: str, *, has_it: bool, why_not: str) -> None:
    """Say whether a party has a tool or a right.

    Raises:
        Refused: it has no name, or it is not said why it is missing.
    """
    _writable(pack)
    name, why_not = clean(name).replace("\n", " "), clean(why_not)
    if not name or len(name) > 120 or len(why_not) > 500:
        raise Refused(_("Name the tool or the right."), field="name")
    if session.get(PackParty, (pack.id, party_id)) is None:
        raise Refused(_("This team is not among those who sign."), field="party_id")
    if not has_it and not why_not:
        raise Refused(_("Say why they do not have it yet."), hint=_("And when they get it."), field="why_not")
    count = sa.select(sa.func.count()).select_from(Tool).where(Tool.pack_id == pack.id)
    if (session.scalar(count) or 0) >= MOST_TOOLS:
        raise Refused(_("A pack names at most %(most)s tools.", most=MOST_TOOLS))
    session.merge(Tool(pack_id=pack.id, party_id=party_id, name=name, has_it=has_it, why_not=why_not))
    session.flush()
    writing.touch(session, pack)


def remove_tool(session: Session, pack: Pack, party_id: str, name: str) -> None:
    """Take a tool out of the table."""
    _writable(pack)
    session.execute(sa.delete(Tool).where(Tool.pack_id == pack.id, Tool.party_id == party_id, Tool.name == name))
    writing.touch(session, pack)


def add_contact(
    session: Session, pack: Pack, *, name: str, reached: str, starts_at: datetime | None, ends_at: datetime | None
) -> None:
    """Name whom the front line calls from one moment to another.

    Raises:
        Refused: a name, a number or a moment is missing, or the time does not fit.
    """
    _writable(pack)
    name, reached = clean(name).replace("\n", " "), clean(reached).replace("\n", " ")
    if not name or len(name) > 120:
        raise Refused(_("Say whom the front line calls."), field="name")
    if not reached or len(reached) > 200:
        raise Refused(_("Say how they are reached."), hint=_("Such as ext. 4410."), field="reached")
    if starts_at is None or ends_at is None or not timedelta() < ends_at - starts_at <= LONGEST_SHIFT:
        raise Refused(_("Say from when until when, at most sixty days."), field="starts_at",
                      hint=_("Such as 2026-03-02 06:00 until 2026-03-02 18:00."))  # fmt: skip
    count = sa.select(sa.func.count(Contact.id)).where(Contact.pack_id == pack.id)
    if (session.scalar(count) or 0) >= MOST_CONTACTS:
        raise Refused(_("A pack names at most %(most)s contacts.", most=MOST_CONTACTS))
    session.add(Contact(pack_id=pack.id, starts_at=starts_at, ends_at=ends_at, name=name, reached=reached))
    session.flush()
    writing.touch(session, pack)


def remove_contact(session: Session, pack: Pack, contact_id: int) -> None:
    """Take a contact away."""
    _writable(pack)
    session.execute(sa.delete(Contact).where(Contact.pack_id == pack.id, Contact.id == contact_id))
    writing.touch(session, pack)


def _new_item(session: Session, pack: Pack, kind: str) -> Item:
    count = sa.select(sa.func.count(Item.id)).where(Item.pack_id == pack.id)
    if (session.scalar(count) or 0) >= MOST_ITEMS:
        raise Refused(_("A pack has at most %(most)s items.", most=MOST_ITEMS))
    held = Item(pack_id=pack.id, kind=kind)
    session.add(held)
    return held


def _writable(pack: Pack) -> None:
    if pack.state in plan.ENDED:
        raise Refused(_("This pack has ended."), hint=_("What it says now stays as it is."))
