"""What the plugin `gamification` adds to the portal: recognition for what helped somebody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from flask import Blueprint
from markupsafe import Markup
from sqlalchemy.orm import Session

from plugins.gamification import (
    award_notices,
    cli,
    demo,
    doctor,
    events,
    models,
    personal,
    projecting,
    replay_notices,
    replaying,
    shelf,
    sources,
    thanks,
    void_notices,
)
from plugins.gamification.views import BLUEPRINTS, contributions
from plugins.gamification.views import badges as badge_pages
from plugins.gamification.views import thanks as thanks_pages
from portal.accounts.login import Viewer
from portal.accounts.models import Person
from portal.accounts.roles import ROLES
from portal.articles.models import Article
from portal.core.clock import now
from portal.core.config import Setting
from portal.core.events import Event, On, emit
from portal.core.hooks import Check, HelpLink, NavItem, Permission, PersonalData, Step, hookimpl
from portal.core.i18n import lazy_gettext as _l
from portal.core.jobs import Every
from portal.core.plugins import Plugin
from portal.notices.kinds import NoticeKind

__all__ = ["GamificationPlugin", "models"]

DEFINE = "gamification.define"
VOID = "gamification.void"
GIVE = "gamification.give"
SEE = "gamification.see"
DAY_SECONDS = 24 * 60 * 60
AT_ONCE = 200


class GamificationPlugin(Plugin):
    """It keeps what helped somebody, and shows who helped; it opens no right, and people can leave."""

    name = "gamification"
    title = _l("Recognition")
    about = _l("Badges and thanks for what helped somebody else.")
    version = "0.1"
    settings = (
        Setting(
            "badges",
            "",
            "A file of badges that are added to those that come with the portal, or take their place; relative to the "
            "instance. Empty: none.",
        ),
    )
    paths = ("/badges", "/thanks", "/recognition")

    @hookimpl
    def blueprints(self) -> list[Blueprint]:
        """Pages, by what they are for."""
        return list(BLUEPRINTS)

    @hookimpl
    def navigation(self) -> list[NavItem]:
        """Badges and thanks; the rules of badges, on the admin page."""
        about = _l("What people are recognised for, and whether all badges are what the log says.")
        return [
            NavItem("badges.index", _l("Recognition"), SEE, order=36),
            NavItem("badge_rules.index", _l("Badges"), DEFINE, "admin", 65, about),
        ]

    @hookimpl
    def help_links(self) -> Mapping[str, HelpLink]:
        """Where each page is explained."""
        return {
            "badge_rules": HelpLink("KB9016", "Change a badge"),
            "badges": HelpLink("KB9014", "Badges"),
            "recognition": HelpLink("KB9014", "When something does not count"),
            "contributions": HelpLink("KB9015", "Say that something does not count"),
            "thanks": HelpLink("KB9014", "Say thanks"),
            "second_looks": HelpLink("KB9015", "Look again"),
        }

    @hookimpl
    def events(self) -> list[type[Event]]:
        """What others may listen to."""
        return list(events.ALL)

    @hookimpl
    def subscriptions(self) -> list[On]:
        """What others tell is recorded, which changes what somebody earned; other rules change it for everybody."""
        jobs, telling = replaying.Jobs(self.portal.db), replay_notices.Telling(self.portal.db)
        return [
            *sources.subscriptions(self.portal.db),
            On(events.GamificationThanked, thanks.thanked),
            On(events.GamificationRecorded, projecting.evaluate, batch=AT_ONCE),
            On(events.GamificationChoiceChanged, projecting.follow_choice),
            On(events.GamificationRulesChanged, jobs.rules_changed, batch=AT_ONCE, outside=True),
            On(events.GamificationReplayDue, jobs.replay_nightly, outside=True),
            On(events.GamificationReplayDiffered, telling.replay_differed, outside=True),
            *self._told(),
        ]

    @hookimpl
    def notice_kinds(self) -> list[NoticeKind]:
        """What people hear of."""
        return [*award_notices.KINDS, *void_notices.KINDS, replay_notices.KIND]

    @hookimpl
    def schedules(self) -> list[Every]:
        """What waited long enough counts; each night the awards are held against the log."""
        return [*sources.schedules(), Every("replay", DAY_SECONDS, self._replay_due)]

    @hookimpl
    def commands(self) -> list[click.Command]:
        """`portal gamification`."""
        return [cli.gamification]

    @hookimpl
    def checks(self) -> list[Check]:
        """Looks of `portal doctor`."""
        return doctor.checks()

    @hookimpl
    def start_steps(self) -> list[Step]:
        """The badges are read."""
        return [Step(72, self._keep_badges)]

    @hookimpl
    def demo_steps(self) -> list[Step]:
        """Thanks, before the work is done that they bring; something that does not count, afterwards."""
        return [Step(45, lambda: demo.fill(self.portal)), Step(95, lambda: demo.look_again(self.portal))]

    @hookimpl
    def permissions(self) -> list[Permission]:
        """Administrators define badges; coaches say what does not count, and give badges by hand."""
        return [
            Permission(DEFINE, _l("Define badges"), frozenset({"admin"})),
            Permission(SEE, _l("See badges and thanks"), frozenset(ROLES)),
            Permission(VOID, _l("Say that a contribution does not count"), frozenset({"coach"})),
            Permission(GIVE, _l("Give a badge by hand"), frozenset({"coach"})),
        ]

    @hookimpl
    def personal_data(self, person_id: int) -> list[PersonalData]:
        """What somebody contributed and earned."""
        return personal.personal_data(person_id)

    @hookimpl
    def looked_at(self) -> Mapping[str, Any]:
        """The pages about somebody's recognition on which looks are noted."""
        return {
            "badges.stands_on": _l("What one of your badges stands on"),
            "contributions.of_person": _l("What counted for you"),
            "second_looks.show": _l("What you asked to look at again"),
        }

    @hookimpl
    def slot_person_side(self, person: Person, viewer: Viewer) -> Markup | None:
        """The way to what counted for somebody: for themselves, and for coaches."""
        return contributions.person_side(person, viewer)

    @hookimpl
    def slot_person_main(self, person: Person, viewer: Viewer) -> Markup | None:
        """The badges of somebody, and the last thanks to them."""
        parts = (badge_pages.person_main(person, viewer), thanks_pages.on_person(person, viewer.rights))
        return Markup("").join(part for part in parts if part) or None

    @hookimpl
    def slot_front_now(self, viewer: Viewer) -> Markup | None:
        """A badge that is new to the viewer."""
        return badge_pages.front_now(viewer)

    @hookimpl
    def slot_article_sidebar(self, article: Article, viewer: Viewer) -> Markup | None:
        """Some badges of whoever wrote an article, and the way to thank them."""
        return thanks_pages.on_article(article, viewer.rights)

    def _told(self) -> list[On]:
        awards, voids = award_notices.Telling(self.portal.db), void_notices.Telling(self.portal.db)
        return [
            On(events.GamificationBadgeEarned, awards.tell_badge, outside=True),
            On(events.GamificationThanked, awards.tell_thanks, outside=True),
            On(events.GamificationVoided, voids.tell_voided, batch=AT_ONCE, outside=True),
            On(events.GamificationReviewAsked, voids.tell_asked, outside=True),
            On(events.GamificationReviewDecided, voids.tell_decided, outside=True),
        ]

    def _replay_due(self, session: Session, now: datetime) -> None:
        shelf.keep(session, self._file(), now=now)
        emit(session, events.GamificationReplayDue())

    def _keep_badges(self) -> str:
        with self.portal.db.transaction() as session:
            shelf.keep(session, self._file(), now=now())
            faults = shelf.problems(session)
        return "A file of badges has problems: run `portal doctor`." if faults else ""

    def _file(self) -> Path | None:
        named = self.portal.config.text("gamification.badges")
        return self.portal.config.instance / named if named else None
