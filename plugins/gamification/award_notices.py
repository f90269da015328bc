"""People hear of a badge that they earned, and of thanks to them.

Everything stands under the bell at once; the daily mail is the business of the room ``notices``. An award is told
once, whatever is worked out anew later: that it was told is written down together with the notice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.gamification import choices, projecting, reading, shelf, wall
from plugins.gamification.events import GamificationBadgeEarned, GamificationThanked
from plugins.gamification.models import Award, AwardNotice, Thanks
from portal.accounts.models import Person
from portal.accounts.rights import Rights
from portal.core.clock import now as clock_now
from portal.core.db import Database
from portal.core.i18n import gettext as _
from portal.core.i18n import language
from portal.core.i18n import lazy_gettext as _l
from portal.notices import service
from portal.notices.kinds import Line, NoticeKind
from portal.notices.models import Notice
from portal.notices.service import News

BADGE: Final = "gamification.badge"
THANKS: Final = "gamification.thanks"


class Telling:
    """Tells in a short transaction; what may be read is asked outside of that."""

    def __init__(self, db: Database) -> None:
        """Write to *db*."""
        self._db = db

    def tell_badge(self, session: Session, event: GamificationBadgeEarned) -> None:
        """Tell whoever earned a badge, unless they were told of it, or are not to be."""
        same = reading.now_one(session)
        person_id = same.get(event.person_id, event.person_id)
        told = {"badge_id": event.badge_id, "person_id": person_id, "key": event.key}
        if session.get(AwardNotice, told) is not None:
            return
        data = {"badge_id": event.badge_id, "key": event.key}
        news = [News(person_id=person_id, kind=BADGE, key=key_of(event.badge_id, event.key), data=data)]
        readable, now = service.readable(session, news), clock_now()
        if not readable:
            return
        with self._db.transaction() as writing:
            if projecting.add_new(writing, AwardNotice, [{**told, "sent_at": now}]):
                service.tell(writing, readable, now=now)

    def tell_thanks(self, session: Session, event: GamificationThanked) -> None:
        """Tell whoever was thanked, while it is news."""
        now = clock_now()
        said_at = session.scalar(sa.select(Thanks.said_at).where(Thanks.id == event.thanks_id))
        if said_at is None or said_at < now - projecting.NEWS_FOR:
            return
        data, key = {"thanks_id": event.thanks_id}, f"{THANKS}:{event.thanks_id}"
        readable = service.readable(session, [News(person_id=event.person_id, kind=THANKS, key=key, data=data)])
        if readable:
            with self._db.transaction() as writing:
                service.tell(writing, readable, now=now)


def key_of(badge_id: str, key: str) -> str:
    """What must not be told twice: one award of a badge."""
    return f"{BADGE}:{badge_id}:{key}"


def _badges(session: Session, rights: Rights, rows: Sequence[Notice]) -> dict[int, Line]:
    """Badges that are awarded and that they hold now."""
    query = sa.select(Award.badge_id, Award.key).where(
        Award.person_id == rights.person_id,
        Award.badge_id.in_(sorted({row.data["badge_id"] for row in rows})),
        Award.revoked_at.is_(None),
        choices.takes_part(Award.person_id),
    )
    held = {(row.badge_id, row.key) for row in session.execute(query)}
    known = shelf.active(session) if held else {}
    return {
        row.id: Line(
            text=_("You have a new badge: %(name)s. See what it stands on.", name=badge[0].name_in(language())),
            path=f"/badges/{row.data['badge_id']}",
        )
        for row in rows
        if (badge := known.get(row.data["badge_id"])) and (row.data["badge_id"], row.data["key"]) in held
    }


def _thanks(session: Session, rights: Rights, rows: Sequence[Notice]) -> dict[int, Line]:
    """Thanks to them that stand on the wall, with who said them where that stands there; never the words."""
    query = (
        sa.select(Thanks.id, Person.name)
        .outerjoin(Person, sa.and_(Person.id == Thanks.giver_id, Person.left_at.is_(None)))
        .where(
            Thanks.id.in_(sorted({int(row.data["thanks_id"]) for row in rows})),
            Thanks.receiver_id == rights.person_id,
            choices.takes_part(Thanks.receiver_id),
            wall.visible(rights.person_id),
        )
    )
    names = {row.id: row.name or "" for row in session.execute(query)}
    return {
        row.id: Line(
            text=_("%(name)s thanked you.", name=name) if name else _("A colleague thanked you."),
            path=f"/thanks?to={rights.person_id}",
        )
        for row in rows
        if (name := names.get(int(row.data["thanks_id"]))) is not None
    }


KINDS: Final = (
    NoticeKind(
        name=BADGE,
        title=_l("Badges that you earned"),
        about=_l("Something that you did helped others, and a badge came of it."),
        describe=_badges,
    ),
    NoticeKind(
        name=THANKS,
        title=_l("Thanks to you"),
        about=_l("Somebody said what helped them. Their words stand on the thanks wall."),
        describe=_thanks,
    ),
)
