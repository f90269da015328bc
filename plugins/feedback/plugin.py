"""What the plugin `feedback` adds to the portal: questions about the business, and what was done about the answers."""

from __future__ import annotations

from flask import Blueprint

from plugins.feedback import events, listeners, loop_models, models, personal, round_models, wordings
from plugins.feedback.views import BLUEPRINTS
from portal.core.clock import now
from portal.core.config import Setting
from portal.core.events import Event, On
from portal.core.hooks import NavItem, Permission, PersonalData, Step, hookimpl
from portal.core.i18n import lazy_gettext as _l
from portal.core.plugins import Plugin
from portal.notices.kinds import NoticeKind

__all__ = ["FeedbackPlugin", "loop_models", "models", "round_models"]

ADMIN = "feedback.admin"
CARE = "feedback.care"


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
    )
    paths = ("/feedback",)

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
            events.FeedbackCallbackOpened,
            events.FeedbackCallbackClosed,
            events.FeedbackImprovementDelivered,
        ]

    @hookimpl
    def subscriptions(self) -> list[On]:
        """Answers ask for call-backs; whoever said something hears what became of it."""
        return listeners.of_answers(self.portal.db)

    @hookimpl
    def notice_kinds(self) -> list[NoticeKind]:
        """Call-backs, and what became of what people said."""
        return list(listeners.KINDS)

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
        asked = _l("What people are asked on which occasion, in which words, and who sees the answers.")
        return [
            NavItem("bank.questions", _l("Questions"), ADMIN, "admin", 60, asked),
        ]

    @hookimpl
    def personal_data(self, person_id: int) -> list[PersonalData]:
        """Answers by name, and what was done about them."""
        return personal.personal_data(person_id)

    @hookimpl
    def start_steps(self) -> list[Step]:
        """The words of every question are kept."""
        return [Step(70, self._keep_wordings)]

    def _keep_wordings(self) -> str:
        with self.portal.db.transaction() as session:
            wordings.keep_shipped(session, now())
        return ""
