"""Parts of an article that are for support or for specialists only.

``::: support`` or ``::: specialists`` alone on a line opens a part, ``:::``
alone closes it; no nesting; inside a code block it is text. The source of a
level is cut *before* rendering, so that footnotes, link definitions and
headings of a hidden part do not exist below its level.

Whatever looks like a fence and is not exactly one (indented, in a quote, an
unknown name, an unclosed code block around it) is a fault: a text that the
author meant to hide must never be shown because of a space.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from portal.articles.codelines import TICKS, code_blocks, code_line_numbers, in_columns, lines_of
from portal.articles.levels import Level
from portal.core.errors import Refused
from portal.core.i18n import gettext as _

FENCED_LEVELS = (Level.SUPPORT, Level.SPECIALISTS)
_NAMES = {level.word: level for level in FENCED_LEVELS}

# A body with none of these has one part and no fault, as most have: nothing below would find another.
_MARKS = (":::", *TICKS)

# What an eye takes for the beginning of a line although it is not empty.
_UNSEEN = " \t\u00a0\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\u3000\ufeff"
_LIKE_A_FENCE = re.compile(r"^:::+[ \t]*(?:[A-Za-z]+)?[ \t]*$")
_BEHIND_A_MARK = re.compile(
    r"^(?:[ ]*(?:>|[-*+]|\d{1,9}[.)]))+[ ]*:::+[ ]*(?:support|specialists)?[ ]*$", re.IGNORECASE
)
_LIST_ITEM = re.compile(r"^[ ]{0,3}(?:[-*+]|\d{1,9}[.)])(?:[ ]|$)")


@dataclass(frozen=True)
class Part:
    """A run of lines for one level. *line* is its first line in the body, from 1, without the fence itself."""

    level: Level
    line: int
    text: str


@dataclass(frozen=True)
class Fault:
    """A fence that cannot be understood. *line* counts from 1 in the body."""

    line: int
    message: str
    remedy: str


def parts(body: str) -> list[Part]:
    """Split *body* at its fences; parts of the level *everyone* are those outside any fence.

    Raises:
        Refused: a fence is faulty; nothing of the text may be shown then.
    """
    found, faulty = _scan(body)
    if faulty:
        first = faulty[0]
        raise Refused(
            _("Line %(line)s: %(message)s", line=first.line, message=first.message),
            hint=first.remedy,
        )
    return found


def faults(body: str, *, first_line: int = 1) -> list[Fault]:
    """Return what is wrong with the fences of *body*, in the order of its lines.

    A sentence that names another line counts from *first_line*, which is where the body begins in its file.
    """
    return _scan(body, first_line=first_line)[1]


def levels_used(body: str) -> set[Level]:
    """Return the levels that have a fenced part of their own in *body*.

    Raises:
        Refused: a fence is faulty.
    """
    return {part.level for part in parts(body)} - {Level.EVERYONE}


def cut(body: str, level: Level) -> str:
    """Return the source that a reader of *level* may see, with the fences of what is left.

    This is what history, comparison, export and raw view show. At the seam of
    a removed part no trace stays but the end of a paragraph.

    Raises:
        Refused: a fence is faulty.
    """
    kept: list[str] = []
    seam = False
    for part in parts(body):
        if part.level > level:
            seam = True
            continue
        text = f"::: {part.level.word}\n{part.text}:::\n" if part.level else part.text
        if seam:
            text = _joined_on(kept[-1] if kept else "", text)
        if text:
            kept.append(text)
            seam = False
    source = "".join(kept)
    return source.rstrip("\n") + "\n" if seam and source.strip("\n") else source


def _joined_on(before: str, text: str) -> str:
    """Return *text* so that exactly one blank line stands between it and what is *before* it."""
    text = text.lstrip("\n")
    return text if not text or not before or before.endswith("\n\n") else "\n" + text


def _scan(body: str, *, first_line: int = 1) -> tuple[list[Part], list[Fault]]:
    """Walk through *body* once and return the parts and the faults."""
    lines = lines_of(body)
    if not any(mark in body for mark in _MARKS):
        text = "\n".join(lines)
        return ([Part(Level.EVERYONE, 1, text)] if text else []), []
    columns = in_columns(lines)
    blocks, unclosed = code_blocks(columns)
    scanner = _Scanner(lines, columns, code_line_numbers(blocks), first_line)
    for index in unclosed:
        scanner.fault(
            index,
            _("The code block that begins here is never closed."),
            _("Close it with the same marks on a line of their own, indented like the opening."),
        )
    for index in range(len(lines)):
        scanner.step(index)
    scanner.finish()
    return scanner.parts, sorted(scanner.faults, key=lambda fault: fault.line)


class _Scanner:
    """The state of one walk: the open fence, the lines of the part so far, and what was found."""

    def __init__(self, lines: Sequence[str], columns: Sequence[str], code: set[int], first_line: int) -> None:
        """Walk over *lines*, also given in *columns*; those whose index is in *code* are code."""
        self.first_line = first_line
        self.lines = lines
        self.columns = columns
        self.code = code
        self.parts: list[Part] = []
        self.faults: list[Fault] = []
        self.level = Level.EVERYONE
        self.opened_at = 0
        self.start = 0
        self.is_blank = True
        self.in_list = False
        self.in_indented_code = False

    def fault(self, index: int, message: str, remedy: str) -> None:
        """Note a fault at the line with *index*."""
        self.faults.append(Fault(index + 1, message, remedy))

    def step(self, index: int) -> None:
        """Look at one line."""
        line = self.columns[index]
        self._follow_lists_and_code(index)
        if index in self.code:
            return
        if line.startswith(":::"):
            self._fence(index, line[3:])
        elif ":::" in line and not self.in_indented_code and self._looks_like_a_fence(line):
            self.fault(
                index,
                _("This looks like the mark of a part, but it does not stand at the beginning of its line."),
                _("Put ::: at the very beginning of the line, outside lists and quotes, or into a code block."),
            )

    def finish(self) -> None:
        """Close the last part and complain about an open fence."""
        if self.level:
            self.fault(
                self.opened_at,
                _("The part for %(level)s that begins here is never closed.", level=self.level.word),
                _("Put ::: alone on a line behind its last line."),
            )
        self._end_part(len(self.lines))

    def _fence(self, index: int, rest: str) -> None:
        name = rest.strip(" ")
        if not name:
            self._close(index)
        elif rest.startswith(" ") and name in _NAMES:
            self._open(index, _NAMES[name])
        else:
            self.fault(
                index,
                _("::: is followed by “%(name)s”, which names no readers.", name=name[:40]),
                _("Write “::: support” or “::: specialists” to open a part, “:::” alone to close it."),
            )

    def _open(self, index: int, level: Level) -> None:
        if self.level:
            self.fault(
                index,
                _(
                    "A part begins inside the part that was opened on line %(line)s.",
                    line=self.first_line + self.opened_at,
                ),
                _("Close the first one with ::: before the next begins; parts are never nested."),
            )
            return
        self._end_part(index)
        self.level, self.opened_at, self.start = level, index, index + 1

    def _close(self, index: int) -> None:
        if not self.level:
            self.fault(
                index,
                _("::: closes a part here, but none is open."),
                _("Remove the line, or open the part with “::: support” or “::: specialists”."),
            )
            return
        self._end_part(index)
        self.level, self.start = Level.EVERYONE, index + 1

    def _end_part(self, end: int) -> None:
        """Keep the lines since the start of the part, each with its line end."""
        last_of_all = end == len(self.lines)
        text = "\n".join(self.lines[self.start : end])
        if end > self.start and not last_of_all:
            text += "\n"
        if text or self.level:
            self.parts.append(Part(self.level, self.start + 1, text))

    def _looks_like_a_fence(self, line: str) -> bool:
        bare = line.strip(_UNSEEN)
        return bool(_LIKE_A_FENCE.match(bare) or _BEHIND_A_MARK.match(line))

    def _follow_lists_and_code(self, index: int) -> None:
        """Know whether this line is indented code: four columns in, after a blank line, outside any list."""
        line = self.columns[index]
        blank_before, self.is_blank = self.is_blank, not line.strip(" ")
        if self.is_blank:
            return
        indented = line.startswith("    ")
        self.in_indented_code = indented and not self.in_list and (blank_before or self.in_indented_code)
        if _LIST_ITEM.match(line):
            self.in_list = True
        elif blank_before and not line.startswith(" "):
            self.in_list = False
