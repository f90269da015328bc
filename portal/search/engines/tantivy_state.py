"""How documents lie in a tantivy index, and how it is asked.

Terms come ready from ``portal.search.analysis``, as for every engine; nothing
that a person typed is parsed.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cached_property
from math import log
from operator import attrgetter, itemgetter
from typing import Final

import tantivy
from tantivy import Occur
from tantivy import Query as Asking

from portal.search.analysis import LANGUAGES, identifier, known_language, spellings, surfaces, terms_of
from portal.search.documents import Access, Document
from portal.search.engine import Hit
from portal.search.engines.known import MASKS_KEPT, Known, Profile, hit, owner_term, shown
from portal.search.engines.weights import (
    BEGUN_TERMS,
    BEGUN_TITLE,
    BEGUN_WORDS,
    BEGUN_WORDS_MOST,
    FIELD_WEIGHTS,
    IDENTIFIER_WEIGHT,
    K1,
    TITLE_TIMES,
    begun_terms,
)
from portal.search.meaning.passages import digests
from portal.search.query import Form, Query, Word

_SCORE, _ADDRESS, _PART, _DOC = itemgetter(0), itemgetter(1), attrgetter("segment_ord"), attrgetter("doc")
LAYOUT: Final = "portal3"
META: Final = "meta.json"
"""tantivy's list of the parts of an index."""
MOST_PROFILES: Final = 60_000
SPARE: Final = 20
"""So many more are looked at than are wanted, since some of them are for others."""
_TERMS: Final = {"content": "freq", "title": "freq", "spelled": "basic", "begun_title": "basic", "begun_words": "basic"}


