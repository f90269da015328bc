"""What the plugin `feedback` adds to the portal: questions about the business, and what was done about the answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import click
from flask import Blueprint, Flask
from markupsafe import Markup
from sqlalchemy.orm import Session

from plugins.feedback import (
    ask,
    asked_notices,
    cli,
    demo,
    events,
    inviting_jobs,
    listeners,
    loop_models,
    models,
    personal,
    retention,
    round_models,
    snapshots,
    wordings,
)
from plugins.feedback.snapshots import SERVICE, UNIT
from plugins.feedback.views import BLUEPRINTS, asking, figures, improvements
from portal.accounts.models import Person
from portal.articles.models import Article, Verdict
from portal.core.clock import now
from portal.core.config import Setting
from portal.core.events import Event, On
from portal.core.hooks import HelpLink, NavItem, Permission, PersonalData, Step, hookimpl
from portal.core.i18n import lazy_gettext as _l
from portal.core.jobs import Every
from portal.core.plugins import Plugin
from portal.core.portal import Portal
from portal.core.web import secret_key
from portal.notices.kinds import NoticeKind
from portal.organisation.models import Service, Unit

__all__ = ["FeedbackPlugin", "loop_models", "models", "round_models"]

ADMIN = "feedback.admin"
CARE = "feedback.care"
HOUR_SECONDS = 60 * 60
DAY_SECONDS = 24 * HOUR_SECONDS
DEMO_WEEKS = 8


class FeedbackPlugin(Plugin):
    """It asks, keeps, protects, follows up, and shows each owner their own."""

    name = "feedback"
    title = _l("Feedback")
    about = _l("Short questions about what trouble costs, and what was done about the answers.")
    version = "0.1"
    settings = (
        Setting(
            "pulse_weeks", 26, "Weeks between two pulse rounds. 0 means that only an administrator begins one.", least=0
        ),
        Setting("named_months", 24, "Months after which the link between answers and people is cut.", least=1),
        Setting(
            "patience_ms",
            50,
            "Milliseconds a page waits for what it asks; twice longer in a row, and asking rests a minute.",
            least=1,
        ),
    )
    paths = ("/feedback",)

    def setup(self, portal: Portal) -> None:
        """Nothing was slow yet."""
        super().setup(portal)
        self._breaker = ask.Breaker(portal.config.number("feedback.patience_ms"))
        self._jobs = inviting_jobs.Jobs(portal)

    def open_pages(self, app: Flask) -> None:
        """Read what every page with a question needs, so that the first one does not wait for it."""
        wordings.shipped()
        app.jinja_env.get_template("feedback/_ask.html")

    @hookimpl
    def blueprints(self) -> list[Blueprint]:
        """Pages, by what they are for."""
        return list(BLUEPRINTS)

    @hookimpl
    def events(self) -> list[type[Event]]:
        """What others may listen to."""
        return [
            events.FeedbackAnswered,
            events.FeedbackRoundClosed,
            events.FeedbackRoundPublished,
            events.FeedbackSweepDue,
            events.FeedbackCallbackOpened,
            events.FeedbackCallbackClosed,
            events.FeedbackImprovementDelivered,
            events.FeedbackImprovementChecked,
        ]

    @hookimpl
    def subscriptions(self) -> list[On]:
        """Answers ask for call-backs; whoever said something hears what became of it."""
        return [*listeners.of_answers(self.portal.db), *self._jobs.subscriptions()]

    @hookimpl
    def notice_kinds(self) -> list[NoticeKind]:
        """Questions, call-backs, and what became of what people said."""
        return [asked_notices.KIND, *listeners.KINDS]

    @hookimpl
    def permissions(self) -> list[Permission]:
        """Administrators ask; coaches and leads follow up."""
        return [
            Permission(ADMIN, _l("Choose the questions, and begin and publish rounds"), frozenset({"admin"})),
            Permission(CARE, _l("Follow up what people answered"), frozenset({"coach", "lead"})),
        ]

    @hookimpl
    def navigation(self) -> list[NavItem]:
        """What is asked, on the admin page."""
        in_rounds = _l("The same questions to many people at once, and what is done about the answers.")
        asked = _l("What people are asked on which occasion, in which words, and who sees the answers.")
        return [
            NavItem("words.index", _l("Answers"), CARE, order=45),
            NavItem("bank.questions", _l("Questions"), ADMIN, "admin", 60, asked),
            NavItem("rounds_admin.index", _l("Rounds of questions"), ADMIN, "admin", 61, in_rounds),
        ]

    @hookimpl
    def help_links(self) -> Mapping[str, HelpLink]:
        """Where each page is explained."""
        return {
            "words": HelpLink("KB9012", "Words of people"),
            "callbacks": HelpLink("KB9012", "Call-backs"),
            "callbacks.settled": HelpLink("KB9011", "What becomes of your answers"),
            "callbacks.say_settled": HelpLink("KB9011", "What becomes of your answers"),
            "improvements": HelpLink("KB9012", "Improvements"),
            "improvements.said": HelpLink("KB9011", "What becomes of your answers"),
            "improvements.told": HelpLink("KB9011", "What becomes of your answers"),
            "improvements.confirm": HelpLink("KB9011", "What becomes of your answers"),
            "asking": HelpLink("KB9011", "What happens to your answers"),
            "invited": HelpLink("KB9011", "When a mail asks you"),
            "rounds": HelpLink("KB9011", "An anonymous round"),
            "bank": HelpLink("KB9013", "Words of a question"),
            "bank.add": HelpLink("KB9013", "A question more, or one less"),
            "survey_templates": HelpLink("KB9013", "What a template asks"),
            "figures": HelpLink("KB9012", "Figures of a unit or a service"),
            "figures.article": HelpLink("KB9012", "How an article did"),
            "rounds_admin": HelpLink("KB9013", "A round of questions"),
        }

    @hookimpl
    def commands(self) -> list[click.Command]:
        """`portal feedback`."""
        return [cli.feedback]

    @hookimpl
    def personal_data(self, person_id: int) -> list[PersonalData]:
        """Answers by name, and what was done about them."""
        return personal.personal_data(person_id)

    @hookimpl
    def start_steps(self) -> list[Step]:
        """The words of every question are kept."""
        return [Step(70, self._keep_wordings)]

    @hookimpl
    def demo_steps(self) -> list[Step]:
        """What the invented people answered."""
        return [
            Step(40, lambda: demo.fill(self.portal, secret_key(self.portal.config.instance))),
            Step(41, self._count_weeks),
        ]

    @hookimpl
    def schedules(self) -> list[Every]:
        """What is done again and again."""
        return [
            *self._jobs.schedules(),
            Every("cut_links", DAY_SECONDS, self._cut_links),
            Every("drop_figures", DAY_SECONDS, self._drop_figures),
            Every("monday_figures", HOUR_SECONDS, self._monday_figures),
        ]

    @hookimpl
    def slot_ask(self, moment: str, about: Mapping[str, Any], viewer: Any) -> Markup | None:
        """A short question where something came to an end."""
        return asking.card(self._breaker, moment, about, viewer.person_id)

    @hookimpl
    def slot_person_side(self, person: Person, viewer: Any) -> Markup | None:
        """The way to one's own answers."""
        return asking.own_answers() if viewer.person_id == person.id else None

    @hookimpl
    def slot_front_more(self) -> Markup | None:
        """What got better because people said something."""
        return improvements.card()

    @hookimpl
    def slot_after_verdict(self, article: Article, verdict: Verdict) -> Markup | None:
        """Whether the page was changed since somebody said that it did not fix it."""
        return improvements.since_then(article, verdict)

    @hookimpl
    def slot_article_sidebar(self, article: Article, viewer: Any) -> Markup | None:
        """How an article did lately, for whoever looks after it."""
        return figures.article_card(article, viewer.rights)

    @hookimpl
    def slot_unit_main(self, unit: Unit, viewer: Any) -> Markup | None:
        """The way to the figures of a unit, for its lead."""
        return figures.link_card(UNIT, unit.id, viewer.rights)

    @hookimpl
    def slot_service_main(self, service: Service, viewer: Any) -> Markup | None:
        """The way to the figures of a service, for its lead."""
        return figures.link_card(SERVICE, service.id, viewer.rights)

    def _count_weeks(self) -> str:
        with self.portal.db.transaction() as session:
            rows = snapshots.catch_up(session, now(), weeks=DEMO_WEEKS)
        return "Figures of the last Mondays." if rows else ""

    def _monday_figures(self, session: Session, now: datetime) -> None:
        snapshots.take(session, now)

    def _cut_links(self, session: Session, now: datetime) -> None:
        retention.cut_links(session, months=self.portal.config.number("feedback.named_months"), now=now)

    def _drop_figures(self, session: Session, now: datetime) -> None:
        retention.drop_figures(session, now=now)

    def _keep_wordings(self) -> str:
        with self.portal.db.transaction() as session:
            wordings.keep_shipped(session, now())
        return ""
