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
from portal.articles.finishing import Finished, finish
from portal.articles.github_habits import rewritten
from portal.articles.levels import Level
from portal.articles.markdown_budget import LinkBudgetExtension
from portal.articles.page_parts import Heading, Marks, ScriptPart
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
    source = _Source(body, level, max_bytes=max_bytes)
    return source.rendered(_asking(known), id_prefix)


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
    pages: dict[Level, Rendered] = {}
    shown = None
    for level in Level:
        if level < audience:
            continue
        source = _Source(body, level, max_bytes=max_bytes)
        if source.text != shown:
            pages[level] = source.rendered(_asking(known), id_prefix)
            shown = source.text
    return pages


class _Source:
    """What of a body one level gets, with marks where our own parts belong."""

    def __init__(self, body: str, level: Level, *, max_bytes: int) -> None:
        """Cut *body* for *level*."""
        if len(body.encode()) > max_bytes:
            raise Refused(
                _("The text is longer than %(limit)s KB.", limit=max_bytes // 1024),
                hint=_("Split it into several articles, each with one goal."),
            )
        body = body.translate(_CONTROLS)
        self.marks = Marks("mark" + hashlib.sha256(body.encode()).hexdigest())
        self.scripts: list[decisions.Script] = []
        self.text = "\n".join(line for part in fences.parts(body) for line in self._part(part, level))

    def _part(self, part: fences.Part, level: Level) -> list[str]:
        """Return the lines of one part as this level gets them."""
        if part.level > level:
            # Support may know that specialists have more; everybody else may not.
            return ["", self.marks.note(part.level), ""] if level >= Level.SUPPORT else [""]
        lines = self._without_scripts(part)
        if part.level:
            return ["", self.marks.open(part.level), "", *lines, "", self.marks.close(), ""]
        return lines

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

    def rendered(self, known: Callable[[str], bool] | None, id_prefix: str) -> Rendered:
        """Render the cut source."""
        limits.refuse_too_much(self.text)
        html = _to_html(rewritten(self.text))
        limits.refuse_too_deep(html)
        html = sanitising.of_author(html)
        page = finish(html, self.marks, scripts=self._script_parts(known, id_prefix), known=known, id_prefix=id_prefix)
        return _as_rendered(page)

    def _script_parts(self, known: Callable[[str], bool] | None, id_prefix: str) -> tuple[ScriptPart, ...]:
        """Return the scripts as HTML; the ids of the second and later ones say which script they belong to."""
        parts = []
        for number, script in enumerate(self.scripts):
            prefix = id_prefix if number == 0 else f"{id_prefix}s{number + 1}-"
            parts.append(decision_pages.to_part(script, id_prefix=prefix, known=known))
        return tuple(parts)


def _as_rendered(page: Finished) -> Rendered:
    return Rendered(html=sanitising.of_page(page.html), toc=page.toc, text=page.text, links=page.links)


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
        ],
        extension_configs={
            "tables": {"use_align_attribute": True},
            "pymdownx.superfences": {"custom_fences": [_CODE], "disable_indented_code_blocks": False},
            "pymdownx.highlight": {"use_pygments": False},
            "pymdownx.tilde": {"subscript": False},
        },
        output_format="html",
    )
