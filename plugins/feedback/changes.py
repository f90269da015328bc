"""What an administrator changes about questions and templates: words, new questions, and which of them are asked.

Whoever saves says what they saw (:func:`mark`), so that two people at once
lose nothing of each other. A question is looked at by ``linting`` first: what
is badly put is refused, what is doubtful is asked back, and so is a wording
that begins a new series in all charts.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.feedback import linting, surveys, versions, wordings
from plugins.feedback.bank import LANGUAGES, Bank, Question
from plugins.feedback.linting import Problem
from plugins.feedback.models import ChangedTemplate, Wording
from plugins.feedback.surveys import State, Survey
from portal.core.errors import NotFound, Refused
from portal.core.i18n import gettext as _
from portal.core.i18n import language

FIRST_OWN = 101
"""Questions that are added here are numbered from here on, so that those of a later portal never meet them."""
MOST_OF_A_TRIGGER = 30


class Moved(Refused):
    """Somebody else saved something meanwhile."""


class BadlyPut(Refused):
    """The linter stands against it; *problems* says why."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep what was found."""
        super().__init__(_("The question is not well put yet."), hint=_("What to mend stands beside the words."))
        self.problems = tuple(problems)


class Doubtful(Refused):
    """The linter is not sure; whoever looked at it may save all the same. *problems* says what to look at."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep what was found."""
        message = _("Something in it wants a second look.")
        super().__init__(message, hint=_("Say that you looked at it, and save again."), field="looked")
        self.problems = tuple(problems)


class BeginsSeries(Refused):
    """The words are new, so that all charts begin a new series."""


@dataclass(frozen=True)
class Consent:
    """What whoever saves has said yes to."""

    looked: bool = False
    new_series: bool = False


def mark(what: Question | Survey) -> str:
    """A short mark of what somebody sees now; another one as soon as anything of it changes."""
    plain: Any
    if isinstance(what, Question):
        plain = wordings.written(what)
    else:
        plain = [what.key, what.question_ids, what.most_shown, what.state]
    return sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:16]


def question_now(bank: Bank, question_id: str) -> Question:
    """A question of the bank as it is now. Raises ``NotFound`` where there is none."""
    found = bank.questions.get(question_id)
    if found is None:
        raise NotFound(_("There is no such question."), hint=_("Open the list of questions."))
    return found


def languages_of(question: Question) -> tuple[str, ...]:
    """The languages that a question is in or has to be in: ours first, then the others by their codes."""
    said = set(question.text).union(*(choice.text for choice in question.choices))
    return (*LANGUAGES, *sorted(said - set(LANGUAGES)))


def reword(
    session: Session, question: Question, *, seen: str, consent: Consent, by: int | None, now: datetime
) -> Question:
    """Let *question* stand in the bank with its new words and return it with its version.

    Raises:
        NotFound: there is no such question.
        Moved: it is not as it was *seen*.
        BadlyPut, Doubtful, BeginsSeries: see there; the latter two until *consent* says that it is meant.
    """
    _wait_for_others(session, question.id)
    before = question_now(wordings.bank_now(session), question.id)
    if mark(before) != seen:
        raise Moved(
            _("Somebody else changed this question while you wrote."),
            hint=_("What stands there now is shown below. Save again if yours is to follow it."),
        )
    _look_at(question, consent)
    if versions.starts_series(before, question) and not consent.new_series:
        raise BeginsSeries(
            _("This is a new wording: all charts begin a new series with it."),
            hint=_("If only commas or a further language changed, look again. Otherwise say that it is meant."),
            field="new_series",
        )
    if question == before:
        return before
    return wordings.put(session, question, by=by, now=now)


def add(session: Session, question: Question, *, consent: Consent, by: int | None, now: datetime) -> Question:
    """Add a question to a trigger and return it with its id; its template may ask it from now on.

    Raises:
        Refused: the trigger has as many as one can look after.
        BadlyPut, Doubtful: as for :func:`reword`.
    """
    _wait_for_others(session, _anchor_of(question.trigger))
    bank = wordings.bank_now(session)
    survey = survey_of(session, bank, question.trigger)
    if len(bank.of(question.trigger)) >= MOST_OF_A_TRIGGER:
        raise Refused(
            _("There are %(count)s questions for this occasion already.", count=MOST_OF_A_TRIGGER),
            hint=_("Word one of them anew instead."),
        )
    _look_at(question, consent)
    made = wordings.put(session, replace(question, id=_next_id(bank, question.trigger), version=1), by=by, now=now)
    _keep(session, replace(survey, question_ids=(*survey.question_ids, made.id)), by=by, now=now, only_if_kept=True)
    return made


def survey_of(session: Session, bank: Bank, trigger: str) -> Survey:
    """The template that asks the questions of *trigger*."""
    found = [survey for survey in surveys.surveys_now(session, bank).values() if survey.trigger == trigger]
    if not found:
        raise NotFound(_("There is no such occasion."), hint=_("Open the list of questions."))
    return found[0]


