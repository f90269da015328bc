"""Noting what people searched, what they opened from it, and whether it helped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.events import Fact
from portal.search.askers import Askers
from portal.search.models import LOG_DAYS, MARK_DAYS, SearchLog, SearchOpened

BURST: Final = timedelta(seconds=30)
"""So long after a search, another one that goes on typing is the same."""
TOLD_WITHIN: Final = timedelta(hours=24)
"""So long after something was opened, whether it helped is said about this opening."""
AT_ONCE: Final = 1000


def note_searches(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write lines of the search log; of somebody who goes on typing, the last stands for all."""
    rows = sorted(rows, key=lambda row: row["at"])
    before = _lately(session, rows)
    new: list[dict[str, Any]] = []
    for row in rows:
        key = _typist(row)
        last = before.get(key)
        if last is None or not _goes_on(last, row):
            before[key] = dict(row)
            new.append(before[key])
        elif "id" in last:
            last |= row
            session.execute(sa.update(SearchLog).where(SearchLog.id == last["id"]).values(**row))
        else:
            last |= row
    if new:
        session.execute(sa.insert(SearchLog), new)


def _lately(session: Session, rows: Sequence[Mapping[str, Any]]) -> dict[tuple[Any, ...], dict[str, Any]]:
    """The last line of each who typed here a moment ago."""
    columns = [SearchLog.id, *(SearchLog.__table__.columns[name] for name in rows[0])] if rows else []
    since = rows[0]["at"] - BURST if rows else None
    if since is None:
        return {}
    askers = sorted({row["asker"] for row in rows})
    query = sa.select(*columns).where(SearchLog.at >= since, SearchLog.asker.in_(askers)).order_by(SearchLog.at)
    found = [dict(row) for row in session.execute(query.limit(AT_ONCE)).mappings()]
    return {_typist(row): row for row in found}


def _typist(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Who types, and where they look. Visitors who look in the same place are taken for one."""
    return tuple(row[name] for name in ("asker", "level", "language", "service", "kind"))


def _goes_on(last: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    """Whether *row* is the typing of *last* gone on with, or taken back a little."""
    one, other = last["words"].casefold(), row["words"].casefold()
    return bool(row["at"] - last["at"] <= BURST and (one.startswith(other) or other.startswith(one)))


def note_opened(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write down what was opened from results, in one statement."""
    session.execute(sa.insert(SearchOpened), [dict(row) for row in rows])


class Helped:
    """Notes of what somebody opened whether it helped."""

    def __init__(self, askers: Askers) -> None:
        """Know people by the marks of *askers*."""
        self._askers = askers

    def verdict_given(self, session: Session, facts: Sequence[Fact]) -> None:
        """Keep what somebody said about an article that they had opened from results lately; a later answer counts."""
        for fact in facts:
            if fact.actor_id is None:
                continue
            opened = (
                sa.select(SearchOpened.id)
                .where(
                    SearchOpened.asker == self._askers.mark(fact.actor_id),
                    SearchOpened.source == "article",
                    SearchOpened.ref == fact.payload["ref"],
                    SearchOpened.at.between(fact.at - TOLD_WITHIN, fact.at),
                )
                .order_by(SearchOpened.at.desc(), SearchOpened.id.desc())
                .limit(1)
            )
            said = {"helped": fact.payload["value"], "helped_at": fact.at}
            session.execute(sa.update(SearchOpened).where(SearchOpened.id == opened.scalar_subquery()).values(**said))


def forget(session: Session, now: datetime) -> None:
    """Let old marks go, what was opened long ago, and lines of the log that are older than ``LOG_DAYS``."""
    marked = now - timedelta(days=MARK_DAYS)
    session.execute(sa.update(SearchLog).where(SearchLog.at < marked, SearchLog.asker != "").values(asker=""))
    session.execute(sa.delete(SearchOpened).where(SearchOpened.at < marked))
    session.execute(sa.delete(SearchLog).where(SearchLog.at < now - timedelta(days=LOG_DAYS)))
