"""Words that mean the same, so that people find with theirs what others wrote with other ones."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

from portal.search.query import Form, Query, Word, form, words_in

SHIPPED: Final = Path(__file__).with_name("synonyms.toml")
SHORT: Final = "short"


@dataclass(frozen=True)
class Synonyms:
    """For each phrase, as the words of a query, the forms that it is looked for in as well."""

    of: Mapping[tuple[str, ...], tuple[Form, ...]]
    longest: int


def expanded(query: Query, synonyms: Synonyms) -> Query:
    """*query* with what its words mean as well: a phrase gives its forms to its last word."""
    texts = tuple(word.text for word in query.words)
    words = list(query.words)
    for end in range(1, len(texts) + 1):
        found: dict[Form, None] = {}
        for length in range(1, min(synonyms.longest, end) + 1):
            found |= dict.fromkeys(synonyms.of.get(texts[end - length : end], ()))
        if found:
            words[end - 1] = _with(words[end - 1], tuple(found))
    return replace(query, words=tuple(words))


def _with(word: Word, forms: tuple[Form, ...]) -> Word:
    return replace(word, forms=(*word.forms, *forms))


@lru_cache(maxsize=1)
def shipped() -> Synonyms:
    """The words of the field that come with the portal."""
    return read(SHIPPED.read_text(encoding="utf-8"))


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Phrases that mean something else: *typed* is looked for as *meant* as well, and each as all if *both* ways.

    With a *service* only in documents of that service.
    """

    typed: tuple[str, ...]
    meant: tuple[str, ...]
    both: bool = False
    service: str = ""


def with_own(known: Synonyms, pairs: Iterable[Pair]) -> Synonyms:
    """*known* with *pairs* on top."""
    of: defaultdict[tuple[str, ...], dict[Form, None]] = defaultdict(dict)
    for words, forms in known.of.items():
        of[words] |= dict.fromkeys(forms)
    for pair in pairs:
        every = dict.fromkeys((*pair.typed, *pair.meant)) if pair.both else pair.meant
        for typed in every if pair.both else pair.typed:
            of[words_in(typed)] |= dict.fromkeys(form(other, pair.service) for other in every if other != typed)
    return _made(of)


def _made(of: Mapping[tuple[str, ...], Mapping[Form, None]]) -> Synonyms:
    known = {words: tuple(forms) for words, forms in of.items() if words}
    return Synonyms(known, max(map(len, known), default=0))


def read(text: str) -> Synonyms:
    """Read a list of synonyms: a table of short words, and tables of groups that are alike."""
    tables = tomllib.loads(text)
    of: defaultdict[tuple[str, ...], dict[Form, None]] = defaultdict(dict)
    for typed, meant in tables.pop(SHORT, {}).items():
        of[words_in(typed)] |= dict.fromkeys(map(form, meant))
    for groups in tables.values():
        for group in groups.values():
            for typed in group:
                of[words_in(typed)] |= dict.fromkeys(form(other) for other in group if other != typed)
    return _made(of)
