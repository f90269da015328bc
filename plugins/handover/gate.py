"""The gate: fourteen conditions between a pack and its go-live as a pure function.

:class:`Surroundings` is what ``surroundings.py`` loads; every condition says a
colour and the facts of its sentence, which ``gate_words.py`` makes in the
reader's language. Grey is what the portal cannot know: it counts as answered
where a named person answers for it, and only then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction
from math import ceil
from typing import Any, Final

GREEN, RED, AMBER, GREY, WAIVED, NOT_ASKED = "green", "red", "amber", "grey", "waived", "not_asked"

MUST, WARN, NO = "must", "warn", "no"
ASKED: Final[Mapping[str, Mapping[str, str]]] = {
    "G1": {"S": MUST, "M": MUST, "L": MUST},
    "G2": {"S": MUST, "M": MUST, "L": MUST},
    "G3": {"S": MUST, "M": MUST, "L": MUST},
    "G4": {"S": NO, "M": MUST, "L": MUST},
    "G5": {"S": NO, "M": NO, "L": MUST},
    "G6": {"S": MUST, "M": MUST, "L": MUST},
    "G7": {"S": NO, "M": MUST, "L": MUST},
    "G8": {"S": NO, "M": MUST, "L": MUST},
    "G9": {"S": MUST, "M": MUST, "L": MUST},
    "G10": {"S": NO, "M": MUST, "L": MUST},
    "G11": {"S": NO, "M": MUST, "L": MUST},
    "G12": {"S": MUST, "M": MUST, "L": MUST},
    "G13": {"S": NO, "M": WARN, "L": MUST},
    "G14": {"S": NO, "M": WARN, "L": WARN},
}
CONDITIONS: Final = tuple(ASKED)

CONFIDENT_SHARE: Final = Fraction(7, 10)
FEWEST_ANSWERS: Final = 5
MOST_NAMED: Final = 5
"""So many shifts without a contact are named; of more, how many."""

OWNER, PARTIES, LEAD, MANAGER, UNIT_CONTACT, READERS = "owner", "parties", "lead", "manager", "unit_contact", "readers"


@dataclass(frozen=True, kw_only=True)
class Clash:
    """The go-live lies within something of a unit: *key* names the occurrence, for the agreement of its contact."""

    key: str
    unit: str
    name: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """A pack and what stands around it, as plain values; names are as people read them.

    *shift* are the people on shift in the first two working days who are not
    away the whole time, *understood* who confirmed what is to be read now.
    *stale* and *clashes* are ``None`` where nothing in the portal can tell (G6, G12);
    *vouched* are conditions and clashes for which somebody answers by name.
    """

    size: str
    share: float
    unsigned: tuple[str, ...] = ()
    blocking: int = 0
    open_items: tuple[str, ...] = ()
    shift: frozenset[int] = frozenset()
    away: int = 0
    understood: frozenset[int] = frozenset()
    quiz_passed: frozenset[int] = frozenset()
    stale: tuple[str, ...] | None = None
    missing_tools: tuple[str, ...] = ()
    loose_errors: tuple[str, ...] = ()
    has_signs: bool = True
    has_decider: bool = True
    are_users_told: bool = True
    uncovered_shifts: tuple[tuple[datetime, datetime], ...] = ()
    clashes: tuple[Clash, ...] | None = None
    lead_days: int | None = None  # working days between handing in and go-live; None before it was handed in
    lead_wanted: int = 0
    confident: int = 0
    confidence_answers: int = 0
    is_feedback_on: bool = False
    vouched: frozenset[str] = frozenset()
    waived: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Found:
    """What one condition says: its colour, the facts of its sentence, and who can mend it."""

    condition: str
    colour: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    fix: str = OWNER
    is_warning: bool = False

    @property
    def stands_against(self) -> bool:
        """Whether the pack is not ready because of it; a warning never does."""
        return self.colour in {RED, GREY} and not self.is_warning


def look(around: Surroundings) -> tuple[Found, ...]:
    """What each of the fourteen conditions says, in their order."""
    return tuple(_one(condition, around) for condition in CONDITIONS)


def is_open(found: tuple[Found, ...]) -> bool:
    """Whether nothing stands against going live."""
    return not any(each.stands_against for each in found)


def _one(condition: str, around: Surroundings) -> Found:
    asked = ASKED[condition][around.size]
    if asked == NO:
        return Found(condition=condition, colour=NOT_ASKED)
    found = _LOOKS[condition](around)
    if asked == WARN:
        return replace(found, colour=AMBER if found.colour == RED else found.colour, is_warning=True)
    if found.colour == GREY and condition in around.vouched:
        return replace(found, colour=GREEN, facts={**found.facts, "vouched": True})
    return replace(found, colour=WAIVED) if found.stands_against and condition in around.waived else found


def _said(condition: str, is_met: bool, fix: str, **facts: Any) -> Found:
    return Found(condition=condition, colour=GREEN if is_met else RED, facts=facts, fix=fix)


def _signed(around: Surroundings) -> Found:
    return _said("G1", not around.unsigned, PARTIES, names=list(around.unsigned))


def _answered(around: Surroundings) -> Found:
    return _said("G2", not around.blocking, OWNER, count=around.blocking)


def _items(around: Surroundings) -> Found:
    return _said("G3", not around.open_items, OWNER, names=list(around.open_items))


def needed(share: float, people: int) -> int:
    """How many of *people* are a *share* of them, rounded up: of 8 people 80% are 7."""
    return ceil(Fraction(str(share)) * people)


def _read(around: Surroundings) -> Found:
    have, of = len(around.understood & around.shift), len(around.shift)
    wanted = needed(around.share, of)
    return _said("G4", of > 0 and have >= wanted, LEAD, have=have, of=of, needed=wanted, away=around.away)


def _quiz(around: Surroundings) -> Found:
    counted = around.understood & around.shift
    have = len(counted & around.quiz_passed)
    return _said("G5", bool(counted) and have == len(counted), READERS, have=have, of=len(counted))


def _stale(around: Surroundings) -> Found:
    if around.stale is None:
        return Found(condition="G6", colour=GREY, facts={"unknown": True}, fix=OWNER)
    return _said("G6", not around.stale, OWNER, names=list(around.stale))


def _tools(around: Surroundings) -> Found:
    return _said("G7", not around.missing_tools, LEAD, names=list(around.missing_tools))


def _errors(around: Surroundings) -> Found:
    return _said("G8", not around.loose_errors, OWNER, names=list(around.loose_errors))


def _going_back(around: Surroundings) -> Found:
    is_met = around.has_signs and around.has_decider
    return _said("G9", is_met, OWNER, signs=around.has_signs, decider=around.has_decider)


def _told(around: Surroundings) -> Found:
    return _said("G10", around.are_users_told, OWNER)


def _covered(around: Surroundings) -> Found:
    spans = [[moment.isoformat() for moment in span] for span in around.uncovered_shifts]
    return _said("G11", not spans, OWNER, shifts=spans[:MOST_NAMED], count=len(spans))


def _clash(around: Surroundings) -> Found:
    if around.clashes is None:
        return Found(condition="G12", colour=GREY, facts={"unknown": True}, fix=OWNER)
    left = [clash for clash in around.clashes if f"G12:{clash.key}" not in around.vouched]
    names = [{"unit": clash.unit, "name": clash.name, "kind": clash.kind, "key": clash.key} for clash in left]
    return _said("G12", not left, UNIT_CONTACT, clashes=names, agreed=len(around.clashes) - len(left))


def _lead_time(around: Surroundings) -> Found:
    have = around.lead_days
    return _said("G13", have is not None and have >= around.lead_wanted, MANAGER, have=have, needed=around.lead_wanted)


def _confidence(around: Surroundings) -> Found:
    facts = {"yes": around.confident, "of": around.confidence_answers}
    if not around.is_feedback_on:
        return Found(condition="G14", colour=GREY, facts={**facts, "off": True}, fix=LEAD)
    if around.confidence_answers < FEWEST_ANSWERS:
        return Found(condition="G14", colour=GREY, facts={**facts, "few": True}, fix=LEAD)
    share = Fraction(around.confident, around.confidence_answers)
    return _said("G14", share >= CONFIDENT_SHARE, LEAD, **facts)


_LOOKS: Final[Mapping[str, Callable[[Surroundings], Found]]] = {
    "G1": _signed,
    "G2": _answered,
    "G3": _items,
    "G4": _read,
    "G5": _quiz,
    "G6": _stale,
    "G7": _tools,
    "G8": _errors,
    "G9": _going_back,
    "G10": _told,
    "G11": _covered,
    "G12": _clash,
    "G13": _lead_time,
    "G14": _confidence,
}
