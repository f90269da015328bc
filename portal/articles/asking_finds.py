"""Asking the sentences that have to find articles of the index that people search; and what came of it.

Each night all of them are asked, and soon after a text went live its own. Whoever writes there is told once that a
sentence misses its article, and again only if it found it in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.accounts.rights import Rights
from portal.articles import queries
from portal.articles.addresses import path_of
from portal.articles.events import ArticleFindsDue, ArticleMissed
from portal.articles.models import Article, ArticleFind, ArticleMiss
from portal.articles.search import SOURCE
from portal.articles.states import ArticleState
from portal.core.clock import now as clock_now
from portal.core.events import Job, emit
from portal.organisation.models import Service
from portal.search import contracts
from portal.search.contracts import AMONG_THE_FIRST, Asked
from portal.search.engine import IndexUnusable
from portal.search.live import LiveIndex

LANE: Final = "meaning"
AT_ONCE: Final = 20
"""Articles in one job: a second or two."""
NEW_AT_ONCE: Final = 200
"""Articles that went live: so many at a time."""
SEARCHES: Final = "search."
LISTENER: Final = "articles.ask"
"""What the listeners of the search begin with, and the one here."""


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
    _ring(session, session.scalars(query).all())


def _ring(session: Session, refs: Sequence[str]) -> None:
    for start in range(0, len(refs), AT_ONCE):
        emit(session, ArticleFindsDue(refs=tuple(refs[start : start + AT_ONCE])))


class AskingFinds:
    """Asks sentences of a live index."""

    def __init__(self, index: LiveIndex) -> None:
        """Ask *index*."""
        self._index = index

    def due_by_now(self, session: Session, now: datetime) -> None:
        """Say which articles went live and were not asked for since, once the search has followed."""
        del now
        if self._index.fault() or _is_busy(session):
            return
        query = sa.select(Article.ref).where(Article.state == ArticleState.LIVE, _has_sentences(ArticleFind.asked_at))
        _ring(session, session.scalars(query.order_by(Article.ref).limit(NEW_AT_ONCE)).all())

    def ask(self, session: Session, event: ArticleFindsDue) -> None:
        """Ask the sentences of these articles, and keep what came; twice is harmless."""
        index = self._index
        tokens = index.sources.tokens()  # what plugins have is found by everybody while they are on
        asked = [
            replace(each, access=replace(each.access, permissions=each.access.permissions | tokens))
            for each in contracts.of_refs(session, index.sources, SOURCE, event.refs)
        ]
        try:
            found = index.ask(
                lambda engine: [
                    contracts.ask(engine, each, synonyms=index.synonyms(), meaning=index.meaning) for each in asked
                ]
            )
        except IndexUnusable:
            return  # whoever is in charge is told by other means, and the next time asks again
        with index.db.transaction() as writing:
            for ref, of_article in groupby(found, key=lambda each: each.of.ref):
                _keep(writing, ref, list(of_article), clock_now())


def _is_busy(session: Session) -> bool:
    """Whether the search has still to follow, or sentences wait to be asked."""
    waits = sa.or_(Job.listener.startswith(SEARCHES), Job.listener == LISTENER)
    return session.scalar(sa.select(Job.id).where(waits).limit(1)) is not None


def _keep(session: Session, ref: str, found: Sequence[Asked], now: datetime) -> None:
    """Keep what came of the sentences of one article, and tell of those that miss it from now on."""
    article_id = session.scalars(sa.select(Article.id).where(Article.ref == ref)).one()
    for one in found:
        session.execute(
            sa.update(ArticleFind)
            .where(ArticleFind.article_id == article_id, ArticleFind.sentence == one.of.sentence)
            .values(place=one.place, before=[hit.ref for hit in one.before], asked_at=now)
        )
    known = sa.select(ArticleMiss.sentence).where(ArticleMiss.article_id == article_id)
    before, missing = set(session.scalars(known)), {one.of.sentence for one in found if not one.is_kept}
    over = sa.and_(ArticleMiss.article_id == article_id, ArticleMiss.sentence.in_(before - missing))
    session.execute(sa.delete(ArticleMiss).where(over))
    new = sorted(missing - before)
    session.add_all(ArticleMiss(article_id=article_id, sentence=sentence, since=now) for sentence in new)
    if new:
        emit(session, ArticleMissed(article_id=article_id, ref=ref))


def _has_sentences(*unset: sa.ColumnElement[Any] | InstrumentedAttribute[Any]) -> sa.ColumnElement[bool]:
    """Whether an article has sentences, of which these columns are empty."""
    empty = (column.is_(None) for column in unset)
    return sa.select(ArticleFind.position).where(ArticleFind.article_id == Article.id, *empty).exists()


def _fails() -> sa.ColumnElement[bool]:
    return sa.or_(ArticleFind.place == 0, ArticleFind.place > AMONG_THE_FIRST)


def count(session: Session) -> int:
    """How many sentences did not bring their article among the first three when they were asked last."""
    query = sa.select(sa.func.count()).select_from(ArticleFind).join(Article, Article.id == ArticleFind.article_id)
    return session.scalar(query.where(Article.state == ArticleState.LIVE, _fails())) or 0


def failing(
    session: Session, rights: Rights, *, service: str = "", page: int, per_page: int
) -> tuple[list[Failing], int]:
    """The sentences that fail, of articles that *rights* may read, of one service where asked, and how many there are.

    Three queries.
    """
    query = _failing().where(queries.readable(rights))
    if service:
        query = query.where(Article.service_id == service)
    total = session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
    ordered = query.order_by(Article.ref, ArticleFind.position).offset((page - 1) * per_page).limit(per_page)
    return _as_told(session, [(row.Article, row.ArticleFind) for row in session.execute(ordered)], rights), total


def of_article(session: Session, article: Article, rights: Rights) -> list[Failing]:
    """The sentences that fail of one article; one query where all find it, else two."""
    finds = sa.select(ArticleFind).where(ArticleFind.article_id == article.id, _fails()).order_by(ArticleFind.position)
    return _as_told(session, [(article, find) for find in session.scalars(finds)], rights)


def services(session: Session, rights: Rights) -> list[tuple[str, str, int]]:
    """The services that have sentences that fail: id, name, and how many they are. One query."""
    found = _failing().where(queries.readable(rights)).with_only_columns(Article.service_id).subquery()
    query = (
        sa.select(Service.id, Service.name, sa.func.count().label("fail"))
        .join(found, found.c.service_id == Service.id)
        .group_by(Service.id, Service.name, Service.sort_order)
        .order_by(Service.sort_order, Service.name)
    )
    return [(row.id, row.name, row.fail) for row in session.execute(query)]


def _failing() -> sa.Select[*tuple[Any, ...]]:
    return sa.select(Article, ArticleFind).join(ArticleFind, ArticleFind.article_id == Article.id).where(_fails())


def _as_told(session: Session, rows: Sequence[tuple[Article, ArticleFind]], rights: Rights) -> list[Failing]:
    refs = sorted({ref for _article, find in rows for ref in find.before})
    told = _told(session, refs, rights) if refs else {}
    return [
        Failing(
            article=article,
            sentence=find.sentence,
            place=find.place or 0,
            before=tuple(told.get(ref, ("", "")) for ref in find.before),
            asked_at=find.asked_at,
        )
        for article, find in rows
    ]


def _told(session: Session, refs: Sequence[str], rights: Rights) -> dict[str, tuple[str, str]]:
    query = sa.select(Article.ref, Article.slug, Article.title).where(Article.ref.in_(refs), queries.readable(rights))
    return {row.ref: (row.title, path_of(row.ref, row.slug)) for row in session.execute(query)}
