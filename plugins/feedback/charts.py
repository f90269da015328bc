"""Where the parts of a chart stand: a template draws them as SVG, in the colours of the page and beside a table.

Everything lies in a box of :data:`WIDTH` by :data:`HEIGHT` that is stretched
to its place, so there are no words and no round things in it: dates and
numbers stand around it as text, which every screen shows in its own size.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from plugins.feedback.shares import Share

WIDTH: Final = 1000
HEIGHT: Final = 300
GAP: Final = 0.2
"""Of the room of a column that stays free."""


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One part of a column; *kind* says how it is coloured."""

    kind: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A line from top to bottom, for something that happened; *label* is said in the words beside the chart."""

    x: float
    label: str
    kind: str = "revision"


@dataclass(frozen=True, kw_only=True)
class Point:
    """A share with its interval: a line from *low* to *high*, and a short one across at *y*."""

    x: float
    y: float
    low: float
    high: float
    reach: float


@dataclass(frozen=True, kw_only=True)
class Chart:
    """What a template needs to draw; *top* is the number at the upper edge."""

    first: date
    last: date
    top: str
    bars: tuple[Bar, ...] = ()
    points: tuple[Point, ...] = ()
    marks: tuple[Mark, ...] = ()
    lines: tuple[float, ...] = (HEIGHT / 2,)


def columns(
    weeks: Sequence[date], counts: Sequence[Sequence[tuple[str, int]]], happened: Sequence[tuple[datetime, str]]
) -> Chart:
    """Return a column for each week, its parts one above the other, and a line wherever something *happened*."""
    room = WIDTH / max(len(weeks), 1)
    top = _round_up(max((sum(count for _kind, count in week) for week in counts), default=0))
    bars = []
    for place, week in enumerate(counts):
        below = float(HEIGHT)
        for kind, count in week:
            height = HEIGHT * count / top
            below -= height
            if count:
                bars.append(
                    Bar(
                        kind=kind,
                        x=_short(room * (place + GAP / 2)),
                        y=_short(below),
                        width=_short(room * (1 - GAP)),
                        height=_short(height),
                    )
                )
    end = weeks[-1] + timedelta(weeks=1)
    span = (end - weeks[0]).days
    marks = [
        Mark(x=_short(WIDTH * (_days(at) - weeks[0].toordinal()) / span), label=label)
        for at, label in happened
        if weeks[0] <= at.date() < end
    ]
    return Chart(first=weeks[0], last=weeks[-1], top=str(top), bars=tuple(bars), marks=tuple(marks))


def over_time(points: Sequence[tuple[date, int, Share]]) -> Chart:
    """Return the shares in their order, each with its interval; a dotted line where the wording (the number) changed.

    Points are never joined: what lies between them nobody asked.
    """
    days = [day for day, _version, _share in points]
    first, span = days[0].toordinal(), max((days[-1] - days[0]).days, 1)
    room = WIDTH / (span / 7 + 1)
    found, marks = [], []
    before: tuple[float, int] | None = None
    for day, version, share in points:
        x = room * ((day.toordinal() - first) / 7 + 0.5)
        if before is not None and before[1] != version:
            marks.append(Mark(x=_short((before[0] + x) / 2), label=str(version), kind="wording"))
        before = x, version
        found.append(
            Point(
                x=_short(x),
                y=_up(share.value),
                low=_up(share.low),
                high=_up(share.high),
                reach=_short(min(room * 0.3, 24)),
            )
        )
    return Chart(first=days[0], last=days[-1], top="100%", points=tuple(found), marks=tuple(marks))


def _up(value: float) -> float:
    return _short(HEIGHT * (1 - value))


def _days(at: datetime) -> float:
    return at.toordinal() + (at.hour * 60 + at.minute) / 1440


def _round_up(number: int) -> int:
    """The next number that is easy to read at an edge: 2, 4, 6, 8, 10, 12, 16, 20, 30, 40 and so on."""
    if number <= 10:
        return max(number + number % 2, 2)
    unit = 10 ** (math.floor(math.log10(number)) - 1)
    return next(int(step * unit) for step in (10, 12, 16, 20, 30, 40, 60, 80, 100) if step * unit >= number)


def _short(number: float) -> float:
    return round(number, 1)
