"""Read Markdown the way GitHub does where Python-Markdown reads it differently.

People write lists as they know them from GitHub: what belongs to an item is
indented to the item's own text (two columns under ``-``, three under ``1.``),
a list may follow a line of text directly, ``1)`` is a number too. Python-
Markdown wants four columns and a blank line, and would otherwise number the
bullets inside step 4 as steps 5 and 6. So the source is rewritten to its
habits before it is rendered. Only the renderer sees the rewritten text.

Headings, rules and footnotes become paragraphs of their own, as they are on
GitHub; that also keeps Python-Markdown from reading the rest of a paragraph
again for each of them. Of the words behind an opening code fence only the first, the language, counts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from portal.articles.codelines import CodeBlock, code_blocks, in_columns, opening

_ITEM = re.compile(r"(?P<mark>[-*+]|(?P<number>\d{1,9})[.)])(?P<gap>[ ]+|$)(?P<content>.*)$")
_BREAK = re.compile(r"([-*_])(?:[ ]*\1){2,}[ ]*$")
_QUOTE = re.compile(r"^[ ]{0,3}>[ ]?")
_HEADING = re.compile(r"#{1,6}(?:[ ]|$)")
_UNDERLINE = re.compile(r"=+[ ]*$|-+[ ]*$")
_FOOTNOTE = re.compile(r"\[\^[^\]]+\]:")
_NO_PARAGRAPH = re.compile(r"#{1,6}(?:[ ]|$)|>|[|<]|```|~~~")
_LANGUAGE = re.compile(r"\.?[\w#.+-]+$")
_VERBATIM = {"<pre": "</pre>", "<textarea": "</textarea>", "<script": "</script>", "<style": "</style>", "<!--": "-->"}
_COLUMNS = 4
_MAX_QUOTES = 3


@dataclass(frozen=True)
class _Item:
    """An open list item: the column of its text in the source, and whether it is numbered."""

    offset: int
    ordered: bool


def rewritten(source: str) -> str:
    """Return *source* (line feeds only) as Python-Markdown has to get it."""
    return "\n".join(_rewritten_lines(source.split("\n"), quotes=0))


def _rewritten_lines(lines: Sequence[str], *, quotes: int) -> list[str]:
    writer = _Writer(lines, quotes=quotes)
    while writer.at < len(lines):
        writer.step()
    return writer.out


class _Writer:
    """One walk over the lines of a text or of a quote in it."""

    def __init__(self, lines: Sequence[str], *, quotes: int) -> None:
        """Begin at the first of *lines*, which stand inside so many *quotes*."""
        self.raw = lines
        self.lines = in_columns(lines)
        self.quotes = quotes
        blocks, _unclosed = code_blocks(self.lines)
        self.code = {block.first: block for block in blocks if not block.quoted}
        self.out: list[str] = []
        self.at = 0
        self.items: list[_Item] = []
        self.in_paragraph = False
        # How the lines since the last blank one began: Python-Markdown reads on in the same way to the next blank one.
        self.began_at = 0
        self.began_as_text = False
        self.after_quote = False

    def step(self) -> None:
        """Write the next line, or the next block of lines."""
        line = self.lines[self.at]
        bare = line.lstrip(" ")
        indent = len(line) - len(bare)
        if not bare:
            self._take("", paragraph=False)
        elif self.at in self.code:
            self._code(self.code[self.at], indent)
        elif not self.items and indent < _COLUMNS and bare[:9].lower().startswith(tuple(_VERBATIM)):
            self._verbatim(bare)
        elif not self.items and _QUOTE.match(line) and self.quotes < _MAX_QUOTES:
            self._quote()
            return
        else:
            item = None if _BREAK.match(bare) else _ITEM.match(bare)
            if item is None or not self._item(indent, item):
                self._text(indent, bare)
        self.after_quote = self.after_quote and not bare

    def _take(self, line: str, *, paragraph: bool, text: bool = False) -> None:
        if line and not (self.out and self.out[-1]):
            self.began_at = len(line) - len(line.lstrip(" "))
            self.began_as_text = text and bool(self.items)
        self.out.append(line)
        self.at += 1
        self.in_paragraph = paragraph

    def _leave_items(self, indent: int) -> _Item | None:
        """Close the items to which a line with so much *indent* does not belong; return the outermost of them."""
        left = None
        while self.items and indent < self.items[-1].offset:
            left = self.items.pop()
        return left

    def _beyond(self, indent: int) -> int:
        """Columns by which *indent* goes beyond the text of the innermost item; under four they mean nothing."""
        beyond = indent - (self.items[-1].offset if self.items else 0)
        return beyond if beyond >= _COLUMNS or not self.items else 0

    def _item(self, indent: int, match: re.Match[str]) -> bool:
        """Write a list item; return ``False`` if this is text after all."""
        sibling = self._leave_items(indent)
        base = self.items[-1].offset if self.items else 0
        ordered = match["number"] is not None
        if indent - base >= _COLUMNS:
            return False
        interrupts = match["content"] and (not ordered or match["number"] == "1")
        if self.in_paragraph and sibling is None and not interrupts:
            return False
        new_list = sibling is not None and sibling.ordered != ordered
        pad = " " * (_COLUMNS * len(self.items))
        after_text = bool(self.out and self.out[-1]) and (self.began_as_text or self.began_at > len(pad))
        if new_list or after_text or (self.in_paragraph and sibling is None and not self.items):
            self.out.append("")
        gap = len(match["gap"]) if match["content"] and len(match["gap"]) <= _COLUMNS else 1
        mark = f"{match['number']}." if ordered else "-"
        content = match["content"] if gap == len(match["gap"]) else match["gap"][1:] + match["content"]
        self.items.append(_Item(indent + len(match["mark"]) + gap, ordered))
        self._take(f"{pad}{mark} {content}", paragraph=bool(match["content"]))
        return True

    def _text(self, indent: int, bare: str) -> None:
        """Write a line of text, which may lazily continue the paragraph of an item."""
        lazy = self.in_paragraph and not _NO_PARAGRAPH.match(bare) and not _BREAK.match(bare)
        if not lazy:
            self._leave_items(indent)
        beyond = 0 if lazy and self.items else self._beyond(indent)
        is_code = beyond >= _COLUMNS
        underline = bool(_UNDERLINE.match(bare)) and not is_code
        alone = bool(_HEADING.match(bare) or _BREAK.match(bare)) and not underline and not is_code
        if self.in_paragraph and (alone or (_FOOTNOTE.match(bare) and not is_code)):
            self.out.append("")
        pad = " " * (_COLUMNS * len(self.items) + beyond)
        self._take(pad + bare, paragraph=not (alone or underline), text=True)
        if alone or underline:
            self.out.append("")

    def _code(self, block: CodeBlock, indent: int) -> None:
        """Write a fenced code block, moved to where its item's text begins."""
        self._leave_items(indent)
        match = opening(self.lines[block.first])
        if match is None or (not self.items and indent >= _COLUMNS):
            self._take(self.raw[self.at], paragraph=False)  # an indented block that shows a fence
            return
        pad = " " * (_COLUMNS * len(self.items) + self._beyond(indent))
        language = block.language if _LANGUAGE.match(block.language) else ""
        self.out.append(f"{pad}{match['ticks']}{language}")
        for index in range(block.first + 1, block.last):
            self.out.append(pad + self.lines[index][indent:] if pad or indent else self.raw[index])
        self.out.append(pad + match["ticks"])
        self.at = block.last + 1
        self.in_paragraph = False

    def _verbatim(self, bare: str) -> None:
        """Write preformatted HTML and comments through to their end as they are."""
        end = next(closing for start, closing in _VERBATIM.items() if bare.lower().startswith(start))
        while self.at < len(self.lines):
            done = end in self.lines[self.at].lower()
            self._take(self.raw[self.at], paragraph=False)
            if done:
                return

    def _quote(self) -> None:
        """Write a quote, with the same care for the lists inside it."""
        if self.after_quote and not self.in_paragraph:
            # A blank line ends a quote; Python-Markdown would join the two.
            self.out += ["<!-- -->", ""]
        start = self.at
        while self.at < len(self.lines) and _QUOTE.match(self.lines[self.at]):
            self.at += 1
        inner = [_QUOTE.sub("", line) for line in self.lines[start : self.at]]
        self.out += [f"> {line}" for line in _rewritten_lines(inner, quotes=self.quotes + 1)]
        self.in_paragraph = self.after_quote = True
