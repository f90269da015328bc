"""From the Markdown of an article to the safe HTML of each level of readers.

The order is the safety: cut the level's source, render, sanitise what came
from the author, add our own parts, sanitise the page. All of it happens once
per text, when it is published; a page view renders nothing.

The words of our own that get into the HTML are in the language that is active
while rendering: the caller chooses the article's.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeAlias

from markdown import Markdown

from portal.articles import decision_pages, decisions, fences, highlighting, limits, sanitising
from portal.articles.codelines import lines_of
from portal.articles.finishing import finish
from portal.articles.github_habits import rewritten
from portal.articles.levels import Level
from portal.articles.markdown_budget import LinkBudgetExtension
from portal.articles.page_parts import Heading, Marks, ScriptPart
from portal.articles.plain_text import PlainTextExtension
from portal.core.errors import Refused
from portal.core.i18n import gettext as _

__all__ = ["MAX_SOURCE_BYTES", "Heading", "Rendered", "render", "render_levels"]

MAX_SOURCE_BYTES = 100 * 1024

Known: TypeAlias = Callable[[str], bool] | Collection[str]

_CONTROLS = dict.fromkeys([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0)])
_CODE = {"name": "*", "class": "highlight", "format": highlighting.fence, "validator": highlighting.accept}
_thread = threading.local()


@dataclass(frozen=True)
class Rendered:
    """The page of one level: safe HTML, contents, plain text for search, and the refs of articles linked to."""

    html: str
    toc: tuple[Heading, ...]
    text: str
    links: tuple[str, ...]


def render(
    body: str,
    level: Level,
    *,
    known: Known | None = None,
    id_prefix: str = "",
    max_bytes: int = MAX_SOURCE_BYTES,
) -> Rendered:
    """Render what a reader of *level* gets to see of *body*.

    *known* tells which articles exist (a function of a ref, or the refs);
    links to others become plain words, and without it all links stay.
    *id_prefix* goes before every id of the HTML, for pages with two articles.

    Raises:
        Refused: the text is longer than *max_bytes*, a fence or a decision
            script in it is faulty, or it is nested beyond what can be rendered.
    """
    return _Body(body, max_bytes=max_bytes).at(level).rendered(_asking(known), id_prefix)


def render_levels(
    body: str,
    audience: Level,
    *,
    known: Known | None = None,
    id_prefix: str = "",
    max_bytes: int = MAX_SOURCE_BYTES,
) -> dict[Level, Rendered]:
    """Render *body* for its *audience* and for each level above at which the page differs from the one below.

    A reader gets the entry of the highest level that is not above their own.

    Raises:
        Refused: as in :func:`render`.
    """
    whole = _Body(body, max_bytes=max_bytes)
    pages: dict[Level, Rendered] = {}
    shown = None
    for level in Level:
        if level < audience:
            continue
        view = whole.at(level)
        if view.source != shown:
            pages[level] = view.rendered(_asking(known), id_prefix)
            shown = view.source
    return pages


@dataclass(frozen=True)
class _Part:
    """A part of a body with a mark in the place of each decision script."""

    level: Level
    lines: list[str]


class _Body:
    """A body that was read once, for all levels."""

    def __init__(self, body: str, *, max_bytes: int) -> None:
        """Find the parts and scripts of *body*."""
        if len(body.encode()) > max_bytes:
            raise Refused(
                _("The text is longer than %(limit)s KB.", limit=max_bytes // 1024),
                hint=_("Split it into several articles, each with one goal."),
            )
        body = body.translate(_CONTROLS)
        self.marks = Marks("mark" + hashlib.sha256(body.encode()).hexdigest())
        self.scripts: list[decisions.Script] = []
        self.parts = [_Part(part.level, self._without_scripts(part)) for part in fences.parts(body)]

    def _without_scripts(self, part: fences.Part) -> list[str]:
        """Return the lines of *part* with a mark in the place of each decision script."""
        lines = lines_of(part.text)
        found, faults = decisions.blocks(part.text)
        for block in reversed(found):
            script, script_faults = decisions.parse(block.source, first_line=block.first_line + 1)
            faults += script_faults
            if script:
                lines[block.first_line - 1 : block.last_line] = ["", self.marks.script(len(self.scripts)), ""]
                self.scripts.append(script)
        if faults:
            first = min(faults, key=lambda fault: fault.line)
            where = f"{first.node}: " if first.node else ""
            message = _("Line %(line)s: %(message)s", line=part.line - 1 + first.line, message=where + first.message)
            raise Refused(message, hint=first.remedy)
        return lines

    def at(self, level: Level) -> _View:
        """Cut the body for *level*."""
        lines = [line for part in self.parts for line in self._lines(part, level)]
        return _View("\n".join(lines), self.marks, self.scripts)

    def _lines(self, part: _Part, level: Level) -> list[str]:
        """Return the lines of one part as this level gets them."""
        if part.level > level:
            # Support may know that specialists have more; everybody else may not.
            return ["", self.marks.note(part.level), ""] if level >= Level.SUPPORT else [""]
        if part.level:
            return ["", self.marks.open(part.level), "", *part.lines, "", self.marks.close(), ""]
        return part.lines


@dataclass(frozen=True)
class _View:
    """What one level gets: its source, with marks where our own parts belong."""

    source: str
    marks: Marks
    scripts: list[decisions.Script]

    def rendered(self, known: Callable[[str], bool] | None, id_prefix: str) -> Rendered:
        """Render the source."""
        limits.refuse_too_much(self.source)
        html = _to_html(rewritten(self.source))
        limits.refuse_too_deep(html)
        html = sanitising.of_author(html)
        scripts = self._script_parts(known, id_prefix)
        page = finish(html, self.marks, scripts=scripts, known=known, id_prefix=id_prefix)
        return Rendered(html=sanitising.of_page(page.html), toc=page.toc, text=page.text, links=page.links)

    def _script_parts(self, known: Callable[[str], bool] | None, id_prefix: str) -> dict[int, ScriptPart]:
        """Return the scripts of this level as HTML; the ids of all but the first say which one they belong to."""
        numbers = [int(mark["number"]) for mark in self.marks.found_in(self.source) if mark["kind"] == "s"]
        parts: dict[int, ScriptPart] = {}
        for place, number in enumerate(numbers, start=1):
            prefix = id_prefix if place == 1 else f"{id_prefix}s{place}-"
            parts[number] = decision_pages.to_part(self.scripts[number], id_prefix=prefix, known=known)
        return parts


def _asking(known: Known | None) -> Callable[[str], bool] | None:
    """Return *known* as a question about one ref."""
    if known is None or callable(known):
        return known
    refs = frozenset(known)
    return refs.__contains__


def _to_html(source: str) -> str:
    """Render *source* with this thread's Markdown instance."""
    md: Markdown | None = getattr(_thread, "markdown", None)
    if md is None:
        md = _thread.markdown = _markdown()
    try:
        return md.reset().convert(source)
    except RecursionError:
        # reset() does not clear what a parser was in the middle of.
        del _thread.markdown
        raise limits.too_deep() from None


def _markdown() -> Markdown:
    """Build a Markdown instance with GitHub's habits; classes for colours, no inline styles."""
    return Markdown(
        extensions=[
            "tables",
            "footnotes",
            "sane_lists",
            "pymdownx.superfences",
            "pymdownx.highlight",
            "pymdownx.tilde",
            "pymdownx.magiclink",
            "pymdownx.saneheaders",
            LinkBudgetExtension(),
            PlainTextExtension(),
        ],
        extension_configs={
            "tables": {"use_align_attribute": True},
            "pymdownx.superfences": {"custom_fences": [_CODE], "disable_indented_code_blocks": False},
            "pymdownx.highlight": {"use_pygments": False},
            "pymdownx.tilde": {"subscript": False},
        },
        output_format="html",
    )
