"""What the room `search` adds to the portal: finding."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

import click
from flask import Blueprint, Flask
from sqlalchemy.orm import Session

from portal.core.events import Event, On
from portal.core.hooks import Check, HelpLink, NavItem, PersonalData, Step, hookimpl
from portal.core.i18n import lazy_gettext as _l
from portal.core.jobs import Every
from portal.core.portal import Portal, Room
from portal.core.web import secret_key
from portal.search import cli, demo, gap_views, hooks, noting, own_words_views, popularity, views
from portal.search.askers import Askers
from portal.search.asking import OPENED, SINK
from portal.search.embedding import Embedding
from portal.search.engine import IndexUnusable
from portal.search.engines.whoosh_engine import WhooshEngine
from portal.search.events import GapClosed, GapRejected, SearchPassagesMissing
from portal.search.gap_finding import GapFinding
from portal.search.indexing import Indexing
from portal.search.live import LiveIndex
from portal.search.meaning import opening
from portal.search.personal import rows_about
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
    askers: Askers
    gap_finding: GapFinding

    def setup(self, portal: Portal) -> None:
        """Follow the live index, and note searches through the tally."""
        super().setup(portal)
        self.index = LiveIndex(portal.db, portal.config, Sources(portal.plugins))
        self.indexing = Indexing(self.index, batch=portal.config.number("index_batch"))
        self.embedding = Embedding(self.index)
        self.askers = Askers(secret_key(portal.config.instance))
        self.gap_finding = GapFinding(self.index.sources, self.askers)
        portal.tally.sink(SINK, noting.note_searches)
        portal.tally.sink(OPENED, noting.note_opened)
        portal.readiness["index"] = self.index.fault

    def open_pages(self, app: Flask) -> None:
        """Answer every page that cannot search with the way round."""
        app.register_error_handler(IndexUnusable, views.index_away)
        if self.index.meaning is not None:
            # Reading the model takes most of a second: not while the first person waits for an answer.
            threading.Thread(target=self.index.meaning.warm, name="model", daemon=True).start()

    @hookimpl
    def blueprints(self) -> list[Blueprint]:
        """The page of results, and what people miss."""
        return [views.bp, gap_views.bp, own_words_views.bp]

    @hookimpl
    def subscriptions(self) -> list[On]:
        """Whatever changes a document, and whether it helped."""
        means = self.embedding.subscriptions() if self.index.meaning is not None else []
        helped = noting.Helped(self.askers).verdict_given
        return [
            *self.indexing.subscriptions(),
            *means,
            On("article.verdict_given", helped, reads=("ref", "value"), batch=100),
        ]

    @hookimpl
    def schedules(self) -> list[Every]:
        """The log forgets; what was not worked out is looked for, and what people miss."""
        return [
            Every("prune_log", DAY_SECONDS, noting.forget),
            Every("look_for_gaps", HOUR_SECONDS, self.gap_finding.look),
            Every("count_use", DAY_SECONDS, popularity.work_out),
            Every("look_for_passages", HOUR_SECONDS, self.embedding.look),
        ]

    @hookimpl
    def events(self) -> list[type[Event]]:
        """What the search tells."""
        return [SearchPassagesMissing, GapClosed, GapRejected]

    @hookimpl
    def help_links(self) -> Mapping[str, HelpLink]:
        """What the page of results shows, and what people miss."""
        return {
            "search.results": HelpLink("KB9006", "What was found"),
            "search.why": HelpLink("KB9009", "Why a page stands where it does"),
            "search.figures": HelpLink("KB9017", "How searches went"),
            "own_words": HelpLink("KB9008", "Words that people use"),
            "gaps": HelpLink("KB9009", "Looked for, not found"),
        }

    @hookimpl
    def navigation(self) -> list[NavItem]:
        """Entries of the admin page."""
        about = _l("How long they took, and what found nothing.")
        return [
            NavItem("search.figures", _l("Searches"), "search.see_figures", "admin", 60, about),
            NavItem("own_words.every", _l("Synonyms"), "search.keep_words", order=62),
        ]

    @hookimpl
    def personal_data(self, person_id: int) -> list[PersonalData]:
        """Searches by a mark, and gaps that somebody took on."""
        return rows_about(person_id, self.askers.mark(person_id))

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
