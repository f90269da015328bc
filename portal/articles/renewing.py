"""Pages made anew of a text that stays as it is: for links that waited for their article, or after a new renderer."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.articles import publishing
from portal.articles.addresses import refs_named
from portal.articles.levels import Level
from portal.articles.models import Article, ArticleLink, Revision
from portal.articles.publishing import render_pages
from portal.articles.states import ArticleState
from portal.core.db import Database

TRIES = 5  # before a text that goes live again and again is left to whoever publishes it


def waiting_for(session: Session, refs: Collection[str]) -> list[int]:
    """Ids of articles that show plain words for a link although its article exists, to or from one of *refs*."""
    target, own = aliased(Article), aliased(Article)
    query = (
        sa.select(ArticleLink.article_id)
        .join(target, target.ref == ArticleLink.to_ref)
        .join(own, own.id == ArticleLink.article_id)
        .where(
            ArticleLink.is_shown.is_(False),
            target.state != ArticleState.NOT_YET_LIVE,
            sa.or_(ArticleLink.to_ref.in_(refs), own.ref.in_(refs)),
        )
        .distinct()
        .order_by(ArticleLink.article_id)
    )
    return list(session.scalars(query))


def render_again(db: Database, article_id: int) -> None:
    """Render the live text of an article again and store its pages; the text itself stays as it is.

    Raises:
        Refused: the text cannot be rendered.
        RuntimeError: it was published again and again meanwhile.
    """
    for _try in range(TRIES):
        with db.reading() as session:
            article = session.get_one(Article, article_id)
            revision = session.get_one(Revision, article.live_revision_id)
            is_there = sa.and_(Article.ref.in_(refs_named(revision.body)), Article.state != ArticleState.NOT_YET_LIVE)
            known = frozenset(session.scalars(sa.select(Article.ref).where(is_there)))
        audience = Level(article.audience)
        pages = render_pages(revision.body, audience, language=article.language, known=known.__contains__)
        with db.transaction() as session:
            article = session.get_one(Article, article_id)
            if article.live_revision_id == revision.id:
                publishing.write_pages(session, article_id, revision.id, audience, pages)
                return
    raise RuntimeError(f"Article {article_id} was published {TRIES} times while it was rendered.")


def live_ids(session: Session) -> list[int]:
    """Ids of all articles that have a page."""
    query = sa.select(Article.id).where(Article.live_revision_id.is_not(None)).order_by(Article.id)
    return list(session.scalars(query))
