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

LEAST, MOST = 0.2, 0.8
NEAREST: Final = 50
"""So many documents are found by meaning, whatever their words."""
NEAR_ENOUGH: Final = 0.2
"""What is less near than this is not found by meaning."""


def blended(
    words: Sequence[float], most: float, near: Sequence[float], readable: bytes, *, is_named: bool
) -> tuple[Sequence[float], Closeness | None]:
    """The score of each document by words and meaning together, and how close the best of them come.

    *words* are their scores by words, of which *most* is the highest that one
    could have; *near* is how near they are in meaning, not a number where that
    is unknown: those are ranked by words alone. What is not *readable* changes
    nothing. *is_named*: the query names a document, which words decide then.
    """
    import numpy as np  # noqa: PLC0415 - there where something is near, and an extra elsewhere

    may = np.frombuffer(readable, dtype=np.uint8).astype(bool)
    by_words = np.where(may, np.asarray(words, dtype=np.float64), 0.0)
    by_meaning = np.asarray(near, dtype=np.float64)
    known = may & ~np.isnan(by_meaning)
    if not known.any():
        return words, None
    top = by_words.max()
    share = min(top / most, 1.0) if most else 0.0
    lowest, highest = by_meaning[known].min(), by_meaning[known].max()
    scaled_words = by_words / top if top else by_words
    spread = highest - lowest
    scaled = np.where(known, (by_meaning - lowest) / spread if spread else 1.0, scaled_words)
    weight = 0.0 if is_named else LEAST + (MOST - LEAST) * (1 - share)
    fused = (1 - weight) * scaled_words + weight * scaled
    candidates = np.flatnonzero(known & (by_meaning >= NEAR_ENOUGH))
    nearest = candidates[np.argsort(-by_meaning[candidates], kind="stable")[:NEAREST]]
    found = by_words > 0
    found[nearest] = True
    scores: list[float] = np.where(found, np.maximum(fused, 1e-9), 0.0).tolist()
    return scores, Closeness(words=float(share), meaning=float(highest), is_named=is_named)
