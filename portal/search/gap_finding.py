"""Finding gaps in what people searched, and seeing whether what was written for them reached anybody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core.events import emit
from portal.search import gaps
from portal.search.askers import Askers
from portal.search.events import GapClosed
from portal.search.gap_models import GapState, SearchGap
from portal.search.gaps import Cluster, Folding, Said
from portal.search.models import SearchLog, SearchOpened
from portal.search.own_words import with_editors
from portal.search.sources import Sources

MOST: Final = 50_000
"""Searches that are looked at in one go, the newest."""
COUNTING: Final = (GapState.OPEN, GapState.CLAIMED)


class GapFinding:
    """Looks again and again what people miss. What it finds is the same however often it looks."""

    def __init__(self, sources: Sources, askers: Askers) -> None:
        """Ask *sources* who wrote what answers a gap, whom *askers* know by a mark."""
        self._sources, self._askers = sources, askers

    def look(self, session: Session, now: datetime) -> None:
        """Free what was claimed too long ago, see what became of answers, and find what is missed by now."""
        claimed = sa.update(SearchGap).where(
            SearchGap.state == GapState.CLAIMED, SearchGap.claimed_at <= now - gaps.CLAIMED_FOR
        )
        session.execute(claimed.values(state=GapState.OPEN, claimed_by=None, claimed_at=None))
        folding = Folding(with_editors(session))
        for gap in session.scalars(sa.select(SearchGap).where(SearchGap.state == GapState.ANSWERED)).all():
            self._see_what_became(session, gap, folding, now)
        known = session.scalars(sa.select(SearchGap).order_by(SearchGap.id)).all()
        found: defaultdict[int, list[Said]] = defaultdict(list)
        for cluster in gaps.clusters(missed(session, now), folding):
            number = gaps.best(cluster.stems, ((gap.id, gap.stems) for gap in known))
            if number is not None:
                found[number] += cluster.said
            else:
                _open(session, cluster, folding, now)
        for gap in known:
            _count(gap, found[gap.id])
        session.flush()

    def _see_what_became(self, session: Session, gap: SearchGap, folding: Folding, now: datetime) -> None:
        """Close a gap of which the answer reached three people and helped one; free it where sixty days did not do."""
        if gap.answered_at is None:
            return
        until = gap.answered_at + gaps.CLOSES_WITHIN
        closed_at = _closed_at(_openings(session, gap, folding), self._concerned(session, gap), gap.answered_at, until)
        if closed_at is not None:
            gap.state, gap.closed_at = GapState.CLOSED, closed_at
            emit(session, GapClosed(gap_id=gap.id, source=gap.source, ref=gap.ref))
        elif until <= now:
            _reopen(gap)

    def _concerned(self, session: Session, gap: SearchGap) -> set[str]:
        """The marks of who wrote the answer or had a hand in this gap: they prove nothing."""
        people: set[int | None] = {gap.claimed_by, gap.answered_by}
        if gap.source in self._sources:
            people |= set(self._sources[gap.source].searchable.written_by(session, gap.ref))
        return {self._askers.mark(each) for each in people}


def missed(session: Session, now: datetime) -> list[Said]:
    """Searches of the last thirty days, of people who do not write articles, that found nothing which helped.

    Nothing came, or what was opened did not help; where something that was
    opened for the same words helped in the end, nothing was missed.
    """
    since = now - gaps.WITHIN
    nothing = sa.select(SearchLog.words, SearchLog.language, SearchLog.asker, SearchLog.at).where(
        SearchLog.at > since,
        SearchLog.asker != "",
        ~SearchLog.writes,
        SearchLog.hits == 0,
        SearchLog.service == "",
        SearchLog.kind == "",
    )
    opened = sa.select(SearchOpened.words, SearchOpened.language, SearchOpened.asker, SearchOpened.at).where(
        SearchOpened.at > since, SearchOpened.asker != "", ~SearchOpened.writes
    )
    in_order = opened.where(SearchOpened.helped == "yes").order_by(SearchOpened.at)
    helped = {(row.asker, row.words.casefold()): row.at for row in session.execute(in_order)}
    rows = [
        *session.execute(nothing.order_by(SearchLog.at.desc()).limit(MOST)),
        *session.execute(opened.where(SearchOpened.helped == "no").order_by(SearchOpened.at.desc()).limit(MOST)),
    ]
    return [
        Said(words=row.words, language=row.language, asker=row.asker, at=row.at)
        for row in rows
        if row.at > helped.get((row.asker, row.words.casefold()), since)
    ]


def searched(session: Session, gap: SearchGap, mark: str, folding: Folding, since: datetime) -> bool:
    """Whether somebody searched for what *gap* is about since then."""
    theirs = sa.select(SearchLog.words, SearchLog.language).where(SearchLog.asker == mark, SearchLog.at >= since)
    rows = session.execute(theirs.order_by(SearchLog.at.desc()).limit(MOST))
    return any(gaps.share(folding.stems(row.words, row.language), gap.stems) >= gaps.ALIKE for row in rows)


def _open(session: Session, cluster: Cluster, folding: Folding, now: datetime) -> None:
    """Make a gap of what three different people missed, as long as they typed something in common."""
    if len(cluster.askers) < gaps.PEOPLE:
        return
    words, stems = gaps.shown(cluster.said, folding)
    if not stems:
        return
    gap = SearchGap(
        state=GapState.OPEN,
        words=words[:400],
        stems=sorted(stems),
        language=cluster.said[-1].language,
        people=len(cluster.askers),
        times=len(cluster.said),
        asked_at=cluster.last_at,
        opened_at=now,
    )
    session.add(gap)


def _count(gap: SearchGap, said: Sequence[Said]) -> None:
    """How many people miss it in these thirty days; what was answered or closed opens again when three do."""
    if gap.state == GapState.REJECTED:
        return
    after = gap.closed_at or gap.answered_at
    if gap.state not in COUNTING and after is not None:
        later = [each for each in said if each.at > after]
        if len({each.asker for each in later}) < gaps.PEOPLE:
            return
        _reopen(gap)
        said = later
    gap.people, gap.times = len({each.asker for each in said}), len(said)
    gap.asked_at = max([gap.asked_at, *(each.at for each in said)])


def _reopen(gap: SearchGap) -> None:
    """Say that the answer did not do."""
    gap.state, gap.reopened = GapState.OPEN, gap.reopened + 1
    gap.claimed_by = gap.claimed_at = gap.closed_at = None
    gap.answered_by = gap.answered_at = None
    gap.source = gap.ref = ""


def _openings(session: Session, gap: SearchGap, folding: Folding) -> list[SearchOpened]:
    """How the answer of *gap* was opened from searches for it, in order."""
    opened = sa.select(SearchOpened).where(
        SearchOpened.source == gap.source, SearchOpened.ref == gap.ref, SearchOpened.asker != ""
    )
    return [
        each
        for each in session.scalars(opened.order_by(SearchOpened.at, SearchOpened.id).limit(MOST))
        if gaps.share(folding.stems(each.words, each.language), gap.stems) >= gaps.ALIKE
    ]


def _closed_at(
    openings: Sequence[SearchOpened], concerned: Collection[str], since: datetime, until: datetime
) -> datetime | None:
    """When the third different person had opened the answer and one of them had said that it helped.

    Whoever is *concerned*, or had tried the answer out before it stood, does not count.
    """
    testers = {each.asker for each in openings if each.at < since}
    counted = [
        each
        for each in openings
        if since <= each.at <= until and each.asker not in testers and each.asker not in concerned
    ]
    people: dict[str, datetime] = {}
    for each in counted:
        people.setdefault(each.asker, each.at)
    helped = [each.helped_at for each in counted if each.helped == "yes" and each.helped_at is not None]
    in_time = [at for at in helped if at <= until]
    if len(people) < gaps.PEOPLE or not in_time:
        return None
    return max(sorted(people.values())[gaps.PEOPLE - 1], min(in_time))
