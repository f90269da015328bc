"""Who is credited for an article: whoever wrote it first, and up to two people who lately improved it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.gamification import edits
from plugins.gamification.models import Edit

EDITORS: Final = 2
LATELY: Final = timedelta(days=365)


def credited(session: Session, article_id: int, at: datetime) -> list[int]:
    """The ids of those who are credited for what an article did at the moment *at*; each gets full credit.

    Only texts count that were live by then. A text that came from a file names nobody, and credits nobody.
    """
    edits.keep(session, article_id)
    query = sa.select(Edit).where(Edit.article_id == article_id, Edit.live_at <= at)
    rows = session.scalars(query.order_by(Edit.live_at, Edit.is_first.desc(), Edit.revision_id)).all()
    writer = rows[0].editor_id if rows else None
    editors: list[int] = []
    for row in reversed(rows[1:]):
        if row.editor_id is None or row.editor_id in (writer, *editors) or len(editors) == EDITORS:
            continue
        if row.is_substantive and row.live_at >= at - LATELY:
            editors.append(row.editor_id)
    return editors if writer is None else [writer, *editors]


def writers(session: Session, article_id: int) -> dict[int, datetime]:
    """Everybody of whom a text of the article was live, and since when first."""
    edits.keep(session, article_id)
    first = sa.func.min(Edit.live_at)
    query = sa.select(Edit.editor_id, first).where(Edit.article_id == article_id, Edit.editor_id.is_not(None))
    return {row[0]: row[1] for row in session.execute(query.group_by(Edit.editor_id)) if row[0] is not None}
