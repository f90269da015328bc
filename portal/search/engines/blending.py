"""Words and meaning in one score: the better the words fit, the more they decide.

Both are brought to a scale from 0 to 1 over what the person may read. The
share of meaning goes from ``LEAST``, where one document has all the words as
well as one could, to ``MOST``, where nothing has any. What comes of it changes
little between 0 and 0.5 for the one, and between 0.7 and 0.9 for the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from portal.search.engine import Closeness
from portal.search.engines.weights import IDENTIFIER_WEIGHT

LEAST, MOST = 0.2, 0.8
NEAREST: Final = 50
"""So many documents are found by meaning, whatever their words."""
SAME: Final = 1e-9
"""What differs by less in meaning is equally near."""
NEAR_ENOUGH: Final = 0.2
"""What is less near than this is not found by meaning."""


def blended(
    words: Sequence[float], most: float, near: Sequence[float], readable: bytes
) -> tuple[Sequence[float], Closeness | None]:
    """The score of each document by words and meaning together, and how close the best of them come.

    *words* are their scores by words, of which *most* is the highest that one
    could have; *near* is how near they are in meaning, not a number where that
    is unknown: those are ranked by words alone. What is not *readable* changes
    nothing. Where the query names a document by its number, words decide.
    """
    import numpy as np  # noqa: PLC0415 - there where something is near, and an extra elsewhere

    may = np.frombuffer(readable, dtype=np.uint8).astype(bool)
    by_words = np.where(may, np.asarray(words, dtype=np.float64), 0.0)
    by_meaning = np.asarray(near, dtype=np.float64)
    known = may & ~np.isnan(by_meaning)
    if not known.any():
        return words, None
    top = by_words.max()
    is_named = bool(top >= IDENTIFIER_WEIGHT)
    share = min(top / most, 1.0) if most else 0.0
    lowest, highest = by_meaning[known].min(), by_meaning[known].max()
    scaled_words = by_words / top if top else by_words
    spread = highest - lowest
    scaled = scaled_words.copy()
    scaled[known] = (by_meaning[known] - lowest) / spread if spread > SAME else 1.0
    weight = 0.0 if is_named else LEAST + (MOST - LEAST) * (1 - share)
    fused = (1 - weight) * scaled_words + weight * scaled
    candidates = np.flatnonzero(known & (by_meaning >= NEAR_ENOUGH))
    nearest = candidates[np.argsort(-by_meaning[candidates], kind="stable")[:NEAREST]]
    found = by_words > 0
    found[nearest] = True
    scores = np.where(found, np.maximum(fused, 1e-9), 0.0)
    return scores, Closeness(words=float(share), meaning=float(highest), is_named=is_named)  # type: ignore[return-value]


def ranked(
    scores: Sequence[float], readable: bytes, wanted: bytes, codes: Sequence[int], count: int
) -> tuple[list[tuple[float, int]], dict[int, int]]:
    """The best *count* documents that are *readable* and *wanted*, and how many readable ones match by their *codes*.

    Score and number, best first, oldest first among equals.
    """
    import numpy as np  # noqa: PLC0415 - there where something is near, and an extra elsewhere

    points = np.asarray(scores, dtype=np.float64)
    found = np.flatnonzero((points > 0) & np.frombuffer(readable, dtype=np.uint8).astype(bool))
    times = np.bincount(np.asarray(codes, dtype=np.int64)[found]) if len(found) else np.zeros(0, dtype=np.int64)
    kept = found[np.frombuffer(wanted, dtype=np.uint8)[found] > 0]
    if len(kept) > count:
        least = np.partition(points[kept], -count)[-count] if count else np.inf
        kept = kept[points[kept] >= least]
    best = kept[np.argsort(-points[kept], kind="stable")[:count]]
    top = [(float(points[number]), int(number)) for number in best]
    return top, {int(code): int(times[code]) for code in np.flatnonzero(times)}
