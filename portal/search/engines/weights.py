"""How much words weigh, in every engine: BM25 over a field of all words, and once more over titles."""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

from portal.search.analysis import beginnings
from portal.search.documents import Document

K1: Final = 1.2
B: Final = 0.75
FIELD_WEIGHTS: Final = {"content": 1.0, "title": 0.5}
TITLE_TIMES: Final = 2
"""How often title and users' words count in ``content``, against once for the body."""
IDENTIFIER_WEIGHT: Final = 100.0
"""Above every score that words can reach: who types an id wants that thing first."""

BEGUN_TITLE, BEGUN_WORDS = 2.0, 1.0
"""What a word is worth that begins as somebody typed: in the title, and in the users' words."""
BEGUN_WORDS_MOST: Final = 6
"""Words of what is being typed that are looked at."""
BEGUN_TERMS: Final = 200
"""Words that begin alike and are looked at."""

_EXACT: Final = 24
_LENGTHS: Final[list[int]] = [
    *range(_EXACT),
    *(_EXACT + ((bits & 7 | 8) << (bits >> 3) - 1 if bits >> 3 else bits) for bits in range(256 - _EXACT)),
]


def kept_length(length: int) -> int:
    """The length of a field as it counts: exact up to 40, then in steps of at most an eighth, as Lucene keeps it.

    One engine cannot do otherwise, and all are to answer alike.
    """
    return _LENGTHS[bisect_right(_LENGTHS, length) - 1]


def begun_terms(document: Document) -> dict[str, float]:
    """The words of the title and of the users' words, each with what it is worth to somebody who types."""
    of_words = dict.fromkeys(beginnings(" ".join(document.words)), BEGUN_WORDS)
    return of_words | dict.fromkeys(beginnings(document.title), BEGUN_TITLE)
