"""From clean HTML to the HTML of the page: what every article gets, whatever its author wrote.

Works on the output of the sanitiser, which is regular: each tag closed, each
attribute in double quotes, no ``<`` in text. Headings get one order beginning
at ``h2`` (the page's title is the ``h1``), an id, a permalink and a place in
the contents; tables scroll; links that lead outside say so; images from
elsewhere and links to articles that do not exist become words; callouts, task
lists, fenced parts and decision scripts take their final shape.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape, unescape
from typing import NamedTuple, TypeAlias

from portal.articles import page_parts
from portal.articles.levels import Level
from portal.articles.page_parts import Heading, Marks, ScriptPart, tag
from portal.articles.sanitising import FOOTNOTE_ID, USER_ID_PREFIX

ARTICLE_PATH = re.compile(r"/kb/(KB\d{4,15})(?!\w)", re.IGNORECASE | re.ASCII)

Known: TypeAlias = Callable[[str], bool]
Attributes: TypeAlias = dict[str, str]

_TOKEN = re.compile(r"<(/?)([a-z][a-z0-9]*)((?: [a-z-]+=\"[^\"]*\")*)>|([^<]+)")
_ATTRIBUTE = re.compile(r" ([a-z-]+)=\"([^\"]*)\"")
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_VOID = frozenset(("br", "hr", "img", "wbr"))
_BLOCKS = _HEADINGS | frozenset(
    (
        *("blockquote", "br", "caption", "dd", "details", "div", "dl", "dt", "figcaption", "figure", "hr"),
        *("li", "ol", "p", "pre", "summary", "table", "td", "th", "tr", "ul"),
    )
)
_CALLOUT = re.compile(r"\s*\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\][ \t]*(?:\n|$)", re.IGNORECASE)
# A picture's name says its size, so that the page keeps the room for it.
_PICTURE_SIZE = re.compile(r"/attachments/[0-9a-f]{32}-(\d{1,4})x(\d{1,4})\.[a-z]+\Z")
_TASK = re.compile(r"\s*\[([ xX])\](?=\s)")


@dataclass(frozen=True)
class Finished:
    """What :func:`finish` makes: HTML, contents, plain text for search, and the articles it links to."""

    html: str
    toc: tuple[Heading, ...]
    text: str
    links: tuple[str, ...]


def finish(
    html: str,
    marks: Marks,
    *,
    scripts: Mapping[int, ScriptPart] | None = None,
    known: Known | None = None,
    id_prefix: str = "",
) -> Finished:
    """Give sanitised *html* its final shape; *marks* stand where parts and *scripts* (by their number) belong.

    *known* says of an article's id whether that article exists; without it
    all links stay. *id_prefix* goes before every id.
    """
    page = _Page(marks, scripts or {}, known, id_prefix)
    html = marks.out_of_paragraphs(html)
    for end, name, attributes, text in _TOKEN.findall(html):
        if not name:
            page.text(text)
        elif end:
            page.end(name)
        else:
            page.start(name, dict(_ATTRIBUTE.findall(attributes)))
    return page.finished()


@dataclass
class _Frame:
    """An open element: where it stands in the output, and what is written where it ends."""

    name: str
    closing: str
    at: int
    is_fence: bool = False
    silent: bool = False


@dataclass
class _OpenHeading:
    """A heading whose words are still coming; *at* is its place in the output."""

    at: int
    depth: int
    words: list[str] = field(default_factory=list)


class _Jump(NamedTuple):
    """A link inside the page, written once all ids are known."""

    at: int
    target: str
    attributes: Attributes


class _Page:
    """The output so far, and what has to be remembered while it grows."""

    def __init__(self, marks: Marks, scripts: Mapping[int, ScriptPart], known: Known | None, id_prefix: str) -> None:
        """Begin an empty page."""
        self.marks = marks
        self.scripts = scripts
        self.known = known
        self.id_prefix = id_prefix
        self.out: list[str] = []
        self.words: list[str] = []
        self.stack: list[_Frame] = []
        self.toc: list[Heading] = []
        self.links: dict[str, None] = {}
        self.ids: set[str] = set()
        self.slugs: dict[str, int] = {}
        self.footnotes: dict[str, int] = {}
        self.heading: _OpenHeading | None = None
        self.heading_levels: list[int] = []
        self.jumps: list[_Jump] = []
        self.fences: dict[Level, int] = {}
        self.tables = 0
        self.waiting: _Frame | None = None
        self.special: dict[str, Callable[[Attributes], None]] = {
            "a": self._link,
            "blockquote": self._quote,
            "img": self._image,
            "li": self._list_item,
            "ol": self._numbered_list,
            "pre": self._preformatted,
            "table": self._table,
        }

    # Walking

    def start(self, name: str, attributes: Attributes) -> None:
        """Take a start tag."""
        if self.waiting and not (name == "p" and self.stack[-1:] == [self.waiting]):
            self.waiting = None
        if name in _BLOCKS:
            self.words.append("\n")
        if "id" in attributes:
            attributes["id"] = self._own_id(attributes["id"])
            if not attributes["id"]:
                del attributes["id"]
        if name in self.special:
            self.special[name](attributes)
        elif name in _HEADINGS:
            self._heading(name)
        elif name in {"td", "th"}:
            self._cell(name, attributes)
        elif name in _VOID:
            self.out.append(tag(name, attributes))
        else:
            self._open(name, tag(name, attributes), f"</{name}>")

    def end(self, name: str) -> None:
        """Take an end tag; a part that is still open inside its element ends with it."""
        while self.stack and self.stack[-1].is_fence:
            self._close()
        if self.stack and self.stack[-1].name == name:
            self._close()
        if name in _BLOCKS:
            self.words.append("\n")

    def text(self, text: str) -> None:
        """Take a piece of text, in which marks may stand for our own parts."""
        if self._is_code_in_a_cell():
            text = text.replace("\\|", "|")  # as on GitHub: a bar in a table is always written so
        if self.waiting and text.strip():
            text = self._beginning(self.waiting, text)
        at = 0
        for mark in self.marks.found_in(text):
            self._say(text[at : mark.start()])
            self._our_part(mark["kind"], int(mark["number"]))
            at = mark.end()
        self._say(text[at:])

    def _is_code_in_a_cell(self) -> bool:
        names = [frame.name for frame in self.stack]
        return names[-1:] == ["code"] and not {"td", "th"}.isdisjoint(names)

    def _open(self, name: str, opening: str, closing: str) -> _Frame:
        frame = _Frame(name, closing, len(self.out))
        self.out.append(opening)
        self.stack.append(frame)
        return frame

    def _close(self) -> None:
        frame = self.stack.pop()
        if frame is self.waiting:
            self.waiting = None
        if self.heading and frame.name in _HEADINGS:
            self._end_heading(self.heading)
        else:
            self.out.append(frame.closing)

    def _say(self, text: str) -> None:
        """Write escaped text and remember its words."""
        self.out.append(text)
        if self.stack and self.stack[-1].silent:
            return
        self.words.append(text)
        if self.heading:
            self.heading.words.append(text)

    # Ids and headings

    def _own_id(self, value: str) -> str:
        """Return the id as it stands on the page, or nothing for one that is taken."""
        value = self.id_prefix + (self._footnote(value) if FOOTNOTE_ID.match(value) else value)
        if value in self.ids:
            return ""
        self.ids.add(value)
        return value

    def _footnote(self, value: str) -> str:
        """Return ``fn-1`` for ``fn:label``, ``fnref-1-2`` for ``fnref2:label``; labels count as they come."""
        kind, label = value.split(":", 1)
        number = self.footnotes.setdefault(label, len(self.footnotes) + 1)
        if kind == "fn":
            return f"fn-{number}"
        again = kind.removeprefix("fnref")
        return f"fnref-{number}-{again}" if again else f"fnref-{number}"

    def _heading(self, name: str) -> None:
        """Open a heading: the first at ``h2``, none more than one below the one before."""
        level = int(name[1])
        while self.heading_levels and self.heading_levels[-1] >= level:
            self.heading_levels.pop()
        self.heading_levels.append(level)
        self.heading = _OpenHeading(len(self.out), len(self.heading_levels))
        self._open(name, "", "")

    def _end_heading(self, heading: _OpenHeading) -> None:
        """Write the heading's tags now that its words are known."""
        self.heading = None
        words = " ".join(unescape("".join(heading.words)).split())
        name = f"h{min(heading.depth + 1, 6)}"
        if not words:
            self.out[heading.at] = f"<{name}>"
            self.out.append(f"</{name}>")
            return
        own_id = self._heading_id(words)
        self.out[heading.at] = f'<div class="heading"><{name} id="{own_id}">'
        self.out.append(f"</{name}>{page_parts.permalink(own_id, words)}</div>")
        self.toc.append(Heading(own_id, words, heading.depth))

    def _heading_id(self, words: str) -> str:
        base = self.id_prefix + page_parts.heading_id(words)
        own_id = base
        while own_id in self.ids:
            self.slugs[base] = self.slugs.get(base, 0) + 1
            own_id = f"{base}-{self.slugs[base]}"
        self.ids.add(own_id)
        return own_id

    # Elements with habits of their own

    def _link(self, attributes: Attributes) -> None:
        """Open a link, or nothing where it would lead nowhere."""
        href = unescape(attributes.get("href", ""))
        article = ARTICLE_PATH.match(href)
        ref = article[1].upper() if article else ""
        if not href or (ref and self.known and not self.known(ref)):
            self._open("a", "", "")
            return
        if ref:
            self.links[ref] = None
        if href.startswith("#"):
            self.jumps.append(_Jump(len(self.out), href[1:], attributes))
        elif href.lower().startswith(("http:", "https:")):
            attributes["rel"] = "noopener noreferrer"
        backref = attributes.get("class") == "footnote-backref"
        if backref:
            attributes["aria-label"] = page_parts.back_label()
            attributes.pop("title", None)
        self._open("a", tag("a", attributes), "</a>").silent = backref

    def _image(self, attributes: Attributes) -> None:
        """Show a picture that this portal keeps; of others, a link or the words."""
        src, alt = unescape(attributes.get("src", "")), unescape(attributes.get("alt", ""))
        if src.startswith("/attachments/"):
            shown = {name: value for name, value in attributes.items() if name in {"id", "src", "title"}}
            size = _PICTURE_SIZE.search(src)
            room = {"width": size[1], "height": size[2]} if size else {}
            self.out.append(tag("img", {**shown, "alt": escape(alt), **room, "loading": "lazy"}))
            self.words.append(escape(alt))
        elif src.lower().startswith(("http:", "https:")) and not any(frame.name == "a" for frame in self.stack):
            self._link({"href": escape(src)})
            self._say(escape(alt or src))
            self._close()
        else:
            self._say(escape(alt))

    def _table(self, attributes: Attributes) -> None:
        self.tables += 1
        self._open("table", page_parts.table_opening(self.tables, attributes), "</table></div>")

    def _cell(self, name: str, attributes: Attributes) -> None:
        align = attributes.pop("align", "")
        if align:
            attributes["class"] = f"align-{align}"
        if name == "th" and any(frame.name == "thead" for frame in self.stack[-2:]):
            attributes.setdefault("scope", "col")
        self._open(name, tag(name, attributes), f"</{name}>")

    def _numbered_list(self, attributes: Attributes) -> None:
        """Open a numbered list; at the top of the text or of a part it is the steps of the article."""
        if all(frame.is_fence for frame in self.stack):
            attributes["class"] = "steps"
        self._open("ol", tag("ol", attributes), "</ol>")

    def _preformatted(self, attributes: Attributes) -> None:
        self._open("pre", tag("pre", {**attributes, "tabindex": "0"}), "</pre>")

    def _quote(self, attributes: Attributes) -> None:
        self.waiting = self._open("blockquote", tag("blockquote", attributes), "</blockquote>")

    def _list_item(self, attributes: Attributes) -> None:
        self.waiting = self._open("li", tag("li", attributes), "</li>")

    def _beginning(self, frame: _Frame, text: str) -> str:
        """Turn the first words of a quote or an item into what they mean; return the rest."""
        self.waiting = None
        match = (_CALLOUT if frame.name == "blockquote" else _TASK).match(text)
        if not match:
            return text
        if frame.name == "blockquote":
            self.out[frame.at] = page_parts.callout_opening(match[1].lower())
            frame.closing = "</div>"
        else:
            self.out[frame.at] = self.out[frame.at].replace("<li", '<li class="task"', 1)
            self.out.append(page_parts.task_box(done=match[1] != " "))
        return text[match.end() :]

    # Our own parts

    def _our_part(self, kind: str, number: int) -> None:
        """Write what a mark stands for."""
        if kind == "o":
            level = Level(number)
            self.fences[level] = self.fences.get(level, 0) + 1
            self._open("section", page_parts.fence_opening(level, self.fences[level]), "</section>").is_fence = True
        elif kind == "c":
            if self.stack and self.stack[-1].is_fence:
                self._close()
        elif kind == "n":
            self.out.append(page_parts.fence_note())
        else:
            script = self.scripts[number]
            self.out.append(script.html)
            self.words += ["\n", escape(script.text, quote=False), "\n"]
            self.links.update(dict.fromkeys(script.links))

    def finished(self) -> Finished:
        """Close what is open, aim the jumps inside the page, and hand everything over."""
        while self.stack:
            self._close()
        for jump in self.jumps:
            self.out[jump.at] = tag("a", {**jump.attributes, "href": f"#{escape(self._aim(jump.target))}"})
        html = self.marks.taken_out_of("".join(self.out)).replace("<p></p>", "")
        return Finished(html, tuple(self.toc), page_parts.plain("".join(self.words)), tuple(self.links))

    def _aim(self, target: str) -> str:
        """Return the id that an author means by ``#target``."""
        if FOOTNOTE_ID.match(target):
            return self.id_prefix + self._footnote(target)
        tries = (f"{self.id_prefix}h-{target.lower()}", f"{self.id_prefix}{USER_ID_PREFIX}{target}")
        return next((own_id for own_id in tries if own_id in self.ids), target)
