"""Gaps: searches of several people that found nothing which helped, taken together where they ask for the same.

The rules are those of section 2.4 of the rules of recognition: normalised searches (stop words left out, stemmed,
synonyms folded) belong together where they share six tenths of their words (Jaccard); a gap is open once three
different people who do not write articles asked for it within thirty days.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from portal.search.analysis import LANGUAGES, fold, is_stop_word, known_language, pieces, surfaces
from portal.search.query import Form, Word, parse
from portal.search.synonyms import Synonyms, expanded

PEOPLE: Final = 3
"""So many different people make a gap, close one, and must have typed a word before it is shown."""
WITHIN: Final = timedelta(days=30)
ALIKE: Final = 0.6
CLAIMED_FOR: Final = timedelta(days=14)
CLOSES_WITHIN: Final = timedelta(days=60)
YOUNG: Final = timedelta(hours=24)
"""So long somebody who searched for it cannot claim it."""
REASON_LENGTH: Final = 400
REF_LENGTH: Final = 80


@dataclass(frozen=True, kw_only=True)
class Said:
    """One search: what was typed, by which mark, when."""

    words: str
    language: str
    asker: str
    at: datetime


@dataclass
class Cluster:
    """Searches that ask for the same; *stems* are those of the first, which the others are compared with."""

    stems: frozenset[str]
    said: list[Said] = field(default_factory=list)

    @property
    def askers(self) -> set[str]:
        """The different people."""
        return {each.asker for each in self.said}

    @property
    def first_at(self) -> datetime:
        """When the first of them asked."""
        return min(each.at for each in self.said)

    @property
    def last_at(self) -> datetime:
        """When the last of them asked."""
        return max(each.at for each in self.said)


class Folding:
    """Turns searches into what they are compared by, each once."""

    def __init__(self, synonyms: Synonyms) -> None:
        """Take words for one that mean the same by *synonyms*."""
        self._synonyms = synonyms
        self._known: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {}

    def stems(self, words: str, language: str) -> frozenset[str]:
        """What a search is compared by: its stems in *language*, words that mean the same as one of them."""
        return frozenset(stem for stem, _word in self.pairs(words, language))

    def pairs(self, words: str, language: str) -> tuple[tuple[str, str], ...]:
        """The stem of each word of a search, and the word as it was typed."""
        key = (words, known_language(language))
        if key not in self._known:
            self._known[key] = tuple(_pairs(*key, self._synonyms))
        return self._known[key]


def share(one: Collection[str], other: Collection[str]) -> float:
    """How much two searches have in common, from 0 to 1 (Jaccard)."""
    both = set(one) & set(other)
    return len(both) / (len(one) + len(other) - len(both)) if both else 0.0


def best(stems: frozenset[str], among: Iterable[tuple[int, Collection[str]]]) -> int | None:
    """Which of *among*, each with its number, asks for the same; the most like it, of equal ones the first."""
    found = [(share(stems, other), -number) for number, other in among]
    most, number = max(found, default=(0.0, 0))
    return -number if most >= ALIKE else None


def clusters(said: Sequence[Said], folding: Folding) -> list[Cluster]:
    """Take together what asks for the same, in the order in which it was asked first."""
    found: list[Cluster] = []
    by_stem: defaultdict[str, set[int]] = defaultdict(set)
    by_stems: dict[frozenset[str], int] = {}
    for each in sorted(said, key=lambda each: (each.at, each.words, each.asker)):
        stems = folding.stems(each.words, each.language)
        if not stems:
            continue
        if stems not in by_stems:
            near = sorted({number for stem in stems for number in by_stem[stem]})
            number = best(stems, ((place, found[place].stems) for place in near))
            if number is None:
                number = len(found)
                found.append(Cluster(stems))
                for stem in stems:
                    by_stem[stem].add(number)
            by_stems[stems] = number
        found[by_stems[stems]].said.append(each)
    return found


def shown(said: Sequence[Said], folding: Folding) -> tuple[str, frozenset[str]]:
    """What may be shown of searches: the most frequent one, without any word that fewer than ``PEOPLE`` typed.

    And the stems of what is left. Both are empty where no word was typed by so many.
    """
    typed: defaultdict[str, set[str]] = defaultdict(set)
    for each in said:
        for stem in folding.stems(each.words, each.language):
            typed[stem].add(each.asker)
    common = {stem for stem, askers in typed.items() if len(askers) >= PEOPLE}
    times = Counter((each.words, each.language) for each in said)
    candidates = []
    for (words, language), count in times.items():
        pairs = folding.pairs(words, language)
        kept = {word for stem, word in pairs if stem in common}
        stems = frozenset(stem for stem, _word in pairs if stem in common)
        candidates.append((len(stems), count, _only(words, kept), stems))
    nothing: tuple[int, int, str, frozenset[str]] = (0, 0, "", frozenset())
    _most, _count, text, stems = max(candidates, key=lambda each: (each[0], each[1], each[2]), default=nothing)
    return text, stems


def _only(words: str, kept: Collection[str]) -> str:
    """What was typed without any telling word that is not to be *kept*."""
    return " ".join(surface for surface in words.split() if _tells_only(surface, kept))


def _tells_only(typed: str, kept: Collection[str]) -> bool:
    pieces = [piece for surface in surfaces(typed) for piece in _parts(surface)]
    return bool(pieces) and all(is_stop_word(piece) or fold(piece) in kept for piece in pieces)


def _parts(surface: str) -> tuple[str, ...]:
    """The parts of a compound without all of them joined."""
    found = pieces(surface)
    return found[1:] or found


def _pairs(words: str, language: str, synonyms: Synonyms) -> Iterator[tuple[str, str]]:
    place = LANGUAGES.index(language)
    query = expanded(parse(words), synonyms)
    texts = {each.text for each in query.words}
    # “sign-in” is “signin” and “sign”: the parts say enough.
    joined = {text for text in texts if any(text != each and text.startswith(each) for each in texts)}
    for word in query.words:
        if word.text not in joined or word.forms:
            for stem in _folded(word, place, synonyms):
                yield stem, word.text


def _folded(word: Word, place: int, synonyms: Synonyms) -> tuple[str, ...]:
    """The stems that stand for a word: of those that mean the same the first, so that all of them agree."""
    own = (word.stems[place],)
    if not word.forms:
        return own
    forms = [form for form in word.forms if not form.service]
    others = [tuple(stems[place] for stems in form.words) for form in forms] or [own]
    if any(_means(form, word, synonyms) for form in forms):
        others.append(own)
    return min(others)


def _means(form: Form, word: Word, synonyms: Synonyms) -> bool:
    """Whether *form* is looked for as *word* as well, and not only the other way round."""
    return any(other.text == word.text for other in synonyms.of.get(tuple(form.text.split()), ()))
