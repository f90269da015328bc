"""How much a text may ask of the renderer, so that none can hold it up.

The Markdown and HTML parsers below need quadratic time for a few things that
no article has in such numbers. Each limit was measured on 100 KB of that
thing alone (up to a minute without it) and is far above what people write.
What is over a limit is refused with the reason; it is never cut silently.
"""

from __future__ import annotations

import re

from portal.core.errors import Refused
from portal.core.i18n import gettext as _

MAX_FOOTNOTE_MARKS = 500
MAX_UNCLOSED_TAGS = 200
MAX_DEPTH = 500
MAX_CODE_BLOCKS = 1_000

_UNCLOSED_TAG = re.compile(r"<[a-zA-Z/!?][^<>]*(?=<|\Z)")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_VOID = frozenset(("br", "hr", "img", "input", "wbr", "col"))


def refuse_too_much(source: str) -> None:
    """Check Markdown *source* before it is parsed.

    Raises:
        Refused: it has more footnote marks or unclosed HTML tags than can be read in time.
    """
    if source.count("[^") > MAX_FOOTNOTE_MARKS:
        raise Refused(
            _("The text has more than %(limit)s footnote marks.", limit=MAX_FOOTNOTE_MARKS),
            hint=_("Use fewer footnotes, or split the text into several articles."),
        )
    if source.count("\n```") + source.count("\n~~~") > 2 * MAX_CODE_BLOCKS:
        raise Refused(
            _("The text has more than %(limit)s code blocks.", limit=MAX_CODE_BLOCKS),
            hint=_("Split it into several articles."),
        )
    if source.count("<") > MAX_UNCLOSED_TAGS and len(_UNCLOSED_TAG.findall(source)) > MAX_UNCLOSED_TAGS:
        raise Refused(
            _("The text has more than %(limit)s opening angle brackets that nothing closes.", limit=MAX_UNCLOSED_TAGS),
            hint=_("Close the HTML tags, or write &lt; for the sign itself."),
        )


def refuse_too_deep(html: str) -> None:
    """Check rendered *html* before it is sanitised, which walks up from each element.

    Raises:
        Refused: elements stand inside each other more than 500 deep.
    """
    depth = 0
    for end, name in _TAG.findall(html):
        if end:
            depth -= 1
        elif name.lower() not in _VOID:
            depth += 1
            if depth > MAX_DEPTH:
                raise too_deep()


def too_deep() -> Refused:
    """Return the refusal of a text that is nested beyond what a parser can follow."""
    return Refused(
        _("Lists, quotes or HTML tags in this text are nested too deeply to be shown."),
        hint=_("Write it with fewer levels of nesting."),
    )
