"""What a person may read of the knowledge, decided in the database.

``readable`` is the only place that says which articles stand in somebody's
lists, figures and search; ``openable`` adds the archived ones, which their
link still opens. Every query here carries one of the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.accounts.rights import Rights
from portal.articles.addresses import path_of, ref_in
from portal.articles.levels import Confidence, Level
from portal.articles.models import (
    Article,
    ArticleReader,
    ArticleTag,
    ArticleView,
    OldSlug,
    Rendering,
    Verdict,
)
from portal.articles.states import ArticleState, VerdictValue
from portal.organisation.models import Service

type_of_article = type[Article]
ServiceLevels = tuple[tuple[str, int], ...]

_Successor = aliased(Article, name="successor")
_OwnTag, _OtherTag = aliased(ArticleTag), aliased(ArticleTag)


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One article in a list; *people* is how many it helped, or how often it was opened, where that was asked."""

    ref: str
    slug: str
    title: str
    kind: str
    service_id: str
    service_name: str
    language: str
    confidence: str
    audience: int
    time_needed_minutes: int | None
    people: int = 0

    @property
    def path(self) -> str:
        """Its permanent address."""
        return path_of(self.ref, self.slug)


@dataclass(frozen=True, kw_only=True)
class KindOfService:
    """The first articles of one kind in a service, and how many there are."""

    kind: str
    count: int
    articles: list[Listed]


def level_for(rights: Rights, article: type_of_article = Article) -> sa.ColumnElement[int]:
    """The level at which the holder of *rights* reads an article: that of its service, else their own."""
    return level_at(service_levels(rights), sa.literal(rights.level), article)


def openable(rights: Rights, article: type_of_article = Article) -> sa.ColumnElement[bool]:
    """Articles that open for *rights* by their link, the archived ones among them."""
    readers = sa.bindparam("readers", sorted(rights.readers), sa.String(), unique=True, expanding=True)
    return openable_at(level_for(rights, article), readers, article, drafts=rights.may("articles.write"))


def service_levels(rights: Rights) -> ServiceLevels:
    """The services that *rights* read at a level of their own, as a value by which a statement can be kept."""
    return tuple((service_id, rights.level_for(service_id)) for service_id in sorted(rights.service_levels))


def level_at(higher: ServiceLevels, default: sa.ColumnElement[int], article: Any) -> sa.ColumnElement[int]:
    """As :func:`level_for`, of plain values; *article* is the model, an alias of it or the columns of its table."""
    return sa.case(dict(higher), value=article.service_id, else_=default) if higher else default


def openable_at(
    level: sa.ColumnElement[int], readers: sa.BindParameter[Any], article: Any, *, drafts: bool
) -> sa.ColumnElement[bool]:
    """The rule itself; *readers* are those that a person is, *drafts* whether texts being written open for them.

    *article* is the model, an alias of it or the columns of its table.
    """
    limit = ArticleReader.__table__.c
    limited_to = sa.select(limit.reader).where(limit.article_id == article.id)
    conditions = [
        article.state.in_([ArticleState.LIVE, ArticleState.ARCHIVED]),
        article.audience <= level,
        sa.or_(~limited_to.exists(), limited_to.where(limit.reader.in_(readers)).exists()),
    ]
    if not drafts:
        conditions.append(article.confidence != Confidence.WIP)
    return sa.and_(*conditions)


def readable(rights: Rights, article: type_of_article = Article) -> sa.ColumnElement[bool]:
    """Articles that stand in lists, counts and search for *rights*."""
    return sa.and_(article.state == ArticleState.LIVE, openable(rights, article))


def by_ref(session: Session, ref: str, rights: Rights) -> Article | None:
    """Return one article that *rights* may open, archived or not."""
    return session.scalar(sa.select(Article).where(Article.ref == ref, openable(rights)))


def path_for(session: Session, address: str, rights: Rights) -> str | None:
    """Return the permanent path behind *address*, which may be an old slug; ``None`` when nothing opens there."""
    query = sa.select(Article.ref, Article.slug).where(openable(rights))
    ref = ref_in(address)
    if ref:
        query = query.where(Article.ref == ref)
    else:
        query = query.join(OldSlug, OldSlug.article_id == Article.id).where(OldSlug.slug == address.lower())
    row = session.execute(query).first()
    return path_of(row.ref, row.slug) if row else None


_OF_ARTICLE = (name for name in Listed.__dataclass_fields__ if name in Article.__table__.c)
LISTED = (*(Article.__table__.c[name] for name in _OF_ARTICLE), Service.__table__.c.name.label("service_name"))


