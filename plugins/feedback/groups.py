"""Answers are shown in groups, each of enough people, so that no difference of two figures tells what one of them said.

Every answer belongs to at most one group, and every figure is the sum of whole
groups: that of a unit, of all units below it, of a service, of an article, of
this week or of any other. Whatever is subtracted from what, whole groups are
left. A group carries the smallest unit that holds it, and its service; what is
too small for a unit of its own counts for the unit above it. That is the rule
of :func:`plugins.feedback.reporting.protect` for a table, over all tables and
weeks at once: what is hidden has enough answers together, or takes the next
smallest with it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from plugins.feedback.reporting import Tally

TOP = ""
"""The place above all units: of people who belong to none."""
MIXED = "*"
"""The service of a group of several services."""


@dataclass(frozen=True, kw_only=True)
class Given:
    """One answer that waits for its group. Whoever has no *person* (visitors) counts as somebody of their own."""

    key: str
    value: str
    service: str
    unit: str
    person: int | None = None
    article: int | None = None
    minutes: tuple[float, float, float] | None = None
    is_old: bool = False


@dataclass(frozen=True, kw_only=True)
class Group:
    """Answers that are only ever shown together."""

    service: str
    unit: str
    answers: tuple[Given, ...]
    article: int | None = None

    @property
    def tally(self) -> Tally:
        """How many answers, by how many people."""
        return tally(self.answers)


@dataclass(frozen=True)
class Tree:
    """The units, each with the one above it; what is not among them stands at the top."""

    above: Mapping[str, str]

    def path(self, unit: str) -> list[str]:
        """*unit* and all above it, up to :data:`TOP`; a circle ends at the top."""
        path: list[str] = []
        while unit in self.above and unit not in path:
            path.append(unit)
            unit = self.above[unit]
        return [*path, TOP]

    def common(self, units: Iterable[str]) -> str:
        """The smallest unit that holds all of these."""
        paths = [self.path(unit) for unit in units]
        return next(each for each in paths[0] if all(each in path for path in paths))


@dataclass
class _Sorting:
    tree: Tree
    least: int
    folds: bool
    groups: list[Group] = field(default_factory=list)
    waiting: list[Given] = field(default_factory=list)

    def settle(self, pool: list[Given], *, service: str, unit: str, inside: Callable[[Group], bool]) -> list[Given]:
        """Make a group of *pool* at *unit*, let it wait there, or give back what has to go one step up."""
        if tally(pool).reaches(self.least):
            self._add(pool, service, unit)
            return []
        if not pool or not (self.folds or any(each.is_old for each in pool)):
            self.waiting += pool
            return []
        smallest = min((group for group in self.groups if inside(group)), key=_size, default=None)
        if smallest is None:
            return pool
        self.groups.remove(smallest)
        self._add([*pool, *smallest.answers], service, unit)
        return []

    def _add(self, pool: Sequence[Given], service: str, unit: str) -> None:
        self.groups.append(Group(service=service, unit=unit, answers=tuple(pool)))


def tally(answers: Sequence[Given]) -> Tally:
    """How many answers there are, and how many people gave them."""
    known = {each.person for each in answers if each.person is not None}
    return Tally(len(answers), len(known) + sum(each.person is None for each in answers))


def sort(
    answers: Iterable[Given], tree: Tree, *, least: int, folds: bool = False, by_article: bool = False
) -> tuple[list[Group], list[Given]]:
    """Put the answers to one question in groups; return these, and the answers that wait for others.

    Args:
        answers: those that are in no group yet.
        tree: the units.
        least: answers, and people who gave them, that a group needs.
        folds: what is too small goes up at once. Otherwise it waits where it
            belongs until it is old, so that small units get figures too.
        by_article: whether the answers about one article are a group, where there are enough.
    """
    sorting = _Sorting(tree, least, folds)
    rest = _by_article(sorting, answers) if by_article else list(answers)
    by_service: dict[str, list[Given]] = defaultdict(list)
    for each in rest:
        by_service[each.service].append(each)
    left: list[Given] = []
    for service in sorted(by_service):
        left += _climb(sorting, service, by_service[service])
    if left:
        unit = tree.common(each.unit for each in left)
        services = {each.service for each in left}
        rest = sorting.settle(
            left, service=services.pop() if len(services) == 1 else MIXED, unit=unit, inside=lambda _group: False
        )
        _take_one_more(sorting, rest)
    return sorting.groups, sorting.waiting


def _by_article(sorting: _Sorting, answers: Iterable[Given]) -> list[Given]:
    pools: dict[tuple[str, int | None], list[Given]] = defaultdict(list)
    for each in answers:
        pools[each.service, each.article].append(each)
    rest: list[Given] = []
    for (service, article), pool in pools.items():
        if article is None:
            rest += pool
        elif tally(pool).reaches(sorting.least):
            unit = sorting.tree.common(each.unit for each in pool)
            sorting.groups.append(Group(service=service, unit=unit, answers=tuple(pool), article=article))
        elif sorting.folds or any(each.is_old for each in pool):
            rest += pool
        else:
            sorting.waiting += pool
    return rest


def _climb(sorting: _Sorting, service: str, answers: list[Given]) -> list[Given]:
    """Go through the units of one service from the bottom up; return what is left at the top."""
    tree = sorting.tree
    pools: dict[str, list[Given]] = defaultdict(list)
    for each in answers:
        pools[tree.path(each.unit)[0]].append(each)
    while pools:
        unit = max(pools, key=lambda each: (len(tree.path(each)), each))
        pool = pools.pop(unit)
        left = sorting.settle(
            pool,
            service=service,
            unit=unit,
            inside=lambda group, unit=unit: group.service == service and unit in tree.path(group.unit),  # type: ignore[misc]
        )
        if unit == TOP:
            return left
        if left:
            pools[tree.path(unit)[1]] += left
    return []


def _take_one_more(sorting: _Sorting, rest: list[Given]) -> None:
    """What is too small at the very top goes with the smallest group there is, or waits for one."""
    if not rest:
        return
    if not sorting.groups:
        sorting.waiting += rest
        return
    smallest = min(sorting.groups, key=_size)
    sorting.groups.remove(smallest)
    everybody = (*rest, *smallest.answers)
    services = {*(each.service for each in rest), smallest.service}
    unit = sorting.tree.common([smallest.unit, *(each.unit for each in rest)])
    sorting.groups.append(Group(service=services.pop() if len(services) == 1 else MIXED, unit=unit, answers=everybody))


def _size(group: Group) -> tuple[int, int, str, str, str]:
    counted = group.tally
    return min(counted.answers, counted.people), counted.answers, group.service, group.unit, group.answers[0].key
