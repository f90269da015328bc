"""The quiz of a large pack: written by the front line's reviewers, not by whoever owns the pack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.handover import moving, people, plan, shifts
from plugins.handover.models import Pack
from plugins.handover.moves import Actor
from plugins.handover.reading import QUIZ_COUNT
from plugins.handover.said_models import QuizQuestion
from portal.core.errors import Forbidden, Refused
from portal.core.i18n import gettext as _
from portal.core.typed import clean

CHOICES = 3
LONGEST = 500


@dataclass(frozen=True, kw_only=True)
class Written:
    """One question as it is written: its choices, which of them is right (from 0), and why."""

    text: str
    choices: tuple[str, ...]
    right: int
    because: str

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written."""
        return not (self.text.strip() or self.because.strip() or any(each.strip() for each in self.choices))


def may_write(session: Session, pack: Pack, actor: Actor) -> bool:
    """Whether somebody writes the quiz of a pack: who signs for its front line, but not its owner."""
    return not actor.is_owner and bool(actor.parties & set(shifts.front_line_of(session, pack)))


def save(session: Session, pack: Pack, written: Sequence[Written], actor: Actor, *, now: datetime) -> None:
    """Let a pack have these five questions; empty ones are left out.

    Raises:
        Refused: a question is not whole, or there are not five.
        Forbidden: somebody else writes it.
    """
    if not may_write(session, pack, actor):
        raise Forbidden(
            _("Whoever signs for the front line writes the quiz, not the owner of the pack."),
            hint=_("Ask one of them: %(names)s.", names=", ".join(_names(session, pack)) or "–"),
        )
    if pack.state in plan.ENDED:
        raise Refused(_("This pack has ended."))
    kept = [each for each in written if not each.is_empty]
    for number, each in enumerate(kept, 1):
        _check(number, each)
    if len(kept) != QUIZ_COUNT:
        raise Refused(_("A quiz has five questions."), hint=_("Each with an answer that is right, and why."))
    session.execute(sa.delete(QuizQuestion).where(QuizQuestion.pack_id == pack.id))
    for position, each in enumerate(kept, 1):
        choices = [clean(choice) for choice in each.choices if choice.strip()]
        session.add(QuizQuestion(pack_id=pack.id, position=position, text=clean(each.text), choices=choices,
                                 right=each.right, because=clean(each.because),
                                 written_by=actor.person_id))  # fmt: skip
    session.flush()
    moving.follow(session, pack, now=now)


def _check(number: int, each: Written) -> None:
    choices = [choice for choice in each.choices if choice.strip()]
    if not each.text.strip() or not each.because.strip() or len(choices) < 2:
        raise Refused(
            _("Question %(number)s is not whole.", number=number),
            hint=_("It has a question, two answers or more, and the reason why one of them is right."),
        )
    if not 0 <= each.right < len(choices):
        raise Refused(_("Of question %(number)s no answer is marked as right.", number=number), hint=_("Mark one."))
    if max(len(each.text), len(each.because), *map(len, choices)) > LONGEST:
        raise Refused(_("Question %(number)s is too long.", number=number), hint=_("Say it shorter."))


def _names(session: Session, pack: Pack) -> list[str]:
    signers = people.signers_of(session, shifts.front_line_of(session, pack))
    return sorted({person.name for named in signers.values() for person in named if person.id != pack.owner_id})
