"""What the plugin `handover` adds to the portal: changes arrive with their knowledge, agreed by support."""

from __future__ import annotations

from collections.abc import Mapping

import click
from flask import Blueprint, render_template
from markupsafe import Markup

from plugins.handover import banner, cli, demo, events, jobs, models, notices, personal, said_models, search
from plugins.handover.views import BLUEPRINTS
from portal.accounts.events import PersonAbsenceChanged, PersonAdded, PersonChanged, RosterChanged
from portal.accounts.login import Viewer
from portal.articles.events import ArticlePublished
from portal.core.clock import now
from portal.core.events import Event, On
from portal.core.hooks import HelpLink, NavItem, Permission, PersonalData, Step, hookimpl
from portal.core.i18n import lazy_gettext as _l
from portal.core.jobs import Every
from portal.core.plugins import Plugin
from portal.core.web import reading
from portal.notices.kinds import NoticeKind
from portal.search.hooks import Searchable

__all__ = ["HandoverPlugin", "models", "said_models"]

READ = "handover.read"
WRITE = "handover.write"
MANAGE = "handover.manage"
HOUR_SECONDS = 60 * 60
DAY_SECONDS = 24 * HOUR_SECONDS

_SUPPORT = frozenset({"front_line", "onsite", "specialist", "project", "coach", "lead", "change_manager"})


class HandoverPlugin(Plugin):
    """No change meets a user before it has met the front line."""

    name = "handover"
    title = _l("Handover")
    about = _l("Changes arrive with their knowledge, agreed by those who support them.")
    version = "0.1"
    paths = ("/handover",)

    @hookimpl
    def blueprints(self) -> list[Blueprint]:
        """Pages, by what they are for."""
        return list(BLUEPRINTS)

    @hookimpl
    def navigation(self) -> list[NavItem]:
        """The board."""
        return [NavItem("handover.index", _l("Handover"), READ, order=34)]

    @hookimpl
    def help_links(self) -> Mapping[str, HelpLink]:
        """Where each page is explained."""
        return {
            "handover": HelpLink("KB9019", "The board"),
            "handover_changes": HelpLink("KB9019", "Record a change"),
            "handover_decisions": HelpLink("KB9021", "Exceptions and debts"),
            "handover_packs": HelpLink("KB9020", "Sign, or send back"),
            "handover_reading": HelpLink("KB9018", "Read a pack"),
            "handover_signing": HelpLink("KB9020", "Suppliers sign by a link"),
            "handover_writing": HelpLink("KB9019", "Write the pack"),
        }

    @hookimpl
    def events(self) -> list[type[Event]]:
        """What others may listen to."""
        return list(events.ALL)

    @hookimpl
    def subscriptions(self) -> list[On]:
        """Gates are looked at anew where something around them changed; answers of readers are counted."""
        gates = jobs.Gates(self.portal.db)
        return [
            On(events.HandoverGateDue, gates.look_again, batch=jobs.AT_ONCE, outside=True),
            On("feedback.answered", jobs.count_answer, reads=("invitation_id", "about", "about_id", "choices")),
            On(ArticlePublished, gates.article_published, batch=jobs.AT_ONCE, outside=True),
            On(PersonAbsenceChanged, gates.person_away, batch=jobs.AT_ONCE, outside=True),
            On(events.HandoverPackMoved, jobs.ask_readers),
            On(events.HandoverPackMoved, jobs.keep_drafts),
            *self._told(),
            On(events.HandoverPackChanged, jobs.ask_again),
            On(PersonAdded, jobs.welcome),
            On(PersonChanged, jobs.welcome),
            On(RosterChanged, gates.roster_changed, batch=jobs.AT_ONCE, outside=True),
        ]

    @hookimpl
    def schedules(self) -> list[Every]:
        """Each night all gates; days after go-live are told."""
        return [
            Every("gates", DAY_SECONDS, jobs.nightly),
            Every("silence", HOUR_SECONDS, notices.look_for_silence),
            Every("live_days", HOUR_SECONDS, jobs.tell_live_days),
        ]

    @hookimpl
    def notice_kinds(self) -> list[NoticeKind]:
        """What people hear of."""
        return list(notices.KINDS)

    @hookimpl
    def searchables(self) -> list[Searchable]:
        """Packs and their known errors can be found, by support."""
        return list(search.SEARCHABLES)

    @hookimpl
    def slot_desk_top(self, viewer: Viewer) -> Markup | None:
        """Changes of these days."""
        changes = banner.of_these_days(reading(), now()) if viewer.rights.may(READ) else ()
        return Markup(render_template("handover/_banner.html", changes=changes)) if changes else None  # noqa: S704

    @hookimpl
    def commands(self) -> list[click.Command]:
        """`portal handover`."""
        return [cli.handover]

    @hookimpl
    def personal_data(self, person_id: int) -> list[PersonalData]:
        """Where somebody stands in changes and packs."""
        return personal.personal_data(person_id)

    @hookimpl
    def permissions(self) -> list[Permission]:
        """Support reads packs; who brings changes writes them; change managers decide about exceptions."""
        return [
            Permission(READ, _l("Read handover packs"), _SUPPORT),
            Permission(WRITE, _l("Hand changes over"), _SUPPORT - {"front_line", "onsite"}),
            Permission(MANAGE, _l("Decide about changes: exceptions, emergencies"), frozenset({"change_manager"})),
        ]

    @hookimpl
    def demo_steps(self) -> list[Step]:
        """Changes on their way."""
        return [Step(60, lambda: demo.fill(self.portal))]

    def _told(self) -> list[On]:
        telling = notices.Telling(self.portal.db)
        return [
            On(events.HandoverPackMoved, telling.pack_moved, outside=True),
            On(events.HandoverPackChanged, telling.pack_changed, outside=True),
            On(events.HandoverQuestionAsked, telling.question_asked, outside=True),
            On(events.HandoverQuestionReplied, telling.question_replied, outside=True),
            On(events.HandoverGateTurned, telling.gate_turned, outside=True),
            On(events.HandoverSilence, telling.silence, outside=True),
        ]
