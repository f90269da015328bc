"""What the room `articles` adds to the portal: the knowledge."""

from __future__ import annotations

from collections.abc import Mapping

import click
from flask import Blueprint, g, render_template, request
from markupsafe import Markup

from portal.accounts.login import Viewer, current_viewer
from portal.accounts.models import Person
from portal.accounts.rights import Rights
from portal.articles import (
    asking_finds,
    checklist,
    cli,
    demo,
    events,
    evidence,
    finding,
    hooks,
    keeping_events,
    notice_words,
    queries,
    service,
    timing,
    views,
    wording,
)
from portal.articles.asking_finds import AskingFinds
from portal.articles.attachment_events import AttachmentAdded, AttachmentDescribed, AttachmentRemoved
from portal.articles.attachments import Files, remove_unused
from portal.articles.doctor import CHECKS, stored_files
from portal.articles.handbook import Handbook
from portal.articles.levels import Kind
from portal.articles.listeners import Linking
from portal.articles.notices import HEARD, Telling
from portal.articles.personal import rows_about
from portal.articles.relinking import Relinking
from portal.articles.search import SEARCHABLE
from portal.articles.timing import Clockwork
from portal.articles.views import watching
from portal.core.clock import now
from portal.core.events import Event, On
from portal.core.filestore import FileStore
from portal.core.hooks import Check, HelpLink, NavItem, PersonalData, Step, hookimpl
from portal.core.i18n import lazy_gettext as _l
from portal.core.jobs import Every
from portal.core.plugins import Room
from portal.core.portal import HandbookPage, Portal
from portal.core.web import reading
from portal.notices.kinds import NoticeKind
from portal.organisation.models import Service
from portal.search.documents import Document
from portal.search.hooks import Searchable
from portal.search.live import index_of

HOUR_SECONDS, DAY_SECONDS = 3600, 86_400
CLOCK_SECONDS = 30  # what is set for a time happens within the minute
NEW_SECONDS = 120  # from going live to being asked for


