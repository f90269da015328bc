"""Facts and badges to reckon with, made by hand. Day 0 is Monday, 5 January 2026, 09:00 UTC."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from plugins.gamification.definitions import Badge, load
from plugins.gamification.evaluating import Earned, awards_of
from plugins.gamification.facts import Fact
from plugins.gamification.kinds import KINDS

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Berlin")
WRITER = 1
BADGES = {badge.id: badge for badge in load().badges}


def day(number: float) -> datetime:
    """The moment so many days after the start."""
    return START + timedelta(days=number)


def fact(number: int, kind: str, at: float | datetime, **more: object) -> Fact:
    """One event; a person other than the writer stands behind it where the kind wants one, each time another."""
    given: dict[str, object] = {
        "actor_id": None if KINDS[kind].by_system else 100 + number,
        "credit_id": WRITER,
        "subject_type": KINDS[kind].subject_type,
        "subject_id": "KB7",
        "unit_id": None if KINDS[kind].by_system else "sales",
        "dedupe_key": f"{kind}:{number}",
    }
    moment = at if isinstance(at, datetime) else day(at)
    return Fact(id=number, kind=kind, occurred_at=moment, **(given | more))  # type: ignore[arg-type]


def reuses(*days: float, **more: object) -> list[Fact]:
    """Somebody else each time solves a request with KB7."""
    return [fact(number, "article.reused", at, **more) for number, at in enumerate(days, start=1)]


def earned(badge: str | Badge, facts: list[Fact]) -> list[Earned]:
    """What the badge gives the writer for these facts."""
    return awards_of(BADGES[badge] if isinstance(badge, str) else badge, facts, ZONE)


def keys(badge: str | Badge, facts: list[Fact]) -> list[str]:
    """The keys of what it gives."""
    return [award.key for award in earned(badge, facts)]
