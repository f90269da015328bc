"""Answers come in: they are checked, freed of names, and kept beside what is known about their occasion.

What somebody sends a second time takes the place of the first, for a day.
After that it stays as it is, and whoever tries is told so.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.feedback import masking, ordering, tags
from plugins.feedback.bank import Bank, Question, Type
from plugins.feedback.events import FeedbackAnswered
from plugins.feedback.models import Answer, Invitation, Verbatim
from plugins.feedback.surveys import survey_now
from plugins.feedback.tokens import new_token
from plugins.feedback.wordings import bank_now
from portal.accounts.models import Person
from portal.core.errors import Refused
from portal.core.events import emit
from portal.core.i18n import gettext as _
from portal.core.i18n import ngettext

log = logging.getLogger(__name__)

CHANGEABLE: Final = timedelta(hours=24)
MOST_NAMES: Final = 50_000
"""Names of the directory that a text is compared with."""
OPENED, ANSWERED, PARTLY, DECLINED = "opened", "answered", "partly", "declined"


COUNTED: Final = frozenset({"H1"})
"""Questions whose answer is told by its place in the list, since a gate counts it (handover confidence)."""


@dataclass(frozen=True, kw_only=True)
class Saved:
    """What came of a form: how many answers it has now, and whether it took the place of an earlier one."""

    invitation_id: str
    count: int
    again: bool
    state: str


class NotSaved(Refused):
    """Something in a form does not fit; *errors* has a sentence for each question that it is about."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        """Keep the sentences."""
        super().__init__(
            _("Nothing was saved yet."), hint=_("What to mend stands beside it."), field=next(iter(errors))
        )
        self.errors = dict(errors)


@dataclass(frozen=True)
class ReadForm:
    """What a form says: what was chosen, what was written, and what does not fit."""

    chosen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def ids(self) -> set[str]:
        """The questions that were answered."""
        return {*self.chosen, *self.written}


def save_answers(
    session: Session,
    invitation: Invitation,
    given: Mapping[str, Sequence[str]],
    *,
    language: str,
    names: Sequence[str],
    now: datetime,
) -> Saved:
    """Keep what somebody answered; what they answered before, less than a day ago, gives way.

    *given* has the values of each field by the id of its question, as a
    browser sends them; *language* is that of what they wrote, *names* those of
    the directory (:func:`names_for`). What is no question of this form is
    ignored, and so is what makes no sense after the other answers. An empty
    form takes back what was said before.

    Raises:
        NotSaved: something does not fit; it says what, for each question.
        Refused: nothing is answered, or the day is over.
    """
    first_at = invitation.answered_at
    if not may_change(invitation, now):
        raise Refused(
            _("You answered this more than a day ago, so it stays as it is."),
            hint=_("Nothing was changed. Whoever looks after this has begun to work with it."),
        )
    bank = bank_now(session)
    read = read_form(invitation, given, bank)
    if read.errors:
        raise NotSaved(read.errors)
    if not read.ids and first_at is None:
        raise Refused(
            _("Nothing is answered yet, so there is nothing to save."),
            hint=_("Answer what you like and leave out the rest. You can also just leave: nothing has to be answered."),
        )
    _keep_answers(session, invitation, read.chosen, bank, now)
    _keep_words(session, invitation, read.written, bank, language=language, names=names, now=now)
    invitation.state = _state(invitation, read, survey_now(session, bank, invitation.template).most_shown)
    invitation.answered_at = first_at or now
    session.flush()
    answered = FeedbackAnswered(
        invitation_id=invitation.id,
        template=invitation.template,
        about=invitation.about,
        about_id=invitation.about_id,
        again=first_at is not None,
        choices=_counted(read, bank),
    )
    emit(session, answered)
    return Saved(invitation_id=invitation.id, count=len(read.ids), again=first_at is not None, state=invitation.state)


def _counted(read: ReadForm, bank: Bank) -> dict[str, int]:
    """What was chosen of the questions that others count, as the place of the answer in its list."""
    return {
        each: [choice.value for choice in bank.questions[each].choices].index(values[0])
        for each, values in read.chosen.items()
        if each in COUNTED
    }


def may_change(invitation: Invitation, now: datetime) -> bool:
    """Whether answers to *invitation* are still taken."""
    return invitation.answered_at is None or now < invitation.answered_at + CHANGEABLE


def given_before(session: Session, invitation: Invitation) -> dict[str, tuple[str, ...]]:
    """What was answered so far, by question, as a form shows it; words as they were typed, where these are kept."""
    answers = session.execute(
        sa.select(Answer.question_id, Answer.value).where(Answer.invitation_id == invitation.id)
    ).all()
    words = session.execute(
        sa.select(Verbatim.question_id, sa.func.coalesce(Verbatim.own_text, Verbatim.text)).where(
            Verbatim.invitation_id == invitation.id
        )
    ).all()
    chosen = {question_id: tuple(value.split(",")) for question_id, value in answers}
    return {**chosen, **{question_id: (text,) for question_id, text in words}}


def names_for(session: Session, invitation: Invitation, given: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """The names to look for in what somebody wrote; none, and no query, where they wrote nothing. Ask this first."""
    bank = bank_now(session)
    texts = [each for each in invitation.form if each in bank.questions and bank.questions[each].type == Type.TEXT]
    if not any(value.strip() for each in texts for value in given.get(each, ())):
        return ()
    names = session.scalars(sa.select(Person.name).order_by(Person.id.desc()).limit(MOST_NAMES)).all()
    masking.mask("", names=names)  # a large directory is read here, once, and not while the database waits for a write
    return names


def read_form(invitation: Invitation, given: Mapping[str, Sequence[str]], bank: Bank) -> ReadForm:
    """Go through the form in its order: a question that makes no sense after those before it is left out."""
    unknown = given.keys() - set(invitation.form)
    if unknown:
        log.info("unknown questions ignored", extra={"template": invitation.template, "count": len(unknown)})
    read = ReadForm()
    told: dict[str, str] = dict(invitation.known)
    for each in invitation.form:
        question = bank.questions.get(each)
        values = [value for value in given.get(each, ()) if value.strip()]
        if question is None or not values or each in invitation.known:
            continue
        if ordering.makes_sense(each, told) == ordering.Sense.NO:
            continue
        if question.type == Type.TEXT:
            _read_words(read, question, values[0])
        else:
            _read_choice(read, question, values)
        told[each] = ",".join(read.chosen.get(each, ()))
    return read


def _read_words(read: ReadForm, question: Question, raw: str) -> None:
    text = raw.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip()
    over = len(text) - question.max_chars
    if over > 0:
        read.errors[question.id] = ngettext(
            "This is %(num)s character too long. Please say it in %(most)s or fewer.",
            "This is %(num)s characters too long. Please say it in %(most)s or fewer.",
            over,
            most=question.max_chars,
        )
    elif text:
        read.written[question.id] = text


def _read_choice(read: ReadForm, question: Question, raw: Sequence[str]) -> None:
    values = [choice.value for choice in question.choices if choice.value in raw]
    if len(values) != len(set(raw)) or (len(values) > 1 and question.type != Type.MANY_OF):
        read.errors[question.id] = _("Please choose one of these answers, or none.")
    else:
        read.chosen[question.id] = tuple(values)


def _keep_answers(
    session: Session, invitation: Invitation, chosen: Mapping[str, tuple[str, ...]], bank: Bank, now: datetime
) -> None:
    mine = sa.select(Answer).where(Answer.invitation_id == invitation.id)
    rows = {row.question_id: row for row in session.scalars(mine)}
    for question_id in rows.keys() - chosen.keys():
        session.delete(rows[question_id])
    for question_id, values in chosen.items():
        question = bank.questions[question_id]
        row = rows.get(question_id)
        if row is None:
            row = Answer(invitation_id=invitation.id, question_id=question_id)
            session.add(row)
        choice = question.choice(values[0])
        band = choice.band if choice else None
        row.version, row.value, row.answered_at = question.version, ",".join(values), now
        row.low, row.mid, row.high = (band.low, band.mid, band.high) if band else (None, None, None)
        _with_context(row, invitation)


def _keep_words(
    session: Session,
    invitation: Invitation,
    written: Mapping[str, str],
    bank: Bank,
    *,
    language: str,
    names: Sequence[str],
    now: datetime,
) -> None:
    """Words that did not change keep what others made of them: their tags, and what was done about them."""
    mine = sa.select(Verbatim).where(Verbatim.invitation_id == invitation.id)
    rows = {row.question_id: row for row in session.scalars(mine)}
    for question_id in rows.keys() - written.keys():
        session.delete(rows[question_id])
    for question_id, own in written.items():
        masked = masking.mask(own, names=names, language=language)
        row = rows.get(question_id)
        if row is not None and row.text == masked.text:
            row.own_text = own if invitation.person_id is not None else None
            continue
        if row is None:
            row = Verbatim(id=new_token(), invitation_id=invitation.id, question_id=question_id)
            session.add(row)
        row.version, row.language, row.written_on = bank.questions[question_id].version, language[:10], now.date()
        row.text, row.redactions = masked.text, dict(masked.redactions)
        row.own_text = own if invitation.person_id is not None else None
        row.suggested, row.tags = tags.suggest(masked.text, language), []
        row.state, row.sentiment, row.tagged_by, row.tagged_at = "new", "", None, None
        _with_context(row, invitation)


def _with_context(row: Answer | Verbatim, invitation: Invitation) -> None:
    for column in ("person_id", "article_id", "revision_id", "service_id", "unit_id"):
        setattr(row, column, getattr(invitation, column))


def _state(invitation: Invitation, read: ReadForm, most_shown: int) -> str:
    if not read.ids:
        return DECLINED
    told = {**{each: ",".join(values) for each, values in read.chosen.items()}, **read.written}
    places = ordering.form(invitation.form, limit=most_shown, known=invitation.known, given=told)
    return ANSWERED if all(place.id in read.ids for place in places) else PARTLY
