"""Reading the board."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.rights import Rights
from portal.core.errors import NotFound
from portal.core.i18n import gettext as _
from portal.search.hooks import Readable
from tests.example_plugin.models import Note

READS = 0
"""The reader level that a note is for: everyone."""


def notes(session: Session, *, page: int = 1, per_page: int = 20, service_id: str = "") -> list[Note]:
    """The newest notes, of one service or of all; at most *per_page*."""
    query = sa.select(Note).order_by(Note.pinned_at.desc(), Note.id.desc())
    if service_id:
        query = query.where(Note.service_id == service_id)
    return list(session.scalars(query.offset((page - 1) * per_page).limit(per_page)))


def note(session: Session, ref: str) -> Note:
    """One note. Raises ``NotFound``."""
    found = session.scalar(sa.select(Note).where(Note.ref == ref))
    if found is None:
        raise NotFound(_("There is no such note."), hint=_("It may have been taken down."))
    return found


def counts_by_service(session: Session, rights: Rights) -> Mapping[str, int]:
    """How many notes somebody with *rights* can read, by service."""
    if rights.level < READS:
        return {}
    rows = session.execute(sa.select(Note.service_id, sa.func.count(Note.id)).group_by(Note.service_id))
    return {row[0]: row[1] for row in rows}


def refs(session: Session, after: str, limit: int) -> list[str]:
    """Refs behind *after*, in order, at most *limit*."""
    return list(session.scalars(sa.select(Note.ref).where(Note.ref > after).order_by(Note.ref).limit(limit)))


def readable(session: Session, wanted: Sequence[str], rights: Rights) -> dict[str, Readable]:
    """Which of *wanted* these rights may read, as they hang now."""
    if rights.level < READS:
        return {}
    return {
        note.ref: Readable(address=note.address, title=note.title, updated_at=note.pinned_at)
        for note in session.scalars(sa.select(Note).where(Note.ref.in_(wanted)))
    }
