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
from typing import Final, TypeAlias

from markupsafe import Markup, escape

from portal.search import analysis
from portal.search.query import Query

WIDTH: Final = 240
"""Characters of a snippet, about."""
READ_LIMIT: Final = 30_000
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


_Reading: TypeAlias = tuple[tuple[_Span, tuple[_Span, ...]], ...]


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
        for chunk in chunks - passed - matching.keys():
            spans = _matches(_reading(chunk, language), stems)
            if spans:
                matching[chunk] = spans
            else:
                passed.add(chunk)
        places = ((place, chunk) for chunk in chunks & matching.keys() for place in _places(text, chunk))
        return [
            _Span(place + span.start, place + span.end, span.stem)
            for place, chunk in sorted(places)
            for span in matching[chunk]
        ]


def _matches(reading: _Reading, stems: frozenset[str]) -> list[_Span]:
    """What of a *reading* is in *stems*: whole surfaces, or some of their parts."""
    found: list[_Span] = []
    for whole, parts in reading:
        if whole.stem in stems:
            found.append(whole)
        elif parts:
            found += [part for part in parts if part.stem in stems]
    return found


@lru_cache(maxsize=30_000)
def _reading(chunk: str, language: str) -> _Reading:
    """Each surface of a *chunk* without white space, and its parts where it has several."""
    reading = []
    for surface in analysis.surface_pattern(chunk).finditer(chunk):
        parts = tuple(
            _Span(part.start(), part.end(), _stem(part.group(), language))
            for part in analysis.PART.finditer(chunk, surface.start(), surface.end())
        )
        whole = _Span(surface.start(), surface.end(), _stem(surface.group(), language))
        reading.append((whole, parts if len(parts) > 1 else ()))
    return tuple(reading)


def _stem(word: str, language: str) -> str:
    """The stem of *word* taken as a whole; nothing where it is too long to have one."""
    whole = analysis.pieces(analysis.clean(word).casefold())[:1]
    return analysis.stem(whole[0], language) if whole else ""


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
        for other in spans[place:]:
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
    out = Markup()
    place = start
    for span in spans:
        if span.start < place or span.end > end:
            continue
        out += _line(text[place : span.start]) + Markup("<mark>%s</mark>") % _line(text[span.start : span.end])
        place = span.end
    return out + _line(text[place:end])


def _line(text: str) -> Markup:
    return escape(_WHITE.sub(" ", analysis.visible(text)))
