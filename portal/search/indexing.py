"""Keeping the index equal to the database: the only place that writes it.

Changes come as events, in batches, in the worker. A rebuild makes a new index
in a folder of its own while the live one goes on answering and changing; what
changes meanwhile is noted in a journal and caught up before the switch, which
is one row in the database. A kill at any moment leaves the old index or the
new one live, whole; what was left behind goes at the next rebuild.

Two locks, both given back by the system when their holder dies: ``writing`` is
held for each batch, for the catching up and the switch; ``building`` keeps a
second rebuild away.
"""

from __future__ import annotations

import json
import logging
import secrets
import shutil
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final, Literal

import sqlalchemy as sa
from filelock import FileLock, Timeout
from sqlalchemy.orm import Session

from portal.core import clock
from portal.core.errors import TooSoon
from portal.core.events import Fact, Job, On
from portal.core.i18n import gettext as _
from portal.search.engine import Engine, IndexUnusable
from portal.search.live import ROW, LiveIndex
from portal.search.models import SearchIndex

log = logging.getLogger(__name__)

WRITING_WAIT_SECONDS: Final = 60.0
"""How long a batch waits for another; well under the lease of a job, well over what a batch takes."""
LISTENER: Final = "search.index_documents"
JOURNAL: Final = "journal"
MEANING: Final = "meaning"
"""What was worked out of texts begins with this, and serves every index."""
LOCKS: Final = frozenset({"writing.lock", "building.lock"})

Refs = Mapping[str, Sequence[str]]
"""Refs by source."""


@dataclass(frozen=True)
class Progress:
    """How far a rebuild is: refs read, of how many."""

    done: int
    total: int


@dataclass(frozen=True)
class Difference:
    """A document that is not in the index as the database says."""

    key: str
    what: Literal["missing", "outdated", "too many"]