def _listing(rights: Rights) -> sa.Select[*tuple[Any, ...]]:
    return sa.select(*LISTED).join(Service, Service.id == Article.service_id).where(readable(rights))


def listed(row: sa.RowMapping) -> Listed:
    """One row of :data:`LISTED` as a value."""
    return Listed(**{name: value for name, value in row.items() if name in Listed.__dataclass_fields__})


def counts_by_service(session: Session, rights: Rights) -> dict[str, int]:
    """How many articles *rights* can read in each service that has any."""
    query = sa.select(Article.service_id, sa.func.count().label("articles")).where(readable(rights))
    return {row.service_id: row.articles for row in session.execute(query.group_by(Article.service_id))}


def by_kind(session: Session, rights: Rights, service_id: str, *, per_kind: int = 12) -> list[KindOfService]:
    """The articles of a service in their kinds, the first *per_kind* of each by title."""
    place = sa.func.row_number().over(partition_by=Article.kind, order_by=(Article.title, Article.ref))
    of_kind = sa.func.count().over(partition_by=Article.kind)
    numbered = (
        _listing(rights)
        .where(Article.service_id == service_id)
        .add_columns(place.label("place"), of_kind.label("of_kind"))
        .subquery()
    )
    kinds: dict[str, KindOfService] = {}
    query = sa.select(numbered).where(numbered.c.place <= per_kind).order_by(numbered.c.kind, numbered.c.place)
    for row in session.execute(query).mappings():
        kind = kinds.setdefault(row["kind"], KindOfService(kind=row["kind"], count=row["of_kind"], articles=[]))
        kind.articles.append(listed(row))
    return list(kinds.values())


def page_of_list(
    session: Session, rights: Rights, *, service_id: str = "", kind: str = "", page: int = 1, per_page: int = 50
) -> tuple[list[Listed], int]:
    """One page of all articles by service and title, and how many there are; both filters may be empty."""
    query = _listing(rights)
    if service_id:
        query = query.where(Article.service_id == service_id)
    if kind:
        query = query.where(Article.kind == kind)
    total = session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
    ordered = query.order_by(Service.sort_order, Service.name, Article.title, Article.ref)
    rows = session.execute(ordered.offset((page - 1) * per_page).limit(per_page)).mappings()
    return [listed(row) for row in rows], total


def helped_most(session: Session, rights: Rights, *, since: datetime, limit: int = 5) -> list[Listed]:
    """The articles that most people said yes to since then; everybody counts once for an article."""
    votes = (
        sa.select(Verdict.article_id, sa.func.count().label("people"))
        .where(Verdict.value == VerdictValue.YES, Verdict.at >= since, Verdict.replaced_at.is_(None))
        .group_by(Verdict.article_id)
        .subquery()
    )
    return _most(session, rights, votes, limit)


def opened_most(session: Session, rights: Rights, *, since: date, limit: int = 5) -> list[Listed]:
    """The articles that were opened most since that day."""
    views = (
        sa.select(ArticleView.article_id, sa.func.sum(ArticleView.views).label("people"))
        .where(ArticleView.day >= since)
        .group_by(ArticleView.article_id)
        .subquery()
    )
    return _most(session, rights, views, limit)


def _most(session: Session, rights: Rights, counted: sa.Subquery, limit: int) -> list[Listed]:
    query = _listing(rights).join(counted, counted.c.article_id == Article.id).add_columns(counted.c.people)
    rows = session.execute(query.order_by(counted.c.people.desc(), Article.ref).limit(limit)).mappings()
    return [listed(row) for row in rows]


def verdict_of(session: Session, article_id: int, *, person_id: int | None, visitor: str | None) -> Verdict | None:
    """The verdict of one person or visitor that stands."""
    if person_id is None and visitor is None:
        return None
    whose = Verdict.person_id == person_id if person_id is not None else Verdict.visitor == visitor
    query = sa.select(Verdict).where(Verdict.article_id == article_id, Verdict.replaced_at.is_(None), whose)
    return session.scalar(query)


def withheld(session: Session, rights: Rights, *, page: int = 1, per_page: int = 50) -> tuple[list[Article], int]:
    """Live articles that are in part or wholly for specialists only, those without a reason first.

    For coaches; those that are limited to readers whom the coach is not among stay away from here as well.
    """
    has_part = sa.select(Rendering.level).where(
        Rendering.revision_id == Article.live_revision_id, Rendering.level == Level.SPECIALISTS
    )
    query = sa.select(Article).where(readable(rights), has_part.exists())
    total = session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
    ordered = query.order_by(Article.withheld_reason != "", Article.ref)
    return list(session.scalars(ordered.offset((page - 1) * per_page).limit(per_page))), total
