"""The content checklist: ten points that a text is read against before it counts as checked.

A text is accepted when no more than one of the points that apply is missing,
and never the seventh: nine of ten, eight of nine, and so on. The same reading
stands in the article KB0055 that people are given. It is the text that is
looked at, never the person who wrote it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from portal.articles.levels import Kind
from portal.core.i18n import lazy_gettext as _l

MAY_BE_MISSING = 1
ALWAYS = 7
"""The point that applies to every text and is never the missing one: no secret, no person's data."""


class Answer(StrEnum):
    """What a reader found about one point. The words are stored."""

    YES = "yes"
    NO = "no"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True)
class Point:
    """One point: what is asked, and when the answer is yes.

    Of a kind in *not_for* the point makes no sense most of the time; the
    reader still decides. *instead* says what to look at there, if anything.
    """

    id: int
    question: Any
    yes_when: Any
    not_for: frozenset[Kind] = frozenset()
    instead: Mapping[Kind, Any] = field(default_factory=dict)

    def suggestion(self, kind: Kind) -> Answer | None:
        """What a form may have chosen before somebody looked: that the point does not apply, or nothing."""
        return Answer.NOT_APPLICABLE if kind in self.not_for else None


_WITHOUT_STEPS = frozenset({Kind.FAQ, Kind.POLICY, Kind.HANDOVER_NOTE})

POINTS: tuple[Point, ...] = (
    Point(
        1,
        _l("Is the title in the words of the person who has the trouble?"),
        _l("You could imagine it said on the phone."),
    ),
    Point(
        2,
        _l("Does it say who it is for and what must be true?"),
        _l("A reader knows in ten seconds whether to go on."),
    ),
    Point(
        3,
        _l("Does it have one goal?"),
        _l("The title needs no “and” between two different things."),
        frozenset({Kind.HANDOVER_NOTE}),
    ),
    Point(
        4,
        _l("Are the steps numbered, with one action each, and twelve at most?"),
        _l("After each number there is one thing to do."),
        _WITHOUT_STEPS | {Kind.SUPPORT_SCRIPT},
        {Kind.SUPPORT_SCRIPT: _l("Look instead whether every answer leads to an end.")},
    ),
    Point(
        5,
        _l("Does it say how to see that it worked?"),
        _l("It names something to look at."),
        _WITHOUT_STEPS,
    ),
    Point(
        6,
        _l("Does it say what to do when it did not work?"),
        _l("No reader ends at a dead end, and it says what to have in hand."),
    ),
    Point(
        ALWAYS,
        _l("Is it free of secrets, of people's data, and of inside names where everyone reads?"),
        _l("You would show it to a visitor, if it is for everyone. This point is never the missing one."),
    ),
    Point(
        8,
        _l("Does it carry the words that people type?"),
        _l("A caller would say them, and they stand among the words for the search."),
    ),
    Point(
        9,
        _l("Do links and pictures have text?"),
        _l("No “click here”, and the text of a picture says what matters in it."),
    ),
    Point(
        10,
        _l("Is it the only article about this?"),
        _l("You searched, and found no other."),
    ),
)

_IDS = tuple(point.id for point in POINTS)


@dataclass(frozen=True)
class Verdict:
    """What the answers come to; all three name points by their ids, in order."""

    applicable: tuple[int, ...]
    missing: tuple[int, ...]
    unanswered: tuple[int, ...]

    @property
    def is_complete(self) -> bool:
        """Whether every point was looked at."""
        return not self.unanswered

    @property
    def kept(self) -> int:
        """How many of the points that apply were answered with yes."""
        return len(self.applicable) - len(self.missing)

    @property
    def accepted(self) -> bool:
        """Whether the text counts as checked."""
        return self.is_complete and ALWAYS not in self.missing and len(self.missing) <= MAY_BE_MISSING


def verdict(answers: Mapping[int, Answer]) -> Verdict:
    """Return what *answers*, by the ids of the points, come to.

    The seventh point applies to every text: that it does not is taken as no.

    Raises:
        ValueError: an answer belongs to no point.
    """
    if strange := answers.keys() - set(_IDS):
        raise ValueError(f"no such points: {sorted(strange)}")
    said = dict(answers)
    if said.get(ALWAYS) == Answer.NOT_APPLICABLE:
        said[ALWAYS] = Answer.NO
    return Verdict(
        applicable=tuple(point for point in _IDS if said.get(point) in {Answer.YES, Answer.NO}),
        missing=tuple(point for point in _IDS if said.get(point) == Answer.NO),
        unanswered=tuple(point for point in _IDS if point not in said),
    )