def schema() -> tantivy.Schema:
    """The fields of an index."""
    builder = tantivy.SchemaBuilder()
    for name, option in _TERMS.items():
        builder.add_text_field(name, tokenizer_name="whitespace", index_option=option)
    for name in ("owner", "ref"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("profile", stored=True, fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_unsigned_field("code", fast=True)
    builder.add_text_field("mark", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_bytes_field("passages", stored=True)
    builder.add_bytes_field("shown", stored=True)
    return builder.build()


class State:
    """One state of the index: a searcher that goes on seeing it, and what is known of its documents."""

    def __init__(
        self, searcher: tantivy.Searcher, schema: tantivy.Schema, stamp: tuple[int, int, int], total: int
    ) -> None:
        """*total* counts documents that are deleted and still there as well, as tantivy's own weights do."""
        self.searcher, self.schema, self.stamp, self.total = searcher, schema, stamp, total
        counts = searcher.aggregate(Asking.all_query(), {"p": {"terms": {"field": "profile", "size": MOST_PROFILES}}})
        packed = [each["key"].encode() for each in counts["p"]["buckets"]]
        self.profiles = {_code(each): Profile.unpack(each) for each in packed}
        """Each profile by what stands for it in the column ``code``."""
        self.languages = frozenset(profile.language for profile in self.profiles.values())
        self._words: dict[str, dict[int, list[str]]] = {}
        self._readable: dict[str, frozenset[int]] = {}
        self._lock = threading.Lock()

    def stems(self, stems: tuple[str, ...]) -> set[str]:
        """Those of the *stems* of a word that some document of this state could have."""
        return {stems[LANGUAGES.index(known_language(language))] for language in self.languages}

    def readable(self, access: Access) -> frozenset[int]:
        """The codes of the profiles that *access* may see."""
        key = access.key()
        codes = self._readable.get(key)
        if codes is None:
            codes = frozenset(code for code, each in self.profiles.items() if access.may_see(each))
            with self._lock:
                if len(self._readable) >= MASKS_KEPT:
                    self._readable.clear()
                self._readable[key] = codes
        return codes

    def best(self, asked: Asking, codes: Collection[int], count: int) -> list[tuple[float, tantivy.DocAddress]]:
        """The best *count* for *asked* of those whose profile has one of *codes*.

        What is not readable is left out here and not in the query, which would gather all that is for each question.
        """
        looked = 2 * count + SPARE
        while count:
            found = self.searcher.search(asked, limit=looked, count=False).hits
            of = self.searcher.fast_field_values("code", [address for _score, address in found])
            fit = [each for each, code in zip(found, of, strict=True) if code in codes]
            if len(fit) >= count or len(found) < looked:
                return fit[:count]
            looked *= 8
        return []

    def times(self, asked: Asking) -> dict[int, int]:
        """How many documents fit *asked*, for each code of a profile."""
        found = self.searcher.aggregate(asked, {"p": {"terms": {"field": "code", "size": MOST_PROFILES}}})
        return {int(each["key"]): each["doc_count"] for each in found["p"]["buckets"]}

    def word(self, field: str, text: str) -> Asking:
        """What holds *text* in *field*."""
        return Asking.term_query(self.schema, field, text, "freq" if field in FIELD_WEIGHTS else "basic")

    def part(self, letter: str, size: int) -> Sequence[str]:
        """The words as they are written that begin with *letter* and have *size* letters."""
        with self._lock:
            if letter not in self._words:
                words: defaultdict[int, list[str]] = defaultdict(list)
                for each, _count in self.searcher.terms_with_prefix("spelled", letter):
                    words[len(each)].append(each)
                self._words[letter] = dict(words)
        return self._words[letter].get(size, ())

    @cached_property
    def numbered(self) -> tuple[Known, Numbers, list[tantivy.DocAddress]]:
        """What is known of each document by its number, the number of each address, and the other way round.

        Reads each document once, so only who compares by meaning pays for it.
        """
        total = self.searcher.num_docs
        found = self.searcher.search(Asking.all_query(), limit=max(total, 1), count=False).hits
        addresses = sorted((each for _score, each in found), key=place)
        kept = [self.searcher.doc(each) for each in addresses]
        known = Known(
            [str(each.get_first("profile")).encode() for each in kept],
            [True] * len(kept),
            [kept_bytes(each, "passages") for each in kept],
        )
        return known, Numbers(addresses), addresses


class Numbers:
    """The number of each document by its address."""

    def __init__(self, addresses: Sequence[tantivy.DocAddress]) -> None:
        """Documents have their numbers in the order of *addresses*."""
        import numpy as np  # noqa: PLC0415 - there where something is near, and an extra elsewhere

        self._count = len(addresses)
        sizes: Counter[int] = Counter()
        for each in addresses:
            sizes[each.segment_ord] = max(sizes[each.segment_ord], each.doc + 1)
        self._starts = np.zeros(max(sizes, default=-1) + 2, dtype=np.int64)
        for part in sorted(sizes):
            self._starts[part + 1 :] += sizes[part]
        self._numbers = np.full(int(self._starts[-1]), -1, dtype=np.int64)
        for number, each in enumerate(addresses):
            self._numbers[self._starts[each.segment_ord] + each.doc] = number

    def spread(self, found: Sequence[tuple[float, tantivy.DocAddress]]) -> Sequence[float]:
        """The score of each document by its number, 0 for what was not found."""
        import numpy as np  # noqa: PLC0415 - the same

        count = len(found)
        addresses = list(map(_ADDRESS, found))
        parts = np.fromiter(map(_PART, addresses), dtype=np.int64, count=count)
        places = np.fromiter(map(_DOC, addresses), dtype=np.int64, count=count)
        scores = np.zeros(self._count)
        scores[self._numbers[self._starts[parts] + places]] = np.fromiter(map(_SCORE, found), dtype=float, count=count)
        return scores  # type: ignore[return-value]  # an array of them


def place(address: tantivy.DocAddress) -> tuple[int, int]:
    """An address as a key: the addresses that tantivy hands out are none."""
    return address.segment_ord, address.doc


def asked(state: State, query: Query) -> tuple[Asking | None, float]:
    """*query* as tantivy is asked, and the highest score that a document could have."""
    parts: list[Asking] = []
    plain = {stem for word in query.words if not word.forms for stem in state.stems(word.stems)}
    most = {}
    for stem in sorted(plain):
        clauses, most[stem] = _stem(state, stem)
        parts += clauses
    highest = 0.0
    for word in query.words:
        if word.forms:
            of_forms = [_form(state, each) for each in word.every]
            parts.append(Asking.disjunction_max_query([asking for asking, _most in of_forms]))
            highest += of_forms[0][1]
        else:
            highest += max((most[stem] for stem in state.stems(word.stems)), default=0.0)
        if word.is_identifier:
            parts.append(Asking.const_score_query(state.word("ref", word.text), IDENTIFIER_WEIGHT))
    if not parts:
        return None, highest
    return Asking.boolean_query([(Occur.Should, each) for each in parts]), highest


def _form(state: State, form: Form) -> tuple[Asking, float]:
    """One form of a word: its words share its weight. And the most that one of them gives."""
    clauses, highest = [], 0.0
    for stem in sorted({stem for stems in form.words for stem in state.stems(stems)}):
        some, most = _stem(state, stem, share=1 / len(form.words))
        clauses += some
        highest = max(highest, most)
    asking = Asking.boolean_query([(Occur.Should, each) for each in clauses])
    if form.service:
        of = [each.pack().decode() for each in state.profiles.values() if each.service == form.service]
        there = [(Occur.Should, Asking.const_score_query(state.word("profile", each), 0.0)) for each in sorted(of)]
        here = Asking.boolean_query(there) if there else Asking.empty_query()
        asking = Asking.boolean_query([(Occur.Must, asking), (Occur.Must, here)])
    return asking, highest


def _stem(state: State, stem: str, share: float = 1.0) -> tuple[list[Asking], float]:
    """A stem in each field, weighed as the portal weighs words: tantivy's own weight for rare ones is steeper."""
    total = state.total
    clauses, highest = [], 0.0
    for field, weight in FIELD_WEIGHTS.items():
        held = state.searcher.doc_freq(field, stem)
        rarity = (log(total / (held + 1)) + 1) * weight * share if total else 0.0
        highest += rarity * (K1 + 1)
        if held:
            theirs = log(1 + (total - held + 0.5) / (held + 0.5))
            clauses.append(Asking.boost_query(state.word(field, stem), rarity / theirs))
    return clauses or [Asking.empty_query()], highest


def begun(state: State, words: Sequence[str]) -> Asking | None:
    """What holds a beginning of each of *words*, the title first."""
    wanted = []
    for word in words[:BEGUN_WORDS_MOST]:
        some = [
            Asking.const_score_query(state.word(field, term), worth)
            for field, worth in (("begun_title", BEGUN_TITLE), ("begun_words", BEGUN_WORDS))
            for term, _count in state.searcher.terms_with_prefix(field, word, limit=BEGUN_TERMS)
        ]
        if not some:
            return None
        wanted.append((Occur.Must, Asking.disjunction_max_query(some)))
    return Asking.boolean_query(wanted) if wanted else None


def knows(state: State, word: Word, codes: Collection[int]) -> bool:
    """Whether something whose profile has one of *codes* holds *word* in any form of its language."""
    held = [stem for stem in sorted(state.stems(word.stems)) if state.searcher.doc_freq("content", stem)]
    return any(state.best(state.word("content", stem), codes, 1) for stem in held)


def spelled(state: State, each: Form, codes: Collection[int]) -> int:
    """How many documents with one of *codes* hold a form; 0 unless one of them writes it just so."""
    stems = sorted({stem for stems in each.words for stem in state.stems(stems)})
    held = Asking.boolean_query([(Occur.Should, state.word("content", stem)) for stem in stems])
    written = Asking.boolean_query([(Occur.Must, state.word("spelled", each.text)), (Occur.Must, held)])
    if not stems or not state.best(written, codes, 1):
        return 0
    return sum(count for code, count in state.times(held).items() if code in codes)


def row(document: Document) -> tantivy.Document:
    """What is written for one document."""
    above = Counter(surfaces("\n".join((document.title, *document.words))))
    below = Counter(surfaces("\n".join((document.body, *document.tags, *document.finds))))
    title, content = terms_of(above, document.language), terms_of(below, document.language)
    for term, times in title.items():
        content[term] += TITLE_TIMES * times
    values = [*shown(document)]
    values[-1] = document.updated_at.isoformat()
    row = tantivy.Document()
    row.add_text("owner", owner_term(document.owner))
    row.add_text("ref", identifier(document.ref))
    row.add_text("content", " ".join(content.elements()))
    row.add_text("title", " ".join(title.elements()))
    row.add_text("spelled", " ".join(sorted(spellings({*above, *below}))))
    begun = begun_terms(document)
    row.add_text("begun_title", " ".join(word for word, worth in begun.items() if worth == BEGUN_TITLE))
    row.add_text("begun_words", " ".join(word for word, worth in begun.items() if worth != BEGUN_TITLE))
    profile = Profile.of(document).pack()
    row.add_text("profile", profile.decode())
    row.add_unsigned("code", _code(profile))
    row.add_text("mark", f"{document.fingerprint()} {document.key}")
    row.add_bytes("passages", digests(document))
    row.add_bytes("shown", json.dumps(values).encode())
    return row


def _code(profile: bytes) -> int:
    """A number for a packed profile, that tells it from every other one."""
    return int.from_bytes(hashlib.blake2b(profile, digest_size=8).digest(), "big") >> 1


def found_hit(kept: tantivy.Document, score: float) -> Hit:
    """What is answered for one document."""
    values = json.loads(kept_bytes(kept, "shown"))
    values[-1] = datetime.fromisoformat(values[-1])
    return hit(tuple(values), score)


def kept_bytes(kept: tantivy.Document, field: str) -> bytes:
    """A field of bytes; none where it is empty."""
    return bytes(kept.get_first(field) or b"")
