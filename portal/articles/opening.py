"""What the page of one article shows to one reader, read in one go, and what stands close to it.

The two reads of the page that people open most: each statement is built once
for each shape of rights, since building costs fifty times what the database needs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased
from sqlalchemy.orm.attributes import set_committed_value

from portal.accounts.models import Person
from portal.accounts.queries import granted_to, holder_id
from portal.accounts.rights import Rights
from portal.articles.addresses import ref_in
from portal.articles.models import Article, ArticleMiss, ArticleTag, Rendering, Revision, Verdict
from portal.articles.queries import (
    LISTED,
    Listed,
    ServiceLevels,
    level_at,
    listed,
    openable,
    openable_at,
    service_levels,
)
from portal.articles.states import ArticleState, VerdictValue
from portal.articles.watch_models import ArticleWatch
from portal.core.db import Model, UtcDateTime
from portal.organisation.models import Party, Service
from portal.organisation.queries import lists

CLOSE_CANDIDATES = 40

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Named:
    """A support party or a person, as far as a page names them."""

    id: Any
    name: str


@dataclass(frozen=True, kw_only=True)
class OpenPage:
    """All that the page of one article shows to one reader, from one read of the database.

    *granted* is the proficiency that a coach granted to the reader, or empty. *is_missed* says those who write that
    a sentence which has to find it does not.
    """

    article: Article
    level: int
    html: str
    toc: Sequence[Mapping[str, Any]]
    front: Mapping[str, Any]
    service_name: str
    owner: Named | None
    holder: Named | None
    helped: int
    successor: Listed | None
    verdict: Verdict | None
    is_watched: bool
    granted: str
    is_missed: bool


def page_of(
    session: Session, address: str, rights: Rights, *, since: datetime, visitor: str | None = None
) -> OpenPage | None:
    """Read one article at the reader's level with all that its page names, in one go.

    *since* is the moment from which the people are counted that it helped, *visitor* whose verdict
    stands there where nobody is signed in. ``None`` when there is no such ref, or not for these rights.
    """
    ref = ref_in(address)
    if ref is None:
        return None
    is_person, drafts = rights.person_id is not None, rights.may("articles.write")
    query = _page_query(service_levels(rights), is_person=is_person, drafts=drafts)
    values = {"ref": ref, "level": rights.level, "readers": sorted(rights.readers), "since": since}
    row = session.connection().execute(query, values | {"whose": rights.person_id or visitor}).first()
    if row is None:
        return None
    article = _apart(Article, row)
    return OpenPage(
        article=article,
        level=row.level,
        html=row.html,
        toc=row.toc,
        front=row.front,
        service_name=row.service_name,
        owner=Named(row.party_id, row.party_name) if row.party_id else None,
        holder=Named(row.person_id, row.person_name) if row.person_id else None,
        helped=row.helped,
        successor=_successor_of(session, article, rights),
        verdict=_apart(Verdict, row) if row.verdict_id is not None else None,
        is_watched=row.is_watched,
        granted=row.granted or "",
        is_missed=row.is_missed,
    )


def _apart(model: type[M], row: sa.Row[Any]) -> M:
    """One of *model* that belongs to no session, from its columns in *row*: a page reads it, and nothing else."""
    instance, values = model(), row._mapping  # noqa: SLF001 - the public name of a row's mapping
    for name, label in _labels(model):
        set_committed_value(instance, name, values[label])
    return instance


@cache
def _labels(model: type[Model]) -> list[tuple[str, str]]:
    """The columns of *model*, each with its name in the read of a page."""
    return [(column.name, f"{model.__tablename__}_{column.name}") for column in model.__table__.c]


@lru_cache(maxsize=64)
def _page_query(higher: ServiceLevels, *, is_person: bool, drafts: bool) -> sa.Select[*tuple[Any, ...]]:
    """Build the read of a page once for each shape of rights: building costs fifty times what the database needs."""
    level = level_at(higher, sa.bindparam("level", type_=sa.Integer), Article)
    readers = sa.bindparam("readers", expanding=True, type_=sa.String())
    opens = openable_at(level, readers, Article, drafts=drafts)
    shown = sa.and_(Rendering.revision_id == Article.live_revision_id, Rendering.level <= level)
    own = sa.and_(
        Verdict.article_id == Article.id,
        Verdict.replaced_at.is_(None),
        (Verdict.person_id if is_person else Verdict.visitor) == sa.bindparam("whose"),
    )
    return (
        sa.select(
            *_columns(Article),
            *_columns(Verdict),
            Rendering.html,
            Rendering.toc,
            Revision.front,
            Service.name.label("service_name"),
            Party.id.label("party_id"),
            Party.name.label("party_name"),
            Person.id.label("person_id"),
            Person.name.label("person_name"),
            _helped(Article.id, sa.bindparam("since", type_=UtcDateTime)).label("helped"),
            level.label("level"),
            (_watches(Article.id, sa.bindparam("whose")) if is_person else sa.false()).label("is_watched"),
            (_misses(Article.id) if drafts else sa.false()).label("is_missed"),
            (granted_to(sa.bindparam("whose")).scalar_subquery() if is_person else sa.literal("")).label("granted"),
        )
        .select_from(Article)
        .join(Service, Service.id == Article.service_id)
        .join(Revision, Revision.id == Article.live_revision_id)
        .join(Rendering, shown)
        .outerjoin(Party, lists(Article.owner_role))
        .outerjoin(Person, Person.id == holder_id(Article.owner_role, Party.id))
        .outerjoin(Verdict, own)
        .where(Article.ref == sa.bindparam("ref"), opens)
        .order_by(Rendering.level.desc(), Party.sort_order, Party.id)
        .limit(1)
    )


def _columns(model: type[Model]) -> list[sa.Label[Any]]:
    return [model.__table__.c[name].label(label) for name, label in _labels(model)]


def _watches(article_id: Any, person_id: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """Whether a person watches the article."""
    watch = ArticleWatch.__table__.c
    return sa.exists().where(watch.article_id == article_id, watch.person_id == person_id)


def _misses(article_id: Any) -> sa.ColumnElement[bool]:
    """Whether a sentence misses the article that it has to find."""
    return sa.exists().where(ArticleMiss.__table__.c.article_id == article_id)


def _successor_of(session: Session, article: Article, rights: Rights) -> Listed | None:
    """What took the place of an archived article, where these rights open it; others cost no read."""
    if not article.is_archived or article.successor_id is None:
        return None
    query = sa.select(*LISTED).join(Service, Service.id == Article.service_id)
    row = session.execute(query.where(Article.id == article.successor_id, openable(rights))).mappings().first()
    return listed(row) if row else None


def _helped(article_id: Any, since: sa.ColumnElement[datetime]) -> sa.ScalarSelect[int]:
    """How many people said since then that the article helped them; everybody counts once."""
    given = aliased(Verdict)
    return (
        sa.select(sa.func.count(given.id))
        .where(
            given.article_id == article_id,
            given.value == VerdictValue.YES,
            given.at >= since,
            given.replaced_at.is_(None),
        )
        .scalar_subquery()
    )


def close_to(session: Session, article: Article, rights: Rights, *, limit: int = 5) -> list[Listed]:
    """Articles with the same tags, then of the same service: at most *limit*, the closest first.

    Looks at a bounded number of candidates, so that a tag which thousands have costs no more than a rare one.
    """
    query = _close_query(service_levels(rights), drafts=rights.may("articles.write"))
    values = {
        "id": article.id,
        "service": article.service_id,
        "level": rights.level,
        "readers": sorted(rights.readers),
        "most": limit,
    }
    return [listed(row) for row in session.connection().execute(query, values).mappings()]


@lru_cache(maxsize=64)
def _close_query(higher: ServiceLevels, *, drafts: bool) -> sa.Select[*tuple[Any, ...]]:
    # Plain tables: reading through the models takes half as long again.
    article, tag = Article.__table__, ArticleTag.__table__
    own, other = tag.alias(), tag.alias()
    this = sa.bindparam("id", type_=sa.Integer)
    level = level_at(higher, sa.bindparam("level", type_=sa.Integer), article.c)
    readers = sa.bindparam("readers", expanding=True, type_=sa.String())
    reads = sa.and_(article.c.state == ArticleState.LIVE, openable_at(level, readers, article.c, drafts=drafts))
    with_tag = (
        sa.select(other.c.article_id)
        .join(own, sa.and_(own.c.tag == other.c.tag, own.c.article_id == this))
        .where(other.c.article_id != this)
        .limit(CLOSE_CANDIDATES)
        .subquery()
    )
    by_tag = sa.select(article.c.id.label("article_id"), sa.literal(2).label("points")).where(reads)
    by_tag = by_tag.join(with_tag, with_tag.c.article_id == article.c.id)
    by_service = (
        sa.select(article.c.id.label("article_id"), sa.literal(1).label("points"))
        .where(article.c.service_id == sa.bindparam("service"), article.c.id != this, reads)
        .limit(CLOSE_CANDIDATES)
        .subquery()
    )
    both = sa.union_all(by_tag, sa.select(by_service)).subquery()
    points = sa.func.sum(both.c.points).label("points")
    closest = sa.select(both.c.article_id, points).group_by(both.c.article_id)
    closest = closest.order_by(points.desc(), both.c.article_id).limit(sa.bindparam("most", type_=sa.Integer))
    few = closest.subquery()
    listed_here = [column for column in LISTED if column.table is article]
    query = sa.select(*listed_here, sa.literal("").label("service_name")).join_from(
        article, few, few.c.article_id == article.c.id
    )
    return query.order_by(few.c.points.desc(), few.c.article_id)
