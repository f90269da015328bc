"""Two people changed the same text: what both did, and where somebody has to choose.

The three texts are those that both began with (*base*), of the person who
saves now (*mine*), and of the one who was quicker (*theirs*). Where only one
side changed something, its change is taken; where both did the same, it is
taken once; everything else is a conflict that keeps all three texts. Lines
that touch count as the same place. Nothing is ever dropped without a side
having dropped it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from portal.articles.matching import Block, blocks

BY_ITEM = frozenset({"tags", "words", "needs_tools", "needs_access", "environment", "old_slugs"})
"""Lists of which each entry stands for itself: what one adds and what the other takes away are both kept."""


class Taken(StrEnum):
    """Whose lines were taken over without asking."""

    UNCHANGED = "unchanged"
    MINE = "mine"
    THEIRS = "theirs"
    BOTH = "both"


@dataclass(frozen=True)
class Merged:
    """Lines that nobody has to decide about."""

    lines: tuple[str, ...]
    taken: Taken


@dataclass(frozen=True)
class Conflict:
    """A place that both sides changed, each otherwise; no lines where a side took them all away."""

    base: tuple[str, ...]
    mine: tuple[str, ...]
    theirs: tuple[str, ...]


Part: TypeAlias = Merged | Conflict


@dataclass(frozen=True)
class Merge:
    """Two changes of one text, brought together."""

    parts: tuple[Part, ...]

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """What somebody has to decide."""
        return tuple(part for part in self.parts if isinstance(part, Conflict))

    @property
    def is_clean(self) -> bool:
        """Whether nobody has to decide anything."""
        return not self.conflicts

    def text(self, answers: Sequence[Sequence[str]] = ()) -> str:
        """Return the whole text, with the lines of *answers* in the place of the conflicts, in order.

        Raises:
            ValueError: there is not one answer for each conflict.
        """
        waiting = iter(answers)
        if len(answers) != len(self.conflicts):
            raise ValueError(f"{len(self.conflicts)} conflicts, {len(answers)} answers")
        lines = [line for part in self.parts for line in (part.lines if isinstance(part, Merged) else next(waiting))]
        return "\n".join(lines)


@dataclass(frozen=True)
class FieldConflict:
    """A field of the front matter that both sides changed, each otherwise; ``None`` where it is not there."""

    name: str
    base: Any
    mine: Any
    theirs: Any


@dataclass(frozen=True)
class MergedFields:
    """Two changes of one front matter. *values* has mine where there is a conflict; a block inside is whole there."""

    values: Mapping[str, Any]
    conflicts: tuple[FieldConflict, ...]

    @property
    def is_clean(self) -> bool:
        """Whether nobody has to decide anything."""
        return not self.conflicts

    def resolved(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        """Return the fields with *answers* in the place of the conflicts, by their names; ``None`` takes one away.

        Raises:
            ValueError: there is not one answer for each conflict.
        """
        if answers.keys() != {conflict.name for conflict in self.conflicts}:
            raise ValueError(f"conflicts {[each.name for each in self.conflicts]}, answers {list(answers)}")
        values = dict(self.values)
        for name, answer in answers.items():
            outer, _dot, inner = name.partition(".")
            if inner:
                values[outer] = _with(values[outer], inner, answer)
            else:
                values = _with(values, outer, answer)
        return values


def merge(base: str, mine: str, theirs: str) -> Merge:
    """Bring two changes of *base* together by lines; lines end at line feeds and nowhere else."""
    begun, ours, others = base.split("\n"), mine.split("\n"), theirs.split("\n")
    parts: list[Part] = []
    at, here, there = 0, 0, 0
    for place, to_mine, to_theirs, length in (
        *_kept_by_both(blocks(begun, ours), blocks(begun, others)),
        (len(begun), len(ours), len(others), 0),
    ):
        parts += _decided(tuple(begun[at:place]), tuple(ours[here:to_mine]), tuple(others[there:to_theirs]))
        at, here, there = place + length, to_mine + length, to_theirs + length
        if length:
            parts.append(Merged(tuple(begun[place:at]), Taken.UNCHANGED))
    return Merge(tuple(parts))


def merge_fields(base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> MergedFields:
    """Bring two changes of a front matter together, field by field, in the order of *base*."""
    values: dict[str, Any] = {}
    conflicts: list[FieldConflict] = []
    for name in dict.fromkeys((*base, *theirs, *mine)):
        sides = (base.get(name), mine.get(name), theirs.get(name))
        value, found = _field(name, *sides)
        conflicts += found
        if value is not None or all(name in side for side in (base, mine, theirs)):
            values[name] = value
    return MergedFields(values, tuple(conflicts))


def as_text(lines: Sequence[str]) -> str:
    """Return the lines of one side of a conflict for a field in which somebody edits them."""
    return "".join(f"{line}\n" for line in lines)


def as_lines(text: str) -> tuple[str, ...]:
    """Return what somebody left in such a field as lines; no text is no line."""
    text = text.replace("\r\n", "\n")
    return tuple(text.removesuffix("\n").split("\n")) if text else ()


def _kept_by_both(mine: Sequence[Block], theirs: Sequence[Block]) -> list[tuple[int, int, int, int]]:
    """Return the lines of the base that both sides kept: where they are in the base, mine, theirs, and how many."""
    found = []
    left, right = 0, 0
    while left < len(mine) and right < len(theirs):
        ours, others = mine[left], theirs[right]
        start = max(ours.before, others.before)
        end = min(ours.before + ours.length, others.before + others.length)
        if start < end:
            found.append((start, ours.after + start - ours.before, others.after + start - others.before, end - start))
        if ours.before + ours.length <= others.before + others.length:
            left += 1
        else:
            right += 1
    return found


def _decided(base: tuple[str, ...], mine: tuple[str, ...], theirs: tuple[str, ...]) -> list[Part]:
    """Decide about a place between lines that both kept; nothing where all three have none."""
    if mine == theirs:
        return [Merged(mine, Taken.BOTH)] if mine or base else []
    if mine == base:
        return [Merged(theirs, Taken.THEIRS)]
    if theirs == base:
        return [Merged(mine, Taken.MINE)]
    return [Conflict(base, mine, theirs)]


def _field(name: str, base: Any, mine: Any, theirs: Any) -> tuple[Any, list[FieldConflict]]:
    if theirs in (mine, base):
        return mine, []
    if mine == base:
        return theirs, []
    if name in BY_ITEM:
        return _items(base or (), mine or (), theirs or ()), []
    if all(isinstance(side, Mapping) for side in (base, mine, theirs)):
        inner = merge_fields(base, mine, theirs)
        named = [FieldConflict(f"{name}.{each.name}", each.base, each.mine, each.theirs) for each in inner.conflicts]
        return dict(inner.values), named
    return mine, [FieldConflict(name, base, mine, theirs)]


def _items(base: Sequence[Any], mine: Sequence[Any], theirs: Sequence[Any]) -> list[Any]:
    """Return theirs in its order, without what mine took away, and with what mine added behind it."""
    return [item for item in theirs if item in mine or item not in base] + [
        item for item in mine if item not in base and item not in theirs
    ]


def _with(values: Mapping[str, Any], name: str, value: Any) -> dict[str, Any]:
    """Return *values* with one of them set, or taken away."""
    if value is None:
        return {key: held for key, held in values.items() if key != name}
    return {**values, name: value}
