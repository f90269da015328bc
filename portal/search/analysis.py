"""From text to the terms that an index keeps, the same for documents and queries.

Text is cleaned (compatibility forms, control and invisible characters), cut
into *surfaces* ("sign-in", "mysignins.microsoft.com"), each surface into
*pieces* (the parts, and all of them joined, so that "wifi" finds "wi-fi"), and
each piece is stemmed in the language of the document. Accents are folded.
A language without a stemmer is read as English.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

import Stemmer

LANGUAGES: Final = ("en", "de")
DEFAULT_LANGUAGE: Final = "en"
PIECE_LIMIT: Final = 64
"""Characters of one piece that count; longer ones are cut on both sides alike."""

SHORTEST_SPELLED: Final = 3
LONGEST_SPELLED: Final = 30
"""Letters of words that are corrected."""

_SNOWBALL: Final = {"en": "english", "de": "german"}
# Python's \w leaves out combining marks, without which Hindi or Thai words fall apart.
_MARKS: Final = "".join(c for c in map(chr, range(0x300, 0x3000)) if unicodedata.category(c) in {"Mn", "Mc"})
_LETTERS: Final = rf"[^\W_]+(?:[{_MARKS}]+[^\W_]*)*"
JOINERS: Final = "-‐._@:/\\+&"
"""What joins the parts of a compound; apostrophes join as well and leave no parts."""
_SURFACE: Final = re.compile(rf"{_LETTERS}(?:[{re.escape(JOINERS)}'’]{_LETTERS})*")
# The same for plain text, three times as fast.
_PLAIN_SURFACE: Final = re.compile(r"[A-Za-z0-9]+(?:[-._@:/\\+&'][A-Za-z0-9]+)*")
PART: Final = re.compile(rf"{_LETTERS}(?:['’]{_LETTERS})*")
_SPLIT: Final = re.compile(rf"[{re.escape(JOINERS)}]")
_POSSESSIVE: Final = re.compile(r"['’]s$")
_APOSTROPHES: Final = str.maketrans("", "", "'’")
_ACCENTS: Final = re.compile("[\u0300-\u036f]+")

# Words too common to help. "bin", "hat", "tag" and "out" are left in, since they also are
# things or actions at a desk (the recycle bin, a time-out).
_STOP_ENGLISH: Final = """
a about after all also am an and any are as at be because been before being but by can cant could did didnt do does
doesnt doing dont for from get gets getting got had has have having he her here hers him his how i if im in into is
isnt it its ive just like me my no not of on once one only or our she should since so some someone such than that
thats the their them then there these they this those to too try trying us very was wasnt we were what when where
which while who why will with wont would you your
"""
_STOP_GERMAN: Final = """
aber alle als also am an auch auf aus bei beim bis da damit dann das dass dem den der des die diese dieser dieses doch
dort du durch ein eine einem einen einer eines er es für gibt habe haben hier ich ihm ihn ihr ihre im in ins ist kann
kein keine können man mehr mein meine meinem meinen meiner mich mir mit muss nach nicht noch nun nur ob oder ohne
sehr sein seine sich sie sind soll über um und uns unser vom von vor wann war warum was weil wenn werden wie wieder
wir wird wo wurde zu zum zur
"""


class _Visible(dict[int, int | str | None]):
    """A translation table that drops what nobody sees, learnt character by character."""

    def __missing__(self, code: int) -> int | str | None:
        character = chr(code)
        unseen = unicodedata.category(character) in {"Cc", "Cf", "Cs"}
        value: int | str | None = code
        if unseen:
            value = " " if character.isspace() else None
        self[code] = value
        return value


_VISIBLE: Final = _Visible()


class _Stemmers(threading.local):
    """The stemmers of one thread: a stemmer keeps a cache and must not be shared."""

    def __init__(self) -> None:
        self.by_language = {language: Stemmer.Stemmer(name) for language, name in _SNOWBALL.items()}


_STEMMERS: Final = _Stemmers()


def visible(text: str) -> str:
    """*text* without control, invisible and direction-changing characters; white space stays."""
    return text.translate(_VISIBLE)


def clean(text: str) -> str:
    """*text* in compatibility form (NFKC), without what nobody sees."""
    return visible(text if text.isascii() else unicodedata.normalize("NFKC", text))


def fold(text: str) -> str:
    """*text* without accents; other marks stay, they carry meaning outside Latin."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFKD", text)))


