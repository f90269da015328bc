"""Who is asked after a request was closed: always where it hurt, otherwise by lot.

The lot is drawn from the number of the request, the template and a secret of
the season, and from nothing else. So it can be drawn again and comes out the
same, and nobody can bring an invitation about, or avoid one, by what they
write into a request. Only the share depends on how busy the unit is.
"""

from __future__ import annotations

import hmac
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

WANTED_A_WEEK = 15
"""Invitations wanted for a unit in a week; a busier unit is asked for a smaller share."""
MUCH_LOST_MINUTES = 4 * 60
WEEKS_LOOKED_AT = 8
MOST_URGENT = 1

_BITS = 53
"""As many bits as a float between 0 and 1 keeps."""


class Because(StrEnum):
    """Why a closed request is asked about. The words are stored."""

    MOST_URGENT = "most_urgent"
    MUCH_LOST = "much_lost"
    REOPENED = "reopened"
    FIRST_CONTACT = "first_contact"
    REFERRAL = "referral"
    COMPLAINT = "complaint"
    LOT = "lot"


@dataclass(frozen=True)
class Closure:
    """A request that was closed: what decides whether its person is asked, and nothing that somebody wrote.

    *priority* is 1 to 4; *lost_minutes* is working time, as far as it is known.
    """

    request_id: int
    priority: int = 4
    lost_minutes: int | None = None
    reopened: bool = False
    first_contact_ever: bool = False
    referral: bool = False
    complaint: bool = False


@dataclass(frozen=True)
class Sampled:
    """What came out: *because* is ``None`` when nobody is asked; *share* of such requests (0 to 1) is asked about."""

    because: Because | None
    share: float


def sampled(closure: Closure, *, template: str, secret: bytes, expected: float) -> Sampled:
    """Decide whether the person of a closed request is asked.

    *template* is the key of the survey's template, *secret* that of the
    season, *expected* how many requests the unit closes in a week.

    Raises:
        ValueError: the secret is empty, so everybody could draw the lot.
    """
    if always := _always(closure):
        return Sampled(always, 1.0)
    asked = share(expected)
    return Sampled(Because.LOT if lot(closure.request_id, template, secret) < asked else None, asked)


def share(expected: float) -> float:
    """The share of closed requests (0 to 1) that are asked about where *expected* are closed in a week."""
    return 1.0 if expected <= WANTED_A_WEEK else WANTED_A_WEEK / expected


def expected_closures(weeks: Sequence[int]) -> float:
    """How many closures to expect in a week: the mean of the last *weeks*, the latest last; 0 when nothing is known."""
    latest = weeks[-WEEKS_LOOKED_AT:]
    return sum(latest) / len(latest) if latest else 0.0


def lot(request_id: int, template: str, secret: bytes) -> float:
    """Draw a number from 0 up to, and without, 1: always the same for the same three.

    Raises:
        ValueError: the secret is empty.
    """
    if not secret:
        raise ValueError("drawing lots needs a secret")
    drawn = hmac.new(secret, json.dumps([request_id, template]).encode(), sha256).digest()
    return math.ldexp(int.from_bytes(drawn[:8], "big") >> (64 - _BITS), -_BITS)


def _always(closure: Closure) -> Because | None:
    """The first reason for which a request is asked about in any case."""
    reasons = {
        Because.MOST_URGENT: closure.priority == MOST_URGENT,
        Because.MUCH_LOST: (closure.lost_minutes or 0) > MUCH_LOST_MINUTES,
        Because.REOPENED: closure.reopened,
        Because.FIRST_CONTACT: closure.first_contact_ever,
        Because.REFERRAL: closure.referral,
        Because.COMPLAINT: closure.complaint,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)
