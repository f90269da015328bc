"""What the plugin `example` adds to the portal: a notice board, in every place that a plugin can use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import click
import sqlalchemy as sa
from flask import Blueprint, Flask, render_template
from markupsafe import Markup
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.accounts.rights import Rights
from portal.articles.events import ArticlePublished
from portal.articles.models import Article, Verdict
from portal.core.clock import now
from portal.core.config import Setting
from portal.core.events import Event, On
from portal.core.hooks import Check, HelpLink, NavItem, Permission, PersonalData, Step, hookimpl
from portal.core.i18n import lazy_gettext as _l
from portal.core.jobs import Every
from portal.core.plugins import Plugin
from portal.core.portal import Portal
from portal.core.web import reading
from portal.notices.kinds import NoticeKind
from portal.organisation.models import Service, Unit
from portal.search.documents import Document
from portal.search.hooks import Searchable
from tests.example_plugin import cli, events, hooks, listeners, notices, queries, service, views
from tests.example_plugin.models import Note
from tests.example_plugin.search import SEARCHABLE

HOUR_SECONDS = 3600


def card(place: str, **values: Any) -> Markup:
    """A small card that says where it stands, for a slot."""
    html = render_template("example/_card.html", place=place, **values)
    return Markup(html)


class ExamplePlugin(Plugin):
    """A notice board: short notes beside services."""

    name = "example"
    title = _l("Notice board")
    about = _l("Short notes beside services.")
    version = "0.1"
    settings = (Setting("keep_days", 30, "Days that a note hangs on the board.", least=1),)
    paths = ("/example",)
    hookspecs = (hooks,)

    def setup(self, portal: Portal) -> None:
        """Count how often a note is opened, beside the reading path."""
        super().setup(portal)
        portal.tally.sink(views.SEEN, service.count_views)

    def open_pages(self, app: Flask) -> None:
        """Let templates shorten a text."""
        app.jinja_env.filters["example_short"] = lambda text: text[:80]

    @hookimpl
    def blueprints(self) -> list[Blueprint]:
        """Pages of the board."""
        return [views.bp]

    @hookimpl
    def events(self) -> list[type[Event]]:
        """What others may listen to."""
        return [events.NotePinned, events.NoteTakenDown]

    @hookimpl
    def subscriptions(self) -> list[On]:
        """By class to lower rooms and to itself, by name to others."""
        return [
            On(ArticlePublished, listeners.note_article),
            On(events.NotePinned, listeners.note_pinned),
            On(events.NotePinned, notices.tell_coaches),
            On("article.verdict_given", listeners.note_verdicts, reads=("verdict_id", "value"), batch=50),
        ]

    @hookimpl
    def schedules(self) -> list[Every]:
        """Old notes go."""
        return [Every("forget_old", HOUR_SECONDS, self._forget_old)]

    @hookimpl
    def commands(self) -> list[click.Command]:
        """`portal example`."""
        return [cli.example]

    @hookimpl
    def permissions(self) -> list[Permission]:
        """Coaches pin notes."""
        return [Permission("example.write", "Pin notes to the notice board", frozenset({"coach"}))]

    @hookimpl
    def navigation(self) -> list[NavItem]:
        """In the head, and on the admin page."""
        return [
            NavItem("example.board", _l("Notice board"), order=70),
            NavItem("example.help_page", _l("About the board"), "portal.admin", "admin", 70, _l("How it works.")),
        ]

    @hookimpl
    def help_links(self) -> Mapping[str, HelpLink]:
        """The board in general, and one note."""
        return {"example": HelpLink("KB5001", "Notice board"), "example.note": HelpLink("KB5001")}

    @hookimpl
    def personal_data(self, person_id: int) -> list[PersonalData]:
        """Notes stay for the others, without the name."""
        where = Note.author_id == person_id
        return [PersonalData(Note, _l("Notes on the board"), where, "unname", columns=("author_id",))]

    @hookimpl
    def checks(self) -> list[Check]:
        """Every note has its ref."""
        return [Check("every note can be opened", _nameless)]

    @hookimpl
    def start_steps(self) -> list[Step]:
        """An empty board is told."""
        return [Step(60, self._greet)]

    @hookimpl
    def demo_steps(self) -> list[Step]:
        """One note for the demo."""
        return [Step(90, self._demo)]

    @hookimpl
    def searchables(self) -> list[Searchable]:
        """Notes can be found."""
        return [SEARCHABLE]

    @hookimpl
    def shipped_documents(self) -> list[Document]:
        """No note comes with the board."""
        return []

    @hookimpl
    def service_readable_counts(self, rights: Rights) -> Mapping[str, int]:
        """How many notes somebody can read beside each service."""
        return queries.counts_by_service(reading(), rights)

    @hookimpl
    def slot_service_main(self, service: Service) -> Markup | None:
        """The notes of a service."""
        found = queries.notes(reading(), service_id=service.id, per_page=5)
        return card("service main", notes=found) if found else None

    @hookimpl
    def slot_unit_main(self, unit: Unit) -> Markup:
        """On the page of a unit."""
        return card("unit main", about=unit.id)

    @hookimpl
    def slot_person_main(self, person: Person, viewer: Any) -> Markup | None:
        """On one's own page alone."""
        return card("person main", about=person.name) if viewer.person_id == person.id else None

    @hookimpl
    def slot_person_side(self, person: Person) -> Markup:
        """Beside the page of a person."""
        return card("person side", about=person.name)

    @hookimpl
    def slot_person_proficiency(self, person: Person) -> Markup:
        """Where a coach decides how far somebody writes alone."""
        return card("person proficiency", about=person.name)

    @hookimpl
    def looked_at(self) -> Mapping[str, Any]:
        """What a look at the board is called."""
        return {"example.board": _l("The notes that you pinned")}

    @hookimpl
    def slot_article_top(self, article: Article) -> Markup:
        """Above the text of an article."""
        return card("article top", about=article.ref)

    @hookimpl
    def slot_article_sidebar(self, article: Article) -> Markup:
        """Beside an article."""
        return card("article sidebar", about=article.ref)

    @hookimpl
    def slot_article_bottom(self, article: Article) -> Markup:
        """Below an article."""
        return card("article bottom", about=article.ref)

    @hookimpl
    def slot_after_verdict(self, article: Article, verdict: Verdict) -> Markup:
        """Under the thanks for a verdict."""
        return card("after verdict", about=f"{article.ref} {verdict.value}")

    @hookimpl
    def slot_ask(self, moment: str, about: Mapping[str, Any]) -> Markup:
        """A question at the end of something."""
        return card("ask", about=f"{moment} {' '.join(sorted(about))}")

    @hookimpl
    def slot_front_now(self) -> str:
        """Plain text, which is escaped."""
        return "front now <board>"

    @hookimpl
    def slot_front_more(self) -> Markup:
        """On the front page."""
        return card("front more", notes=queries.notes(reading(), per_page=3))

    @hookimpl
    def slot_desk_top(self) -> Markup:
        """Above the desk's search."""
        return card("desk top")

    @hookimpl
    def slot_desk_side(self) -> Markup:
        """Below the desk's results."""
        return card("desk side")

    @hookimpl
    def slot_search_top(self, words: str) -> Markup:
        """Above the results."""
        return card("search top", about=words)

    @hookimpl
    def slot_search_nothing(self, words: str) -> Markup:
        """Where nothing was found."""
        return card("search nothing", about=words)

    @hookimpl
    def slot_gap(self, words: str) -> Markup:
        """On the page of a gap, for whoever took it on."""
        return card("gap", about=words)

    @hookimpl
    def notice_kinds(self) -> list[NoticeKind]:
        """New notes, for coaches."""
        return [notices.KIND]

    @hookimpl
    def slot_notice_choices(self) -> Markup:
        """Below the choices about notices."""
        return card("notice choices")

    @hookimpl
    def slot_example_note(self, note: Note) -> Markup:
        """In a slot of its own."""
        return card("example note", about=note.ref)

    def _forget_old(self, session: Session, now: datetime) -> None:
        service.forget_old(session, keep_days=self.portal.config.number("example.keep_days"), now=now)

    def _greet(self) -> str:
        with self.portal.db.reading() as session:
            return "" if queries.notes(session, per_page=1) else "The notice board is empty."

    def _demo(self) -> str:
        with self.portal.db.transaction() as session:
            first = session.scalar(sa.select(Service.id).order_by(Service.id))
            if first is None or queries.notes(session, per_page=1):
                return ""
            service.pin(session, service_id=first, title="Paper is here again", body="", by=None, now=now())
        return "A note hangs on the board."


def _nameless(session: Session) -> Sequence[str]:
    lost = session.scalar(sa.select(sa.func.count(Note.id)).where(Note.ref == "")) or 0
    return [f"{lost} notes have no ref."] if lost else []
