"""Whether somebody wrote this already: how alike a title being typed is to what there is.

Words count by their stems, as in the search, and the more the fewer of the
candidates have them. Nothing here reads the database: candidates are what
the caller may show to whoever is typing.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from portal.search.analysis import is_stop_word, surfaces, term_counts

ALIKE = 0.38
"""The score from which a candidate is worth showing."""
COVERED = 0.8
"""What it is worth that all words are found somewhere in a candidate, and not in one phrase of it."""


@dataclass(frozen=True)
class Candidate:
    """Something that is written already, or is being written; *key* is the caller's."""

    key: str
    title: str
    words: tuple[str, ...] = ()
    language: str = "en"


@dataclass(frozen=True)
class Similar:
    """A candidate, and how alike it is: from 0, nothing in common, to 1, the same words."""

    candidate: Candidate
    score: float


def similar(
    title: str, candidates: Iterable[Candidate], *, language: str = "en", least: float = ALIKE, limit: int = 5
) -> list[Similar]:
    """Return the candidates that are like *title*, the most alike first; at equal scores by their keys."""
    typed = _terms(title, language)
    written = [(candidate, _phrases(candidate)) for candidate in candidates]
    rarity = _Rarity([frozenset().union(*phrases) for _candidate, phrases in written])
    scored = [Similar(candidate, round(_score(typed, phrases, rarity), 4)) for candidate, phrases in written]
    found = [each for each in scored if each.score >= least]
    return sorted(found, key=lambda each: (-each.score, each.candidate.key))[:limit]


def _phrases(candidate: Candidate) -> list[frozenset[str]]:
    return [_terms(text, candidate.language) for text in (candidate.title, *candidate.words)]


def _terms(text: str, language: str) -> frozenset[str]:
    """The stems of what *text* is about; all of its words where none of them is telling."""
    telling = " ".join(word for word in surfaces(text) if not is_stop_word(word.replace("'", "").replace("’", "")))
    return frozenset(term_counts(telling or text, language))


class _Rarity:
    """How much a term says: the more, the fewer candidates have it."""

    def __init__(self, documents: list[frozenset[str]]) -> None:
        """Count the terms of all *documents*."""
        self.count = len(documents)
        self.having: Mapping[str, int] = Counter(term for document in documents for term in document)

    def of(self, terms: Iterable[str]) -> float:
        """Return what *terms* say together."""
        return math.fsum(math.log(1 + (self.count + 1) / (1 + self.having.get(term, 0))) for term in terms)


def _score(typed: frozenset[str], phrases: list[frozenset[str]], rarity: _Rarity) -> float:
    """The likeness to the most alike phrase, or to all of them together."""
    whole = rarity.of(typed)
    if not whole:
        return 0.0
    best = max((2 * rarity.of(typed & phrase) / (whole + rarity.of(phrase)) for phrase in phrases if phrase), default=0)
    covered = rarity.of(typed & frozenset().union(*phrases)) / whole
    return max(best, COVERED * covered)
