"""The links and pictures that an author wrote, with their lines, without rendering the text.

An article that a decision script names is one too: its id becomes a link where the script is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from portal.articles import decisions, fences
from portal.articles.codelines import code_blocks, code_line_numbers, in_columns, lines_of
from portal.articles.decision_pages import MENTION
from portal.articles.finishing import ARTICLE_PATH
from portal.articles.levels import Level

_INLINE = re.compile(r"(?P<image>!?)\[(?P<text>[^\[\]]*)\]\([ ]*<?(?P<url>[^\s()<>]+)")
_DEFINITION = re.compile(r"^[ ]{0,3}\[[^\]^][^\]]*\]:[ ]*<?(?P<url>[^\s<>]+)")
_HTML = re.compile(r"<(?:a|img)\b[^<>]*?\b(?:href|src)[ ]*=[ ]*[\"']?(?P<url>[^\s\"'<>]+)", re.IGNORECASE)
_TICKS = re.compile(r"`+")


@dataclass(frozen=True)
class Link:
    """One address in a body: its line (from 1), the level of the part that it stands in, and its words."""

    url: str
    line: int
    level: Level
    text: str = ""
    is_image: bool = False

    @property
    def ref(self) -> str:
        """The id of the article that it leads to; empty for other addresses."""
        match = ARTICLE_PATH.match(self.url)
        return match[1].upper() if match else ""


def links_of(body: str) -> list[Link]:
    """Return the links and pictures of *body*, in each part those of its scripts first; other code is left out.

    Raises:
        Refused: a fence is faulty, so that nobody can say who reads a link.
    """
    return [link for part in fences.parts(body) for link in _of_part(part)]


def _of_part(part: fences.Part) -> Iterator[Link]:
    yield from _of_scripts(part)
    lines = lines_of(part.text)
    code = code_line_numbers(code_blocks(in_columns(lines))[0])
    for index, line in enumerate(lines):
        if index in code or not ("[" in line or "<" in line):
            continue
        shown = _without_code(line)
        for match in _INLINE.finditer(shown):
            yield Link(match["url"], part.line + index, part.level, match["text"], bool(match["image"]))
        for pattern in (_DEFINITION, _HTML):
            for match in pattern.finditer(shown):
                yield Link(match["url"], part.line + index, part.level, "-")


def _of_scripts(part: fences.Part) -> Iterator[Link]:
    """The articles that the scripts of *part* name; none of a script that is faulty, which is reported on its own."""
    for block in decisions.blocks(part.text)[0]:
        script, _faults = decisions.parse(block.source, first_line=block.first_line + 1)
        for node in script.nodes.values() if script else ():
            said = [(node.line, node.say), (node.line, node.note or "")]
            said += [(answer.line, f"{answer.text} {answer.end or ''}") for answer in node.answers]
            for line, words in said:
                for ref in MENTION.findall(words):
                    yield Link(f"/kb/{ref}", part.line - 1 + line, part.level, ref)


def _without_code(line: str) -> str:
    """Return *line* without its code spans: from each run of backticks to the next run of the same length."""
    if "`" not in line:
        return line
    runs = [match.span() for match in _TICKS.finditer(line)]
    closing: dict[int, int] = {}
    partner = [-1] * len(runs)
    for index in reversed(range(len(runs))):
        length = runs[index][1] - runs[index][0]
        partner[index] = closing.get(length, -1)
        closing[length] = index
    kept, at, index = [], 0, 0
    while index < len(runs):
        if partner[index] < 0:
            index += 1
            continue
        kept.append(line[at : runs[index][0]])
        at = runs[partner[index]][1]
        index = partner[index] + 1
    return "".join([*kept, line[at:]])
