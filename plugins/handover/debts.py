"""What is owed after exceptions: the list for everybody, and how much is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.handover import excepting, gate_words
from plugins.handover.models import Change, Pack
from plugins.handover.said_models import Debt
from portal.accounts.models import Person
from portal.core.i18n import gettext as _

PER_PAGE: Final = 50


@dataclass(frozen=True, kw_only=True)
class Owed:
    """Something that is owed: *title* of the change, *what* in words, *owner* by name."""

    debt: Debt
    title: str
    what: str
    owner: str


def open_count(session: Session) -> int:
    """How many things are owed."""
    return session.scalar(sa.select(sa.func.count(Debt.id)).where(Debt.settled_at.is_(None))) or 0


def listed(session: Session, *, page: int) -> tuple[Sequence[Owed], int]:
    """What is owed, the first due first, a page at a time; and how much there is."""
    query = (
        sa.select(Debt, Change.title, Person.name)
        .join(Pack, Pack.id == Debt.pack_id)
        .join(Change, Change.id == Pack.change_id)
        .outerjoin(Person, Person.id == Debt.owner_id)
        .where(Debt.settled_at.is_(None))
        .order_by(Debt.due_on, Debt.id)
    )
    rows = session.execute(query.offset((page - 1) * PER_PAGE).limit(PER_PAGE))
    return [
        Owed(debt=debt, title=title, what=title_of(debt.what), owner=name or "") for debt, title, name in rows
    ], open_count(session)


def title_of(what: str) -> str:
    """What is owed, in words."""
    return _("The pack itself") if what == excepting.THE_PACK else str(gate_words.TITLES[what])
