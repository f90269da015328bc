"""Administrators hear when the awards are not those of the log: something needs to be looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.gamification.events import GamificationReplayDiffered
from plugins.gamification.models import Replay
from portal.accounts.models import Person, PersonRole
from portal.accounts.rights import Rights, permitted_roles
from portal.core.clock import now as clock_now
from portal.core.db import Database
from portal.core.i18n import lazy_gettext as _l
from portal.core.i18n import ngettext
from portal.notices import service
from portal.notices.kinds import Line, NoticeKind
from portal.notices.models import Notice
from portal.notices.service import News

DIFFERED: Final = "gamification.replay_differed"
DEFINE: Final = "gamification.define"
PAGE: Final = "/recognition/admin"


class Telling:
    """Tells in a short transaction; who may read it is asked outside of that."""

    def __init__(self, db: Database) -> None:
        """Write to *db*."""
        self._db = db

    def replay_differed(self, session: Session, event: GamificationReplayDiffered) -> None:
        """Tell those who define badges."""
        roles = sorted(permitted_roles(session, DEFINE))
        held = sa.select(PersonRole.person_id).where(PersonRole.role.in_(roles))
        people = session.scalars(sa.select(Person.id).where(Person.left_at.is_(None), Person.id.in_(held)))
        key, data = f"{DIFFERED}:{event.replay_id}", {"replay_id": event.replay_id}
        news = [News(person_id=each, kind=DIFFERED, key=key, data=data) for each in people]
        readable = service.readable(session, news)
        with self._db.transaction() as writing:
            service.tell(writing, readable, now=clock_now())


def _differed(session: Session, rights: Rights, rows: Sequence[Notice]) -> Mapping[int, Line]:
    if not rights.may(DEFINE):
        return {}
    ids = sorted({int(row.data["replay_id"]) for row in rows})
    query = sa.select(Replay.id, Replay.different).where(Replay.id.in_(ids), Replay.different > 0)
    found = {row.id: row.different for row in session.execute(query)}
    return {
        row.id: Line(
            text=ngettext(
                "%(num)s badge of somebody is not what the log says.",
                "%(num)s badges of people are not what the log says.",
                found[int(row.data["replay_id"])],
            ),
            path=PAGE,
        )
        for row in rows
        if int(row.data["replay_id"]) in found
    }


KIND: Final = NoticeKind(
    name=DIFFERED,
    title=_l("Badges that do not fit"),
    about=_l("Each night all badges are worked out anew. You hear when that gives something else."),
    describe=_differed,
)
