"""Working out what documents mean, in jobs of their own: finding by words never waits for it."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from portal.core.events import Fact, On, emit
from portal.search.documents import Document
from portal.search.engine import IndexUnusable
from portal.search.events import SearchPassagesMissing
from portal.search.live import LiveIndex
from portal.search.meaning.passages import DIGEST

LANE: Final = "meaning"
AT_ONCE: Final = 8
"""Documents in one job: some seconds of work."""
SPARE: Final = 1000
"""Passages that nothing has any more may stay, so many and as many again as are needed."""


class Embedding:
    """Works out the passages of what is behind *live*."""

    def __init__(self, live: LiveIndex) -> None:
        """Prepare; nothing is opened yet."""
        self.live = live

    def subscriptions(self) -> list[On]:
        """Whatever changes a document, and what was found to be missing."""
        return [
            On(event, self.embed_documents, reads=tuple(sorted(set(keys.values()))), batch=AT_ONCE, outside=True,
               lane=LANE)
            for event, keys in self.live.sources.watched().items()
        ] + [On(SearchPassagesMissing, self.embed_missing, outside=True, lane=LANE)]  # fmt: skip

    def embed_documents(self, session: Session, facts: Fact | Sequence[Fact]) -> None:
        """Work out what *facts* changed. Twice is harmless."""
        watched = self.live.sources.watched()
        refs: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for fact in [facts] if isinstance(facts, Fact) else facts:
            for source, key in watched.get(fact.name, {}).items():
                refs[source][str(fact.payload[key])] = None
        for source, some in refs.items():
            self._embed(session, source, list(some))

    def embed_missing(self, session: Session, event: SearchPassagesMissing) -> None:
        """Work out what was found to be missing. Twice is harmless."""
        self._embed(session, event.source, event.refs)

    def look(self, session: Session, now: datetime) -> None:
        """Ask for what the index holds and nobody worked out, and let go of what nothing holds any more."""
        del now
        if self.live.meaning is None or self.live.standing() is None:
            return
        try:
            missing, held = self.missing()
        except IndexUnusable:
            return  # whoever is in charge is told by other means
        for source, refs in missing.items():
            for start in range(0, len(refs), AT_ONCE):
                emit(session, SearchPassagesMissing(source=source, refs=tuple(refs[start : start + AT_ONCE])))
        file = self.live.meaning.file
        if not missing and len(file.known()) > 2 * len(held) + SPARE:
            file.keep_only(held)

    def missing(self) -> tuple[dict[str, list[str]], set[bytes]]:
        """Refs by source of what the live index holds and was not worked out, and the digests of all that it holds.

        Raises:
            IndexUnusable: the index cannot be read.
        """
        meaning = self.live.meaning
        if meaning is None:
            return {}, set()
        known = meaning.file.known()
        held = {*meaning.elsewhere_digests()}
        found: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for (source, ref), joined in self.live.engine().passages():
            own = [joined[at : at + DIGEST] for at in range(0, len(joined), DIGEST)]
            held.update(own)
            if any(each not in known for each in own):
                found[source][ref] = None
        return {source: list(refs) for source, refs in found.items()}, held

    def embed_all(self) -> Iterator[tuple[int, int]]:
        """Work out all that is missing, here and now; yields how many passages were done, of how many."""
        meaning = self.live.meaning
        if meaning is None:
            return
        waiting = meaning.waiting(())
        for source, refs in self.missing()[0].items():
            for start in range(0, len(refs), AT_ONCE):
                with self.live.db.reading() as session:
                    waiting |= meaning.waiting(self._documents(session, source, refs[start : start + AT_ONCE]))
        done = 0
        yield done, len(waiting)
        for count in meaning.learn(waiting, threads=os.cpu_count() or 1):
            done += count
            yield done, len(waiting)

    def _embed(self, session: Session, source: str, refs: Sequence[str]) -> None:
        if self.live.meaning is not None:
            for _count in self.live.meaning.learn(self.live.meaning.waiting(self._documents(session, source, refs))):
                pass

    def _documents(self, session: Session, source: str, refs: Sequence[str]) -> list[Document]:
        return self.live.sources[source].documents(session, refs) if source in self.live.sources else []
