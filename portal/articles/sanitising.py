"""What HTML may reach a reader: two allow lists, applied until nothing changes.

``of_author`` cleans what an author's Markdown became. ``of_page`` is the last
step, after our own parts (fences, permalinks, scripts) were added: it knows
those too, and nothing else. Never allowed: ``svg``, ``math``, ``style``,
``script``, frames and forms; addresses other than ``http https mailto tel``
and paths of this portal; ids that could stand for a name of the page's code.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import nh3
from pygments.token import STANDARD_TYPES

from portal.core.errors import Refused
from portal.core.i18n import gettext as _

MAX_PASSES = 5
USER_ID_PREFIX = "user-"

WEB = {"http", "https"}
SCHEMES = WEB | {"mailto", "tel"}
_AUTHOR_TAGS = {
    *("h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "div", "span", "pre", "code", "blockquote", "details"),
    *("a", "abbr", "b", "cite", "del", "dfn", "em", "i", "ins", "kbd", "mark", "q", "s", "samp", "small", "strong"),
    *("sub", "sup", "time", "u", "var", "wbr", "rp", "rt", "ruby", "figcaption", "figure", "img", "summary"),
    *("dd", "dl", "dt", "li", "ol", "ul", "caption", "table", "tbody", "td", "tfoot", "th", "thead", "tr"),
}
_DROPPED_WITH_CONTENT = {"script", "style", "template", "noscript", "noembed", "noframes", "iframe", "xmp", "textarea"}
_AUTHOR_ATTRIBUTES = {
    "*": {"id", "lang", "dir", "title"},
    "a": {"href"},
    "details": {"open"},
    "img": {"src", "alt"},
    "li": {"value"},
    "ol": {"start", "reversed"},
    "td": {"colspan", "rowspan", "headers"},
    "th": {"colspan", "rowspan", "headers", "scope"},
    "time": {"datetime"},
}
_ALIGNMENTS = {tag: {"align": {"left", "center", "right"}} for tag in ("td", "th")}
_PYGMENTS = {name for name in STANDARD_TYPES.values() if name}
_AUTHOR_CLASSES = {
    "a": {"footnote-ref", "footnote-backref"},
    "div": {"highlight", "footnote"},
    "span": _PYGMENTS,
}

_ALIGN_CLASSES = {"align-left", "align-center", "align-right"}
_CALLOUTS = {f"callout-{kind}" for kind in ("note", "tip", "important", "warning", "caution")}
_OUTCOMES = {f"outcome-{outcome}" for outcome in ("solved", "linked", "send-on")}
_PAGE_CLASSES = {
    "a": {"footnote-ref", "footnote-backref", "permalink"},
    "div": {"highlight", "footnote", "heading", "table-scroll", "script", "callout", *_CALLOUTS},
    "li": {"task", "step"},
    "ol": {"steps", "script-steps"},
    "p": {"callout-title", "fence-who", "fence-note", "say", "note"},
    "section": {"fence", "fence-support", "fence-specialists"},
    "span": {*_PYGMENTS, "task-box", "outcome", *_OUTCOMES},
    "td": _ALIGN_CLASSES,
    "th": _ALIGN_CLASSES,
    "ul": {"answers"},
}
_PAGE_ATTRIBUTES = {
    **_AUTHOR_ATTRIBUTES,
    "a": {"href", "aria-label"},
    "div": {"aria-label"},
    "img": {"src", "alt", "width", "height"},
    "section": {"aria-label"},
    "span": {"aria-label"},
}
_PAGE_VALUES = {
    "a": {"rel": {"noopener noreferrer"}},
    "div": {"role": {"region", "note"}, "tabindex": {"0"}},
    "img": {"loading": {"lazy"}},
    "pre": {"tabindex": {"0"}},
    "span": {"role": {"img"}},
}
# An id of ours has a prefix with a hyphen, so that it never becomes a global name of the page.
PAGE_ID = re.compile(r"(?:[a-z0-9]+-)*(?:h|fn|fnref|step|user)-[^\s\"'<>&]+\Z")
FOOTNOTE_ID = re.compile(r"fn(?:ref\d*)?:\S+\Z")
_USER_ID = re.compile(r"[^\w.-]+")
_EDGES = "".join(map(chr, range(0x21)))
_PATH = re.compile(r"[/?#]")
_HOST = re.compile(r"[a-z]+://[^/?#\s]", re.IGNORECASE)
# A parser drops one line feed there each time it reads.
_AFTER_PRE = re.compile(r"(<pre(?: [^<>]*)?>)\n+")
_BREAKS = re.compile(r"[\t\n\r]+")


def safe_url(url: str) -> str | None:
    r"""Return *url* if a browser can only take it for an allowed address, else ``None``.

    Browsers drop tabs and line ends inside an address and read a backslash as
    a slash, so that both ``/\t/host`` and ``/\host`` leave this portal.
    """
    url = _BREAKS.sub("", url).strip(_EDGES)
    if url.startswith("//") or "\\" in url:
        return None
    scheme, colon, _rest = _PATH.split(url, maxsplit=1)[0].partition(":")
    if not colon:
        return url
    if scheme.lower() not in SCHEMES or (scheme.lower() in WEB and not _HOST.match(url)):
        return None
    return url


def _author_attribute(_tag: str, name: str, value: str) -> str | None:
    """Decide about one attribute that an author's text brought."""
    if name in {"href", "src"}:
        return safe_url(value)
    if name == "id":
        if FOOTNOTE_ID.match(value):
            return value
        slug = _USER_ID.sub("-", value.removeprefix(USER_ID_PREFIX)).strip("-")
        return USER_ID_PREFIX + slug if slug else None
    return value


def _page_attribute(_tag: str, name: str, value: str) -> str | None:
    """Decide about one attribute of the finished page."""
    if name in {"href", "src"}:
        return safe_url(value)
    if name == "id":
        return value if PAGE_ID.match(value) else None
    return value


_author = nh3.Cleaner(
    tags=_AUTHOR_TAGS,
    clean_content_tags=_DROPPED_WITH_CONTENT,
    attributes=_AUTHOR_ATTRIBUTES,
    attribute_filter=_author_attribute,
    tag_attribute_values=_ALIGNMENTS,
    allowed_classes=_AUTHOR_CLASSES,
    url_schemes=SCHEMES,
    link_rel=None,
)
_page = nh3.Cleaner(
    tags=_AUTHOR_TAGS | {"section"},
    clean_content_tags=_DROPPED_WITH_CONTENT,
    attributes=_PAGE_ATTRIBUTES,
    attribute_filter=_page_attribute,
    tag_attribute_values=_PAGE_VALUES,
    allowed_classes=_PAGE_CLASSES,
    url_schemes=SCHEMES,
    link_rel=None,
)


def of_author(html: str) -> str:
    """Clean HTML that came from an author's text, by the narrow list.

    Raises:
        Refused: it changes with every pass, as only an attack does.
    """
    return _settled(_author.clean, html)


def of_page(html: str) -> str:
    """Clean a finished page, by the list that knows our own parts too.

    Raises:
        Refused: it changes with every pass, as only an attack does.
    """
    return _settled(_page.clean, html)


def _settled(clean: Callable[[str], str], html: str) -> str:
    """Clean until a further pass changes nothing: hostile markup can take shape by being cleaned once."""
    for _pass in range(MAX_PASSES):
        cleaned = _AFTER_PRE.sub(r"\1", clean(html))
        if cleaned == html:
            return cleaned
        html = cleaned
    raise Refused(
        _("The HTML in this text cannot be made safe."),
        hint=_("Write it as Markdown, without HTML tags."),
    )
