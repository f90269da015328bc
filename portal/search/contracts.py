"""Search contracts: sentences that have to bring a thing among the first three for its own readers, asked of an index.

Rooms give them with their things (``Searchable.must_find``). They are asked of the index that answers now, as
people get it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from portal.search.answering import Compares, answer
from portal.search.documents import MustFind
from portal.search.engine import Engine, Hit
from portal.search.query import parse
from portal.search.sources import REFS_AT_ONCE, Sources
from portal.search.synonyms import Synonyms

AMONG_THE_FIRST: Final = 3
LOOKED_AT: Final = 10


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What came of a sentence: the place of its thing (0: not among the first ten), and what stands before it."""

    of: MustFind
    place: int
    before: tuple[Hit, ...]

    @property
    def is_kept(self) -> bool:
        """Whether people find the thing with it."""
        return 0 < self.place <= AMONG_THE_FIRST


def ask(engine: Engine, of: MustFind, *, synonyms: Synonyms | None = None, meaning: Compares | None = None) -> Asked:
    """Ask one sentence of *engine*, with other *synonyms* than those that hold now where there are some.

    Raises:
        IndexUnusable: the index cannot be read.
    """
    page = answer(engine, parse(of.sentence), of.access, limit=LOOKED_AT, meaning=meaning, synonyms=synonyms)[1]
    refs = [(hit.source, hit.ref) for hit in page.hits]
    place = refs.index((of.source, of.ref)) + 1 if (of.source, of.ref) in refs else 0
    return Asked(of=of, place=place, before=page.hits[: place - 1 if place else AMONG_THE_FIRST][:AMONG_THE_FIRST])


def every(session: Session, sources: Sources) -> Iterator[MustFind]:
    """Walk all sentences that have to find something, in a fixed order, a thousand things at a time."""
    for source in sources.values():
        after = ""
        while refs := source.searchable.refs(session, after, REFS_AT_ONCE):
            yield from of_refs(session, sources, source.searchable.source, refs)
            after = refs[-1]


def of_refs(session: Session, sources: Sources, source: str, refs: Sequence[str]) -> list[MustFind]:
    """The sentences that have to find these things of *source*; one query or two."""
    if source not in sources:
        return []
    return sources[source].searchable.must_find(session, refs)