class ArticlesRoom(Room):
    """The knowledge: articles to read, the verdict on each, and files to load them from."""

    name = "articles"
    title = _l("Articles")
    paths = ("/kb", "/coach/withheld", "/coach/finds", "/ask", "/attachments", "/write", "/watch", "/review")
    hookspecs = (hooks,)

    def setup(self, portal: Portal) -> None:
        """Count page views beside the reading path, and know the way into the handbook."""
        super().setup(portal)
        portal.tally.sink(views.VIEWS, service.count_views)
        handbook = Handbook(portal.db)

        def page(ref: str, heading: str) -> HandbookPage | None:
            return handbook.page(current_viewer().rights, ref, heading)

        portal.handbook = page
        self.store = FileStore(portal.config.instance)
        self.files = Files(self.store)

    @hookimpl
    def blueprints(self) -> list[Blueprint]:
        """Pages."""
        return list(views.BLUEPRINTS)

    @hookimpl
    def events(self) -> list[type[Event]]:
        """What others may listen to."""
        return [
            events.ArticlePublished,
            events.ArticleArchived,
            events.ArticleVerdictGiven,
            events.WithheldReasonGiven,
            events.ArticleSubmitted,
            events.ArticleSentBack,
            events.ArticleDeclined,
            events.ArticleDraftMoved,
            events.ArticleValidated,
            events.ArticleFindsDue,
            events.ArticleMissed,
            *keeping_events.ALL,
            AttachmentAdded,
            AttachmentDescribed,
            AttachmentRemoved,
        ]

    @hookimpl
    def subscriptions(self) -> list[On]:
        """Links find new articles, and the one that stays of two; forgotten files go; times are kept; people hear."""
        return [
            On(events.ArticlePublished, Linking(self.portal.db).link_again, batch=200, outside=True),
            On(AttachmentRemoved, self.files.remove_file, outside=True),
            On(keeping_events.ArticleMerged, Relinking(self.portal.db).lead_links_on, outside=True),
            On(
                events.ArticleFindsDue,
                AskingFinds(index_of(self.portal)).ask,
                outside=True,
                lane=asking_finds.LANE,
            ),
            On(keeping_events.ArticleTimeCame, Clockwork(self.portal.db).keep_time, outside=True),
            *(On(event, Telling(self.portal.db).tell_people, batch=100, outside=True) for event in HEARD),
        ]

    @hookimpl
    def schedules(self) -> list[Every]:
        """Pictures and files that no text uses are forgotten; what was set for a time happens."""
        return [
            Every("forget_unused_files", HOUR_SECONDS, remove_unused),
            Every("forget_half_files", HOUR_SECONDS, self.files.remove_parts),
            Every("keep_set_times", CLOCK_SECONDS, timing.ring),
            Every("ask_finds", DAY_SECONDS, asking_finds.due),
            Every("ask_new_finds", NEW_SECONDS, AskingFinds(index_of(self.portal)).due_by_now),
        ]

    @hookimpl
    def commands(self) -> list[click.Command]:
        """Check, load and render files."""
        return [cli.articles]

    @hookimpl
    def start_steps(self) -> list[Step]:
        """The starter articles, when there is no article."""
        return [Step(30, lambda: cli.load_starters(self.portal))]

    @hookimpl
    def shipped_documents(self) -> list[Document]:
        """The starter articles, samples included, handbook left out."""
        return finding.shipped(self.portal.root)

    @hookimpl
    def demo_steps(self) -> list[Step]:
        """The samples too, and four weeks of views and verdicts."""
        return [Step(30, lambda: demo.fill(self.portal))]

    @hookimpl
    def navigation(self) -> list[NavItem]:
        """One's own texts, those that wait for a decision, and the coach's page."""
        return [
            NavItem("writing.own_texts", _l("Write"), "articles.suggest", order=30),
            NavItem("reviews.queue", _l("Review"), "articles.write", order=32),
            NavItem("articles.withheld", _l("Withheld"), "articles.see_withheld", order=40),
        ]

    @hookimpl
    def help_links(self) -> Mapping[str, HelpLink]:
        """How to read an article, and what to do about what only specialists read."""
        trust = HelpLink("KB9006", "How far can I trust a page?")
        withheld = HelpLink("KB9008", "What only specialists read")
        capture = HelpLink("KB9009", "Two minutes are enough")
        return {
            "articles.index": HelpLink("KB9006", "All articles"),
            "articles.show": trust,
            "articles.verdict": trust,
            "history": HelpLink("KB9009", "History"),
            "conflicts": HelpLink("KB9009", "Two people at once"),
            "articles.withheld": withheld,
            "articles.give_reason": withheld,
            "finds": HelpLink("KB9008", "Sentences that must find an article"),
            "watching": HelpLink("KB9006", "Watch"),
            "attachments": HelpLink("KB9005", "Pictures and files"),
            "care": HelpLink("KB9010", "An article that has had its day"),
            "care.merge": HelpLink("KB9010", "Two articles about the same"),
            "care.set_time": HelpLink("KB9010", "At a set time"),
            "care.take_time_back": HelpLink("KB9010", "At a set time"),
            "reviews": HelpLink("KB9010", "The change, word by word"),
            "reviews.queue": HelpLink("KB9010", "What waits for you"),
            "adapting": HelpLink("KB9010", "Accept, send back, decline"),
            "starting": HelpLink("KB9009", "Begin a new page"),
            "starting.capture": capture,
            "starting.add_captured": capture,
            "previews": HelpLink("KB9009", "The editor"),
            "previews.found_by": HelpLink("KB9009", "Will it be found?"),
            "writing": HelpLink("KB9009", "The editor"),
            "writing.own_texts": HelpLink("KB9009", "Your texts"),
        }

    @hookimpl
    def searchables(self) -> list[Searchable]:
        """Articles can be found."""
        return [SEARCHABLE]

    @hookimpl
    def service_readable_counts(self, rights: Rights) -> Mapping[str, int]:
        """How many articles somebody can read in each service."""
        return queries.counts_by_service(reading(), rights)

    @hookimpl
    def slot_service_main(self, service: Service, viewer: Viewer) -> Markup | None:
        """What there is to read about a service, by kind."""
        kinds = queries.by_kind(reading(), viewer.rights, service.id)
        if not kinds:
            return None
        kinds.sort(key=lambda each: wording.TROUBLE_FIRST.index(Kind(each.kind)))
        html = render_template("articles/_service.html", kinds=kinds, words=wording.KINDS, service=service)
        watch = watching.button_for(viewer.person_id, service) or ""
        return Markup(html) + watch  # noqa: S704 - made by a template, which escapes

    @hookimpl
    def notice_kinds(self) -> list[NoticeKind]:
        """What people are told about articles."""
        return list(notice_words.KINDS)

    @hookimpl
    def slot_notice_choices(self, viewer: Viewer) -> Markup:
        """What somebody watches."""
        return watching.list_of(viewer.rights)

    @hookimpl
    def slot_search_nothing(self, words: str, viewer: Viewer) -> Markup | None:
        """Where nothing fits, whoever writes can write it down for the next one."""
        if not viewer.may("articles.write"):
            return None
        g.offers_to_write = True
        service = request.args.get("service", "")
        html = render_template("articles/_write_it_down.html", words=words, service=service, found_nothing=True)
        return Markup(html)  # noqa: S704 - made by a template, which escapes

    @hookimpl
    def slot_gap(self, words: str) -> Markup:
        """What several people miss is written down as what one said."""
        html = render_template("articles/_write_it_down.html", words=words, service="", found_nothing=True)
        return Markup(html)  # noqa: S704 - made by a template, which escapes

    @hookimpl
    def slot_desk_side(self, viewer: Viewer) -> Markup | None:
        """Below the list on the desk: the same, for when none of it is right; not twice."""
        if not viewer.may("articles.write") or "offers_to_write" in g:
            return None
        words = request.args.get("q", "")
        html = render_template("articles/_write_it_down.html", words=words, service="", found_nothing=False)
        return Markup(html)  # noqa: S704 - made by a template, which escapes

    @hookimpl
    def slot_person_proficiency(self, person: Person, viewer: Viewer) -> Markup:
        """Some of their articles, by which a coach sees how they write."""
        sample = evidence.sampled(reading(), viewer.rights, person.id, day=now().date())
        html = render_template(
            "articles/_evidence.html",
            sample=sample,
            kinds=wording.KINDS,
            confidence=wording.CONFIDENCE,
            points=checklist.POINTS,
        )
        return Markup(html)  # noqa: S704 - made by a template, which escapes

    @hookimpl
    def personal_data(self, person_id: int) -> list[PersonalData]:
        """Verdicts, texts and decisions of a person."""
        return rows_about(person_id)

    @hookimpl
    def checks(self) -> list[Check]:
        """Looks for ``portal doctor``."""
        return [*CHECKS, stored_files(self.store)]
