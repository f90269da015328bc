"""Which figures may be shown at all: none from which a single person's answer can be read.

The rule is the portal's own: a figure needs answers from :data:`FIGURES`
people, themes and words of anonymous rounds and how sure people feel with
their tools need :data:`WORDS`. What a table hides must not follow from its
total either.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from portal.core.errors import Refused
from portal.core.i18n import gettext as _

FIGURES = 5
"""Answers, and people who gave them, that a figure needs."""
WORDS = 10
"""The same for themes and words of anonymous rounds, and for literacy."""
MOST_FILTERS = 2
"""Filters at once: each further one cuts people into smaller groups."""


@dataclass(frozen=True)
class Tally:
    """How many answers there are, and how many people gave them."""

    answers: int
    people: int

    def reaches(self, least: int) -> bool:
        """Whether there are *least* answers by as many people."""
        return min(self.answers, self.people) >= least


@dataclass(frozen=True)
class Table:
    """What may be shown of a table.

    *hidden* holds the labels of small cells, of those hidden to protect them
    and of empty ones alike, so that nobody can tell which is which.
    """

    shown: Mapping[str, Tally]
    hidden: tuple[str, ...]
    total: Tally | None


def least_for(*, anonymous_words: bool = False, literacy: bool = False) -> int:
    """Return how many a figure needs: ten for words and themes of anonymous rounds and for literacy, otherwise five."""
    return WORDS if anonymous_words or literacy else FIGURES


def protect(cells: Mapping[str, Tally], *, one_cell_each: bool, least: int = FIGURES) -> Table:
    """Hide what is small, and what would give away what is small.

    Our rule (k = 5): a cell is shown from *least* answers by *least* people.
    While the hidden cells together have fewer, the next smallest is hidden
    too; where none is left, so is the total. Empty cells hide nobody.

    Args:
        cells: what each label counts; together they are the total.
        one_cell_each: whether nobody is counted in two cells, as with units.
            Otherwise several cells are taken to hold no more people than the
            largest of them.
        least: as :func:`least_for` says.
    """
    filled = sorted((label for label in cells if cells[label].answers), key=lambda label: (_size(cells[label]), label))
    small = [label for label in filled if not cells[label].reaches(least)]
    large = [label for label in filled if cells[label].reaches(least)]
    while small and large and not _together(cells, small, one_cell_each).reaches(least):
        small.append(large.pop(0))
    total = _together(cells, filled, one_cell_each)
    kept = total.reaches(least) and (not small or _together(cells, small, one_cell_each).reaches(least))
    return Table(
        shown={label: cells[label] for label in cells if label in large},
        hidden=tuple(label for label in cells if label not in large),
        total=total if kept else None,
    )


def check_filters(filters: Collection[str]) -> None:
    """Let at most two filters pass (our rule).

    Raises:
        Refused: there are more.
    """
    if len(filters) > MOST_FILTERS:
        raise Refused(
            _("Figures can be filtered by two things at once, and not by more."),
            hint=_("Take a filter away. Smaller groups could show what a single person answered."),
        )


def _size(tally: Tally) -> tuple[int, int]:
    return min(tally.answers, tally.people), tally.answers


def _together(cells: Mapping[str, Tally], labels: Collection[str], one_cell_each: bool) -> Tally:
    """What *labels* count together; of people the number that there are at least."""
    people = [cells[label].people for label in labels]
    return Tally(
        sum(cells[label].answers for label in labels), sum(people) if one_cell_each else max(people, default=0)
    )
