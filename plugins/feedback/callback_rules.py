"""When somebody is called back, by when, and how a call-back goes on. All of it is pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from plugins.feedback.ordering import URGENCY
from portal.core.i18n import lazy_gettext as _l
from portal.organisation.calendar import Calendar

WORKING_DAYS = 1
WHILE_A_CUSTOMER_WAITS = timedelta(hours=2)
TRIES_THAT_COUNT = 2
"""So many tries keep the promise, whether or not somebody could be reached."""


class Because(StrEnum):
    """Why somebody is called back. The words are stored."""

    UNHAPPY = "unhappy"
    CUSTOMER = "customer"
    DEADLINE = "deadline"
    NOT_FIXED = "not_fixed"
    WORDS = "words"


BECAUSE_TITLE: Final[Mapping[str, Any]] = {
    Because.UNHAPPY: _l("The help did not go well for them"),
    Because.CUSTOMER: _l("A customer complained or was lost"),
    Because.DEADLINE: _l("A deadline was missed"),
    Because.NOT_FIXED: _l("It is not fixed"),
    Because.WORDS: _l("Somebody who read their words asked for it"),
}

# The answers that ask for a call, the gravest first: one call is about all of them.
_ASKS: Final = (
    ("R7", frozenset({"3", "4"}), Because.CUSTOMER),
    ("R8", frozenset({"3"}), Because.DEADLINE),
    ("R11", frozenset({"no"}), Because.NOT_FIXED),
    ("R1", frozenset({"1", "2"}), Because.UNHAPPY),
)
RIGHT_NOW: Final = "1"
_CUSTOMER_WAITS: Final = (("N3", RIGHT_NOW), ("S2", RIGHT_NOW))


class State(StrEnum):
    """How a call-back stands. The words are stored."""

    OPEN = "open"
    TRIED = "tried"
    SETTLED = "settled"
    PARTLY = "partly"
    NOT_REACHED = "not_reached"
    DECLINED = "declined"


STATE_TITLE: Final[Mapping[str, Any]] = {
    State.OPEN: _l("To be called"),
    State.TRIED: _l("Tried"),
    State.SETTLED: _l("Settled"),
    State.PARTLY: _l("Settled in part"),
    State.NOT_REACHED: _l("Not reached"),
    State.DECLINED: _l("They would rather not"),
}
WAITING: Final = frozenset({State.OPEN, State.TRIED})
SPOKEN: Final = frozenset({State.SETTLED, State.PARTLY, State.DECLINED})
"""Ends at which somebody was reached."""
ASKED_AFTER: Final = frozenset({State.SETTLED, State.PARTLY})
"""Ends after which the person is asked whether it is settled."""

SETTLED_WORDS: Final[Mapping[str, Any]] = {"yes": _l("Yes"), "partly": _l("In part"), "no": _l("No")}


def asks_for_call(answers: Mapping[str, str]) -> tuple[str, Because] | None:
    """The question whose answer asks for a call, and why; *answers* are stored values by the ids of questions."""
    return next(((each, because) for each, values, because in _ASKS if answers.get(each) in values), None)


def customer_waits(answers: Mapping[str, str], known: Mapping[str, Any]) -> bool:
    """Whether they said that a customer was waiting: in their answers, or when they asked for help, unless it is fixed.

    *known* is what was known without asking; its urgency is said as in N3.
    """
    if any(answers.get(question_id) == value for question_id, value in _CUSTOMER_WAITS):
        return True
    return known.get(URGENCY) == RIGHT_NOW and answers.get("R11") != "yes"


def due_at(now: datetime, place: Calendar, *, is_urgent: bool) -> datetime:
    """By when somebody who works at *place* is called: on the next working day at this time, or in two hours."""
    if is_urgent:
        return now + WHILE_A_CUSTOMER_WAITS
    local = now.astimezone(ZoneInfo(place.time_zone))
    day = place.add_working_days(local.date(), WORKING_DAYS)
    return datetime.combine(day, local.time(), tzinfo=local.tzinfo).astimezone(UTC)


def keeps(state: State, tries: int) -> bool:
    """Whether the promise to call is kept: they were spoken to, or tried twice."""
    return state in SPOKEN or tries >= TRIES_THAT_COUNT
