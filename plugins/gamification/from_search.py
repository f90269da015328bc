"""What the search tells, as contributions: people miss something no longer, since somebody wrote it."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.gamification import credit, telling
from plugins.gamification.telling import Deed
from portal.articles.models import Article
from portal.articles.search import SOURCE as ARTICLE
from portal.core.clock import now as clock_now
from portal.search.events import GapClosed, GapRejected
from portal.search.gap_models import SearchGap

SOURCE: Final = "search"
CLOSED: Final = "gap.closed"
SEEDED: Final = "seeded"
"""The reason that stands in the log; pages say it in words."""


def gap_closed(session: Session, event: GapClosed) -> None:
    """Credit who is credited for the article that people find now with the words that found nothing."""
    gap = session.get(SearchGap, event.gap_id)
    article = session.scalar(sa.select(Article).where(Article.ref == event.ref)) if event.source == ARTICLE else None
    if gap is None or article is None or gap.closed_at is None:
        return
    deed = Deed(
        kind=CLOSED,
        key=str(gap.id),
        at=gap.closed_at,
        actor_id=None,
        credited=credit.credited(session, article.id, gap.closed_at),
        subject=("gap", str(gap.id)),
        source=SOURCE,
        attrs={"service": article.service_id},
    )
    telling.tell(session, deed, now=clock_now())


def gap_rejected(session: Session, event: GapRejected) -> None:
    """Void what came of a gap that was made up; of one that was not closed nothing came."""
    gap = session.get(SearchGap, event.gap_id)
    if gap is None or gap.rejected_at is None:
        return
    telling.void(
        session,
        CLOSED,
        str(gap.id),
        ("gap", str(gap.id)),
        at=gap.rejected_at,
        source=SOURCE,
        reason=SEEDED,
        by=gap.rejected_by,
        now=clock_now(),
    )
