"""The pieces of an article's page: what a finished text consists of, and our own small HTML.

All HTML that does not come from an author's Markdown is written here and in
``decisions.to_html``, escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape, unescape

from portal.articles.levels import Level
from portal.core.i18n import gettext as _

_LINES = re.compile(r"\n{2,}")
_BLANKS = re.compile(r"[^\S\n]+")
_NOT_IN_SLUG = re.compile(r"[^\w\- ]+")


@dataclass(frozen=True)
class Heading:
    """One line of the contents: the id to jump to, the words, and the depth, 1 for the top."""

    id: str
    text: str
    depth: int


@dataclass(frozen=True)
class ScriptPart:
    """A decision script ready for the page: its HTML, its words for search, the articles that it names."""

    html: str
    text: str
    links: tuple[str, ...] = ()


# Compiled once for all texts: compiling one for each digest took a tenth of the time of a load.
_MARK = re.compile(r"(?P<digest>mark[0-9a-f]{64})(?P<kind>[ocns])(?P<number>[0-9]+)z")
_MARK_ALONE = re.compile(rf"<p>({_MARK.pattern})</p>")


@dataclass(frozen=True)
class Marks:
    """Words that stand for our own parts while the text is rendered and cleaned.

    They hold the hash of the whole source, so that no source can contain one.
    """

    digest: str

    def open(self, level: Level) -> str:
        """Stand for the beginning of a part for *level*."""
        return f"{self.digest}o{int(level)}z"

    def close(self) -> str:
        """Stand for the end of a part."""
        return f"{self.digest}c0z"

    def note(self, level: Level) -> str:
        """Stand for a part for *level* that this reader does not get, but may know of."""
        return f"{self.digest}n{int(level)}z"

    def script(self, number: int) -> str:
        """Stand for the decision script with this *number*, from 0."""
        return f"{self.digest}s{number}z"

    def found_in(self, text: str) -> Iterator[re.Match[str]]:
        """Find any of them; the match has its ``kind`` and ``number``."""
        return (match for match in _MARK.finditer(text) if match["digest"] == self.digest)

    def taken_out_of(self, html: str) -> str:
        """Drop those that are left."""
        return _MARK.sub(lambda match: "" if match["digest"] == self.digest else match[0], html)

    def out_of_paragraphs(self, html: str) -> str:
        """Take each that Markdown made a paragraph of its own out of it."""
        return _MARK_ALONE.sub(lambda match: match[1] if match["digest"] == self.digest else match[0], html)


def tag(name: str, attributes: Mapping[str, str]) -> str:
    """Write a start tag; the values are escaped already."""
    written = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f"<{name}{written}>"


def fence_opening(level: Level, number: int) -> str:
    """Begin the section of a part, with the words who can see it; each section has a name of its own."""
    who = _("For support only") if level == Level.SUPPORT else _("For specialists only")
    label = who if number == 1 else _("%(who)s, part %(number)s", who=who, number=number)
    opening = tag("section", {"class": f"fence fence-{level.word}", "aria-label": escape(label)})
    return f'{opening}<p class="fence-who">{escape(who)}</p>'


def fence_note() -> str:
    """Say that there is more here, and how to ask for it."""
    words = escape(_("There is a part for specialists here."))
    ask = escape(_("Ask to read it"))
    return f'<p class="fence-note">{words} <a href="/ask">{ask}</a></p>'


def callout_opening(kind: str) -> str:
    """Begin a callout of one of GitHub's five kinds."""
    titles = {
        "note": _("Note"),
        "tip": _("Tip"),
        "important": _("Important"),
        "warning": _("Warning"),
        "caution": _("Caution"),
    }
    opening = tag("div", {"class": f"callout callout-{kind}", "role": "note"})
    return f'{opening}<p class="callout-title">{escape(titles[kind])}</p>'


def task_box(*, done: bool) -> str:
    """A box of a task list: a picture of a state, not a field."""
    label = escape(_("done") if done else _("to do"))
    opening = tag("span", {"class": "task-box", "role": "img", "aria-label": label})
    return f"{opening}{'☑' if done else '☐'}</span>"


def permalink(heading_id: str, words: str) -> str:
    """A link that a reader can copy to point others to this heading."""
    label = escape(_("Link to this part: %(heading)s", heading=words))
    return f'<a class="permalink" href="#{heading_id}" aria-label="{label}">#</a>'


def back_label() -> str:
    """What a screen reader says for the arrow behind a footnote."""
    return escape(_("Back to the text"))


def table_opening(number: int, attributes: Mapping[str, str]) -> str:
    """Begin a table in a frame that scrolls on its own and that keys can reach."""
    label = escape(_("Table %(number)s", number=number))
    frame = {"class": "table-scroll", "role": "region", "aria-label": label, "tabindex": "0"}
    return tag("div", frame) + tag("table", attributes)


def slug(words: str) -> str:
    """Make an id out of a heading's *words* as GitHub does; never empty."""
    return _NOT_IN_SLUG.sub("", words.lower()).strip().replace(" ", "-") or "part"


def heading_id(words: str) -> str:
    """Return the id of the first heading with these *words* on a page."""
    return f"h-{slug(words)}"


def plain(words: str) -> str:
    """Return escaped *words* as tidy lines of plain text."""
    lines = (_BLANKS.sub(" ", line).strip() for line in unescape(words).split("\n"))
    return _LINES.sub("\n", "\n".join(lines)).strip()
