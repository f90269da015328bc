"""Finding: from what a person typed to what they may read of it, with the words marked.

Rights go into the engine's query, so that hits, totals and counts hold only
what the person may read. Before anything is shown, each hit is looked up in
the database once more: the index follows a change within a second or two (and
not at all while no worker runs), and what was withdrawn meanwhile must not be
seen, be it a whole article or a part that is for fewer readers now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from markupsafe import Markup
from sqlalchemy.orm import Session

from portal.accounts.rights import Rights
from portal.organisation.models import Service
from portal.search.documents import Access
from portal.search.engine import Hit
from portal.search.hooks import Readable
from portal.search.live import LiveIndex
from portal.search.query import parse
from portal.search.snippets import Highlighter
from portal.search.sources import Sources
from portal.search.spelling import corrections

PAGE_LIMIT: Final = 50
"""Pages that can be walked to; who has not found it there needs other words, or a person."""
FILTER_LENGTH: Final = 80
CHOICES: Final = 6
"""Values offered to narrow by, those with most results."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """One result, ready to be shown. ``title`` and ``passage`` are safe HTML with the matching words marked."""

    source: str
    ref: str
    address: str
    title: Markup
    passage: Markup
    service: str
    kind: str
    language: str
    updated_at: datetime


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One value that the answer can be narrowed by, and how many results it would leave."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True, kw_only=True)
class Results:
    """One page of an answer. ``words`` is what was used of the typing; ``pages`` is at most ``PAGE_LIMIT``.

    ``corrected`` are words that stand nowhere, each with the one for which it was taken. ``nearest`` is what comes
    closest where nothing fits.
    """

    words: str
    corrected: tuple[tuple[str, str], ...] = ()
    shortened: bool = False
    hits: tuple[Found, ...] = ()
    nearest: tuple[Found, ...] = ()
    total: int = 0
    services: tuple[Choice, ...] = ()
    kinds: tuple[Choice, ...] = ()
    page: int = 1
    pages: int = 0


def find(
    session: Session,
    index: LiveIndex,
    words: str,
    rights: Rights,
    *,
    service: str = "",
    kind: str = "",
    page: int = 1,
    per_page: int = 10,
) -> Results:
    """Find what *rights* may read about *words*, best first.

    Three queries at most, however much is found. Words without any meaning
    find nothing and ask nobody.

    Raises:
        IndexUnusable: there is no index, or it is damaged.
    """
    access = access_of(rights, index.sources)
    query = parse(words)
    page = min(max(page, 1), PAGE_LIMIT)
    if not query.words:
        return Results(words=query.text, shortened=query.shortened)
    filters = {name: value[:FILTER_LENGTH] for name, value in (("service", service), ("kind", kind)) if value}
    start = (page - 1) * per_page
    meant, found = index.answer(query, access, filters=filters, offset=start, limit=per_page)
    looked_at = (*found.hits, *found.nearest)
    readable = second_look(session, index.sources, looked_at, rights)
    shown = [hit for hit in found.hits if (hit.source, hit.ref) in readable]
    nearest = [hit for hit in found.nearest if (hit.source, hit.ref) in readable]
    names = _service_names(session, set(found.facets["service"]) | {hit.service for hit in (*shown, *nearest)})
    kinds = {kind: label for source in index.sources.values() for kind, label in source.searchable.kinds.items()}
    marker = Highlighter(meant)
    total = found.total - (len(found.hits) - len(shown))
    return Results(
        words=query.text,
        shortened=query.shortened,
        corrected=corrections(meant),
        hits=tuple(_found(hit, readable[hit.source, hit.ref], marker, names, kinds) for hit in shown),
        nearest=tuple(_found(hit, readable[hit.source, hit.ref], marker, names, kinds) for hit in nearest),
        total=total,
        services=_choices(found.facets["service"], names, filters.get("service", "")),
        kinds=_choices(found.facets["kind"], kinds, filters.get("kind", "")),
        page=page,
        pages=min(-(-total // per_page), PAGE_LIMIT),
    )


def _found(hit: Hit, now: Readable, marker: Highlighter, names: Mapping[str, str], kinds: Mapping[str, Any]) -> Found:
    """One result: the title of this moment, and the indexed passage unless the text has changed since."""
    is_current = hit.updated_at == now.updated_at
    return Found(
        source=hit.source,
        ref=hit.ref,
        address=now.address,
        title=marker.mark(now.title, hit.language),
        passage=marker.snippet(hit.body, hit.language) if is_current else Markup(),
        service=names.get(hit.service, ""),
        kind=str(kinds.get(hit.kind, "")),
        language=hit.language,
        updated_at=now.updated_at,
    )


def access_of(rights: Rights, sources: Sources) -> Access:
    """The rights of a person in the words of the search, with what every reader holds of plugins that are on."""
    return Access(
        level=rights.level,
        service_levels=rights.service_levels,
        readers=rights.readers,
        permissions=rights.permissions | sources.tokens(),
    )


def second_look(
    session: Session, sources: Sources, hits: Sequence[Hit], rights: Rights
) -> dict[tuple[str, str], Readable]:
    """Those hits that *rights* may read at this moment, as the database has them."""
    refs: dict[str, list[str]] = defaultdict(list)
    for hit in hits:
        if hit.source in sources:
            refs[hit.source].append(hit.ref)
    return {
        (name, ref): now
        for name, of_source in refs.items()
        for ref, now in sources[name].searchable.readable(session, of_source, rights).items()
    }


def _service_names(session: Session, ids: set[str]) -> dict[str, str]:
    rows = session.execute(sa.select(Service.id, Service.name).where(Service.id.in_(sorted(ids - {""}))))
    return {row.id: row.name for row in rows}


def _choices(counts: Mapping[str, int], labels: Mapping[str, Any], chosen: str) -> tuple[Choice, ...]:
    """The values with most results, and the chosen one whatever it leaves, so that it can be taken away again."""
    every = {chosen: 0, **counts} if chosen else counts
    choices = [
        Choice(value=value, label=str(labels.get(value, value)), count=count, chosen=value == chosen)
        for value, count in every.items()
    ]
    choices.sort(key=lambda choice: (-choice.count, choice.label))
    return tuple(choice for place, choice in enumerate(choices) if place < CHOICES or choice.chosen)
