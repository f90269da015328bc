"""Which lines of a Markdown text are inside a fenced code block.

Audience fences, decision blocks, list indentation and the checks must agree
on this, so it is decided here once, strictly: a block that is opened and not
closed, or whose lines are indented less than its opening, is a fault and not
a guess. (Renderers guess differently there, and a wrong guess could show a
part that is meant for support.)
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

OPENING = re.compile(r"^(?P<indent>[ ]*)(?P<ticks>`{3,}|~{3,})(?P<info>.*)$")
QUOTED = re.compile(r"^[ ]{0,3}>(?:[ ]{0,4}>)*[ ]?")
TAB = 4
TICKS = ("```", "~~~")  # without one of them nothing is a code block, as in most texts


@dataclass(frozen=True)
class CodeBlock:
    """A fenced code block: indexes (from 0) of its first and last line, both with the ticks."""

    first: int
    last: int
    info: str
    indent: int
    quoted: bool = False

    @property
    def language(self) -> str:
        """The first word behind the opening ticks."""
        return self.info.split()[0] if self.info.split() else ""


def lines_of(body: str) -> list[str]:
    """Split *body* the way Markdown does: at line feeds only, carriage returns forgiven."""
    return body.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def in_columns(lines: Sequence[str]) -> list[str]:
    """Return *lines* with tabs as columns, so that indentation can be counted."""
    return [line.expandtabs(TAB) for line in lines]


def opening(line: str) -> re.Match[str] | None:
    """Return the match if *line* opens a code block: backticks may not follow opening backticks."""
    match = OPENING.match(line)
    if match and match["ticks"][0] == "`" and "`" in match["info"]:
        return None
    return match


def code_blocks(lines: Sequence[str]) -> tuple[list[CodeBlock], list[int]]:
    """Find the code blocks of *lines* (in columns, without tabs).

    Returns the blocks in order, and the indexes of openings that nothing
    closes. Everything behind such an opening counts as code: nothing certain
    can be said about it, and searching on from each would take quadratic time.
    """
    text = "\n".join(lines)
    if not any(ticks in text for ticks in TICKS):
        return [], []
    blocks: list[CodeBlock] = []
    at = 0
    while at < len(lines):
        if QUOTED.match(lines[at]):
            end = _end_of_quote(lines, at)
            inner, unclosed = code_blocks([QUOTED.sub("", line) for line in lines[at:end]])
            blocks += [_inside_quote(block, at) for block in inner]
            if unclosed:
                return blocks, [at + unclosed[0]]
            at = end
            continue
        match = opening(lines[at])
        if match is None:
            at += 1
            continue
        last = _closing(lines, at, match)
        block = CodeBlock(at, len(lines) - 1 if last is None else last, match["info"].strip(), len(match["indent"]))
        blocks.append(block)
        if last is None:
            return blocks, [at]
        at = last + 1
    return blocks, []


def code_line_numbers(blocks: Sequence[CodeBlock]) -> set[int]:
    """Return the indexes of all lines that belong to *blocks*, ticks included."""
    return {index for block in blocks for index in range(block.first, block.last + 1)}


def _end_of_quote(lines: Sequence[str], start: int) -> int:
    end = start
    while end < len(lines) and QUOTED.match(lines[end]):
        end += 1
    return end


def _inside_quote(block: CodeBlock, offset: int) -> CodeBlock:
    return CodeBlock(block.first + offset, block.last + offset, block.info, block.indent, quoted=True)


def _closing(lines: Sequence[str], start: int, opened: re.Match[str]) -> int | None:
    """Return the index of the line that closes the block opened at *start*, or ``None``."""
    ticks, indent = opened["ticks"], len(opened["indent"])
    for index in range(start + 1, len(lines)):
        line = lines[index]
        bare = line.strip(" ")
        if not bare:
            continue
        own_indent = len(line) - len(line.lstrip(" "))
        if own_indent < indent:
            return None
        if own_indent <= indent + 3 and len(bare) >= len(ticks) and bare == ticks[0] * len(bare):
            return index
    return None
