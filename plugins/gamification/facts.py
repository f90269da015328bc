"""A contribution event as the rules see it, and the calendar in which they reckon. Knows no database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Any, Final

VOID: Final = "void"
WITHDRAW: Final = "withdraw"
AGAIN: Final = ":again:"
"""Parts the dedupe key of a fact that was written anew, after it was taken back by mistake, from how often that was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One event of the log that credits one person.

    *id* parts events of one moment; *occurred_at* is aware; *actor_id* is
    ``None`` for the system. *unit_id* is the unit of the actor and
    *credit_role* the role of the credited person, both as they were then.
    *retraction* is empty, ``void`` (it should never have counted) or
    ``withdraw`` (an honest later change); where both were said it is ``void``.
    """

    id: int
    kind: str
    occurred_at: datetime
    actor_id: int | None
    credit_id: int
    subject_type: str
    subject_id: str
    unit_id: str | None = None
    credit_role: str = "end_user"
    attrs: Mapping[str, Any] = field(default_factory=dict)
    dedupe_key: str = ""
    retraction: str = ""

    @property
    def deed(self) -> str:
        """What parts this deed from all others: a fact that is written anew tells of the same one."""
        return self.dedupe_key.partition(AGAIN)[0] or str(self.id)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days, weeks, months, quarters and years of one time zone."""

    zone: tzinfo

    def day(self, moment: datetime) -> int:
        """The day as a number: one more is the day after."""
        return moment.astimezone(self.zone).toordinal()

    def week(self, moment: datetime) -> str:
        """The week, from Monday, such as ``2026-W02``; it belongs to the year of its Thursday."""
        year, week, _day = moment.astimezone(self.zone).isocalendar()
        return f"{year:04}-W{week:02}"

    def month(self, moment: datetime) -> str:
        """The month, such as ``2026-01``."""
        local = moment.astimezone(self.zone)
        return f"{local.year:04}-{local.month:02}"

    def quarter(self, moment: datetime) -> str:
        """The quarter of a year, such as ``2026-Q1``."""
        local = moment.astimezone(self.zone)
        return f"{local.year:04}-Q{(local.month + 2) // 3}"

    def year(self, moment: datetime) -> str:
        """The year, such as ``2026``."""
        return f"{moment.astimezone(self.zone).year:04}"


@lru_cache(maxsize=64)
def calendar(zone: tzinfo) -> Calendar:
    """The calendar of *zone*, the time zone of the organisation."""
    return Calendar(zone)


def value_of(fact: Fact, name: str, dates: Calendar) -> Any:
    """What *fact* says in the field *name* of :mod:`~plugins.gamification.kinds`; ``None`` where it says nothing.

    A subject is told with its type, since an article and a gap may have one number.
    """
    read = _COLUMNS.get(name)
    return fact.attrs.get(name) if read is None else read(fact, dates)


_COLUMNS: Final[Mapping[str, Callable[[Fact, Calendar], Any]]] = {
    "actor": lambda fact, _dates: fact.actor_id,
    "subject": lambda fact, _dates: (fact.subject_type, fact.subject_id),
    "unit": lambda fact, _dates: fact.unit_id,
    "week": lambda fact, dates: dates.week(fact.occurred_at),
    "month": lambda fact, dates: dates.month(fact.occurred_at),
    "quarter": lambda fact, dates: dates.quarter(fact.occurred_at),
    "year": lambda fact, dates: dates.year(fact.occurred_at),
}


def as_one(facts: Iterable[Fact], now_one: Mapping[int, int]) -> list[Fact]:
    """The facts after accounts became one; *now_one* leads from each account that is no more to the one that stays.

    What credited both accounts for the same deed is kept once, the older of the
    two. Whoever acted for the other account has now acted for themselves; the
    rules leave that out.
    """
    found: list[Fact] = []
    seen: dict[tuple[Any, ...], int] = {}
    for fact in sorted(facts, key=lambda each: each.id):
        credit = now_one.get(fact.credit_id, fact.credit_id)
        actor = None if fact.actor_id is None else now_one.get(fact.actor_id, fact.actor_id)
        deed = (fact.kind, fact.occurred_at, actor, credit, fact.subject_type, fact.subject_id)
        if seen.setdefault(deed, fact.credit_id) == fact.credit_id:
            found.append(replace(fact, actor_id=actor, credit_id=credit))
    return found
