"""Words of a language that are right as they are typed, although no page has them: they are not corrected.

Without this, “trash” would be read as “task” wherever no page speaks of trash.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from spellchecker import SpellChecker

from portal.search import analysis

LEAST_FREQUENT: Final = 50
"""How often a word stands in the texts that the lists were counted in; what is rarer is a slip itself, often."""


def is_real(word: str) -> bool:
    """Whether *word*, lower case without accents, is a word of one of the languages that are read here.

    The first call in a process reads the lists, which takes most of a second.
    """
    return word in _words()


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    found: set[str] = set()
    for language in analysis.LANGUAGES:
        counts = SpellChecker(language=language).word_frequency.dictionary
        found.update(analysis.fold(word) for word, times in counts.items() if times >= LEAST_FREQUENT)
    return frozenset(found)