class Indexing:
    """Writes the index behind *live*, so many refs at once."""

    def __init__(self, live: LiveIndex, *, batch: int) -> None:
        """Prepare; nothing is opened or written yet."""
        self.live, self.batch = live, batch
        self.db, self.sources, self.home = live.db, live.sources, live.home

    def subscriptions(self) -> list[On]:
        """One subscription for each event that changes documents."""
        return [
            On(event, self.index_documents, reads=tuple(sorted(set(keys.values()))), batch=self.batch, outside=True)
            for event, keys in self.sources.watched().items()
        ]

    def index_documents(self, session: Session, facts: Fact | Sequence[Fact]) -> None:
        """Bring what *facts* touched up to date, in one batch. Builds the index when there never was one.

        Raises:
            TooSoon: another process writes for too long; the job is tried again.
            IndexUnusable: the live index is damaged.
        """
        if self.live.standing() is None:
            for _progress in self.rebuild(clock.now()):
                pass
            return
        touched = self._touched([facts] if isinstance(facts, Fact) else facts)
        with self._writing():
            # Under the lock, the engine is asked for anew, since a rebuild may have switched while this waited,
            # and *session* reads for the first time, so that it sees all that earlier holders wrote.
            self._write(session, self.live.engine(), touched)
            if (self.home / JOURNAL).exists():
                self._note(touched)

    def rebuild(self, now: datetime, *, batch: int | None = None) -> Iterator[Progress]:
        """Build the index anew beside the live one, then switch. Run it to its end; it yields how far it is.

        Raises:
            TooSoon: another rebuild is under way.
        """
        with self._building():
            self._clean()
            folder = self.home / f"index-{now:%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"
            with self._writing():
                (self.home / JOURNAL).touch()
            engine = self.live.factory.open(folder, create=True)
            try:
                yield from self._fill(engine, batch or self.batch)
                with self._writing():
                    self._catch_up(engine)
                    self._switch(folder, engine.count(), now)
            finally:
                engine.close()
            self._clean()

    def is_needed(self) -> bool:
        """Whether there is no index that can be used; looks at each document of it once."""
        try:
            engine = self.live.engine()
            return engine.count() != sum(1 for _mark in engine.dump())
        except IndexUnusable:
            return True

    def is_behind(self, session: Session) -> bool:
        """Whether changes are still on their way to the index."""
        return session.scalar(sa.select(Job.id).where(Job.listener == LISTENER).limit(1)) is not None

    def verify(self, session: Session) -> list[Difference]:
        """Compare every document with the index; nothing differs when no change is on its way.

        Raises:
            IndexUnusable: there is no index to compare with.
        """
        marks = dict(self.live.engine().dump())
        found: list[Difference] = []
        for source in self.sources.values():
            for refs in _batches(source.refs(session), self.batch):
                for document in source.documents(session, refs):
                    mark = marks.pop(document.key, None)
                    if mark != document.fingerprint():
                        found.append(Difference(document.key, "missing" if mark is None else "outdated"))
        return found + [Difference(key, "too many") for key in sorted(marks)]

    def _touched(self, facts: Sequence[Fact]) -> Refs:
        watched = self.sources.watched()
        touched: dict[str, dict[str, None]] = defaultdict(dict)
        for fact in facts:
            for source, key in watched.get(fact.name, {}).items():
                touched[source][str(fact.payload[key])] = None
        return {source: list(refs) for source, refs in touched.items()}

    def _write(self, session: Session, engine: Engine, touched: Refs) -> None:
        documents = [
            document for source, refs in touched.items() for document in self.sources[source].documents(session, refs)
        ]
        engine.write(documents, [(source, ref) for source, refs in touched.items() for ref in refs])

    def _fill(self, engine: Engine, batch: int) -> Iterator[Progress]:
        with self.db.reading() as session:
            total = sum(1 for source in self.sources.values() for _ref in source.refs(session))
        yield Progress(0, total)
        done = 0
        for name, source in self.sources.items():
            with self.db.reading() as listing:
                for refs in _batches(source.refs(listing), batch):
                    with self.db.reading() as session:  # its own: as new as can be
                        self._write(session, engine, {name: refs})
                    done += len(refs)
                    yield Progress(done, max(total, done))

    def _catch_up(self, engine: Engine) -> None:
        """Read again what the journal says was changed since the rebuild began."""
        touched: dict[str, dict[str, None]] = defaultdict(dict)
        for line in (self.home / JOURNAL).read_text(encoding="utf-8").splitlines():
            try:
                source, ref = json.loads(line)
            except ValueError:
                continue  # cut off by a kill: that job is done again, after the switch
            touched[source][ref] = None
        for source, refs in touched.items():
            for some in _batches(iter(refs), self.batch):
                with self.db.reading() as session:
                    self._write(session, engine, {source: some})

    def _note(self, touched: Refs) -> None:
        # A line begins with a break of its own, so that one cut off by a kill spoils no other.
        lines = [f"\n{json.dumps([source, ref])}\n" for source, refs in touched.items() for ref in refs]
        with (self.home / JOURNAL).open("a", encoding="utf-8") as file:
            file.write("".join(lines))

    def _switch(self, folder: Path, documents: int, now: datetime) -> None:
        with self.db.transaction() as session:
            row = session.get(SearchIndex, ROW)
            if row is None:
                row = SearchIndex(id=ROW, generation=0)
                session.add(row)
            row.engine, row.folder = self.live.engine_name, folder.name
            row.documents, row.built_at = documents, now
            row.generation += 1

    def _clean(self) -> None:
        """Remove what is not live. Only while holding ``building``."""
        standing = self.live.standing()
        keep = LOCKS | ({standing.folder} if standing else set())
        for path in self.home.iterdir():
            if path.name in keep or path.name.startswith(MEANING):
                continue
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self.home.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.home / "writing.lock", timeout=WRITING_WAIT_SECONDS):
                yield
        except Timeout:
            raise TooSoon(
                _("The search index is being written by another process."),
                hint=_("Try again in a moment."),
                wait_seconds=int(WRITING_WAIT_SECONDS),
            ) from None

    @contextmanager
    def _building(self) -> Iterator[None]:
        self.home.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self.home / "building.lock", timeout=0):
                yield
        except Timeout:
            raise TooSoon(
                _("The search index is being built already, by another process."), hint=_("Wait until it is done.")
            ) from None


def _batches(refs: Iterator[str], size: int) -> Iterator[list[str]]:
    while some := list(islice(refs, size)):
        yield some
