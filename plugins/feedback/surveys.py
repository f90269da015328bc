"""Survey templates: at which moment which questions are asked, of how many, and who sees the answers.

They are shipped here. An administrator can choose other questions of the same
trigger, ask fewer of them, or retire a template; such changes are rows of
``ChangedTemplate`` and stand before what is here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.feedback.bank import Bank
from plugins.feedback.models import ChangedTemplate
from portal.core.errors import NotFound
from portal.core.i18n import gettext as _
from portal.core.i18n import lazy_gettext as _l


class Mode(StrEnum):
    """Whose answers they are. The words are stored."""

    NAMED = "named"
    CONFIDENTIAL = "confidential"
    ANONYMOUS = "anonymous"


class Channel(StrEnum):
    """How somebody is asked."""

    INLINE = "inline"  # on the page that they read anyway
    MAIL = "mail"


class State(StrEnum):
    """Whether a template is in use."""

    DRAFT = "draft"
    ACTIVE = "active"
    RETIRED = "retired"


WHO_SEES: Final[Mapping[Mode, Any]] = {
    Mode.NAMED: _l("The team that helped you sees your answers with your name, and so do you."),
    Mode.CONFIDENTIAL: _l(
        "Those who look after this see what you answer, without your name; only who calls you back about it knows."
    ),
    Mode.ANONYMOUS: _l("Nobody can tell who answered what, not even the administrators."),
}
"""The first line of every form."""
OF_A_VISITOR: Final = _l("Those who look after this see what you answer.")
"""The same where nobody knows who answers, so that nobody can be called back."""


def who_sees(mode: Mode, person_id: int | None) -> Any:
    """The sentence above questions that *person_id* is asked on a page; ``None`` is a visitor."""
    return OF_A_VISITOR if person_id is None and mode == Mode.CONFIDENTIAL else WHO_SEES[mode]


@dataclass(frozen=True, kw_only=True)
class Survey:
    """One template.

    *pushed* invitations go out by mail and are held back by the rules of
    fatigue; others are offered on a page. *lots* says that not every occasion
    is asked about.
    """

    key: str
    title: Any
    trigger: str
    moments: tuple[str, ...]
    mode: Mode
    question_ids: tuple[str, ...] = ()
    most_shown: int = 0
    pushed: bool = False
    lots: bool = False
    state: State = State.ACTIVE

    def in_use(self) -> bool:
        """Whether anybody is asked by it."""
        return self.state == State.ACTIVE


SHIPPED: Final[tuple[Survey, ...]] = (
    Survey(
        key="A",
        title=_l("A page helped"),
        trigger="article_yes",
        moments=("article.answered_yes",),
        mode=Mode.CONFIDENTIAL,
    ),
    Survey(
        key="N",
        title=_l("A page did not help, or in part"),
        trigger="article_no",
        moments=("article.answered_no", "article.answered_partly"),
        mode=Mode.CONFIDENTIAL,
    ),
    Survey(
        key="S",
        title=_l("Nothing was found"),
        trigger="search_empty",
        moments=("search.empty", "search.abandoned"),
        mode=Mode.CONFIDENTIAL,
    ),
    Survey(
        key="R",
        title=_l("A request was closed"),
        trigger="request_closed",
        moments=("request.closed",),
        mode=Mode.NAMED,
        pushed=True,
        lots=True,
    ),
    Survey(
        key="U",
        title=_l("A referral ended"),
        trigger="referral_done",
        moments=("referral.ended",),
        mode=Mode.NAMED,
        pushed=True,
    ),
    Survey(
        key="C",
        title=_l("A change went live"),
        trigger="change_live",
        moments=("change.live_day",),
        mode=Mode.CONFIDENTIAL,
        pushed=True,
    ),
    Survey(
        key="H",
        title=_l("A handover was read"),
        trigger="handover_read",
        moments=("pack.acknowledged",),
        mode=Mode.CONFIDENTIAL,
    ),
    Survey(
        key="P",
        title=_l("Pulse"),
        trigger="pulse",
        moments=("pulse.round",),
        mode=Mode.ANONYMOUS,
        pushed=True,
    ),
    Survey(
        key="PS",
        title=_l("Pulse of the superusers"),
        trigger="superuser_pulse",
        moments=("pulse.round",),
        mode=Mode.CONFIDENTIAL,
        pushed=True,
    ),
    Survey(
        key="VV",
        title=_l("After a visit: whoever visited"),
        trigger="shadow_visitor",
        moments=("visit.done",),
        mode=Mode.CONFIDENTIAL,
    ),
    Survey(
        key="VH",
        title=_l("After a visit: whoever was visited"),
        trigger="shadow_host",
        moments=("visit.done",),
        mode=Mode.CONFIDENTIAL,
    ),
    Survey(
        key="VD",
        title=_l("After a stint at the desk"),
        trigger="desk_stint",
        moments=("visit.done",),
        mode=Mode.CONFIDENTIAL,
    ),
)


def surveys_now(session: Session, bank: Bank) -> dict[str, Survey]:
    """All templates by their keys, as they are now: what is shipped, with what an administrator changed. One query."""
    changed = {row.key: row for row in session.scalars(sa.select(ChangedTemplate))}
    return {survey.key: survey_with(survey, changed.get(survey.key), bank) for survey in SHIPPED}


def survey_now(session: Session, bank: Bank, key: str) -> Survey:
    """One template as it is now.

    Raises:
        NotFound: there is none with this key.
    """
    shipped = next((survey for survey in SHIPPED if survey.key == key), None)
    if shipped is None:
        raise NotFound(_("There is no survey template of this name."))
    return survey_with(shipped, session.get(ChangedTemplate, key), bank)


def survey_with(shipped: Survey, changed: ChangedTemplate | None, bank: Bank) -> Survey:
    """A template with what was *changed* about it. Questions that left the bank are asked no more."""
    every = tuple(question.id for question in bank.to_ask(shipped.trigger))
    most = bank.limits[shipped.trigger]
    if changed is None:
        return replace(shipped, question_ids=every, most_shown=most)
    return replace(
        shipped,
        question_ids=tuple(each for each in every if each in changed.question_ids),
        most_shown=min(changed.most_shown, most),
        state=State(changed.state),
    )
