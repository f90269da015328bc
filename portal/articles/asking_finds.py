"""Asking at night, of the index that people search, the sentences that have to find articles; and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.rights import Rights
from portal.articles import queries
from portal.articles.addresses import path_of
from portal.articles.events import ArticleFindsDue
from portal.articles.models import Article, ArticleFind
from portal.articles.search import SOURCE
from portal.articles.states import ArticleState
from portal.core.clock import now as clock_now
from portal.core.events import emit
from portal.search import contracts
from portal.search.contracts import AMONG_THE_FIRST, Asked
from portal.search.engine import IndexUnusable
from portal.search.live import LiveIndex

LANE: Final = "meaning"
AT_ONCE: Final = 20
"""Articles in one job: a second or two."""


@dataclass(frozen=True, kw_only=True)
class Failing:
    """A sentence that does not bring its article among the first three, and what stands before it for the viewer.

    *before* are title and path, both empty where the viewer may not read it.
    """

    article: Article
    sentence: str
    place: int
    before: tuple[tuple[str, str], ...]
    asked_at: datetime | None


def due(session: Session, now: datetime) -> None:
    """Say that it is night, some articles at a time."""
    del now
    query = sa.select(Article.ref).where(Article.state == ArticleState.LIVE, _has_sentences()).order_by(Article.ref)
    refs = session.scalars(query).all()
    for start in range(0, len(refs), AT_ONCE):
        emit(session, ArticleFindsDue(refs=tuple(refs[start : start + AT_ONCE])))


class AskingFinds:
    """Asks sentences of a live index."""

    def __init__(self, index: LiveIndex) -> None:
        """Ask *index*."""
        self._index = index

    def ask(self, session: Session, event: ArticleFindsDue) -> None:
        """Ask the sentences of these articles, and keep what came; twice is harmless."""
        index = self._index
        asked = contracts.of_refs(session, index.sources, SOURCE, event.refs)
        try:
            found = index.ask(
                lambda engine: [
                    contracts.ask(engine, each, synonyms=index.synonyms(), meaning=index.meaning) for each in asked
                ]
            )
        except IndexUnusable:
            return  # whoever is in charge is told by other means, and the next night asks again
        with index.db.transaction() as writing:
            for one in found:
                _keep(writing, one, clock_now())


def _keep(session: Session, asked: Asked, now: datetime) -> None:
    article = sa.select(Article.id).where(Article.ref == asked.of.ref).scalar_subquery()
    session.execute(
        sa.update(ArticleFind)
        .where(ArticleFind.article_id == article, ArticleFind.sentence == asked.of.sentence)
        .values(place=asked.place, before=[hit.ref for hit in asked.before], asked_at=now)
    )


def _has_sentences() -> sa.ColumnElement[bool]:
    return sa.select(ArticleFind.position).where(ArticleFind.article_id == Article.id).exists()


def _fails() -> sa.ColumnElement[bool]:
    return sa.or_(ArticleFind.place == 0, ArticleFind.place > AMONG_THE_FIRST)


def count(session: Session) -> int:
    """How many sentences did not bring their article among the first three when they were asked last."""
    query = sa.select(sa.func.count()).select_from(ArticleFind).join(Article, Article.id == ArticleFind.article_id)
    return session.scalar(query.where(Article.state == ArticleState.LIVE, _fails())) or 0


def failing(session: Session, rights: Rights, *, page: int, per_page: int) -> tuple[list[Failing], int]:
    """The sentences that fail, of articles that *rights* may read, and how many there are. Three queries."""
    query = (
        sa.select(Article, ArticleFind)
        .join(ArticleFind, ArticleFind.article_id == Article.id)
        .where(queries.readable(rights), _fails())
    )
    total = session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
    ordered = query.order_by(Article.ref, ArticleFind.position).offset((page - 1) * per_page).limit(per_page)
    rows = [(row.Article, row.ArticleFind) for row in session.execute(ordered)]
    told = _told(session, sorted({ref for _article, find in rows for ref in find.before}), rights)
    return [
        Failing(
            article=article,
            sentence=find.sentence,
            place=find.place or 0,
            before=tuple(told.get(ref, ("", "")) for ref in find.before),
            asked_at=find.asked_at,
        )
        for article, find in rows
    ], total


def _told(session: Session, refs: Sequence[str], rights: Rights) -> dict[str, tuple[str, str]]:
    query = sa.select(Article.ref, Article.slug, Article.title).where(Article.ref.in_(refs), queries.readable(rights))
    return {row.ref: (row.title, path_of(row.ref, row.slug)) for row in session.execute(query)}
