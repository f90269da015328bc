"""Whether a person may be sent one more invitation, or was asked enough.

This is about invitations that are *pushed*, by mail or chat. What is offered
on the page that somebody reads anyway disturbs nobody and is not held back.
The limits hold for a person over all templates together. Whoever handles the
work that is asked about has no part in it: everything here follows from what
happened to the person who would be asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from portal.organisation.calendar import Calendar

LIMITS: tuple[tuple[int, int], ...] = ((1, 14), (2, 30), (12, 365))
"""So many invitations at most in so many days, whichever days one looks at."""
IGNORED_IN_A_ROW = 2
SKIPPED_THEN = 2
CALM_AFTER_OUTAGE = timedelta(hours=24)


class Reason(StrEnum):
    """Why an invitation is not sent. The words are stored, and the first that holds is taken."""

    SELF_SERVICE = "self_service"
    OPENED_BY_OTHER = "opened_by_other"
    ABSENT = "absent"
    OUTAGE = "outage"
    QUARANTINE = "quarantine"
    IGNORED = "ignored"


class Ending(StrEnum):
    """What became of an earlier invitation."""

    WAITING = "waiting"
    """On its way or open: planned or sent, and neither answered nor expired."""
    HEARD = "heard"
    """Answered, be it in part, or declined: somebody looked at it and said something."""
    IGNORED = "ignored"
    """Expired without a word."""
    SKIPPED = "skipped"
    """Never sent, because those before it were ignored (``Reason.IGNORED``)."""


@dataclass(frozen=True)
class Earlier:
    """An earlier invitation to the person: when it was or will be sent (or was skipped), and what became of it.

    Those held back for any other reason than ``Reason.IGNORED`` are no part of a history.
    """

    at: datetime
    ending: Ending


@dataclass(frozen=True)
class Occasion:
    """What the invitation would be about, as far as it matters whether the person can say anything about it."""

    solved_by_self_service: bool = False
    opened_by_other: bool = False


@dataclass(frozen=True)
class Outage:
    """A major incident in the person's unit; *ended* is ``None`` while it lasts."""

    began: datetime
    ended: datetime | None = None


@dataclass(frozen=True)
class Facts:
    """What holds for the person now: where they work, from and to (both included) of absences, outages of the unit."""

    place: Calendar
    absences: Sequence[tuple[date, date]] = ()
    outages: Sequence[Outage] = ()


def suppressed(history: Iterable[Earlier], occasion: Occasion, facts: Facts, now: datetime) -> Reason | None:
    """Return why no invitation is sent to a person *now*, or ``None`` when one may be.

    *history* may be in any order. ``Reason.IGNORED`` comes last, so that only
    an invitation counts as skipped that would otherwise have been sent.
    """
    earlier = list(history)
    reasons = {
        Reason.SELF_SERVICE: occasion.solved_by_self_service,
        Reason.OPENED_BY_OTHER: occasion.opened_by_other,
        Reason.ABSENT: is_away(facts, now),
        Reason.OUTAGE: any(_disturbs(outage, now) for outage in facts.outages),
        Reason.QUARANTINE: _in_quarantine(earlier, now),
        Reason.IGNORED: _owed_a_rest(earlier),
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def is_away(facts: Facts, now: datetime) -> bool:
    """Whether the person is absent on the day that it is now where they work."""
    today = facts.place.today(now)
    return any(first <= today <= last for first, last in facts.absences)


def _disturbs(outage: Outage, now: datetime) -> bool:
    return outage.began <= now and (outage.ended is None or now < outage.ended + CALM_AFTER_OUTAGE)


def _in_quarantine(history: list[Earlier], now: datetime) -> bool:
    """Whether one more would be too many; one that is planned for later counts as well."""
    sent = [each.at for each in history if each.ending != Ending.SKIPPED]
    return any(sum(at > now - timedelta(days=days) for at in sent) >= most for most, days in LIMITS)


def _owed_a_rest(history: list[Earlier]) -> bool:
    """Whether the last ones sent were all ignored, and not enough was skipped since.

    When the next one after a rest is ignored too, another rest follows at once.
    """
    in_order = sorted(history, key=lambda each: each.at)
    sent = [each for each in in_order if each.ending != Ending.SKIPPED]
    last = sent[-IGNORED_IN_A_ROW:]
    if len(last) < IGNORED_IN_A_ROW or any(each.ending != Ending.IGNORED for each in last):
        return False
    skipped = sum(each.ending == Ending.SKIPPED and each.at >= last[-1].at for each in in_order)
    return skipped < SKIPPED_THEN
