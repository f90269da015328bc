"""The index that answers now, followed through rebuilds by every process.

A row in the database names its folder. It is read before each search, so that
a rebuilt index answers everywhere from the next search on; searches under way
end on the old one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol, TypeVar, cast

from portal.core.config import Config
from portal.core.db import Database
from portal.core.i18n import gettext as _
from portal.core.portal import Portal
from portal.search.answering import answer
from portal.search.answers import Answers
from portal.search.documents import Access
from portal.search.engine import Engine, IndexUnusable, Page
from portal.search.engines import engine_named
from portal.search.meaning.opening import opened
from portal.search.models import SearchIndex
from portal.search.own_words import with_editors
from portal.search.popularity import Lately, Use
from portal.search.query import Query
from portal.search.sources import Sources
from portal.search.synonyms import Synonyms, shipped

ROW: Final = 1
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Standing:
    """Which index is live: the engine that built it, the how manieth it is, and its folder.

    *synonyms* counts their changes, which leave the index as it is.
    """

    engine: str
    generation: int
    folder: str
    synonyms: int = field(default=0, compare=False)


class LiveIndex:
    """The live index of one process, for all its threads."""

    def __init__(self, db: Database, config: Config, sources: Sources) -> None:
        """Follow the row in *db*; folders stand in ``search`` in the instance folder."""
        self.db, self.sources = db, sources
        self.home: Path = config.instance / "search"
        self.engine_name = config.text("search_engine")
        self.factory = engine_named(self.engine_name)
        self.meaning = opened(self.home) if config.on("search_meaning") else None
        self._synonyms: tuple[int, Synonyms] = (0, shipped())
        self._changes = 0
        self.lately = Lately(db) if config.on("search_use") else None
        self._lock = threading.Lock()
        self._open: tuple[Standing, Engine] | None = None
        self._answers: Answers[tuple[Query, Page]] = Answers()

    def standing(self) -> Standing | None:
        """What the database says now; ``None`` when no index was ever built."""
        with self.db.reading() as session:
            row = session.get(SearchIndex, ROW)
            return None if row is None else Standing(row.engine, row.generation, row.folder, row.synonyms)

    def engine(self) -> Engine:
        """Open the live index, or return it when it is open.

        Raises:
            IndexUnusable: none was built, another engine built it, or it cannot be read.
        """
        return self._follow()[1]

    def search(
        self, query: Query, access: Access, *, filters: Mapping[str, str], offset: int = 0, limit: int = 10
    ) -> Page:
        """Ask the live index; see ``Engine.search``."""
        return self.ask(lambda engine: engine.search(query, access, filters=filters, offset=offset, limit=limit))

    def use(self) -> Use | None:
        """What was of use lately, where that counts."""
        return self.lately.use() if self.lately is not None else None

    def answer(
        self, query: Query, access: Access, *, filters: Mapping[str, str], offset: int, limit: int
    ) -> tuple[Query, Page]:
        """What people get for *query* (``answering.answer``); made once as long as nothing changes.

        Raises:
            IndexUnusable: none was built, another engine built it, or it cannot be read.
        """
        use = self.use()

        def question(standing: Standing, engine: Engine) -> tuple[Query, Page]:
            changes, known = self._now_meant()
            state = (standing, engine.generation(), changes, use.version if use else 0)
            meant = self.meaning.version() if self.meaning is not None else None
            asked = (query, access.key(), tuple(sorted(filters.items())), offset, limit)
            return self._answers.of(
                (state, meant, asked),
                lambda: answer(
                    engine,
                    query,
                    access,
                    filters=filters,
                    offset=offset,
                    limit=limit,
                    meaning=self.meaning,
                    synonyms=known,
                    use=use,
                ),
            )

        return self._ask(question)

    def synonyms(self) -> Synonyms:
        """Those that came with the portal and those of its editors, as of the last question that was put."""
        return self._now_meant()[1]

    def _now_meant(self) -> tuple[int, Synonyms]:
        """The synonyms, and the number of changes that are in them."""
        changes, known = self._changes, self._synonyms
        if known[0] != changes:
            with self.db.reading() as session:
                known = self._synonyms = (changes, with_editors(session))
        return known

    def fault(self) -> str:
        """Why people cannot search now, as a sentence; empty when they can."""
        try:
            self.engine().count()
        except IndexUnusable as fault:
            return str(fault)
        return ""

    def close(self) -> None:
        """Let go of files; the next search opens the index again."""
        with self._lock:
            held, self._open = self._open, None
        if held is not None:
            held[1].close()

    def ask(self, question: Callable[[Engine], Answer]) -> Answer:
        """Put a *question* to the live engine, once more where the index was rebuilt meanwhile.

        Raises:
            IndexUnusable: none was built, another engine built it, or it cannot be read.
        """
        return self._ask(lambda _standing, engine: question(engine))

    def _ask(self, question: Callable[[Standing, Engine], Answer]) -> Answer:
        standing, engine = self._follow()
        try:
            return question(standing, engine)
        except IndexUnusable:
            # Rebuilt between the look and the search: the old folder is gone, and the new one answers.
            followed, engine = self._follow()
            if followed == standing:
                raise
            return question(followed, engine)

    def _follow(self) -> tuple[Standing, Engine]:
        now = self.standing()
        if now is None:
            raise self._unusable(_("There is no search index yet."))
        self._changes = now.synonyms
        if now.engine != self.engine_name:
            raise self._unusable(_("The search index was built by another engine."))
        with self._lock:
            if self._open is not None and self._open[0] == now:
                return self._open
            before = self._open
            self._open = (now, self.factory.open(self.home / now.folder))
            opened = self._open
        if before is not None:
            before[1].close()
        return opened

    @staticmethod
    def _unusable(message: str) -> IndexUnusable:
        return IndexUnusable(message, hint=_("Build it again with: portal search rebuild"))


class _HasIndex(Protocol):
    index: LiveIndex


def index_of(house: Portal) -> LiveIndex:
    """The live index of *house*."""
    return cast("_HasIndex", house.plugins.get("search")).index