def choose(
    session: Session,
    key: str,
    *,
    question_ids: Collection[str],
    most_shown: int,
    state: str,
    seen: str,
    by: int | None,
    now: datetime,
) -> Survey:
    """Say which questions a template asks, how many at most, and whether it is in use; return it as it is then.

    Raises:
        NotFound: there is no such template.
        Moved: it is not as it was *seen*.
        Refused: a question of another occasion, none, not the first one, too many at once, or an unknown state.
    """
    _wait_for_template(session, key)
    bank = wordings.bank_now(session)
    before = surveys.survey_now(session, bank, key)
    _as_seen(before, seen)
    possible = {question.id: question for question in bank.to_ask(before.trigger)}
    if not set(question_ids) or not set(question_ids) <= possible.keys():
        raise Refused(_("A template asks at least one question of its occasion."), field="questions")
    left = [each.said(language()) for each in possible.values() if each.first and each.id not in question_ids]
    if left:
        raise Refused(
            _("“%(question)s” begins the form and cannot be left out.", question=left[0]),
            hint=_("Take the whole template out of use instead."),
            field="questions",
        )
    limit = bank.limits[before.trigger]
    if not 1 <= most_shown <= limit:
        raise Refused(
            _("At most %(limit)s questions are asked at once on this occasion.", limit=limit), field="most_shown"
        )
    if state not in set(State):
        raise Refused(_("Say whether the template is in use."), field="state")
    ids = tuple(each for each in possible if each in question_ids)
    changed = replace(before, question_ids=ids, most_shown=most_shown, state=State(state))
    if changed != before:
        _keep(session, changed, by=by, now=now)
    return changed


def use(session: Session, question_id: str, *, on: bool, seen: str, by: int | None, now: datetime) -> None:
    """Ask a question from now on, or no longer; *seen* is the mark of its template.

    Raises:
        NotFound, Moved, Refused: as for :func:`choose`; also for a question that is asked on no form.
    """
    bank = wordings.bank_now(session)
    question = question_now(bank, question_id)
    survey = survey_of(session, bank, question.trigger)
    if question.aside:
        raise Refused(_("This question is asked on a page of its own, not on a form."))
    ids = {*survey.question_ids, question_id} if on else {*survey.question_ids} - {question_id}
    choose(
        session, survey.key, question_ids=ids, most_shown=survey.most_shown, state=survey.state, seen=seen, by=by,
        now=now,
    )  # fmt: skip


def reset(session: Session, key: str, *, seen: str) -> Survey:
    """Let a template be as it came with the portal, with all questions of its occasion. Raises ``Moved``."""
    _wait_for_template(session, key)
    bank = wordings.bank_now(session)
    _as_seen(surveys.survey_now(session, bank, key), seen)
    session.execute(sa.delete(ChangedTemplate).where(ChangedTemplate.key == key))
    return surveys.survey_now(session, bank, key)


def faults(bank: Bank) -> list[tuple[str, Problem]]:
    """What the linter finds in a whole bank, with the id of each question."""
    return [
        (question.id, problem)
        for question in bank.questions.values()
        for problem in linting.check(question, languages_of(question))
    ]


def _wait_for_others(session: Session, question_id: str) -> None:
    """Let nobody else change a question until this is through, so that what was *seen* still holds when it is saved.

    Each question has its shipped words as a row, which is held. A template
    may have none yet: it is held by the question that begins its form.
    """
    session.execute(sa.select(Wording.id).where(Wording.question_id == question_id).with_for_update())


def _wait_for_template(session: Session, key: str) -> None:
    trigger = next((survey.trigger for survey in surveys.SHIPPED if survey.key == key), "")
    _wait_for_others(session, _anchor_of(trigger))


def _anchor_of(trigger: str) -> str:
    bank = wordings.shipped()
    return bank.anchor(trigger).id if bank.of(trigger) else ""


def _look_at(question: Question, consent: Consent) -> None:
    found = linting.check(question, languages_of(question))
    if any(problem.is_error for problem in found):
        raise BadlyPut(found)
    if found and not consent.looked:
        raise Doubtful(found)


def _as_seen(survey: Survey, seen: str) -> None:
    if mark(survey) != seen:
        raise Moved(
            _("Somebody else changed this template meanwhile."),
            hint=_("What you chose is still there. Look at what stands there now, and save again."),
        )


def _next_id(bank: Bank, trigger: str) -> str:
    letters = bank.anchor(trigger).id.rstrip("0123456789")
    taken = {each for each in bank.questions if each.rstrip("0123456789") == letters}
    number = FIRST_OWN
    while f"{letters}{number}" in taken:
        number += 1
    return f"{letters}{number}"


def _keep(session: Session, survey: Survey, *, by: int | None, now: datetime, only_if_kept: bool = False) -> None:
    """Write what is different from the shipped template; as shipped, it asks new questions by itself."""
    row = session.get(ChangedTemplate, survey.key)
    if row is None:
        if only_if_kept:
            return
        row = ChangedTemplate(key=survey.key)
        session.add(row)
    row.state, row.question_ids, row.most_shown = survey.state, list(survey.question_ids), survey.most_shown
    row.changed_at, row.changed_by = now, by
    session.flush()
