"""Answers come in for an anonymous round: checked and freed of names like all others, and then sealed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from plugins.feedback import anonymity, asking, masking, tags
from plugins.feedback.anonymity import Chosen, Given, Keys, Written
from plugins.feedback.asking import NotSaved, ReadForm
from plugins.feedback.bank import Bank
from plugins.feedback.models import Invitation
from plugins.feedback.round_models import Round
from plugins.feedback.rounds import State
from plugins.feedback.wordings import bank_now
from portal.core.errors import Refused
from portal.core.i18n import gettext as _


def answer(
    session: Session,
    asked: Round,
    token: str,
    given: Mapping[str, Sequence[str]],
    *,
    language: str,
    names: Sequence[str],
    keys: Keys,
    now: datetime,
) -> bool:
    """Keep what somebody answered in a round; say whether boxes were opened. Nothing is told to anybody.

    Raises:
        NotSaved: something does not fit; it says what, for each question.
        Refused: the round is over, the token is none of it or was used, or nothing is answered.
    """
    if asked.state != State.OPEN or now >= asked.closes_at or asked.secret is None:
        raise over()
    unit_id = anonymity.unit_of(session, asked, token)
    bank = bank_now(session)
    read = asking.read_form(form_of(asked), given, bank)
    if read.errors:
        raise NotSaved(read.errors)
    if not read.ids:
        raise Refused(
            _("Nothing is answered yet, so there is nothing to save."),
            hint=_("Answer what you like and leave out the rest. You can also just leave: nothing has to be answered."),
        )
    return anonymity.keep(session, asked, token, _given(unit_id, read, bank, language, names), keys)


def form_of(asked: Round) -> Invitation:
    """The form of a round as an invitation of nobody; it is in no session, and never kept."""
    return Invitation(template=asked.template, form=list(asked.form), known={})


def over() -> Refused:
    """Say that no more answers are taken."""
    return Refused(
        _("This round of questions is over."), hint=_("Nothing was stored. You will be asked again another time.")
    )


def _given(unit_id: str | None, read: ReadForm, bank: Bank, language: str, names: Sequence[str]) -> Given:
    chosen = []
    for question_id, values in read.chosen.items():
        question = bank.questions[question_id]
        choice = question.choice(values[0])
        band = (choice.band if choice else None) or None
        low, mid, high = (band.low, band.mid, band.high) if band else (None, None, None)
        value = ",".join(values)
        chosen.append(
            Chosen(question_id=question_id, version=question.version, value=value, low=low, mid=mid, high=high)
        )
    return Given(
        unit_id=unit_id,
        chosen=chosen,
        written=[_written(*each, bank, language, names) for each in read.written.items()],
    )


def _written(question_id: str, own: str, bank: Bank, language: str, names: Sequence[str]) -> Written:
    masked = masking.mask(own, names=names, language=language)
    return Written(
        question_id=question_id,
        version=bank.questions[question_id].version,
        language=language[:10],
        text=masked.text,
        redactions=dict(masked.redactions),
        suggested=tags.suggest(masked.text, language),
    )
