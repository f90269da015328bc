"""What a coach looks at before saying how far somebody goes alone: some of their articles, drawn by chance.

The same ones all day, so that the coach can come back to them, and others
tomorrow. Only live articles that the coach may read take part.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.accounts.rights import Rights
from portal.articles.models import Article, Revision, Verdict
from portal.articles.queries import LISTED, Listed, listed, readable
from portal.articles.states import RevisionState, VerdictValue
from portal.organisation.models import Service

NUMBER = 5


@dataclass(frozen=True, kw_only=True)
class Sampled:
    """One article that somebody wrote, with how many others it helped in its ``people``.

    *reviewed_on* is the last day (UTC) on which somebody else looked at it,
    *is_changed* whether the text that is live now is by somebody else.
    """

    article: Listed
    reviewed_on: date | None
    is_changed: bool


@dataclass(frozen=True, kw_only=True)
class Sample:
    """At most :data:`NUMBER` articles, by title, out of *total* that went live with a text of that person."""

    articles: Sequence[Sampled]
    total: int


def drawn(refs: Sequence[str], *, person_id: int, day: date, number: int = NUMBER) -> list[str]:
    """*number* of *refs* (all, if they are fewer), as chance wants it for that person and day.

    A ref that comes or goes changes one of those drawn at most.
    """
    return sorted(refs, key=lambda ref: hashlib.sha256(f"{person_id} {day.isoformat()} {ref}".encode()).digest())[
        :number
    ]


def sampled(session: Session, rights: Rights, person_id: int, *, day: date) -> Sample:
    """Some articles of a person that *rights* may read; 2 queries, or 1 where there are none."""
    texts = sa.select(Revision.id).where(
        Revision.article_id == Article.id,
        Revision.author_id == person_id,
        Revision.state.in_([RevisionState.LIVE, RevisionState.SUPERSEDED]),
    )
    refs = session.scalars(sa.select(Article.ref).where(readable(rights), texts.exists())).all()
    chosen = drawn(refs, person_id=person_id, day=day)
    return Sample(articles=_with_facts(session, chosen, person_id) if chosen else [], total=len(refs))


def _with_facts(session: Session, refs: Sequence[str], person_id: int) -> list[Sampled]:
    live, looked_at = aliased(Revision), aliased(Revision)
    helped = sa.select(sa.func.count(Verdict.id)).where(
        Verdict.article_id == Article.id,
        Verdict.value == VerdictValue.YES,
        Verdict.replaced_at.is_(None),
        Verdict.person_id.is_distinct_from(person_id),
    )
    reviewed = sa.select(sa.func.max(looked_at.decided_at)).where(
        looked_at.article_id == Article.id,
        looked_at.decided_by.is_not(None),
        looked_at.decided_by.is_distinct_from(looked_at.author_id),
    )
    query = (
        sa.select(
            *LISTED,
            helped.scalar_subquery().label("people"),
            reviewed.scalar_subquery().label("reviewed_at"),
            Article.checked_on,
            live.author_id,
        )
        .join(Service, Service.id == Article.service_id)
        .join(live, live.id == Article.live_revision_id)
        .where(Article.ref.in_(refs))
        .order_by(Article.title, Article.ref)
    )
    return [
        Sampled(
            article=listed(row),
            reviewed_on=_last(row["reviewed_at"], row["checked_on"]),
            is_changed=row["author_id"] != person_id,
        )
        for row in session.execute(query).mappings()
    ]


def _last(reviewed_at: datetime | None, checked_on: date | None) -> date | None:
    days = [day for day in (reviewed_at.date() if reviewed_at else None, checked_on) if day is not None]
    return max(days, default=None)
