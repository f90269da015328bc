"""A search as a page makes it: read from the address, answered, noted; and the links that change it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for
from flask_babel import get_locale

from portal.accounts.login import current_viewer
from portal.core.clock import now
from portal.core.web import portal, reading
from portal.search.askers import askers_of
from portal.search.live import index_of
from portal.search.query import parse
from portal.search.service import FILTER_LENGTH, Choice, Found, Results, find

SINK, OPENED = "search", "search_opened"
TYPED_LIMIT = 2000
"""Characters of an address that are looked at; the search itself uses fewer, and says so."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the address asks for: words, filters (empty for none) and page, from 1."""

    words: str = ""
    service: str = ""
    kind: str = ""
    page: int = 1

    @property
    def is_narrowed(self) -> bool:
        """Whether a filter is set."""
        return bool(self.service or self.kind)


@dataclass(frozen=True)
class Links:
    """Addresses of the page at *endpoint* that ask for something slightly different; *extra* is kept in each."""

    endpoint: str
    asked: Asked
    extra: Mapping[str, str] = field(default_factory=dict)

    def service(self, choice: Choice) -> str:
        """With the service turned: chosen, or let go."""
        return self._to(service="" if choice.chosen else choice.value, page=1)

    def kind(self, choice: Choice) -> str:
        """With the kind turned."""
        return self._to(kind="" if choice.chosen else choice.value, page=1)

    def everything(self) -> str:
        """Without any filter."""
        return self._to(service="", kind="", page=1)

    def page(self, number: int) -> str:
        """Another page of the same answer."""
        return self._to(page=number)

    def result(self, found: Found) -> str:
        """What was found, told by which words."""
        return with_words(found.address, self.asked.words)

    def _to(self, **changes: Any) -> str:
        to = replace(self.asked, **changes)
        number = str(to.page) if to.page > 1 else ""
        values = {"q": to.words, "service": to.service, "kind": to.kind, "page": number, **self.extra}
        query = urlencode({name: value for name, value in values.items() if value})
        return f"{url_for(self.endpoint)}?{query}" if query else url_for(self.endpoint)


def with_words(address: str, words: str) -> str:
    """*address* with the searched *words* as its query, so that a verdict there knows them."""
    return f"{address}?{urlencode({'q': words})}" if words else address


def asked() -> Asked:
    """Read the address of this request."""
    return Asked(
        words=request.args.get("q", "")[:TYPED_LIMIT].strip(),
        service=request.args.get("service", "")[:FILTER_LENGTH],
        kind=request.args.get("kind", "")[:FILTER_LENGTH],
        page=max(request.args.get("page", 1, int), 1),
    )


def answer(what: Asked, *, per_page: int = 10) -> Results:
    """Answer with the rights of the viewer, and put a line into the search log.

    Raises:
        IndexUnusable: there is no index, or it is damaged.
    """
    rights, began = current_viewer().rights, time.perf_counter()
    results = find(
        reading(),
        index_of(portal()),
        what.words,
        rights,
        service=what.service,
        kind=what.kind,
        page=what.page,
        per_page=per_page,
    )
    if results.words and what.page == 1:
        line = {
            "at": now(),
            "words": results.words,
            "hits": results.total,
            "service": what.service,
            "kind": what.kind,
            "level": rights.level,
            "language": str(get_locale() or "en"),
            "duration_ms": round((time.perf_counter() - began) * 1000),
            **_asker(),
        }
        portal().tally.put(SINK, line)
    return results


def note_opened(source: str, ref: str, typed: str) -> None:
    """Note that a thing was opened from what was found for *typed* words."""
    words = parse(typed).text
    if words:
        opened = {"at": now(), "words": words, "language": str(get_locale() or "en"), "source": source, "ref": ref}
        portal().tally.put(OPENED, opened | _asker())


def _asker() -> dict[str, Any]:
    """Who asks, without saying who."""
    viewer = current_viewer()
    return {"asker": askers_of(portal()).mark(viewer.person_id), "writes": viewer.may("articles.write")}


def wants_part() -> bool:
    """Whether a script asks for the list alone."""
    return request.headers.get("HX-Request-Type") == "partial"