def known_language(language: str) -> str:
    """The language in which text marked *language* ("de-AT", "fr") is read here."""
    base = language.partition("-")[0].lower()
    return base if base in _SNOWBALL else DEFAULT_LANGUAGE


def surfaces(text: str) -> list[str]:
    """The words of *text* in order, lower case, compounds in one piece."""
    lowered = clean(text).casefold()
    return surface_pattern(lowered).findall(lowered)


def surface_pattern(text: str) -> re.Pattern[str]:
    """The pattern that finds the surfaces of *text*."""
    return _PLAIN_SURFACE if text.isascii() else _SURFACE


def pieces(surface: str) -> tuple[str, ...]:
    """What a lower-case *surface* is findable by: itself joined, then its parts."""
    if surface.isalnum():
        return (surface[:PIECE_LIMIT],)
    parts = [
        part[:PIECE_LIMIT]
        for raw in _SPLIT.split(surface)
        if (part := _POSSESSIVE.sub("", raw).translate(_APOSTROPHES))
    ]
    joined = "".join(parts)
    if len(parts) < 2 or len(joined) > PIECE_LIMIT:
        return tuple(parts)
    return (joined, *parts)


def stem(piece: str, language: str) -> str:
    """The stem of a lower-case *piece*; what holds a digit is an identifier and stays whole."""
    if not piece.isalpha() and any(map(str.isdigit, piece)):
        return fold(piece)
    language = known_language(language)
    stemmer = _STEMMERS.by_language[language]
    # The German stemmer knows what to do with umlauts; the English one wants plain letters.
    if language == "de":
        return fold(str(stemmer.stemWord(piece)))
    return str(stemmer.stemWord(fold(piece)))


def identifier(text: str) -> str:
    """A reference in the form in which a word names it: "CHG-0042" becomes "chg0042"."""
    return fold("".join(filter(str.isalnum, clean(text).casefold())))


def term_counts(text: str, language: str) -> Counter[str]:
    """How often each term occurs in *text*."""
    return terms_of(Counter(surfaces(text)), language)


def terms_of(found: Mapping[str, int], language: str) -> Counter[str]:
    """How often each term occurs where surfaces occur so often."""
    language = known_language(language)
    counts: Counter[str] = Counter()
    for surface, times in found.items():
        for term in _terms(surface, language) if len(surface) <= PIECE_LIMIT else _terms.__wrapped__(surface, language):
            counts[term] += times
    return counts


def spellings(found: Iterable[str]) -> set[str]:
    """The words in surfaces that somebody may mistype: as they are written, without accents, letters only."""
    return {word for surface in found if len(surface) <= PIECE_LIMIT for word in _spelled(surface)}


@lru_cache(maxsize=50_000)
def _spelled(surface: str) -> tuple[str, ...]:
    folded = (fold(piece) for piece in pieces(surface))
    return tuple(word for word in folded if SHORTEST_SPELLED <= len(word) <= LONGEST_SPELLED and word.isalpha())


def beginnings(text: str) -> tuple[str, ...]:
    """The words of *text* as somebody begins to type them, each once: without accents; common ones only where alone."""
    found = dict.fromkeys(fold(piece) for surface in surfaces(text) for piece in pieces(surface))
    return tuple(each for each in found if each not in STOP_WORDS) or tuple(found)


@lru_cache(maxsize=50_000)
def _terms(surface: str, language: str) -> tuple[str, ...]:
    return tuple(stem(piece, language) for piece in pieces(surface))


STOP_WORDS: Final = frozenset(fold(word) for word in f"{_STOP_ENGLISH} {_STOP_GERMAN}".split())


def is_stop_word(piece: str) -> bool:
    """Whether *piece* is too common to help a search."""
    return fold(piece) in STOP_WORDS
