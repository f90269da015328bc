"""How the portal answers: what a person typed, understood, and put to an index. Every search goes through here."""

from __future__ import annotations

from collections.abc import Mapping

from portal.search import synonyms
from portal.search.documents import Access
from portal.search.engine import Engine, Page
from portal.search.query import Query
from portal.search.spelling import understood
from portal.search.synonyms import expanded


def answer(
    engine: Engine,
    query: Query,
    access: Access,
    *,
    filters: Mapping[str, str] | None = None,
    offset: int = 0,
    limit: int = 10,
) -> tuple[Query, Page]:
    """The query as it was understood for whoever has *access*, and one page of what fits it; see ``Engine.search``.

    Raises:
        IndexUnusable: the index cannot be read.
    """
    meant = understood(expanded(query, synonyms.shipped()), engine, access)
    return meant, engine.search(meant, access, filters=filters, offset=offset, limit=limit)
