"""What was of use lately stands a little higher: a small, capped weight that fades and buries nothing new.

A thing that was never opened loses at most ``MOST`` of its score against one that everybody opens: enough to decide
between two that fit alike, and too little to put anything before what clearly fits better.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.db import Database
from portal.search.engine import Hit, Page
from portal.search.models import SearchOpened, SearchUse

MOST: Final = 0.05
"""The share of its score that something can gain by being of use."""
HALF_WORTH: Final = 10.0
"""So much use gives half of that."""
HALF_LIFE: Final = timedelta(days=30)
WITHIN: Final = timedelta(days=90)
OPENED, HELPED = 1.0, 2.0
"""What it is worth that somebody opened a thing on a day, and that it helped them."""
KEPT_SECONDS: Final = 300
LOOKED_AT: Final = 30
"""So many of the best are put in order again."""


@dataclass(frozen=True)
class Use:
    """By source and ref, what a score is multiplied with; *version* differs where anything does."""

    factors: Mapping[tuple[str, str], float] = field(default_factory=dict)
    version: int = 0

    def ordered(self, hits: Sequence[Hit]) -> list[Hit]:
        """*hits* by their scores with what use adds to them; of equal ones the first stays first."""
        weighed = [replace(hit, score=hit.score * self.factors.get((hit.source, hit.ref), 1.0)) for hit in hits]
        return sorted(weighed, key=lambda hit: -hit.score)


def ordered(page: Page, use: Use, *, offset: int, limit: int) -> Page:
    """The hits of *page*, which begins with the best, put in order by *use* and cut to what was asked for."""
    hits = [*use.ordered(page.hits[:LOOKED_AT]), *page.hits[LOOKED_AT:]]
    return replace(page, hits=tuple(hits[offset : offset + limit]))


def read(session: Session) -> Use:
    """What stands since the last night."""
    rows = session.execute(sa.select(SearchUse.source, SearchUse.ref, SearchUse.worth)).all()
    factors = {(row.source, row.ref): factor(row.worth) for row in rows}
    return Use(factors, hash(tuple(sorted(factors.items()))))


class Lately:
    """What stands since the last night, looked up now and then."""

    def __init__(self, db: Database) -> None:
        """Read from *db* at the first use."""
        self._db = db
        self._lock = threading.Lock()
        self._read_at: float | None = None
        self._use = Use()

    def use(self) -> Use:
        """What was of use, at most ``KEPT_SECONDS`` old."""
        with self._lock:
            if self._read_at is None or time.monotonic() - self._read_at > KEPT_SECONDS:
                with self._db.reading() as session:
                    self._use = read(session)
                self._read_at = time.monotonic()
            return self._use

    def look_again(self) -> None:
        """Read anew at the next use."""
        self._read_at = None


def factor(worth: float) -> float:
    """What a score is multiplied with for so much use: from 1 to 1 + ``MOST``."""
    return 1 + MOST * worth / (worth + HALF_WORTH)


def work_out(session: Session, now: datetime) -> None:
    """Count anew what was opened in the last ninety days: each person once a day for each thing, older days less."""
    since = now - WITHIN
    query = sa.select(
        SearchOpened.source, SearchOpened.ref, SearchOpened.asker, SearchOpened.at, SearchOpened.helped
    ).where(SearchOpened.at > since)
    days: dict[tuple[str, str, str, int], float] = {}
    for row in session.execute(query.order_by(SearchOpened.id).execution_options(yield_per=1000)):
        age = (now - row.at) // timedelta(days=1)
        key = (row.source, row.ref, row.asker, age)
        worth = OPENED + (HELPED if row.helped == "yes" else 0.0)
        days[key] = max(days.get(key, 0.0), 0.0 if row.helped == "no" else worth)
    found: dict[tuple[str, str], float] = {}
    for (source, ref, _asker, age), worth in days.items():
        faded = worth * 0.5 ** (timedelta(days=age) / HALF_LIFE)
        found[source, ref] = found.get((source, ref), 0.0) + faded
    session.execute(sa.delete(SearchUse))
    rows = [
        {"source": source, "ref": ref, "worth": round(worth, 3)}
        for (source, ref), worth in sorted(found.items())
        if worth
    ]
    if rows:
        session.execute(sa.insert(SearchUse), rows)
