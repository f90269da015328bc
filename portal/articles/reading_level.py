"""How hard a text is to read: the grade of school after which it is easy (Flesch–Kincaid, for English).

Only what everyone reads is measured. Each item of a list and each cell of a
table ends a sentence; code blocks and addresses are left out.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from typing import Any, Final

from portal.articles import rendering
from portal.articles.frontmatter import ArticleFile, FrontMatter
from portal.articles.levels import Level
from portal.articles.problems import Problem, Severity
from portal.core.errors import Refused
from portal.core.i18n import gettext as _

MAX_GRADE: Final = 8.0
HARDEST: Final = 2
_SHORT: Final = 5
"""Words of a sentence that is not worth shortening, however long its words are."""

_INLINE = frozenset(
    (
        *("a", "abbr", "b", "code", "del", "em", "i", "img", "ins", "kbd", "mark", "q", "s", "samp"),
        *("small", "span", "strong", "sub", "sup", "u", "var", "wbr"),
    )
)
_LEFT_OUT = frozenset(("pre", "script", "style"))
_ADDRESS = re.compile(r"\S*(?:://|@|\\\w|\w\.\w{2,})\S*|(?<!\S)/\w\S*")
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"”’)]*\s+(?![a-z])")
_INNER_STOP = re.compile(r"[.!?]+(?=.*\w)")
_WORD = re.compile(r"\w")


@dataclass(frozen=True)
class Measured:
    """The grade of a text, and its hardest sentences, hardest first; the grade of no text is 0."""

    grade: float
    hardest: tuple[str, ...] = ()


def check(file: ArticleFile, *, strict: bool = False) -> list[Problem]:
    """Say that *file* is hard to read, if it is for everyone and in English; otherwise nothing is measured."""
    front = file.front
    if front is None or front.audience != Level.EVERYONE or not is_measured(front):
        return []
    try:
        html = rendering.render(file.body, Level.EVERYONE).html
    except Refused:
        return []  # reported on its own
    found = measure(sentences(html))
    if found.grade <= MAX_GRADE:
        return []
    message = _(
        "The text reads like grade %(grade)s of school; %(limit)s is the limit. Hardest: %(sentences)s",
        grade=f"{found.grade:.1f}",
        limit=f"{MAX_GRADE:.0f}",
        sentences=" ".join(f"“{sentence}”" for sentence in found.hardest),
    )
    severity: Severity = "error" if strict else "warning"
    remedy = _("Split long sentences, and use the short word.")
    return [Problem(path=file.path, line=file.body_line, field="", message=message, remedy=remedy, severity=severity)]


def is_measured(front: FrontMatter) -> bool:
    """Whether the formula is made for the language of the text."""
    return front.language.split("-", 1)[0].lower() == "en"


def measure(found: Sequence[str]) -> Measured:
    """Return the grade of the sentences *found*, each an item, a cell, or a sentence of a paragraph."""
    grade = _textstat().flesch_kincaid_grade
    if not found:
        return Measured(0.0)
    long = [sentence for sentence in dict.fromkeys(found) if len(sentence.split()) > _SHORT]
    hardest = sorted(long, key=lambda sentence: -float(grade(_closed(sentence))))[:HARDEST]
    return Measured(float(grade("\n".join(map(_closed, found)))), tuple(hardest))


def sentences(html: str) -> list[str]:
    """Return the sentences of a rendered page as plain text."""
    page = _Text()
    page.feed(html)
    page.close()
    blocks = (" ".join(_ADDRESS.sub("", block).split()) for block in page.blocks)
    return [part for block in blocks for part in _SENTENCE_END.split(block) if _WORD.search(part)]


def _closed(sentence: str) -> str:
    """Return *sentence* with one stop, at its end: those of "e.g." and "5.3" end nothing."""
    return _INNER_STOP.sub("", sentence).rstrip(" .!?:;,") + "."


@cache
def _textstat() -> Any:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="pkg_resources is deprecated")
        from textstat import textstat  # noqa: PLC0415 - slow import
    return textstat


class _Text(HTMLParser):
    """The words of a page, one text for each block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[str] = [""]
        self._left_out = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a block, or something that is left out: code, and the sign beside a heading."""
        if self._left_out or tag in _LEFT_OUT or dict(attrs).get("class") == "permalink":
            self._left_out += tag not in {"br", "hr", "img", "input", "wbr"}
        elif tag not in _INLINE:
            self.blocks.append("")

    def handle_endtag(self, tag: str) -> None:
        """End a block."""
        if self._left_out:
            self._left_out -= 1
        elif tag not in _INLINE:
            self.blocks.append("")

    def handle_data(self, data: str) -> None:
        """Take words."""
        if not self._left_out:
            self.blocks[-1] += data
