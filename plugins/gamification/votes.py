"""What the answers of people about one article come to: which count, from when, and until when. All of it is pure.

It is worked out from all answers that there ever were, so that the same comes
out however late that is, and in whichever order the answers are looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from plugins.gamification import clear
from portal.articles.states import Asked, VerdictValue

BUCKET: Final = timedelta(days=30)
"""Somebody whom an article helped counts once in so long, from their first time on."""
POOL: Final = timedelta(days=365)
"""So long a vote says whether an article is clear."""


@dataclass(frozen=True, kw_only=True)
class Vote:
    """One answer of one person, from *at* until *until*: when another one took its place, or ``None``."""

    person_id: int
    asked: str
    value: str
    at: datetime
    until: datetime | None = None

    @property
    def is_yes(self) -> bool:
        """Whether the article helped."""
        return self.value == VerdictValue.YES


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Something that counts from *at* on, and was taken back at *back_at*, if ever; *key* parts it from the others."""

    key: str
    at: datetime
    back_at: datetime | None = None


def solved(votes: Sequence[Vote]) -> list[Counted]:
    """When an article fixed it for one person, once in thirty days; *votes* are all of theirs about it, in order.

    Another answer within the thirty days takes it back, and yes after that counts anew.
    """
    found: dict[int, list[Counted]] = {}
    first: datetime | None = None
    for vote in votes:
        if vote.asked != Asked.FIXED or not (vote.is_yes or first):
            continue
        first = first or vote.at
        bucket = max((vote.at - first) // BUCKET, 0)
        told = found.setdefault(bucket, [])
        stands = bool(told) and told[-1].back_at is None
        if vote.is_yes and not stands:
            told.append(Counted(key=_again(str(bucket), len(told)), at=vote.at))
        elif not vote.is_yes and stands:
            told[-1] = replace(told[-1], back_at=vote.at)
    return [each for told in found.values() for each in told]


def helpful(votes: Sequence[Vote]) -> list[Counted]:
    """When an article helped one person of support; *votes* are all of theirs about it, in order.

    At most one of these stands at a time: any other answer takes it back.
    """
    found: list[Counted] = []
    for vote in votes:
        stands = bool(found) and found[-1].back_at is None
        is_good = vote.asked == Asked.HELPFUL and vote.is_yes
        if is_good and not stands:
            found.append(Counted(key=str(len(found) + 1), at=vote.at))
        elif not is_good and stands:
            found[-1] = replace(found[-1], back_at=vote.at)
    return found


def rated_clear(votes: Iterable[Vote], *, now: datetime) -> list[Counted]:
    """When people rate an article clear, looked at each midnight (UTC); it counts once in each year that it stays so.

    *votes* are all of all people, whose answers follow each other. What counts
    is taken back for all years that it stayed so, when it is clear no longer.
    """
    found: list[Counted] = []
    standing: list[int] = []
    years: dict[int, int] = {}
    good = count = 0
    for night, more_good, more in _nights(votes, now):
        good, count = good + more_good, count + more
        is_clear = clear.is_clear(good, count, was_clear=bool(standing))
        if not is_clear:
            for place in standing:
                found[place] = replace(found[place], back_at=night)
            standing = []
        elif not standing or night.year > found[standing[-1]].at.year:
            standing.append(len(found))
            found.append(Counted(key=_again(str(night.year), years.get(night.year, 0)), at=night))
            years[night.year] = years.get(night.year, 0) + 1
    return found


def _nights(votes: Iterable[Vote], now: datetime) -> list[tuple[datetime, int, int]]:
    """The midnights until *now* at which something may be otherwise: how many good votes and votes more there are."""
    changes: dict[datetime, tuple[int, int]] = {}

    def change(moment: datetime, good: int, count: int) -> None:
        night = _night_after(moment)
        if night <= now:
            before = changes.get(night, (0, 0))
            changes[night] = (before[0] + good, before[1] + count)

    for vote in votes:
        ends = min(vote.until or vote.at + POOL, vote.at + POOL)
        if ends > vote.at:
            change(vote.at, vote.is_yes, 1)
            change(ends, -int(vote.is_yes), -1)
    for year in range(min(changes).year + 1, now.year + 1) if changes else ():
        change(datetime(year, 1, 1, tzinfo=UTC), 0, 0)
    return [(night, *changes[night]) for night in sorted(changes)]


def _night_after(moment: datetime) -> datetime:
    utc = moment.astimezone(UTC)
    night = utc.replace(hour=0, minute=0, second=0, microsecond=0)
    return night if night == utc else night + timedelta(days=1)


def _again(key: str, before: int) -> str:
    return f"{key}:{before + 1}" if before else key
