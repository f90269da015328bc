"""What trouble cost the business in working time: always a range, since people answer in bands."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from portal.core.i18n import format_decimal
from portal.core.i18n import gettext as _

OTHERS = 0.5
"""What a minute of the others held up counts: they are guessed by somebody else."""
IN_HOURS = 120
"""Minutes from which people speak of hours."""
WHOLE_HOURS = 10
"""Hours from which halves say nothing any more."""


@dataclass(frozen=True)
class Range:
    """Minutes, or people, from *low* to *high*, most likely *mid*."""

    low: float
    mid: float
    high: float

    def __str__(self) -> str:
        """Say minutes in words: ``about 90 min (60–120)``, ``about 3 hours (1½ to 6)`` (our rule).

        The bounds are rounded outwards, so that the words never know more than the numbers.
        """
        if not self.high:
            return _("no time")
        said = _minutes if self.mid < IN_HOURS else _hours
        low, mid, high = said(self.low, math.floor), said(self.mid, _nearest), said(self.high, math.ceil)
        if self.mid < IN_HOURS:
            return _("about %(mid)s min (%(low)s–%(high)s)", low=low, mid=mid, high=high)
        return _("about %(mid)s hours (%(low)s to %(high)s)", low=low, mid=mid, high=high)


NOTHING = Range(0, 0, 0)
ALONE = Range(1, 1, 1)
"""Nobody else was held up, or nobody was asked about others."""


def impact(lost: Range, people: Range = ALONE) -> Range:
    """Return the business impact minutes of one answer (our formula).

    lost × (1 + 0.5 × (people − 1)), with the low, middle and high values of
    both bands: one's own time counts in full, that of others by half.
    """
    return Range(
        _weighed(lost.low, people.low),
        _weighed(lost.mid, people.mid),
        _weighed(lost.high, people.high),
    )


def total(ranges: Iterable[Range]) -> Range:
    """Return the sum among those who answered (our rule): each bound by itself, the widest that the range can be."""
    every = list(ranges)
    return Range(
        math.fsum(each.low for each in every),
        math.fsum(each.mid for each in every),
        math.fsum(each.high for each in every),
    )


def _weighed(minutes: float, people: float) -> float:
    return minutes * (1 + OTHERS * (people - 1))


def _nearest(number: float) -> int:
    return math.floor(number + 0.5)


def _minutes(minutes: float, rounded: Callable[[float], int]) -> str:
    return format_decimal(rounded(minutes))


def _hours(minutes: float, rounded: Callable[[float], int]) -> str:
    """Hours, with halves while there are few."""
    if minutes >= WHOLE_HOURS * 60:
        return format_decimal(rounded(minutes / 60))
    whole, half = divmod(rounded(minutes / 30), 2)
    return (format_decimal(whole) if whole or not half else "") + "½" * half
