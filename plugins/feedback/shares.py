"""Shares of answers, never without the interval in which the true share may lie."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

from portal.core.i18n import format_decimal
from portal.core.i18n import gettext as _

Z95 = NormalDist().inv_cdf(0.975)
"""Between minus and plus this lie 95% of a normal distribution: 1.96."""


@dataclass(frozen=True)
class Share:
    """*part* of *whole* answers; *low* and *high* bound the 95% interval, from 0 to 1 as *value* is."""

    part: int
    whole: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share itself, from 0 to 1."""
        return self.part / self.whole

    def __str__(self) -> str:
        """Say it in words with the interval as large as the number: ``75% (63–84)`` (our rule)."""
        value, low, high = (format_decimal(_percent(each)) for each in (self.value, self.low, self.high))
        return _("%(share)s%% (%(low)s–%(high)s)", share=value, low=low, high=high)


def share(part: int, whole: int) -> Share | None:
    """Return the share with its Wilson 95% interval, or ``None`` where nobody answered.

    The score interval without continuity correction: E. B. Wilson, "Probable
    inference, the law of succession, and statistical inference", Journal of
    the American Statistical Association 22 (1927), 209–212; recommended by
    R. G. Newcombe, Statistics in Medicine 17 (1998), 857–872, whose published
    values the tests use. It never leaves 0 to 1, and holds for few answers.

    Raises:
        ValueError: *part* is no part of *whole*.
    """
    if not 0 <= part <= whole:
        raise ValueError(f"{part} is no part of {whole}")
    if not whole:
        return None
    square = Z95 * Z95
    middle = part + square / 2
    reach = Z95 * math.sqrt(part * (whole - part) / whole + square / 4)
    # At none and at all the bound is exact, where the arithmetic misses it by its last digits.
    low = (middle - reach) / (whole + square) if part else 0.0
    high = (middle + reach) / (whole + square) if part < whole else 1.0
    return Share(part, whole, low, high)


def _percent(value: float) -> int:
    """A whole percentage, halves upwards as people round."""
    return math.floor(value * 100 + 0.5)
