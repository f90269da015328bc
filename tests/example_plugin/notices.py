"""Telling the coaches that a note hangs on the board."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import PersonRole
from portal.accounts.rights import Rights
from portal.accounts.roles import COACH
from portal.core.clock import now
from portal.core.i18n import gettext as _
from portal.core.i18n import lazy_gettext as _l
from portal.notices import service
from portal.notices.kinds import Line, NoticeKind
from portal.notices.models import Notice
from tests.example_plugin import queries
from tests.example_plugin.events import NotePinned
from tests.example_plugin.models import Note

PINNED = "example.pinned"


def tell_coaches(session: Session, event: NotePinned) -> None:
    """Tell every coach but the one who pinned it; the words are made when they look."""
    coaches = session.scalars(sa.select(PersonRole.person_id).where(PersonRole.role == COACH))
    news = [
        service.News(person_id=coach, kind=PINNED, key=f"example:{event.ref}", data={"ref": event.ref})
        for coach in coaches
        if coach != event.actor_id
    ]
    service.tell(session, news, now=now())


def _described(session: Session, rights: Rights, rows: Sequence[Notice]) -> Mapping[int, Line]:
    if rights.level < queries.READS:
        return {}
    hanging = {note.ref: note for note in session.scalars(sa.select(Note).where(Note.ref.in_(_refs(rows))))}
    return {
        row.id: Line(text=_("A note hangs on the board: %(title)s", title=note.title), path=note.address)
        for row in rows
        if (note := hanging.get(row.data["ref"])) is not None
    }


def _refs(rows: Sequence[Notice]) -> list[str]:
    return [row.data["ref"] for row in rows]


KIND = NoticeKind(
    name=PINNED, title=_l("Notes on the board"), about=_l("Somebody pinned a new note."), describe=_described
)
