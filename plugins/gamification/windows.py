"""Sliding windows: how much of a clause the events of the last so many days fulfil. Each comes in and goes out once."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from plugins.gamification.definitions import Clause
from plugins.gamification.facts import Calendar, Fact, value_of

EVENTS: Final = "events"
"""What is counted where a clause asks for no different values."""


@dataclass(frozen=True)
class Need:
    """One thing that a clause asks for: *have* of *want* different values of the field *of*, or of events."""

    have: int
    want: int
    of: str

    @property
    def met(self) -> bool:
        """There is enough of it."""
        return self.have >= self.want


class Window:
    """The events of one group within the days of *clause*; they are added in the order of time.

    A window of 90 days that ends on some day reaches back to the 90th day before
    it, that day included, whatever the clock said. An event that says nothing in
    a field whose different values are counted does not count there.
    """

    __slots__ = ("_counts", "_dates", "_fields", "_needs", "_reach", "_within")

    def __init__(self, clause: Clause, dates: Calendar) -> None:
        """Begin empty."""
        self._dates = dates
        self._reach = clause.within_days
        self._needs = [(clause.distinct or EVENTS, clause.count), *clause.min_distinct.items()]
        self._fields = [name for name, _least in self._needs if name != EVENTS]
        self._counts: list[dict[Any, int]] = [{} for _name in self._fields]
        self._within: deque[tuple[int, Fact, Sequence[Any]]] = deque()

    def add(self, fact: Fact) -> bool:
        """Let *fact* in and what is too old out; whether all that the clause asks for is there now."""
        day = 0
        if self._reach is not None:
            day = self._dates.day(fact.occurred_at)
            self.forget_before(day - self._reach)
        values = [value_of(fact, name, self._dates) for name in self._fields]
        for counts, value in zip(self._counts, values, strict=True):
            if value is not None:
                counts[value] = counts.get(value, 0) + 1
        self._within.append((day, fact, values))
        return self._full()

    def forget_before(self, day: int) -> None:
        """Let out what is older than *day*, a number of the calendar; nothing where the clause has no limit of time."""
        while self._reach is not None and self._within and self._within[0][0] < day:
            _day, _fact, values = self._within.popleft()
            for counts, value in zip(self._counts, values, strict=True):
                if value is not None:
                    counts[value] -= 1
                    if not counts[value]:
                        del counts[value]

    def clear(self) -> None:
        """Begin again."""
        self._within.clear()
        for counts in self._counts:
            counts.clear()

    def _full(self) -> bool:
        found = iter(self._counts)
        return all((len(self._within) if name == EVENTS else len(next(found))) >= least for name, least in self._needs)

    def needs(self) -> list[Need]:
        """What the clause asks for, the count first."""
        found = iter(self._counts)
        return [
            Need(len(self._within) if name == EVENTS else len(next(found)), least, name) for name, least in self._needs
        ]

    def facts(self) -> list[Fact]:
        """The events that are in it, in the order of time."""
        return [fact for _day, fact, _values in self._within]
