"""When a question is a new one: a changed wording is a new version, and every version is a series of its own.

People answer what they read. Another word, another kind of answer, another
choice or another order of choices is another question, and its answers are
never drawn on in one line with those before. Blanks, quotation marks, dashes,
commas and a full stop are none of that, and neither is a language that is
added: nobody who answered before had read it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from enum import StrEnum
from typing import Final

from plugins.feedback.bank import Choice, Question, Said
from portal.core.i18n import SOURCE


class Part(StrEnum):
    """What of a question can be worded anew."""

    TEXT = "text"
    TYPE = "type"
    CHOICES = "choices"  # their words, number or order, in any language
    BANDS = "bands"  # the ranges that they stand for


_ALIKE: Final = str.maketrans(
    {
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2212", "-"),
        **dict.fromkeys("\u2018\u2019\u02bc\u00b4`", "'"),
        **dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff"),
    }
)
_WORDS: Final = re.compile(r"\w+(?:[-'.,:/]\w+)*|[^\w\s\"'()\[\].,:;!\-\u2014\u2026\u201c-\u201f\u2039\u203a«»]")


def words_of(text: str) -> tuple[str, ...]:
    """What of *text* is wording: its words in order, and signs that mean something, such as ``?`` and ``%``."""
    found = _WORDS.findall(unicodedata.normalize("NFC", text).translate(_ALIKE))
    return (found[0][:1].lower() + found[0][1:], *found[1:]) if found else ()


def reworded(old: Question, new: Question) -> tuple[Part, ...]:
    """Return what makes *new* another question than *old*, in the order of :class:`Part`; nothing if they are one.

    Raises:
        ValueError: they do not have the same id.
    """
    if old.id != new.id:
        raise ValueError(f"{new.id} is no version of {old.id}")
    differs = {
        Part.TEXT: not _same(old.text, new.text),
        Part.TYPE: old.type != new.type,
        Part.CHOICES: not _same_choices(old.choices, new.choices),
        Part.BANDS: [choice.band for choice in old.choices] != [choice.band for choice in new.choices],
    }
    return tuple(part for part in Part if differs[part])


def starts_series(old: Question | None, new: Question) -> bool:
    """Whether the answers to *new* begin a series: there was no question before, or it was another one."""
    return old is None or bool(reworded(old, new))


def revised(old: Question, new: Question) -> Question:
    """Return *new* with the version that it has after *old*: the next one if it is worded anew, otherwise the same.

    Raises:
        ValueError: they do not have the same id.
    """
    return replace(new, version=old.version + 1 if reworded(old, new) else old.version)


def _same_choices(old: tuple[Choice, ...], new: tuple[Choice, ...]) -> bool:
    if [choice.value for choice in old] != [choice.value for choice in new]:
        return False
    return all(_same(before.text, after.text) for before, after in zip(old, new, strict=True))


def _same(old: Said, new: Said) -> bool:
    """Whether two texts have the same words in every language that both are in; English is always among them."""
    return all(words_of(old[language]) == words_of(new[language]) for language in {SOURCE, *old} & {SOURCE, *new})
