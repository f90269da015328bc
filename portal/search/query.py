"""From what a person typed to a bounded bag of words.

There is no query language: whatever is typed, operators, quotes and stars
included, is words. Words too common to help are left out unless nothing else
remains.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from portal.search import analysis

CHARACTER_LIMIT: Final = 400
WORD_LIMIT: Final = 64


@dataclass(frozen=True)
class Form:
    """What may be meant by a word: one or more others, each with its stem in each language of ``analysis.LANGUAGES``.

    Several words together weigh as much as one: the mean of what each gives.
    With a *service* it counts in documents of that service alone.
    """

    text: str
    words: tuple[tuple[str, ...], ...]
    service: str = ""


@dataclass(frozen=True)
class Word:
    """One word to look for, and its stem in each language of ``analysis.LANGUAGES``.

    What fits one of its *forms* fits as well: in each document the best of them counts, and no two of them together.
    *read_as* is the word for which it was taken, where nothing has it as it is.
    """

    text: str
    stems: tuple[str, ...]
    forms: tuple[Form, ...] = ()
    read_as: str = ""

    @property
    def every(self) -> tuple[Form, ...]:
        """The word itself as a form, and each other form."""
        return (Form(self.text, (self.stems,)), *self.forms)

    @property
    def is_identifier(self) -> bool:
        """Whether it looks like a number of something: "kb0026", "0x80070005"."""
        return self.text.isalnum() and not self.text.isalpha() and not self.text.isdigit()


@dataclass(frozen=True, kw_only=True)
class Query:
    """What to look for. ``text`` is what was used of the typing, ready to be shown again.

    ``shortened`` says that only the beginning was used. Equal queries are
    equal and hashable, so answers can be kept by query.
    """

    text: str
    words: tuple[Word, ...]
    shortened: bool = False

    def stems(self, language: str) -> frozenset[str]:
        """The stems to look for in text of *language*."""
        place = analysis.LANGUAGES.index(analysis.known_language(language))
        return frozenset(stems[place] for word in self.words for each in word.every for stems in each.words)


def parse(typed: str) -> Query:
    """Read what a person *typed*. Never refuses: the worst input is a query without words."""
    stripped = typed.strip()
    # Cut before and after cleaning: the first keeps the work small, and one character may become eighteen.
    cleaned = analysis.clean(stripped[:CHARACTER_LIMIT])
    text = " ".join(cleaned[:CHARACTER_LIMIT].split())
    found = dict.fromkeys(piece for surface in analysis.surfaces(text) for piece in analysis.pieces(surface))
    telling = [piece for piece in found if not analysis.is_stop_word(piece)] or list(found)
    return Query(
        text=text,
        words=tuple(_word(piece) for piece in telling[:WORD_LIMIT]),
        shortened=max(len(stripped), len(cleaned)) > CHARACTER_LIMIT or len(telling) > WORD_LIMIT,
    )


def form(typed: str, service: str = "") -> Form:
    """One word or several as a form of another one, in documents of *service* if one is named."""
    query = parse(typed)
    text, words = " ".join(word.text for word in query.words), tuple(word.stems for word in _parts(query))
    return Form(text=text, words=words, service=service)


def words_in(typed: str) -> tuple[str, ...]:
    """The words of *typed* as a query has them."""
    return tuple(word.text for word in parse(typed).words)


def _parts(query: Query) -> tuple[Word, ...]:
    """The words but for those that are others joined: “sign-in” is “signin” and “sign”."""
    texts = [word.text for word in query.words]
    joined = {text for text in texts if any(text != each and text.startswith(each) for each in texts)}
    return tuple(word for word in query.words if word.text not in joined) or query.words


def _word(piece: str) -> Word:
    return Word(text=analysis.fold(piece), stems=_stems(piece))


def _stems(piece: str) -> tuple[str, ...]:
    return tuple(analysis.stem(piece, language) for language in analysis.LANGUAGES)
