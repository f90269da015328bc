"""Which questions a form asks, and in which order.

The anchor comes first. The others follow by how often their metric was
answered in the unit lately, the least first; lots that the form's seed
decides break ties. Some questions make sense only after certain answers:

====  =======================================================================
R2    unless the person solved it alone: nobody was there to understand it
R4    unless R3 says that no time was lost
R6    unless R3 says that no time was lost: instead of what?
R8    only if R7 says that a customer noticed, or it was wanted within the day
H2    unless H1 says that they could support it: then nothing is missing
====  =======================================================================

What the question bank puts aside (A1, which is the verdict, and P9, which
names a colleague on a page of its own) is in no form.

A condition never stands between two figures that must not disturb each other.
R5 does not wait for R3, nor R12 for R5: the share that was stopped would else
be one of those who lost time, and no longer one of all.

Answers are given as they are stored (``bank.Choice.value``).
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from typing import Final, Protocol, TypeAlias

URGENCY = "urgency"
"""The fact when something was wanted, as in N3: from ``1``, right now, and ``2``, today, to ``4``, no rush."""
SOLVED_ALONE = "solved_alone"
"""The fact whether self-service solved it: ``yes``, or ``no`` when somebody helped."""
HANDLED_BY: Final = "handled_by"
"""The id of whoever helped: no answer, but somebody else calls back about it."""

Told: TypeAlias = Mapping[str, Hashable]
"""What is known: by the id of a question or the name of a fact the stored answer; ``None`` was passed over."""


class Question(Protocol):
    """What of a question decides its place."""

    @property
    def id(self) -> str:
        """Its id in the bank."""

    @property
    def metric(self) -> str:
        """The metric that it feeds; empty when it feeds no number."""

    @property
    def first(self) -> bool:
        """Whether it is the anchor of its trigger."""

    @property
    def aside(self) -> str | None:
        """Where it is asked instead of on the form; empty for a question of the form."""


@dataclass(frozen=True)
class Condition:
    """A question makes sense by what was said *about* another question or a fact.

    Not with an answer in *unless*; with *only*, just with one of those. One
    of *or_facts* is enough without any answer.
    """

    about: str
    unless: frozenset[str] = frozenset()
    only: frozenset[str] | None = None
    or_facts: Mapping[str, frozenset[str]] | None = None


CONDITIONS: Mapping[str, Condition] = {
    "R2": Condition(SOLVED_ALONE, unless=frozenset({"yes"})),
    "R4": Condition("R3", unless=frozenset({"1"})),
    "R6": Condition("R3", unless=frozenset({"1"})),
    "R8": Condition("R7", only=frozenset({"2", "3", "4"}), or_facts={URGENCY: frozenset({"1", "2"})}),
    "H2": Condition("H1", unless=frozenset({"yes"})),
}


class Sense(Enum):
    """Whether a question makes sense: yes, no, or only its premise can tell, which the person has yet to answer."""

    YES = "yes"
    NO = "no"
    WAITING = "waiting"


@dataclass(frozen=True)
class Place:
    """A question of a form. With *after* it is shown once the question of that id was answered and fits."""

    id: str
    after: str = ""


def order(questions: Iterable[Question], answered: Mapping[str, int], *, known: Told, seed: str) -> tuple[str, ...]:
    """Return the ids of all questions of a trigger in the order in which they want to be asked.

    *answered* counts the answers of the unit in the last 90 days by metric,
    and by its id for a question that feeds none. One that waits for another's
    answer comes after it, unless what is *known* (as in :func:`form`) tells.
    The result is kept with the invitation, for the counts move on while a
    person reads; the order in which *questions* come does not matter.
    """
    left = sorted(
        (question for question in questions if not question.aside),
        key=lambda question: (
            not question.first,
            answered.get(question.metric or question.id, 0),
            _drawn(seed, question.id),
        ),
    )
    placed: list[str] = []
    while left:
        waiting_for = {question.id for question in left}
        following = next(each for each in left if makes_sense(each.id, known, coming=waiting_for) != Sense.WAITING)
        left.remove(following)
        placed.append(following.id)
    return tuple(placed)


def form(ordered: Iterable[str], *, limit: int, known: Told, given: Told) -> tuple[Place, ...]:
    """Return what is on the form of a person now: what was answered or passed over, and what comes yet.

    *ordered* comes from :func:`order`, *limit* from the question bank. What
    is *known* without the form (facts, the verdict on an article) is neither
    asked again nor counted; *given* is what the person said or passed over
    in it. Ask again after each answer: a question that makes no sense any
    more leaves its place to the next one, and the limit holds all the same.
    """
    places: list[Place] = []
    shown: set[str] = set()
    asked = [each for each in ordered if each not in known]
    room = limit - sum(each in given for each in asked)
    for each in asked:
        sense = makes_sense(each, {**known, **given}, coming=shown)
        if each not in given:
            if sense == Sense.NO or room <= 0:
                continue
            room -= 1
        shown.add(each)
        places.append(Place(each, after=CONDITIONS[each].about if sense == Sense.WAITING else ""))
    return tuple(places)


def makes_sense(question: str, told: Told, *, coming: Collection[str] = ()) -> Sense:
    """Say whether *question* makes sense after what was *told*; those in *coming* are asked on the same form."""
    condition = CONDITIONS.get(question)
    if condition is None or any(told.get(fact) in places for fact, places in (condition.or_facts or {}).items()):
        return Sense.YES
    if condition.about not in told and condition.about in coming:
        return Sense.WAITING
    said = told.get(condition.about)
    fits = said not in condition.unless if condition.only is None else said in condition.only
    return Sense.YES if fits else Sense.NO


def _drawn(seed: str, question: str) -> bytes:
    """A lot that is the same on every machine and in every version of Python."""
    return sha256(f"{seed}\n{question}".encode()).digest()
