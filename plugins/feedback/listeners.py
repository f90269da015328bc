"""What follows when something was answered, called, improved or mended. Each may run twice for one event."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from plugins.feedback import callback_notices, callbacks, telling_back
from plugins.feedback.events import (
    FeedbackAnswered,
    FeedbackCallbackClosed,
    FeedbackCallbackOpened,
    FeedbackImprovementDelivered,
)
from plugins.feedback.models import Invitation
from portal.articles.events import ArticlePublished
from portal.core.clock import now as clock_now
from portal.core.db import Database
from portal.core.events import On
from portal.notices import service
from portal.notices.service import News

AT_ONCE = 100
KINDS = (*callback_notices.KINDS, *telling_back.KINDS)


def open_callback(session: Session, event: FeedbackAnswered) -> None:
    """Open a call-back where an answer asks for one."""
    invitation = session.get(Invitation, event.invitation_id)
    if invitation is not None:
        callbacks.open_for(session, invitation, clock_now())


class Telling:
    """Tells people in short transactions; who may read what is asked outside of them."""

    def __init__(self, db: Database) -> None:
        """Write to *db*."""
        self._db = db

    def callback_opened(self, session: Session, event: FeedbackCallbackOpened) -> None:
        """Tell those who assign it, or whoever calls."""
        self._tell(session, callback_notices.on_opened(session, event.callback_id))

    def callback_closed(self, session: Session, event: FeedbackCallbackClosed) -> None:
        """Ask the person whether it is settled."""
        self._tell(session, callback_notices.on_closed(session, event.callback_id))

    def improvement_delivered(self, session: Session, event: FeedbackImprovementDelivered) -> None:
        """Tell every source what was done."""
        self._tell(session, telling_back.on_delivered(session, event.improvement_id))

    def article_mended(self, session: Session, event: ArticlePublished) -> None:
        """Tell those whom the page did not help, or in part, that it was changed."""
        self._tell(session, telling_back.on_mended(session, event, now=clock_now()))

    def _tell(self, session: Session, news: Sequence[News]) -> None:
        readable = service.readable(session, news)
        for start in range(0, len(readable), AT_ONCE):
            with self._db.transaction() as writing:
                service.tell(writing, readable[start : start + AT_ONCE], now=clock_now())


def of_answers(db: Database) -> list[On]:
    """What stands at the bus for what is done about answers."""
    telling = Telling(db)
    return [
        On(FeedbackAnswered, open_callback),
        On(FeedbackCallbackOpened, telling.callback_opened, outside=True),
        On(FeedbackCallbackClosed, telling.callback_closed, outside=True),
        On(FeedbackImprovementDelivered, telling.improvement_delivered, outside=True),
        On(ArticlePublished, telling.article_mended, outside=True),
    ]
