"""Whom two articles are for, compared by the rule of ``queries.openable``: whether the one leaves anybody out."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.accounts.models import NamedService
from portal.accounts.roles import END_USER
from portal.articles.levels import Confidence, Level
from portal.articles.models import Article, ArticleReader
from portal.organisation import queries as organisation

ALL_SIGNED_IN = f"role:{END_USER}"
_UNIT = "unit:"


def loses_readers(session: Session, gone: str, stays: str) -> bool:
    """Whether some who may read the article *gone* may not read *stays*, both named by their refs.

    Of named readers only units are known to stand within each other, so a list of
    others that happens to name the same people counts as leaving somebody out.
    """
    before, after = (session.scalar(sa.select(Article).where(Article.ref == ref)) for ref in (gone, stays))
    if before is None or after is None:
        return False
    return (
        after.audience > before.audience
        or (after.confidence == Confidence.WIP and before.confidence != Confidence.WIP)
        or _is_named_for_one(session, before, after)
        or _is_limited_further(session, before, after)
    )


def _is_named_for_one(session: Session, before: Article, after: Article) -> bool:
    """Whether a superuser reads the one since its service was named for them, and the other is of another service."""
    if {before.audience, after.audience} != {Level.SUPPORT} or before.service_id == after.service_id:
        return False
    other = aliased(NamedService)
    also = sa.select(other.id).where(
        other.person_id == NamedService.person_id, other.service_id == after.service_id, other.withdrawn_at.is_(None)
    )
    query = sa.select(NamedService.id).where(
        NamedService.service_id == before.service_id, NamedService.withdrawn_at.is_(None), ~also.exists()
    )
    return session.scalar(query.limit(1)) is not None


def _is_limited_further(session: Session, before: Article, after: Article) -> bool:
    """Whether *after* is limited to readers, and some of those of *before* are not known to be among them."""
    limit = _readers(session, after)
    if not limit:
        return False
    # What is for support is read by nobody who is not signed in.
    readers = _readers(session, before) or ({ALL_SIGNED_IN} if before.audience > Level.EVERYONE else set())
    return not readers or any(not limit & _names_of(session, each) for each in readers)


def _readers(session: Session, article: Article) -> AbstractSet[str]:
    return set(session.scalars(sa.select(ArticleReader.reader).where(ArticleReader.article_id == article.id)))


def _names_of(session: Session, reader: str) -> AbstractSet[str]:
    """All names that whoever is *reader* has for certain: that of everybody who signs in, and of the units above."""
    above = organisation.unit_chain(session, reader.removeprefix(_UNIT)) if reader.startswith(_UNIT) else []
    return {ALL_SIGNED_IN, reader, *(f"{_UNIT}{each.id}" for each in above)}
