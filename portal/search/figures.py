"""How searches went: how long they took and what found nothing, for whoever looks after the portal.

Words are shown only where three different people typed the same; what somebody typed alone is theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.search.gaps import PEOPLE
from portal.search.models import SearchLog

WITHIN: Final = timedelta(days=30)
MOST: Final = 50_000
"""Searches of which the times are looked at, the latest."""


@dataclass(frozen=True, kw_only=True)
class Summary:
    """The last thirty days: how many searches, which share found nothing, and what half and 95 percent took at most."""

    searches: int
    nothing: int
    median_ms: int
    high_ms: int

    @property
    def share(self) -> float:
        """The share that found nothing, from 0 to 1."""
        return self.nothing / self.searches if self.searches else 0.0


@dataclass(frozen=True, kw_only=True)
class Empty:
    """Words for which three people or more found nothing."""

    words: str
    people: int
    times: int
    last_at: datetime


@dataclass(frozen=True, kw_only=True)
class Slow:
    """A search that took long; its *words* only if three people typed the same, else how many and how long they are."""

    at: datetime
    duration_ms: int
    words: str
    word_count: int
    letters: int
    is_narrowed: bool
    hits: int


def summary(session: Session, now: datetime) -> Summary:
    """The last thirty days in four numbers."""
    lately = SearchLog.at > now - WITHIN
    searches, nothing = session.execute(
        sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(sa.case((SearchLog.hits == 0, 1), else_=0)), 0)).where(
            lately
        )
    ).one()
    newest = sa.select(SearchLog.duration_ms).where(lately).order_by(SearchLog.at.desc()).limit(MOST)
    times = sorted(session.scalars(newest))
    return Summary(searches=searches, nothing=nothing, median_ms=_at(times, 0.5), high_ms=_at(times, 0.95))


def empty(session: Session, now: datetime, *, page: int, per_page: int) -> tuple[list[Empty], int]:
    """What several people typed and nothing was found for, most people first, and how many there are."""
    people, times, last = sa.func.count(sa.distinct(SearchLog.asker)), sa.func.count(), sa.func.max(SearchLog.at)
    words = sa.func.lower(SearchLog.words)
    query = (
        sa.select(words.label("words"), people.label("people"), times.label("times"), last.label("last_at"))
        .where(SearchLog.at > now - WITHIN, SearchLog.hits == 0, SearchLog.asker != "")
        .group_by(words)
        .having(people >= PEOPLE)
    )
    total = session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
    ordered = query.order_by(people.desc(), last.desc(), words).offset((page - 1) * per_page).limit(per_page)
    return [Empty(**row) for row in session.execute(ordered).mappings()], total


def slow(session: Session, now: datetime, *, page: int, per_page: int) -> tuple[list[Slow], int]:
    """The searches of the last thirty days that took longest, and how many searches there were."""
    lately = SearchLog.at > now - WITHIN
    total = session.scalar(sa.select(sa.func.count()).select_from(SearchLog).where(lately)) or 0
    query = sa.select(SearchLog).where(lately).order_by(SearchLog.duration_ms.desc(), SearchLog.id.desc())
    rows = session.scalars(query.offset((page - 1) * per_page).limit(per_page)).all()
    common = _common(session, {row.words.lower() for row in rows}, now)
    return [
        Slow(
            at=row.at,
            duration_ms=row.duration_ms,
            words=row.words if row.words.lower() in common else "",
            word_count=len(row.words.split()),
            letters=len(row.words),
            is_narrowed=bool(row.service or row.kind),
            hits=row.hits,
        )
        for row in rows
    ], total


def _common(session: Session, words: set[str], now: datetime) -> set[str]:
    """Those of *words* that three different people typed."""
    typed = sa.func.lower(SearchLog.words)
    query = (
        sa.select(typed)
        .where(SearchLog.at > now - WITHIN, typed.in_(sorted(words)), SearchLog.asker != "")
        .group_by(typed)
        .having(sa.func.count(sa.distinct(SearchLog.asker)) >= PEOPLE)
    )
    return set(session.scalars(query))


def _at(times: Sequence[int], share: float) -> int:
    return times[min(int(len(times) * share), len(times) - 1)] if times else 0
