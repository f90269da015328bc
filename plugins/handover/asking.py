"""Questions about a pack: asked by those who sign and those who read, answered by its owner, accepted by the asker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from plugins.handover import plan, working_days, writing
from plugins.handover.events import (
    HandoverQuestionAnswered,
    HandoverQuestionAsked,
    HandoverQuestionReplied,
    HandoverQuestionUseful,
)
from plugins.handover.models import Pack
from plugins.handover.moves import Actor
from plugins.handover.said_models import ACCEPTED, ANSWERED, NO_LONGER, OPEN, Question
from plugins.handover.sections import SECTIONS
from portal.core.errors import Forbidden, NotFound, Refused
from portal.core.events import emit
from portal.core.i18n import gettext as _
from portal.core.typed import clean, length

LONGEST: Final = 2_000
SHORTEST: Final = 3
DUE_DAYS: Final = 1
SHORT_BEFORE: Final = timedelta(days=2)
DUE_HOURS: Final = 4
"""Working hours for a blocking question in the last two days before go-live."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question as it is asked, about a section or (empty) about the whole."""

    text: str
    section: str = ""
    is_blocking: bool = True
    is_help: bool = False
    asked_as: str = ""


def ask(session: Session, pack: Pack, asked: Asked, *, actor_id: int | None, party_id: str, now: datetime) -> Question:
    """Ask about a pack, for a party or (empty) for oneself; the same once more is the same question.

    Raises:
        Refused: it says nothing, is too long, or the pack has ended.
    """
    text = clean(asked.text)
    if length(text) < SHORTEST:
        raise Refused(_("A question has words."), hint=_("Write what has to be known."), field="text")
    if len(text) > LONGEST:
        raise Refused(_("A question has at most %(most)s characters.", most=LONGEST),
                      hint=_("Ask two questions."), field="text")  # fmt: skip
    if asked.section and asked.section not in SECTIONS:
        raise NotFound(_("A pack has no such section."))
    if pack.state in plan.ENDED:
        raise Refused(_("This pack has ended."), hint=_("Ask its owner."))
    question = Question(
        pack_id=pack.id,
        version=pack.version,
        section=asked.section,
        party_id=party_id,
        asked_by=actor_id,
        asked_as=asked.asked_as,
        text=text,
        is_blocking=asked.is_blocking,
        is_help=asked.is_help,
        asked_at=now,
        due_at=due(session, pack, is_blocking=asked.is_blocking, now=now),
    )
    session.add(question)
    session.flush()
    emit(session, HandoverQuestionAsked(actor_id=actor_id, pack_id=pack.id, question_id=question.id,
                                        is_blocking=asked.is_blocking))  # fmt: skip
    writing.touch(session, pack)
    return question


def due(session: Session, pack: Pack, *, is_blocking: bool, now: datetime) -> datetime:
    """By when a question is answered: one working day; a blocking one near go-live within four working hours."""
    if is_blocking and pack.change.go_live_at - now <= SHORT_BEFORE:
        return working_days.after_hours(working_days.calendar_of(session, pack), now, DUE_HOURS)
    return working_days.after_working_days(session, pack, now, DUE_DAYS)


def question(session: Session, pack: Pack, question_id: int) -> Question:
    """One question of a pack. Raises ``NotFound``."""
    found = session.get(Question, question_id)
    if found is None or found.pack_id != pack.id:
        raise NotFound(_("There is no such question."), hint=_("The page of the pack shows those that there are."))
    return found


def answer(
    session: Session, pack: Pack, question: Question, text: str, actor: Actor, *, changed_pack: bool, now: datetime
) -> None:
    """Answer a question; *changed_pack* says that the pack says more because of it, for which the asker is credited.

    Raises:
        Refused: the answer says nothing, or the question is settled.
        Forbidden: somebody else answers.
    """
    if not (actor.is_owner or actor.is_manager):
        raise Forbidden(_("The owner of the pack answers."), hint=_("Tell them what you know."))
    if question.state in {ACCEPTED, NO_LONGER}:
        raise Refused(_("This question is settled."), hint=_("Ask a new one where something is open."))
    text = clean(text)
    if length(text) < 1 or len(text) > LONGEST:
        raise Refused(_("An answer has 1 to %(most)s characters.", most=LONGEST), field="text",
                      hint=_("Put what is longer into the pack."))  # fmt: skip
    question.answer, question.answered_by, question.answered_at, question.state = text, actor.person_id, now, ANSWERED
    is_useful = changed_pack and not question.changed_pack
    question.changed_pack = changed_pack
    session.flush()
    emit(session, HandoverQuestionReplied(actor_id=actor.person_id, pack_id=pack.id, question_id=question.id))
    if is_useful and question.asked_by is not None and question.asked_by != pack.owner_id:
        emit(session, HandoverQuestionUseful(actor_id=actor.person_id, pack_id=pack.id, question_id=question.id,
                                             person_id=question.asked_by))  # fmt: skip
    writing.touch(session, pack)


def settle(session: Session, pack: Pack, question: Question, actor: Actor, *, how: str, now: datetime) -> None:
    """The asker, or their party, says what became of a question: ``accepted``, ``open`` again, or ``no_longer``.

    Raises:
        Refused: it has no answer that could be accepted.
        Forbidden: somebody else had asked.
    """
    if question.asked_by != actor.person_id and question.party_id not in actor.parties:
        raise Forbidden(_("Whoever asked says whether that is the answer."))
    if how == ACCEPTED and question.state not in {ANSWERED, ACCEPTED}:
        raise Refused(_("There is no answer yet."), hint=_("Say that it is no longer needed, where that is so."))
    if question.state == how:
        return
    question.state, question.settled_at = how, None if how == OPEN else now
    session.flush()
    if how == ACCEPTED and question.answered_by is not None and question.answered_at is not None:
        quick = question.answered_at <= working_days.after_working_days(session, pack, question.asked_at, DUE_DAYS)
        emit(session, HandoverQuestionAnswered(actor_id=actor.person_id, pack_id=pack.id, question_id=question.id,
                                               person_id=question.answered_by, is_quick=quick))  # fmt: skip
    writing.touch(session, pack)
