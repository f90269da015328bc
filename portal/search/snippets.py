"""Why something was found: the best passage of its text, with the words that matched marked.

Whatever comes out is safe HTML: every piece of text is escaped on its way out,
and ``<mark>`` is the only tag. Words are marked by their stems, so that
"passwords" is marked for "password".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from markupsafe import Markup, escape

from portal.search import analysis
from portal.search.query import Query

WIDTH: Final = 240
"""Characters of a snippet, about."""
READ_LIMIT: Final = 16_000
"""Characters of a text that are looked at."""
REPEAT_WORTH: Final = 0.1
"""What a word is worth in a passage that has it already, against 1 for a new one."""

_WHITE: Final = re.compile(r"\s+")
_SENTENCE_END: Final = re.compile(r"[.!?:]\s+|\n\s*")


@dataclass(frozen=True)
class _Span:
    """Where a word that matched stands, and by which stem."""

    start: int
    end: int
    stem: str


class _Reading(NamedTuple):
    """What a piece of text without white space holds: its stems, and each surface with its parts."""

    stems: frozenset[str]
    surfaces: tuple[tuple[_Span, tuple[_Span, ...]], ...]


class Highlighter:
    """Marks the words of one query; use one for all hits of a page, since it remembers words."""

    def __init__(self, query: Query) -> None:
        """Mark the words of *query*."""
        self._stems = {language: query.stems(language) for language in analysis.LANGUAGES}
        self._matching: dict[str, dict[str, list[_Span]]] = {language: {} for language in analysis.LANGUAGES}
        self._passed: dict[str, set[str]] = {language: set() for language in analysis.LANGUAGES}

    def mark(self, text: str, language: str = analysis.DEFAULT_LANGUAGE) -> Markup:
        """The whole of a short *text*, a title for instance, with the matching words marked."""
        return _marked(text, 0, len(text), self._spans(text, language))

    def snippet(self, text: str, language: str = analysis.DEFAULT_LANGUAGE, *, width: int = WIDTH) -> Markup:
        """About *width* characters of *text* around the best matches, or its beginning where nothing matches."""
        text = text[:READ_LIMIT].strip()
        spans = self._spans(text, language)
        start, end = _passage(text, spans, width)
        before = "… " if start > 0 else ""
        after = " …" if end < len(text) else ""
        return Markup(before) + _marked(text, start, end, spans) + Markup(after)  # noqa: S704 - fixed text

    def _spans(self, text: str, language: str) -> list[_Span]:
        """Every word of *text* that matches, in order."""
        language = analysis.known_language(language)
        stems, matching, passed = self._stems[language], self._matching[language], self._passed[language]
        # Cut at white space first: four times as fast as looking for words, and most are known from other texts.
        chunks = set(text.split())
        new = chunks - passed
        passed |= new
        for chunk in new:
            reading = _remembered(chunk, language) if len(chunk) <= analysis.PIECE_LIMIT else _read(chunk, language)
            if not stems.isdisjoint(reading.stems):
                matching[chunk] = _matches(reading, stems)
        places = ((place, chunk) for chunk in chunks & matching.keys() for place in _places(text, chunk))
        return [
            _Span(place + span.start, place + span.end, span.stem)
            for place, chunk in sorted(places)
            for span in matching[chunk]
        ]


def _matches(reading: _Reading, stems: frozenset[str]) -> list[_Span]:
    """What of a *reading* is in *stems*: whole surfaces, or some of their parts."""
    found: list[_Span] = []
    for whole, parts in reading.surfaces:
        if whole.stem in stems:
            found.append(whole)
        elif parts:
            found += [part for part in parts if part.stem in stems]
    return found


def _read(chunk: str, language: str) -> _Reading:
    """Read a *chunk* without white space. Parts are given where there are several."""
    surfaces: list[tuple[_Span, tuple[_Span, ...]]] = []
    for surface in analysis.surface_pattern(chunk).finditer(chunk):
        parts = tuple(
            _Span(part.start(), part.end(), _stem(part.group(), language))
            for part in analysis.PART.finditer(chunk, surface.start(), surface.end())
        )
        whole = _Span(surface.start(), surface.end(), _stem(surface.group(), language))
        surfaces.append((whole, parts if len(parts) > 1 else ()))
    stems = frozenset(span.stem for whole, parts in surfaces for span in (whole, *parts))
    return _Reading(stems, tuple(surfaces))


_remembered = lru_cache(maxsize=30_000)(_read)


def _stem(word: str, language: str) -> str:
    """The stem of *word* taken as a whole; nothing where only its parts are findable."""
    whole, *parts = analysis.pieces(analysis.clean(word).casefold()) or ("",)
    return "" if parts and whole != "".join(parts) else analysis.stem(whole, language)


def _places(text: str, chunk: str) -> Iterator[int]:
    """Where *chunk* stands in *text* between white space."""
    place = text.find(chunk)
    while place >= 0:
        end = place + len(chunk)
        if not text[place - 1 : place].strip() and not text[end : end + 1].strip():
            yield place
        place = text.find(chunk, end)


def _passage(text: str, spans: list[_Span], width: int) -> tuple[int, int]:
    """Start and end of the passage of about *width* characters that holds most."""
    if len(text) <= width:
        return 0, len(text)
    first, last = _densest(spans, width)
    room = max(0, width - (last - first))
    start = _start(text, first, room // 2)
    end = min(len(text), max(last, start + width))
    if end < len(text):
        blank = text.rfind(" ", last, end)
        end = blank if blank > start else end
    return start, end


def _densest(spans: list[_Span], width: int) -> tuple[int, int]:
    """From the first to the last match of the window that holds most different words."""
    best, best_worth = (0, 0), 0.0
    for place, span in enumerate(spans):
        stems: set[str] = set()
        worth = 0.0
        for other in spans[place : place + width]:
            if other.end - span.start > width:
                break
            worth += REPEAT_WORTH if other.stem in stems else 1.0
            stems.add(other.stem)
            if worth > best_worth:
                best, best_worth = (span.start, other.end), worth
    return best


def _start(text: str, first: int, room: int) -> int:
    """Where to begin, at most *room* before *first*: with a sentence if one begins there, else with a word."""
    earliest = max(0, first - room)
    if earliest == 0:
        return 0
    sentences = [match.end() for match in _SENTENCE_END.finditer(text, earliest, first)]
    if sentences:
        return sentences[0]
    blank = text.find(" ", earliest, first)
    return blank + 1 if blank >= 0 else first


def _marked(text: str, start: int, end: int, spans: list[_Span]) -> Markup:
    """*text* from *start* to *end* on one line, escaped, with *spans* marked."""
    out: list[str] = []
    place = start
    for span in spans:
        if span.start >= place and span.end <= end:
            out += [_line(text[place : span.start]), "<mark>", _line(text[span.start : span.end]), "</mark>"]
            place = span.end
    out.append(_line(text[place:end]))
    return Markup("".join(out))  # noqa: S704 - escaped by _line


def _line(text: str) -> str:
    return str(escape(_WHITE.sub(" ", analysis.visible(text))))
