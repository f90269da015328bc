"""Badges that somebody earned in the last days and did not look at yet: for one quiet line, until they do.

It goes by the notice of the badge, so that what was never told, such as what is found by working out the log anew, is
no news here either; and whoever turned these notices off reads no line.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from plugins.gamification import choices, shelf
from plugins.gamification.award_notices import BADGE
from plugins.gamification.definitions import Badge
from plugins.gamification.models import Award, BadgeVersion
from portal.notices.models import Notice

SHOWN_FOR: Final = timedelta(days=7)


def unseen(session: Session, person_id: int, *, now: datetime) -> Sequence[Badge]:
    """The badges that are new to somebody, the latest first, each once; one query."""
    each = aliased(BadgeVersion)
    last = sa.select(sa.func.max(each.version)).where(each.id == Award.badge_id).scalar_subquery()
    newest = sa.and_(BadgeVersion.id == Award.badge_id, BadgeVersion.version == last)
    # Of one award there is one notice, under this key: award_notices.key_of.
    told = sa.and_(
        Notice.person_id == Award.person_id,
        Notice.key == sa.literal(f"{BADGE}:") + Award.badge_id + sa.literal(":") + Award.key,
    )
    query = (
        sa.select(Award.badge_id, BadgeVersion.toml)
        .join(Notice, told)
        .outerjoin(BadgeVersion, newest)
        .where(
            Award.person_id == person_id,
            Award.revoked_at.is_(None),
            choices.takes_part(Award.person_id),
            sa.or_(BadgeVersion.is_gone.is_(None), BadgeVersion.is_gone.is_(False)),
            Notice.read_at.is_(None),
            Notice.at > now - SHOWN_FOR,
        )
        .order_by(Notice.id.desc())
    )
    found = {row.badge_id: shelf.as_kept(row.badge_id, row.toml) for row in session.execute(query)}
    return [badge for badge in found.values() if badge is not None]


def unread(session: Session, badge_id: str, person_id: int) -> list[int]:
    """The notices of one badge that somebody did not read yet."""
    query = sa.select(Notice.id).where(
        Notice.person_id == person_id,
        Notice.kind == BADGE,
        Notice.key.startswith(f"{BADGE}:{badge_id}:", autoescape=True),
        Notice.read_at.is_(None),
    )
    return list(session.scalars(query))
