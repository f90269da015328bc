"""Pinning notes, taking them down, and forgetting the old ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.errors import Refused
from portal.core.events import emit
from portal.core.i18n import gettext as _
from tests.example_plugin.events import NotePinned, NoteTakenDown
from tests.example_plugin.models import Note


def pin(session: Session, *, service_id: str, title: str, body: str, by: int | None, now: datetime) -> Note:
    """Pin a note beside a service.

    Raises:
        Refused: there is no title.
    """
    if not title.strip():
        raise Refused(_("The note has no title."), hint=_("Say in a few words what it is about."))
    note = Note(ref="", service_id=service_id, author_id=by, title=title.strip(), body=body, pinned_at=now)
    session.add(note)
    session.flush()
    note.ref = f"N{note.id:06}"
    emit(session, NotePinned(actor_id=by, note_id=note.id, ref=note.ref))
    return note


def take_down(session: Session, note: Note, *, by: int | None) -> None:
    """Take a note from the board."""
    session.delete(note)
    emit(session, NoteTakenDown(actor_id=by, ref=note.ref))


def forget_old(session: Session, *, keep_days: int, now: datetime, limit: int = 100) -> int:
    """Take down notes older than *keep_days*, at most *limit*; return how many."""
    old = sa.select(Note).where(Note.pinned_at < now - timedelta(days=keep_days)).order_by(Note.id).limit(limit)
    found = session.scalars(old).all()
    for note in found:
        take_down(session, note, by=None)
    return len(found)


def count_views(session: Session, refs: Sequence[str]) -> None:
    """Add to each note how often it was opened; the sink of the tally."""
    for ref in set(refs):
        session.execute(
            sa.update(Note).where(Note.ref == ref).values(seen_count=Note.seen_count + list(refs).count(ref))
        )
