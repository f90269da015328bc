"""How the portal answers: what a person typed, understood, and put to an index. Every search goes through here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final, Protocol

from portal.search import popularity
from portal.search.documents import Access
from portal.search.engine import Closeness, Engine, Page
from portal.search.nearness import Near
from portal.search.popularity import Use
from portal.search.query import Query
from portal.search.spelling import understood
from portal.search.synonyms import Synonyms, expanded, shipped

FLOOR: Final = 0.1368
"""How near something is at least, without ``OF_ELSEWHERE`` of how near the query is to what belongs to others."""
OF_ELSEWHERE: Final = 0.6
ENOUGH_WORDS: Final = 0.6
"""Where one document has so much of the words, something fits whatever it means."""
NEAREST: Final = 3


class Compares(Protocol):
    """What knows what words mean."""

    def near(self, text: str) -> Near:
        """What is near to *text*."""


def answer(
    engine: Engine,
    query: Query,
    access: Access,
    *,
    filters: Mapping[str, str] | None = None,
    offset: int = 0,
    limit: int = 10,
    meaning: Compares | None = None,
    synonyms: Synonyms | None = None,
    use: Use | None = None,
) -> tuple[Query, Page]:
    """The query as it was understood for whoever has *access*, and one page of what fits it; see ``Engine.search``.

    With *meaning*, what fits goes by words and meaning together, and where
    nothing comes close the page has no hits, only what is ``nearest``.
    *synonyms* are those that came with the portal unless others are given.
    With *use* the first ``popularity.LOOKED_AT`` are ordered by it as well.

    Raises:
        IndexUnusable: the index cannot be read.
    """
    meant = understood(expanded(query, shipped() if synonyms is None else synonyms), engine, access)
    service = (filters or {}).get("service", "")
    near = meaning.near(in_words(meant, service)) if meaning is not None and meant.words else None
    page = _page(engine, meant, access, filters=filters, offset=offset, limit=limit, near=near, use=use)
    if near is None or page.closeness is None or fits(page.closeness, near.elsewhere):
        return meant, page
    return meant, replace(
        page, hits=(), total=0, facets={name: {} for name in page.facets}, nearest=page.hits[:NEAREST]
    )


def _page(
    engine: Engine,
    meant: Query,
    access: Access,
    *,
    filters: Mapping[str, str] | None,
    offset: int,
    limit: int,
    near: Near | None,
    use: Use | None,
) -> Page:
    if use is None or not use.factors or offset >= popularity.LOOKED_AT:
        return engine.search(meant, access, filters=filters, offset=offset, limit=limit, near=near)
    most = max(popularity.LOOKED_AT, offset + limit)
    found = engine.search(meant, access, filters=filters, limit=most, near=near)
    return popularity.ordered(found, use, offset=offset, limit=limit)


def fits(closeness: Closeness, elsewhere: float) -> bool:
    """Whether something comes close enough to be an answer; *elsewhere* is how near others' matters are."""
    if closeness.is_named or closeness.words >= ENOUGH_WORDS:
        return True
    return closeness.meaning - OF_ELSEWHERE * max(elsewhere, 0.0) >= FLOOR


def in_words(query: Query, service: str = "") -> str:
    """A query as a sentence to be understood: slips mended, short words with what they stand for (in *service*)."""
    text = query.text
    for word in query.words:
        forms = [form for form in word.forms if form.service in {"", service}]
        if forms:
            other = forms[0].text
            text = _with(text, word.text, other if word.read_as else f"{word.text} {other}")
    return text


def _with(text: str, word: str, other: str) -> str:
    """*text* with *word* written as *other*, the first time that it stands there."""
    return re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", lambda _found: other, text, count=1, flags=re.IGNORECASE)
