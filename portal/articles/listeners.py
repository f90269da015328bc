"""What follows when an article goes live: links that waited for it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from portal.articles import renewing
from portal.articles.events import ArticlePublished
from portal.core.db import Database


class Linking:
    """Turns the plain words that stood for a link to a missing article into the link."""

    def __init__(self, db: Database) -> None:
        """Write to *db* in short transactions: the rendering happens outside of them."""
        self._db = db

    def link_again(self, session: Session, published: Sequence[ArticlePublished]) -> None:
        """Render those texts again that waited for one of these articles. Usually there is none."""
        for article_id in renewing.waiting_for(session, {event.ref for event in published}):
            renewing.render_again(self._db, article_id)
