"""The outlines of badges: one for each track, drawn as a belt around pulleys.

A belt runs clockwise around circles and touches each of them; between two it
is a straight line. That is all the geometry there is, and it has a gift: the
same belt further in is the same circles with smaller radii, so rims and inner
lines are exact at every size. A circle with a negative radius is passed on
its other side, which makes a hollow. Lengths are units of a box of
:data:`BOX` by :data:`BOX`, y runs downwards.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

BOX: Final = 240
_STEP_RADIANS: Final = math.pi / 48
_NOTHING: Final = 1e-6


class Pulley(NamedTuple):
    """A circle that the belt touches; *r* below zero is passed on the other side."""

    x: float
    y: float
    r: float


class Touch(NamedTuple):
    """How the belt comes to a pulley and leaves it: two points, and the angles (radians) at which they lie."""

    pulley: Pulley
    comes: tuple[float, float]
    leaves: tuple[float, float]
    sweep: float


class Place(NamedTuple):
    """Where a glyph stands: its middle, and the side of its square."""

    x: float
    y: float
    side: float


@dataclass(frozen=True, kw_only=True)
class Outline:
    """What a track looks like from afar.

    *body* is filled as the tier says, *parts* are further pieces filled
    likewise, those *behind* are hidden by the body in part, *lines* are
    strokes beside it, and *cut* is a stroke into it. What is drawn further in
    follows the belt *within*, where there is one, instead of the body.
    """

    body: tuple[Pulley, ...]
    glyph: Place
    parts: tuple[tuple[Pulley, ...], ...] = ()
    behind: tuple[tuple[Pulley, ...], ...] = ()
    lines: tuple[str, ...] = ()
    cut: str = ""
    within: tuple[Pulley, ...] = ()

    def inside(self, inset: float) -> tuple[Pulley, ...]:
        """The belt of the body, *inset* units further in."""
        return inner(self.within or self.body, inset)


def inner(belt: Sequence[Pulley], inset: float) -> tuple[Pulley, ...]:
    """The same belt, *inset* units further in."""
    return tuple(each._replace(r=each.r - inset) for each in belt)


def path(belt: Sequence[Pulley]) -> str:
    """The belt as the data of an SVG path, of lines and arcs alone."""
    if len(belt) == 1:
        return circle(*belt[0])
    parts: list[str] = []
    for pulley, comes, leaves, sweep in _touches(belt):
        parts.append(f"{'L' if parts else 'M'}{_pair(*comes)}")
        if abs(sweep) > _NOTHING and abs(pulley.r) > _NOTHING:
            radius = short(abs(pulley.r))
            parts.append(f"A{radius} {radius} 0 {int(abs(sweep) > math.pi)} {int(sweep > 0)} {_pair(*leaves)}")
    return "".join(parts) + "Z"


def circle(x: float, y: float, r: float) -> str:
    """A circle as the data of an SVG path."""
    radius = short(r)
    return f"M{_pair(x - r, y)}a{radius} {radius} 0 1 1 {short(2 * r)} 0a{radius} {radius} 0 1 1 {short(-2 * r)} 0Z"


def rows(belt: Sequence[Pulley], heights: Sequence[float]) -> str:
    """Level lines from edge to edge of the belt, one at each height: the shading of an engraver."""
    points = list(_points(belt))
    parts = []
    for y in heights:
        crossed = sorted(
            x1 + (y - y1) * (x2 - x1) / (y2 - y1)
            for (x1, y1), (x2, y2) in zip(points, points[1:] + points[:1], strict=True)
            if (y1 <= y) != (y2 <= y)
        )
        parts += [f"M{_pair(left, y)}H{short(right)}" for left, right in zip(crossed[::2], crossed[1::2], strict=True)]
    return "".join(parts)


def short(number: float) -> str:
    """A number as short as SVG takes it, to a hundredth."""
    return f"{number:.2f}".rstrip("0").rstrip(".").replace("-0.", "-.").removeprefix("-0") or "0"


def _pair(x: float, y: float) -> str:
    return f"{short(x)} {short(y)}"


def _touches(belt: Sequence[Pulley]) -> list[Touch]:
    normals = [_normal(one, other) for one, other in zip(belt, (*belt[1:], belt[0]), strict=True)]
    found = []
    for pulley, before, after in zip(belt, [normals[-1], *normals[:-1]], normals, strict=True):
        turn = math.remainder(math.atan2(after[1], after[0]) - math.atan2(before[1], before[0]), math.tau)
        if pulley.r < 0 and turn > 0:  # a corner narrower than the inset: its two lines meet in a point
            reach = pulley.r / (1 + before[0] * after[0] + before[1] * after[1])
            point = (pulley.x + reach * (before[0] + after[0]), pulley.y + reach * (before[1] + after[1]))
            found.append(Touch(pulley, point, point, 0))
            continue
        if pulley.r > 0 and turn < -_NOTHING:
            turn += math.tau
        comes, leaves = ((pulley.x + pulley.r * x, pulley.y + pulley.r * y) for x, y in (before, after))
        found.append(Touch(pulley, comes, leaves, turn))
    return found


def _normal(one: Pulley, other: Pulley) -> tuple[float, float]:
    """The way out, at a right angle to the line that touches both."""
    x, y = other.x - one.x, other.y - one.y
    apart = math.hypot(x, y)
    along = max(-1.0, min(1.0, (one.r - other.r) / apart))
    across = math.sqrt(1 - along * along)
    x, y = x / apart, y / apart
    return along * x + across * y, along * y - across * x


def _points(belt: Sequence[Pulley]) -> Iterator[tuple[float, float]]:
    if len(belt) == 1:
        x, y, r = belt[0]
        for step in range(96):
            yield x + r * math.cos(step * math.tau / 96), y + r * math.sin(step * math.tau / 96)
        return
    for pulley, comes, leaves, sweep in _touches(belt):
        yield comes
        steps = int(abs(sweep) / _STEP_RADIANS)
        start = math.atan2((comes[1] - pulley.y) / (pulley.r or 1), (comes[0] - pulley.x) / (pulley.r or 1))
        for step in range(1, steps):
            angle = start + sweep * step / steps
            yield pulley.x + pulley.r * math.cos(angle), pulley.y + pulley.r * math.sin(angle)
        yield leaves


def _mirrored(half: Sequence[Pulley]) -> tuple[Pulley, ...]:
    """A belt whose right half, from top to bottom, is *half*; what lies on the axis stands once."""
    left = [each._replace(x=BOX - each.x) for each in reversed(half) if abs(each.x - BOX / 2) > _NOTHING]
    return (*half, *left)


def _lobes(count: int, away: float, r: float, hollow: float) -> tuple[Pulley, ...]:
    """A flower of *count* circles around the middle, with round hollows between them."""
    half = math.pi / count
    out = away * math.cos(half) + math.sqrt((r + hollow) ** 2 - (away * math.sin(half)) ** 2)
    belt = []
    for place in range(count):
        angle = -math.pi / 2 + place * 2 * half
        belt.append(Pulley(BOX / 2 + away * math.cos(angle), BOX / 2 + away * math.sin(angle), r))
        angle += half
        belt.append(Pulley(BOX / 2 + out * math.cos(angle), BOX / 2 + out * math.sin(angle), -hollow))
    return tuple(belt)


@cache
def outline(track: str) -> Outline:
    """The outline of *track*; of one that nobody drew, a plain disc."""
    drawn = _DRAWN.get(track)
    return drawn() if drawn else Outline(body=(Pulley(120, 120, 110),), glyph=Place(120, 120, 120))


def _sunrise() -> Outline:
    body = _mirrored([Pulley(120, 120, 110), Pulley(120 + math.sqrt(90**2 - 40**2), 160, 20)])
    return Outline(body=body, glyph=Place(120, 104, 124), lines=("M28 203H212", "M68 222H172"))


def _seal() -> Outline:
    return Outline(body=_lobes(12, 84, 26, 10), glyph=Place(120, 120, 122), within=(Pulley(120, 120, 92),))


def _drop() -> Outline:
    return Outline(body=_mirrored([Pulley(120, 22, 12), Pulley(120, 144, 86)]), glyph=Place(120, 146, 116))


def _gate() -> Outline:
    """Battlements without, an arch within."""
    half = [
        *(Pulley(138, 18, 8), Pulley(150, 40, -4), Pulley(168, 40, -4), Pulley(180, 18, 8)),
        *(Pulley(208, 18, 8), Pulley(208, 66, 8), Pulley(211, 86, -10), Pulley(211, 188, -10)),
        *(Pulley(216, 206, 8), Pulley(216, 222, 8)),
    ]
    body = (*half, *(each._replace(x=BOX - each.x) for each in reversed(half)))
    arch = _mirrored([Pulley(120, 128, 72), Pulley(182, 212, 10)])
    return Outline(body=body, glyph=Place(120, 138, 112), within=arch)


def _house() -> Outline:
    half = [Pulley(120, 30, 20), Pulley(216, 104, 14), Pulley(212, 124, -6), Pulley(188, 212, 18)]
    within = _mirrored([Pulley(120, 50, 18), Pulley(176, 100, 20), Pulley(178, 204, 18)])
    chimney = (Pulley(176, 22, 6), Pulley(196, 22, 6), Pulley(196, 80, 6), Pulley(176, 70, 6))
    return Outline(body=_mirrored(half), glyph=Place(120, 138, 112), behind=(chimney,), within=within)


def _stepping_stone() -> Outline:
    """A stone on the way, and four footprints that pass it."""
    body = (Pulley(82, 70, 60), Pulley(160, 64, 54), Pulley(166, 116, 54), Pulley(76, 114, 56))
    prints = tuple(f"M{x} {y}h12M{x - 16} {y}h.1" for x, y in ((50, 198), (98, 220), (146, 198), (194, 220)))
    return Outline(body=body, glyph=Place(120, 91, 112), lines=prints)


def _sound() -> Outline:
    return Outline(
        body=(Pulley(96, 120, 86),),
        glyph=Place(96, 120, 116),
        lines=(_arc(96, 120, 106, 38), _arc(96, 120, 128, 38)),
    )


def _arc(x: float, y: float, r: float, degrees: float) -> str:
    side, height = r * math.cos(math.radians(degrees)), r * math.sin(math.radians(degrees))
    return f"M{_pair(x + side, y - height)}A{short(r)} {short(r)} 0 0 1 {_pair(x + side, y + height)}"


def _leaf() -> Outline:
    body = (Pulley(128, 128, 108), Pulley(206, 34, 14), Pulley(112, 112, 108), Pulley(34, 206, 14))
    return Outline(body=body, glyph=Place(120, 120, 128), lines=("M36 204L14 226",))


def _nib() -> Outline:
    half = [Pulley(154, 26, 16), Pulley(168, 100, 50), Pulley(120, 222, 8)]
    return Outline(body=_mirrored(half), glyph=Place(120, 96, 112), cut="M120 182V216")


def _rings() -> Outline:
    return Outline(body=_lobes(4, 56, 54, 16), glyph=Place(120, 120, 122))


_DRAWN = {
    "start": _sunrise,
    "knowledge": _seal,
    "sharing": _drop,
    "handover": _gate,
    "superuser": _house,
    "shoes": _stepping_stone,
    "listening": _sound,
    "care": _leaf,
    "proficiency": _nib,
    "team": _rings,
}
