"""What a person meant who mistyped: words that nothing readable holds are looked for in the forms that it does.

The word itself stays in the query, and a word that is right as it is stays alone. Only words that stand in what this
person may read are tried, so that no correction tells of a page that is for others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from portal.search.documents import Access
from portal.search.query import Query, Word, form
from portal.search.real_words import is_real


class Speller(Protocol):
    """What knows the words of an index."""

    def spellings(self, query: Query, access: Access) -> dict[str, tuple[str, ...]]:
        """See ``Engine``."""


def understood(query: Query, speller: Speller, access: Access) -> Query:
    """*query* with other forms of those words that nothing holds which a person may read.

    Raises:
        IndexUnusable: the index cannot be read.
    """
    told = speller.spellings(query, access) if query.words else {}
    found = {word: forms for word, forms in told.items() if not is_real(word)}
    if not found:
        return query
    return replace(query, words=tuple(_read_as(each, found.get(each.text, ())) for each in query.words))


def _read_as(word: Word, others: Sequence[str]) -> Word:
    if not others or word.forms:  # whose meaning is known is no slip
        return word
    return replace(word, forms=tuple(map(form, others)), read_as=others[0])


def corrections(query: Query) -> tuple[tuple[str, str], ...]:
    """Each word that was not known, and what it was read as first."""
    return tuple((word.text, word.read_as) for word in query.words if word.read_as)
