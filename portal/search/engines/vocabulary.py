"""The words of an index as they are written, for whoever mistyped one.

Which of them a person may be told is not decided here: a word that stands only
in what they may not read is as far away for them as one that stands nowhere.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA
from whoosh.reading import IndexReader

from portal.search.analysis import LONGEST_SPELLED, SHORTEST_SPELLED, is_stop_word

SPELLINGS: Final = 3
"""So many words are tried for one that is not known."""
ONE_SLIP: Final = 4
TWO_SLIPS: Final = 8
"""Letters of a word from which on one letter may be wrong, missing, too much or changed about, or two of them.

In a shorter one two may be changed about: “usr” is no slip for “use”, and “vnp” is one for “vpn”.
"""
MOST_NEAR: Final = 50
"""Words of one distance that are looked at."""
SEGMENTS: Final = 64


Part = Callable[[str, int], Sequence[str]]
"""The words of a part of an index that begin with a letter and have so many letters."""


def near(word: str, parts: Iterable[Part]) -> list[list[str]]:
    """The words in *parts* that are one slip from *word*, and those that are two; none with another first letter."""
    if not SHORTEST_SPELLED <= len(word) <= LONGEST_SPELLED or not word.isalpha():
        return []
    most = 2 if len(word) >= TWO_SLIPS else 1
    found: list[set[str]] = [set() for _distance in range(most)]
    for part in parts:
        some = [each for size in range(-most, most + 1) for each in part(word[0], len(word) + size)]
        for each, distance, _place in process.extract(
            word, some, scorer=OSA.distance, score_cutoff=most, limit=MOST_NEAR
        ):
            is_slip = len(word) >= ONE_SLIP or sorted(each) == sorted(word)
            if distance and is_slip and not is_stop_word(each):
                found[int(distance) - 1].add(each)
    return [sorted(each) for each in found]


def _begun(of: Mapping[tuple[str, int], Sequence[str]], letter: str, size: int) -> Sequence[str]:
    return of.get((letter, size), ())


class Vocabulary:
    """The words of each part of an index by first letter and length; a part that stays is read once."""

    def __init__(self) -> None:
        """Nothing is read yet."""
        self._words: dict[str, dict[tuple[str, int], list[str]]] = {}
        self._lock = threading.Lock()

    def near(self, reader: IndexReader, word: str) -> list[list[str]]:
        """The words that are one slip from *word*, and those that are two; none that begins with another letter."""
        parts = [self._of(leaf) for leaf, _offset in reader.leaf_readers() if leaf.doc_count_all()]
        return near(word, [partial(_begun, of) for of in parts])

    def _of(self, leaf: IndexReader) -> dict[tuple[str, int], list[str]]:
        name = leaf.segment().segment_id()
        with self._lock:
            if name not in self._words:
                while len(self._words) >= SEGMENTS:
                    self._words.pop(next(iter(self._words)))
                words: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
                column = leaf.column_reader("spelled", translate=False)
                for each in sorted({word for packed in column for word in packed.split()}):
                    word = each.decode()
                    words[word[0], len(word)].append(word)
                self._words[name] = dict(words)
            return self._words[name]
