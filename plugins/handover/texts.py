"""The texts of a pack as safe HTML, rendered once for each text; where one cannot be rendered it is shown as typed."""

from __future__ import annotations

from functools import lru_cache

from markupsafe import Markup, escape

from portal.articles.levels import Level
from portal.articles.rendering import render
from portal.core.errors import Refused

KEPT = 2_000
"""So many texts are kept rendered, in each process."""


@lru_cache(maxsize=KEPT)
def html_of(text: str) -> Markup:
    """Markdown of a section as safe HTML, for support."""
    if not text.strip():
        return Markup()
    try:
        return Markup(render(text, Level.SUPPORT).html)  # noqa: S704 - sanitised, as all pages of articles are
    except Refused:
        return Markup('<p class="as-typed">') + escape(text) + Markup("</p>")
