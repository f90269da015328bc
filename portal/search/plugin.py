"""What the room `search` adds to the portal: finding."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

import click
from flask import Blueprint, Flask
from sqlalchemy.orm import Session

from portal.core.events import Event, On
from portal.core.hooks import Check, HelpLink, Step, hookimpl
from portal.core.i18n import lazy_gettext as _l
from portal.core.jobs import Every
from portal.core.portal import Portal, Room
from portal.search import cli, demo, hooks, views
from portal.search.asking import SINK
from portal.search.embedding import Embedding
from portal.search.engine import IndexUnusable
from portal.search.engines.whoosh_engine import WhooshEngine
from portal.search.events import SearchPassagesMissing
from portal.search.indexing import Indexing
from portal.search.live import LiveIndex
from portal.search.meaning import opening
from portal.search.service import note_searches, prune_log
from portal.search.sources import Sources

DAY_SECONDS = 86_400
MANY = 3_000
"""Texts from which on the faster engine is recommended."""
HOUR_SECONDS = 3_600


class SearchRoom(Room):
    """Finding."""

    name = "search"
    title = _l("Search")
    paths = ("/search",)
    hookspecs = (hooks,)

    index: LiveIndex
    indexing: Indexing
    embedding: Embedding

    def setup(self, portal: Portal) -> None:
        """Follow the live index, and note searches through the tally."""
        super().setup(portal)
        self.index = LiveIndex(portal.db, portal.config, Sources(portal.plugins))
        self.indexing = Indexing(self.index, batch=portal.config.number("index_batch"))
        self.embedding = Embedding(self.index)
        portal.tally.sink(SINK, note_searches)
        portal.readiness["index"] = self.index.fault

    def open_pages(self, app: Flask) -> None:
        """Answer every page that cannot search with the way round."""
        app.register_error_handler(IndexUnusable, views.index_away)
        if self.index.meaning is not None:
            # Reading the model takes most of a second: not while the first person waits for an answer.
            threading.Thread(target=self.index.meaning.warm, name="model", daemon=True).start()

    @hookimpl
    def blueprints(self) -> list[Blueprint]:
        """The page of results."""
        return [views.bp]

    @hookimpl
    def subscriptions(self) -> list[On]:
        """Whatever changes a document."""
        means = self.embedding.subscriptions() if self.index.meaning is not None else []
        return [*self.indexing.subscriptions(), *means]

    @hookimpl
    def schedules(self) -> list[Every]:
        """The log forgets; what was not worked out is looked for."""
        return [
            Every("prune_log", DAY_SECONDS, prune_log),
            Every("look_for_passages", HOUR_SECONDS, self.embedding.look),
        ]

    @hookimpl
    def events(self) -> list[type[Event]]:
        """What the search tells."""
        return [SearchPassagesMissing]

    @hookimpl
    def help_links(self) -> Mapping[str, HelpLink]:
        """What the page of results shows."""
        return {"search.results": HelpLink("KB9006", "What was found")}

    @hookimpl
    def commands(self) -> list[click.Command]:
        """Build, look, compare, ask."""
        return [cli.search]

    @hookimpl
    def checks(self) -> list[Check]:
        """The index against the database."""
        return [
            Check("the search index equals the database", self._look),
            Check("searches go by what words mean", self._look_at_meaning),
            Check("the search engine suits the number of articles", self._look_at_size),
        ]

    @hookimpl
    def start_steps(self) -> list[Step]:
        """Build the index where there is none that can be used; another model than ours is refused."""
        return [Step(39, self._read_model), Step(40, self._prepare)]

    @hookimpl
    def demo_steps(self) -> list[Step]:
        """What people looked for lately."""
        return [Step(70, lambda: demo.fill(self.portal))]

    def _read_model(self) -> str:
        if self.index.meaning is not None:
            self.index.meaning.model()
        return ""

    def _prepare(self) -> str:
        return cli.rebuild_with_bar(self.indexing) if self.indexing.is_needed() else ""

    def _look(self, session: Session) -> Sequence[str]:
        fault = self.index.fault()
        if fault:
            return [fault]
        found = [] if self.indexing.is_behind(session) else self.indexing.verify(session)
        return [f"Documents that differ: {len(found)}. Run `portal search verify` for a list."] if found else []

    def _look_at_meaning(self, session: Session) -> Sequence[str]:
        del session
        if not self.portal.config.on("search_meaning"):
            return []
        if gone := opening.missing():
            return [f"They go by words alone; not installed: {gone}. Run `make run`, or set search_meaning to false."]
        missing, _held = ({}, None) if self.index.fault() else self.embedding.missing()
        waiting = sum(map(len, missing.values()))
        said = f"Texts not worked out yet: {waiting}. It goes on by itself; `portal search embed` does it now."
        return [said] if waiting else []

    def _look_at_size(self, session: Session) -> Sequence[str]:
        del session
        if self.index.engine_name != WhooshEngine.name or self.index.fault():
            return []
        count = self.index.engine().count()
        said = (
            f"{count} texts: the engine tantivy answers faster. Install it with pip install 'frontline-portal[fast]', "
            "set search_engine to tantivy, and run `portal search rebuild`."
        )
        return [said] if count > MANY else []
