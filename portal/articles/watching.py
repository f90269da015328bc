"""Watching an article, or all articles of a service: who wants to be told when what they read changes.

Only what somebody can read is watched, and whether they still can is asked
again before they are told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.rights import Rights
from portal.articles import queries
from portal.articles.addresses import path_of
from portal.articles.models import Article
from portal.articles.watch_models import ArticleWatch
from portal.core.errors import Forbidden, NotFound, Refused
from portal.core.i18n import gettext as _
from portal.organisation.models import Service

MOST = 500

_watch = ArticleWatch.__table__.c
# Built once and of the plain table: each page of a service asks it for whoever is signed in.
_SERVICE = sa.select(_watch.id).where(
    _watch.person_id == sa.bindparam("person_id"), _watch.service_id == sa.bindparam("service_id")
)


@dataclass(frozen=True, kw_only=True)
class Watched:
    """One thing that somebody watches, as a list shows it; *ref* or *service_id* names it."""

    title: str
    path: str
    ref: str = ""
    service_id: str = ""


def watch(session: Session, rights: Rights, *, ref: str = "", service_id: str = "", now: datetime) -> None:
    """Let the holder of *rights* watch an article or a service. Watching twice is harmless.

    Raises:
        Forbidden: nobody is signed in.
        NotFound: there is no such thing that they can read.
        Refused: they watch as much as one person may.
    """
    own = _own(rights)
    what = _article(session, rights, ref) if ref else _service(session, rights, service_id)
    if session.scalar(sa.select(ArticleWatch.id).where(own, *(getattr(ArticleWatch, k) == v for k, v in what.items()))):
        return
    count = session.scalar(sa.select(sa.func.count()).select_from(ArticleWatch).where(own)) or 0
    if count >= MOST:
        raise Refused(
            _("You watch %(count)s things already.", count=count),
            hint=_("Stop watching some of them first; the list stands below what you are told."),
        )
    session.add(ArticleWatch(person_id=rights.person_id, since=now, **what))
    session.flush()


def stop(session: Session, rights: Rights, *, ref: str = "", service_id: str = "") -> None:
    """Watch it no longer, whether or not they can still read it. Raises ``Forbidden`` for nobody."""
    own = _own(rights)
    article = sa.select(Article.id).where(Article.ref == ref).scalar_subquery()
    which = ArticleWatch.article_id == article if ref else ArticleWatch.service_id == service_id
    session.execute(sa.delete(ArticleWatch).where(own, which))


def is_watching_service(session: Session, person_id: int, service_id: str) -> bool:
    """Whether a person watches this service; whether one watches an article comes with its page (``opening``)."""
    return session.scalar(_SERVICE, {"person_id": person_id, "service_id": service_id}) is not None


def watched(session: Session, rights: Rights) -> list[Watched]:
    """What the holder of *rights* watches and can read, services first; 2 queries."""
    own = _own(rights)
    readable = sa.select(Article.id).where(Article.service_id == Service.id, queries.readable(rights))
    services = session.execute(
        sa.select(Service.id, Service.name)
        .join(ArticleWatch, ArticleWatch.service_id == Service.id)
        .where(own, Service.is_used, readable.exists())
        .order_by(Service.sort_order, Service.name)
    )
    found = [Watched(title=row.name, path=f"/services/{row.id}", service_id=row.id) for row in services]
    articles = session.execute(
        sa.select(Article.ref, Article.slug, Article.title)
        .join(ArticleWatch, ArticleWatch.article_id == Article.id)
        .where(own, queries.openable(rights))
        .order_by(Article.title, Article.ref)
    )
    return found + [Watched(title=row.title, path=path_of(row.ref, row.slug), ref=row.ref) for row in articles]


def watchers(session: Session, article: Article, at: datetime) -> list[int]:
    """Who watched an article at the moment *at*, by itself or with its service."""
    either = sa.or_(ArticleWatch.article_id == article.id, ArticleWatch.service_id == article.service_id)
    query = (
        sa.select(ArticleWatch.person_id)
        .where(either, ArticleWatch.since <= at)
        .distinct()
        .order_by(ArticleWatch.person_id)
    )
    return list(session.scalars(query))


def _own(rights: Rights) -> sa.ColumnElement[bool]:
    if rights.person_id is None:
        raise Forbidden(_("Nobody is signed in."), hint=_("Sign in, then open this page again."))
    return ArticleWatch.person_id == rights.person_id


def _article(session: Session, rights: Rights, ref: str) -> dict[str, int]:
    article = queries.by_ref(session, ref, rights)
    if article is None:
        raise NotFound(_("There is no such article."), hint=_("Look for it by the words on top of it."))
    return {"article_id": article.id}


def _service(session: Session, rights: Rights, service_id: str) -> dict[str, str]:
    readable = sa.select(Article.id).where(Article.service_id == Service.id, queries.readable(rights))
    query = sa.select(Service.id).where(Service.id == service_id, Service.is_used, readable.exists())
    if session.scalar(query) is None:
        raise NotFound(_("There is no such service."), hint=_("The list of services shows all."))
    return {"service_id": service_id}
