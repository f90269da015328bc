"""What differs between two texts: lines first, then the words inside lines that are alike.

The answer is plain data for a page: rows with line numbers on both sides, and
pieces of text that changed or did not. Nothing is escaped here, nothing is
hidden: whoever may not read a part is given texts that were cut before.

Words are compared across all lines of a change at once, so that a paragraph
that was only wrapped again shows the one word that is new. A line that has
little in common with the other side is marked as a whole: scattered "the" and
"a" help nobody.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby, pairwise
from typing import Any

from portal.articles.codelines import lines_of
from portal.articles.matching import Block, Effort, blocks
from portal.search.analysis import PART

ALIKE = 0.5
"""Share of a line's characters that must be found on the other side before single words are marked."""
CONTAINED, IN_LONGER = 0.8, 0.25
"""The same shares of a short line and of the long one that it became."""
CONTEXT = 3
"""Unchanged lines that stay in sight around a change."""
FOLD_FROM = 4
"""Lines that are worth folding away."""

_TOKEN = re.compile(rf"{PART.pattern}|\s+|.")


class Change(StrEnum):
    """What happened to a line."""

    SAME = "same"
    CHANGED = "changed"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True)
class Piece:
    """A run of text inside a line; *changed* if the other side has not got it."""

    text: str
    changed: bool


@dataclass(frozen=True)
class Line:
    """One line of one side. *number* counts from 1; an empty line has no pieces."""

    number: int
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """The whole line."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True)
class Row:
    """One line of a comparison: both sides, or only one where it was removed or added.

    A changed row whose pieces have not changed differs in line breaks alone.
    """

    change: Change
    before: Line | None
    after: Line | None


@dataclass(frozen=True)
class Stretch:
    """Rows in a row; *folded* if they are unchanged and far from any change."""

    rows: tuple[Row, ...]
    folded: bool


@dataclass(frozen=True)
class Diff:
    """A whole comparison, all rows of it."""

    rows: tuple[Row, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing differs."""
        return all(row.change == Change.SAME for row in self.rows)

    @property
    def removed(self) -> int:
        """How many lines of the text before are gone or changed."""
        return sum(row.change in {Change.REMOVED, Change.CHANGED} for row in self.rows)

    @property
    def added(self) -> int:
        """How many lines of the text after are new or changed."""
        return sum(row.change in {Change.ADDED, Change.CHANGED} for row in self.rows)

    def stretches(self, context: int = CONTEXT) -> list[Stretch]:
        """Return the rows for a page on which unchanged ones fold away, *context* lines off any change."""
        found: list[Stretch] = []
        runs = [(same, list(run)) for same, run in groupby(self.rows, key=lambda row: row.change == Change.SAME)]
        for index, (same, run) in enumerate(runs):
            first = context if same and index > 0 else 0
            last = len(run) - (context if same and index < len(runs) - 1 else 0)
            if same and last - first >= FOLD_FROM:
                found += [Stretch(tuple(run[:first]), folded=False), Stretch(tuple(run[first:last]), folded=True)]
                found.append(Stretch(tuple(run[last:]), folded=False))
            else:
                found.append(Stretch(tuple(run), folded=False))
        return list(_joined(found))


@dataclass(frozen=True)
class FieldChange:
    """A field of the front matter that says something else; ``None`` where it was or is not there."""

    name: str
    before: Any
    after: Any


def compare(before: str, after: str) -> Diff:
    """Return what differs between two texts.

    A line break at the very end counts as none. Texts of 100 KB are compared
    within a second, whatever they hold.
    """
    sides = _lines(before), _lines(after)
    effort = Effort()
    rows: list[Row] = []
    at, to = 0, 0
    for block in (*blocks(*sides), Block(len(sides[0]), len(sides[1]), 0)):
        hunk = _Hunk(sides[0][at : block.before], sides[1][to : block.after], at + 1, to + 1)
        rows += hunk.rows(effort)
        at, to = block.before + block.length, block.after + block.length
        rows += [
            Row(Change.SAME, _line(block.before + step + 1, text), _line(block.after + step + 1, text))
            for step, text in enumerate(sides[0][block.before : at])
        ]
    return Diff(tuple(rows))


def compare_fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[FieldChange]:
    """Return the fields that differ, in their order; those of a block inside as ``known_error.status``."""
    found = []
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name), after.get(name)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            inner = compare_fields(old, new)
            found += [FieldChange(f"{name}.{change.name}", change.before, change.after) for change in inner]
        elif old != new:
            found.append(FieldChange(name, old, new))
    return found


def _lines(text: str) -> list[str]:
    lines = lines_of(text)
    return lines if lines[-1] else lines[:-1]


def _line(number: int, text: str) -> Line:
    return Line(number, (Piece(text, changed=False),) if text else ())


def _joined(stretches: Sequence[Stretch]) -> Iterator[Stretch]:
    for folded, run in groupby(stretches, key=lambda stretch: stretch.folded):
        rows = tuple(row for stretch in run for row in stretch.rows)
        if rows:
            yield Stretch(rows, folded)


