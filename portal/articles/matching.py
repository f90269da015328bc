"""What two sequences have in common, in order, within a bounded time.

Two ways are joined. *Anchors* (patience diff) are items that occur exactly
once on both sides; they keep a moved paragraph from being matched blank line
by blank line. Between them the shortest way from one side to the other is
walked (Myers, "An O(ND) difference algorithm", 1986).

Each step is paid from an :class:`Effort`. When it is spent, the rest counts
as different: such an answer is longer than it had to be, and never wrong.
The standard library's difflib has no such bound: equal lines alone, a few
thousand of them, hold it up for minutes.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

STEPS = 200_000
"""Steps of one comparison: a quarter of a second at most on a slow machine."""
SHORT_WAY = 40_000
"""Steps after which words, too, are looked at by their anchors first."""

Pair: TypeAlias = tuple[int, int]


@dataclass(frozen=True)
class Block:
    """*length* items in a row that are equal: from *before* on one side, from *after* on the other (from 0)."""

    before: int
    after: int
    length: int


class Effort:
    """How many steps are left; one may serve several comparisons."""

    def __init__(self, steps: int = STEPS) -> None:
        """Begin with so many *steps*."""
        self.left = steps


def blocks(
    before: Sequence[Hashable],
    after: Sequence[Hashable],
    effort: Effort | None = None,
    *,
    anchors_first: bool = True,
) -> list[Block]:
    """Return the equal stretches of two sequences, in order and none touching the next on both sides.

    *anchors_first* suits lines. For words leave it off: one that occurs once
    on both sides stands there by chance more often than a line does.
    """
    numbers: dict[Hashable, int] = {}
    left, right = ([numbers.setdefault(item, len(numbers)) for item in side] for side in (before, after))
    return _joined(sorted(_Search(left, right, effort or Effort(), anchors_first).pairs()))


def _joined(pairs: Sequence[Pair]) -> list[Block]:
    """Make blocks of single *pairs*, which are in order."""
    found: list[Block] = []
    for before, after in pairs:
        last = found[-1] if found else None
        if last and (before, after) == (last.before + last.length, last.after + last.length):
            found[-1] = Block(last.before, last.after, last.length + 1)
        else:
            found.append(Block(before, after, 1))
    return found


@dataclass(frozen=True)
class _Region:
    """A part of both sides: *left* and *right* are where it begins, the others where it ends."""

    left: int
    left_end: int
    right: int
    right_end: int


@dataclass(frozen=True)
class _Search:
    """One comparison of two lists of numbers."""

    left: Sequence[int]
    right: Sequence[int]
    effort: Effort
    anchors_first: bool

    def pairs(self) -> Iterator[Pair]:
        """Yield the places that belong together, in no order."""
        waiting = [_Region(0, len(self.left), 0, len(self.right))]
        while waiting:
            region = waiting.pop()
            inner = self._without_equal_ends(region)
            yield from zip(range(region.left, inner.left), range(region.right, inner.right), strict=True)
            yield from zip(
                range(inner.left_end, region.left_end), range(inner.right_end, region.right_end), strict=True
            )
            if inner.left == inner.left_end or inner.right == inner.right_end:
                continue
            found, between = self._inside(inner)
            yield from found
            waiting += between

    def _inside(self, region: _Region) -> tuple[list[Pair], list[_Region]]:
        """Return pairs of *region*, and the regions between them that are still to be looked at."""
        found: list[Pair] = []
        if not self.anchors_first:
            found, at_its_end = self._walk(region, SHORT_WAY)
            if at_its_end:
                return found, []
        anchors = self._anchors(region)
        if anchors:
            return anchors, list(_between(anchors, region))
        if self.anchors_first:
            found, _at_its_end = self._walk(region, STEPS)
        return found, []

    def _without_equal_ends(self, region: _Region) -> _Region:
        left, left_end, right, right_end = region.left, region.left_end, region.right, region.right_end
        while left < left_end and right < right_end and self.left[left] == self.right[right]:
            left, right = left + 1, right + 1
        while left < left_end and right < right_end and self.left[left_end - 1] == self.right[right_end - 1]:
            left_end, right_end = left_end - 1, right_end - 1
        return _Region(left, left_end, right, right_end)

    def _anchors(self, region: _Region) -> list[Pair]:
        """Return what occurs once on both sides of *region*, as far as it is in the same order on both."""
        left, right = self.left[region.left : region.left_end], self.right[region.right : region.right_end]
        self.effort.left -= (len(left) + len(right)) // 4
        if self.effort.left <= 0:
            return []
        in_left, in_right = Counter(left), Counter(right)
        place = {item: at for at, item in enumerate(right, start=region.right) if in_right[item] == 1}
        return _longest_rising(
            [
                (at, place[item])
                for at, item in enumerate(left, start=region.left)
                if in_left[item] == 1 and item in place
            ]
        )

    def _walk(self, region: _Region, most: int) -> tuple[list[Pair], bool]:
        """Walk the shortest way through *region* in *most* steps; say whether its end was reached."""
        way = _Way(
            self.left[region.left : region.left_end],
            self.right[region.right : region.right_end],
            min(most, self.effort.left),
        )
        at_its_end = way.walk()
        self.effort.left -= way.taken
        return [(region.left + x, region.right + y) for x, y in way.pairs()], at_its_end


class _Way:
    """Myers' greedy walk from the beginning of both lists to their end.

    The diagonal *k* holds the places ``x - y == k``; ``reached[k]`` is the
    furthest x on it after so many differences (a negative index counts from
    the end of the list, which is long enough for both).
    """

    def __init__(self, left: Sequence[int], right: Sequence[int], most: int) -> None:
        """Walk from *left* to *right* in about *most* steps."""
        self.left, self.right = left, right
        self.most = most
        self.taken = 0
        self.trace: list[list[int]] = []
        self.end: Pair = (0, 0)

    def walk(self) -> bool:
        """Go as far as the steps last; return whether the end of both was reached."""
        n, m = len(self.left), len(self.right)
        reached = [-1, 0, -1]  # of -1, 0 and 1 differences: the middle is the diagonal 0
        for differences in range(n + m + 1):
            if self.taken > self.most:
                break
            before, reached = reached, [-1] * (2 * differences + 3)
            self.trace.append(before)
            lowest = -differences + 2 * max(0, differences - m)
            highest = differences - 2 * max(0, differences - n)
            for k in range(lowest, highest + 1, 2):
                x = self._slide(_entered(before, differences, k), k)
                reached[k + differences + 1] = x
                if x >= n and x - k >= m:
                    self.end = (differences, k)
                    return True
            self.taken += differences + 1
        self._end_at_the_furthest(reached)
        return False

    def _slide(self, x: int, k: int) -> int:
        """Follow equal items from *x* on the diagonal *k*."""
        left, right, start = self.left, self.right, x
        n, m, y = len(left), len(right), x - k
        while x < n and y < m and left[x] == right[y]:
            x, y = x + 1, y + 1
        self.taken += x - start
        return x

    def _end_at_the_furthest(self, reached: Sequence[int]) -> None:
        """End where most of both was passed."""
        differences = len(self.trace) - 1
        if differences < 0:
            return
        known = ((2 * x - (at - differences - 1), at - differences - 1) for at, x in enumerate(reached) if x >= 0)
        self.end = (differences, max(known)[1])
        self.trace.append(list(reached))

    def pairs(self) -> list[Pair]:
        """Return the equal places along the way, from the end to the beginning."""
        if not self.trace:
            return []
        found: list[Pair] = []
        differences, k = self.end
        stopped_early = len(self.trace) > differences + 1
        x = self.trace[differences + 1][k + differences + 1] if stopped_early else len(self.left)
        while True:
            start = _entered(self.trace[differences], differences, k)
            found += [(at, at - k) for at in range(x - 1, start - 1, -1)]
            if differences == 0:
                return found
            came_down = _came_down(self.trace[differences], differences, k)
            x = start if came_down else start - 1
            k = k + 1 if came_down else k - 1
            differences -= 1


def _came_down(before: Sequence[int], differences: int, k: int) -> bool:
    """Whether the diagonal *k* is entered from the one above (an item added) and not from the one below."""
    at = k + differences  # of k in the list before, which is one shorter at each end
    above = before[at + 1] if at + 1 < len(before) else -1
    below = before[at - 1] if at >= 1 else -1
    return below < above


def _entered(before: Sequence[int], differences: int, k: int) -> int:
    """The x at which the diagonal *k* is entered with one difference more than *before*."""
    if differences == 0:
        return 0
    at = k + differences
    return before[at + 1] if _came_down(before, differences, k) else before[at - 1] + 1


def _between(anchors: Sequence[Pair], region: _Region) -> Iterator[_Region]:
    left, right = region.left, region.right
    for at, to in (*anchors, (region.left_end, region.right_end)):
        if left < at and right < to:
            yield _Region(left, at, right, to)
        left, right = at + 1, to + 1


def _longest_rising(pairs: Sequence[Pair]) -> list[Pair]:
    """Return the longest run of *pairs* (sorted by their first) whose second rises as well."""
    tails: list[int] = []
    ends: list[int] = []
    came_from: list[int] = []
    for index, (_at, to) in enumerate(pairs):
        place = bisect_left(tails, to)
        came_from.append(ends[place - 1] if place else -1)
        tails[place : place + 1] = [to]
        ends[place : place + 1] = [index]
    run = []
    index = ends[-1] if ends else -1
    while index >= 0:
        run.append(pairs[index])
        index = came_from[index]
    return run[::-1]
