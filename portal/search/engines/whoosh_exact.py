"""Scoring every match, which makes the top ten exact and the counts free.

Whoosh's own ``search(limit=10)`` returns wrong top tens for many queries: its
collector swaps the matcher for a cheaper one while it runs. Here the postings
of each term are read block by block and added up in one array, document by
document; nothing is skipped, so nothing can be missed.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from itertools import islice
from math import log
from operator import add, mul
from typing import TypeAlias

from whoosh.matching import Matcher
from whoosh.matching.wrappers import WrappingMatcher
from whoosh.reading import IndexReader, TermNotFound

from portal.search.analysis import LANGUAGES, known_language
from portal.search.engines.known import Known
from portal.search.engines.weights import (
    BEGUN_TERMS,
    BEGUN_WORDS_MOST,
    FIELD_WEIGHTS,
    IDENTIFIER_WEIGHT,
    K1,
    B,
    kept_length,
)
from portal.search.engines.whoosh_layout import lengths
from portal.search.query import Form, Query, Word

Segments: TypeAlias = list[tuple[IndexReader, int]]
Block: TypeAlias = tuple[Sequence[int], Sequence[float]]
"""Part of a posting list: document numbers, and the weight of the term in each."""


class Generation(Known):
    """What is known of every document of one state of the index, shared by all threads."""

    def __init__(self, reader: IndexReader) -> None:
        """Read rights and lengths of every document once."""
        self.number = generation_of(reader)
        profiles: list[bytes] = []
        passages: list[bytes] = []
        live: list[bool] = []
        packed_lengths = bytearray()
        for leaf, _offset in leaves(reader):
            profiles.extend(leaf.column_reader("profile", translate=False))
            passages.extend(leaf.column_reader("passages", translate=False))
            packed_lengths += b"".join(leaf.column_reader("lengths", translate=False))
            live += (not leaf.is_deleted(number) for number in range(leaf.doc_count_all()))
        super().__init__(profiles, live, passages)
        content, title = lengths(bytes(packed_lengths))
        self.norms = {"content": _norms(content), "title": _norms(title)}
        """For each field and document number what its length does to a score."""


def _norms(field_lengths: Sequence[int]) -> array[float]:
    average = sum(field_lengths) / len(field_lengths) if any(field_lengths) else 1.0
    return array("d", (K1 * (1 - B + B * kept_length(length) / average) for length in field_lengths))


def generation_of(reader: IndexReader) -> int:
    """The number of the state that *reader* reads; an empty index has none and counts as -1."""
    number = reader.generation()
    return -1 if number is None else int(number)


def leaves(reader: IndexReader) -> Iterator[tuple[IndexReader, int]]:
    """Each segment that holds documents, and the number of its first document."""
    return ((leaf, offset) for leaf, offset in reader.leaf_readers() if leaf.doc_count_all())


def score(reader: IndexReader, known: Generation, query: Query) -> tuple[list[float], float]:
    """The score of every document for *query*, 0 where nothing matches: BM25 over all its terms.

    And the highest that a document could have that holds each word as often as one likes.
    """
    scores = [0.0] * len(known.codes)
    segments = list(leaves(reader))
    plain = {stem for word in query.words if not word.forms for stem in _stems(word.stems, known)}
    most = {stem: _add_stem(scores, segments, known, stem) for stem in sorted(plain)}
    highest = 0.0
    for word in query.words:
        of_word = _add_best(scores, segments, known, word) if word.forms else 0.0
        highest += of_word or max((most[stem] for stem in _stems(word.stems, known)), default=0.0)
    for word in query.words:
        if word.is_identifier:
            for numbers, _weights in _postings(segments, "ref", word.text):
                for number in numbers:
                    scores[number] += IDENTIFIER_WEIGHT
    return scores, highest


def knows(reader: IndexReader, known: Generation, word: Word, mask: bytes) -> bool:
    """Whether a document that *mask* lets through holds *word* in any form of its language."""
    segments = list(leaves(reader))
    blocks = (block for stem in _stems(word.stems, known) for block in _postings(segments, "content", stem))
    return any(mask[number] for numbers, _weights in blocks for number in numbers)


def spelled(reader: IndexReader, known: Generation, form: Form, mask: bytes) -> int:
    """How many documents that *mask* lets through hold *form*; 0 unless one of them writes it just so."""
    segments, written = list(leaves(reader)), f" {form.text} ".encode()
    blocks = [
        block for stems in form.words for stem in _stems(stems, known) for block in _postings(segments, "content", stem)
    ]
    found = {number for numbers, _weights in blocks for number in numbers if mask[number]}
    columns = [(offset, leaf.column_reader("spelled", translate=False)) for leaf, offset in segments]
    for number in found:
        offset, column = next(each for each in reversed(columns) if each[0] <= number)
        if written in column[number - offset]:
            return len(found)
    return 0


def begun(reader: IndexReader, words: Sequence[str], mask: bytes) -> dict[int, float]:
    """The documents that *mask* lets through and that hold a beginning of each of *words*, with what that is worth."""
    segments = list(leaves(reader))
    found: dict[int, float] | None = None
    for word in words[:BEGUN_WORDS_MOST]:
        of_word: dict[int, float] = {}
        for term in islice(reader.expand_prefix("begun", word.encode()), BEGUN_TERMS):
            for numbers, weights in _postings(segments, "begun", term.decode()):
                for number, weight in zip(numbers, weights, strict=True):
                    if mask[number] and weight > of_word.get(number, 0.0):
                        of_word[number] = weight
        found = of_word if found is None else {each: found[each] + of_word[each] for each in found if each in of_word}
    return found or {}


def _stems(stems: tuple[str, ...], known: Generation) -> set[str]:
    return {stems[LANGUAGES.index(known_language(language))] for language in known.languages}


def _add_best(scores: list[float], segments: Segments, known: Generation, word: Word) -> float:
    """Add what a word with several forms gives: in each document that of the form which gives most.

    Return the most that the word itself can give.
    """
    best_of = [0.0] * len(scores)
    highest = 0.0
    for place, form in enumerate(word.every):
        of_form = [0.0] * len(scores)
        for stem in sorted({stem for stems in form.words for stem in _stems(stems, known)}):
            most = _add_stem(of_form, segments, known, stem, share=1 / len(form.words))
            highest = max(highest, most) if place == 0 else highest
        if form.service:
            of_form = list(map(mul, of_form, known.wanted({"service": form.service})))
        best_of = list(map(max, best_of, of_form))
    scores[:] = map(add, scores, best_of)
    return highest


def _add_stem(scores: list[float], segments: Segments, known: Generation, stem: str, share: float = 1.0) -> float:
    """Add what a stem gives to each document; return the most that it can give."""
    return sum(
        _add(scores, list(_postings(segments, field, stem)), weight * share, known.norms[field])
        for field, weight in FIELD_WEIGHTS.items()
    )


def _add(scores: list[float], blocks: list[Block], weight: float, norms: array[float]) -> float:
    """Add what one term in one field, found in *blocks*, gives to each document; return the most that it can give."""
    frequency = sum(len(numbers) for numbers, _weights in blocks)
    rarity = (log(len(scores) / (frequency + 1)) + 1) * weight * (K1 + 1)
    for numbers, weights in blocks:
        for number, times in zip(numbers, weights, strict=True):
            scores[number] += rarity * times / (times + norms[number])
    return rarity


def _postings(segments: Segments, field: str, term: str) -> Iterator[Block]:
    """Document numbers and weights of one term, block by block."""
    for leaf, offset in segments:
        try:
            matcher = leaf.postings(field, term.encode())
        except TermNotFound:
            continue
        while isinstance(matcher, WrappingMatcher):
            matcher = matcher.child  # it leaves out deleted documents, which no mask lets through
        for numbers, weights in _blocks(matcher):
            yield [number + offset for number in numbers] if offset else numbers, weights


def _blocks(matcher: Matcher) -> Iterator[Block]:
    """The blocks of one posting list.

    Whoosh offers postings one by one, at four calls each; its blocks are ten times as fast.
    """
    while matcher.is_active():
        matcher._read_ids()  # noqa: SLF001 - there is no public way to a whole block
        matcher._read_weights()  # noqa: SLF001 - the same
        yield matcher._ids, matcher._weights  # noqa: SLF001 - the same
        matcher._next_block()  # noqa: SLF001 - the same