@dataclass
class _Side:
    """The words of one side of a change. *places* tells of each the line that it begins in, from 0."""

    lines: Sequence[str]
    first: int
    tokens: list[str] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    kept: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Cut the lines into words, blanks and single marks."""
        line = 0
        self.tokens = _TOKEN.findall("\n".join(self.lines))
        for token in self.tokens:
            self.places.append(line)
            line += token.count("\n")

    def keys(self) -> list[str]:
        """The words as they are compared: a line may be broken at a blank."""
        return [" " if each == "\n" else each for each in self.tokens]

    def weights(self, tokens: Sequence[int]) -> Counter[int]:
        """How many characters of each line *tokens* (their indexes) make up, blanks aside."""
        found: Counter[int] = Counter()
        for index in tokens:
            found[self.places[index]] += len(self.tokens[index].strip())
        return found

    def shares(self, tokens: Sequence[int]) -> list[float]:
        """How large a part of each line *tokens* are, from 0 to 1; a line of blanks is found anywhere."""
        whole, part = self.weights(range(len(self.tokens))), self.weights(tokens)
        return [part[line] / whole[line] if whole[line] else 1.0 for line in range(len(self.lines))]

    def written(self) -> list[Line]:
        """Return the lines with what was not kept marked as changed."""
        runs: list[list[tuple[bool, list[str]]]] = [[]]
        for index, token in enumerate(self.tokens):
            changed = index not in self.kept
            for step, text in enumerate(token.split("\n") if "\n" in token else (token,)):
                if step:
                    runs.append([])
                if not text:
                    continue
                if runs[-1] and runs[-1][-1][0] == changed:
                    runs[-1][-1][1].append(text)
                else:
                    runs[-1].append((changed, [text]))
        return [
            Line(number, tuple(Piece("".join(texts), changed) for changed, texts in line))
            for number, line in enumerate(runs, start=self.first)
        ]


class _Hunk:
    """Lines that were replaced by other lines, on either side perhaps none."""

    def __init__(self, before: Sequence[str], after: Sequence[str], first_before: int, first_after: int) -> None:
        """Look at *before* and *after*, which begin at lines *first_before* and *first_after*."""
        self.before, self.after = _Side(before, first_before), _Side(after, first_after)

    def rows(self, effort: Effort) -> list[Row]:
        """Return the rows of this change: alike lines side by side, in order, the others alone."""
        pairs = self._pairs(effort)
        self.before.kept, self.after.kept = {at for at, _to in pairs}, {to for _at, to in pairs}
        old, new = (side.written() if side.lines else [] for side in (self.before, self.after))
        rows: list[Row] = []
        left, right = 0, 0
        for at, to in (*self._beside_each_other(pairs), (len(old), len(new))):
            rows += [Row(Change.REMOVED, line, None) for line in old[left:at]]
            rows += [Row(Change.ADDED, None, line) for line in new[right:to]]
            if at < len(old):
                rows.append(Row(Change.CHANGED, old[at], new[to]))
            left, right = at + 1, to + 1
        return rows

    def _pairs(self, effort: Effort) -> list[tuple[int, int]]:
        """Return the words that are the same on both sides, in lines that are alike."""
        if not self.before.lines or not self.after.lines:
            return []
        found = _single(blocks(self.before.keys(), self.after.keys(), effort, anchors_first=False))
        olds, news = self.before.shares([at for at, _to in found]), self.after.shares([to for _at, to in found])
        alike = [(at, to) for at, to in found if _alike(olds[self.before.places[at]], news[self.after.places[to]])]
        return list(self._without_islands(alike))

    def _without_islands(self, pairs: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """Drop a lone comma or blank between two changed words: the change reads better in one piece."""
        ends = (len(self.before.tokens), len(self.after.tokens))
        for run in _runs(pairs):
            (first, to_first), (last, to_last) = run[0], run[-1]
            at_an_end = (first, to_first) == (0, 0) or (last + 1, to_last + 1) == ends
            text = "".join(self.before.tokens[at] + self.after.tokens[to] for at, to in run)
            if at_an_end or "\n" in text or PART.search(text):
                yield from run

    def _beside_each_other(self, pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
        """Return which lines stand side by side: in order, and with as many characters in common as can be."""
        shared: Counter[tuple[int, int]] = Counter()
        for at, to in pairs:
            shared[self.before.places[at], self.after.places[to]] += len(self.before.tokens[at].strip())
        return _heaviest_chain([(pair, weight) for pair, weight in shared.items() if weight])


def _alike(old: float, new: float) -> bool:
    """Whether two lines, parts of which are found on the other side, are worth comparing word by word."""
    return min(old, new) >= ALIKE or (max(old, new) >= CONTAINED and min(old, new) >= IN_LONGER)


def _single(found: Sequence[Block]) -> list[tuple[int, int]]:
    return [(block.before + step, block.after + step) for block in found for step in range(block.length)]


def _runs(pairs: Sequence[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """Cut *pairs* wherever one side has something between."""
    run = list(pairs[:1])
    for (at, to), (next_at, next_to) in pairwise(pairs):
        if (next_at, next_to) != (at + 1, to + 1):
            yield run
            run = []
        run.append((next_at, next_to))
    if run:
        yield run


def _heaviest_chain(weighted: Sequence[tuple[tuple[int, int], int]]) -> list[tuple[int, int]]:
    """Return the pairs, each beyond the one before on both sides, that weigh most together.

    *weighted* never falls on either side, so what a pair may follow is always
    a beginning of the list.
    """
    best: list[tuple[int, int]] = [(0, -1)]  # of each beginning: its weight, and the pair that its chain ends with
    follows: list[int] = []
    may_follow = 0
    for index, ((at, to), weight) in enumerate(weighted):
        while weighted[may_follow][0][0] < at and weighted[may_follow][0][1] < to:
            may_follow += 1
        so_far, before = best[may_follow]
        follows.append(before)
        best.append(max(best[-1], (so_far + weight, index)))
    chain = []
    index = best[-1][1]
    while index >= 0:
        chain.append(weighted[index][0])
        index = follows[index]
    return chain[::-1]
