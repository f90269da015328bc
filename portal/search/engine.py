"""What every search engine here can do, and what it answers with.

The contract is proved by ``tests/search/contract.py`` on every engine. Three
promises matter most: an answer holds only what the person may see, totals and
counts included; the first ten are the true first ten; a write is one batch
that is there as a whole or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Final, Protocol

from portal.core.errors import PortalError
from portal.search.documents import Access, Document
from portal.search.nearness import Near
from portal.search.query import Query, Word

__all__ = ["FACETS", "Engine", "EngineFactory", "Hit", "IndexUnusable", "Page", "Query", "Word"]

FACETS: Final = ("service", "kind")
"""What an answer can be narrowed by, and is counted by."""


class IndexUnusable(PortalError):
    """The index is missing, half written or damaged. It is a cache: building it again mends it."""


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One thing found. ``body`` is the plain text from which a snippet is cut."""

    key: str
    source: str
    ref: str
    title: str
    body: str
    service: str
    kind: str
    language: str
    updated_at: datetime
    score: float


@dataclass(frozen=True, kw_only=True)
class Closeness:
    """How close the best of what a person may read comes to their query, by words and by meaning, each up to 1.

    *is_named*: the query has the number of a thing in it.
    """

    words: float
    meaning: float
    is_named: bool = False


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of an answer.

    ``total`` counts everything that fits, on all pages. ``facets`` counts, for
    each facet, what would remain if only that facet were changed: each is
    counted with the filters of the others. Things without a service or kind
    are in the total and in no count. ``closeness`` is there where meaning was
    compared. Where nothing fits there are no hits, and ``nearest`` holds what
    comes closest all the same.
    """

    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[str, Mapping[str, int]]
    closeness: Closeness | None = None
    nearest: tuple[Hit, ...] = ()


class Engine(Protocol):
    """An open index. All methods may be called from any thread; one process writes at a time."""

    name: ClassVar[str]

    def search(
        self,
        query: Query,
        access: Access,
        *,
        filters: Mapping[str, str] | None = None,
        offset: int = 0,
        limit: int = 10,
        near: Near | None = None,
    ) -> Page:
        """The best *limit* things after the first *offset* that *access* may see.

        *filters* narrows by the names in ``FACETS``; an empty value is no filter.
        With *near* the order goes by words and meaning together (:mod:`portal.search.engines.blending`).

        Raises:
            IndexUnusable: the index cannot be read.
            ValueError: a filter has an unknown name, or offset or limit is negative.
        """

    def spellings(self, query: Query, access: Access) -> dict[str, tuple[str, ...]]:
        """For each word of *query* that nothing readable holds: at most three words most like it that it does hold.

        What they may not see counts as not there: a word that stands only in it is neither known nor told.

        Raises:
            IndexUnusable: the index cannot be read.
        """

    def begun(self, words: Sequence[str], access: Access, *, limit: int) -> tuple[Hit, ...]:
        """At most *limit* things that *access* may see, of which title or users' words have each of *words* begun.

        Where the title has them comes first. What is in the text alone is not looked at.

        Raises:
            IndexUnusable: the index cannot be read.
        """

    def write(self, upserts: Iterable[Document], deletes: Iterable[tuple[str, str]]) -> None:
        """One batch, one commit: all documents of each (source, ref) named are replaced.

        Raises:
            IndexUnusable: the index cannot be read.
            TooSoon: another process is writing.
            ValueError: documents of one ref share a key or a reader level.
        """

    def count(self) -> int:
        """How many documents the index holds."""

    def dump(self) -> Iterator[tuple[str, str]]:
        """Key and fingerprint of every document, in no order."""

    def passages(self) -> Iterator[tuple[tuple[str, str], bytes]]:
        """Source and ref of every document with the joined digests of its passages, in no order.

        Raises:
            IndexUnusable: the index cannot be read.
        """

    def generation(self) -> int:
        """A number that grows with every write; the same for all readers of one state.

        Raises:
            IndexUnusable: the index cannot be read.
        """

    def refresh(self) -> None:
        """Make sure that the next search sees what was written before this call."""

    def close(self) -> None:
        """Let go of files. Harmless when called twice."""


class EngineFactory(Protocol):
    """How an index is opened; the engine classes themselves are factories."""

    def open(self, path: Path, *, create: bool = False) -> Engine:
        """Open the index in the folder *path*, or make an empty one if *create*.

        Raises:
            IndexUnusable: there is none, or it cannot be read.
        """
