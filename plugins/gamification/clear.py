"""When readers rate an article clear: the lower end of what the votes leave possible.

One vote per person, of the last 365 days: solved or thumbs up speaks for it,
partly, no or thumbs down does not. It becomes clear at one bound and stays so
down to a lower one, so that a single vote does not make it come and go.
"""

from __future__ import annotations

import math
from typing import Final

VOTES: Final = 12
"""The fewest votes of which an article can become clear."""
GAINED_FROM: Final = 0.70
LOST_BELOW: Final = 0.60
_Z: Final = 1.959964
"""The middle 95% of a normal distribution lie within so many standard deviations."""


def lower_bound(good: int, votes: int) -> float:
    """The lower end of the 95% interval of Wilson for the share of *good* among *votes*; 0 where none is good.

    Raises:
        ValueError: there are more good votes than votes, or fewer than none.
    """
    if not 0 <= good <= votes:
        raise ValueError(f"{good} of {votes} votes")
    if not good:
        return 0.0
    share, extra = good / votes, _Z**2 / votes
    spread = _Z * math.sqrt(share * (1 - share) / votes + extra / (4 * votes))
    return (share + extra / 2 - spread) / (1 + extra)


def is_clear(good: int, votes: int, *, was_clear: bool) -> bool:
    """Whether *good* of *votes* make an article clear, or let it stay so."""
    bound = lower_bound(good, votes)
    return bound >= LOST_BELOW if was_clear else votes >= VOTES and bound >= GAINED_FROM
