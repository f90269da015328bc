"""What is asked on a page that somebody reads anyway: at most one form, in at most two queries.

The page waits for it, so it gives up when it becomes slow (:class:`Breaker`).
Nobody is asked about what they wrote or look after themselves, and colleagues
who help others at the desk are not asked about trouble that is not theirs.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.feedback import asking, ordering, sealing
from plugins.feedback.bank import Bank, Question
from plugins.feedback.models import Answer, ChangedTemplate, Invitation, Wording
from plugins.feedback.ordering import Place
from plugins.feedback.surveys import SHIPPED, Survey, survey_with
from plugins.feedback.wordings import bank_with
from portal.accounts.models import Person
from portal.accounts.queries import holder_of_role
from portal.articles.models import Article, Revision, Verdict
from portal.articles.states import Asked as AskedWhat

log = logging.getLogger(__name__)

REST: Final = timedelta(minutes=1)
SLOW_IN_A_ROW: Final = 2
LATELY: Final = timedelta(days=90)
ENOUGH: Final = 200
"""Answers of a metric that are counted at most: where there are that many, none of them is wanted more."""
WORDS_LENGTH: Final = 400

BY_MOMENT: Final[Mapping[str, Survey]] = {
    moment: survey for survey in SHIPPED if not survey.pushed for moment in survey.moments
}


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What to show: the questions in their order, and the token that answers come in with.

    *answered_at* is when they were answered for the first time, if they were.
    """

    survey: Survey
    bank: Bank
    form: Sequence[Place]
    token: str
    answered_at: datetime | None = None

    @property
    def first(self) -> Question:
        """The question that comes first."""
        return self.bank.questions[self.form[0].id]


class Breaker:
    """Lets asking rest for a minute once it was slow twice in a row: no page waits for a question."""

    def __init__(self, patience_ms: float) -> None:
        """Nothing was slow yet; what takes longer than *patience_ms* is."""
        self._patience_ms = patience_ms
        self._slow = 0
        self._until: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether asking rests."""
        return self._until is not None and now < self._until

    def note(self, took_ms: float, now: datetime) -> None:
        """Take down how long asking took."""
        self._slow = self._slow + 1 if took_ms > self._patience_ms else 0
        if self._slow:
            log.warning("asking was slow", extra={"took_ms": round(took_ms), "in_a_row": self._slow})
        if self._slow >= SLOW_IN_A_ROW:
            self._slow, self._until = 0, now + REST


def ask(
    session: Session,
    moment: str,
    about: Mapping[str, Any],
    *,
    person_id: int | None,
    key: bytes,
    nonce: str,
    now: datetime,
) -> Ask | None:
    """What to ask somebody (``None``: a visitor) at a *moment*, or ``None`` for nothing; two queries at most.

    *about* is what the page hands over, *nonce* stands for an occasion that
    has no number of its own, *key* signs the token.
    """
    survey = BY_MOMENT.get(moment)
    asked = _occasion(survey, about, person_id=person_id, key=key, nonce=nonce, now=now) if survey else None
    if survey is None or asked is None:
        return None
    standing = _standing(session, survey, asked)
    survey = survey_with(survey, standing.changed, standing.bank)
    if not survey.in_use() or not survey.question_ids or standing.is_theirs:
        return None
    known = dict(asked.known)
    if standing.invitation is not None:
        return _asked_before(survey, standing, asked, key, now)
    questions = [standing.bank.questions[each] for each in survey.question_ids]
    answered = _answered_lately(session, standing.bank, questions, standing.unit_id, now)
    form = ordering.order(questions, answered, known=known, seed=asked.seed)
    asked = _with(asked, unit_id=standing.unit_id, form=form)
    places = ordering.form(form, limit=survey.most_shown, known=known, given={})
    if not places:
        return None
    return Ask(survey=survey, bank=standing.bank, form=places, token=sealing.sealed(asked, key))


def _occasion(
    survey: Survey, about: Mapping[str, Any], *, person_id: int | None, key: bytes, nonce: str, now: datetime
) -> sealing.Asked | None:
    """What is asked about, as far as the page knows it."""
    verdict: Verdict | None = about.get("verdict")
    article: Article | None = about.get("article")
    if verdict is not None and article is not None:
        if verdict.asked != AskedWhat.FIXED:
            return None
        kind, number, words = "verdict", str(verdict.id), verdict.words
        context: dict[str, Any] = {
            "article_id": article.id,
            "ref": article.ref,
            "revision_id": verdict.revision_id,
            "service_id": article.service_id,
            "known": (("A1", verdict.value),),
        }
    else:
        kind, number, words, context = "search", nonce, str(about.get("words") or "").strip(), {}
        if not words:
            return None
    return sealing.Asked(
        id=sealing.id_of(key, survey.key, kind, number, person_id),
        template=survey.key,
        about=kind,
        about_id=number,
        at=int(now.timestamp()),
        person_id=person_id,
        words=words[:WORDS_LENGTH],
        seed=f"{survey.key}:{number}",
        **context,
    )


@dataclass(frozen=True, kw_only=True)
class _Standing:
    """What one query finds about an occasion; *is_theirs*: they wrote what it is about, or look after it."""

    unit_id: str | None
    is_theirs: bool
    invitation: Invitation | None
    changed: ChangedTemplate | None
    bank: Bank


def _standing(session: Session, survey: Survey, asked: sealing.Asked) -> _Standing:
    one = sa.select(sa.literal(1).label("one")).subquery()
    query = (
        sa.select(Person.unit_id, _is_theirs(asked), Invitation, ChangedTemplate, Wording)
        .select_from(one)
        .outerjoin(Person, Person.id == asked.person_id)
        .outerjoin(Invitation, Invitation.id == asked.id)
        .outerjoin(ChangedTemplate, ChangedTemplate.key == survey.key)
        .outerjoin(Wording, Wording.is_shipped.is_(False))
        .order_by(Wording.version)
    )
    rows = session.execute(query).all()
    unit_id, is_theirs, invitation, changed, _wording = rows[0]
    return _Standing(
        unit_id=unit_id,
        is_theirs=bool(is_theirs),
        invitation=invitation,
        changed=changed,
        bank=bank_with(row[4] for row in rows if row[4] is not None),
    )


def _is_theirs(asked: sealing.Asked) -> sa.ColumnElement[bool]:
    if asked.person_id is None or asked.article_id is None:
        return sa.false()
    wrote = sa.select(Revision.id).where(Revision.id == asked.revision_id, Revision.author_id == asked.person_id)
    holds = sa.select(Article.id).where(
        Article.id == asked.article_id, holder_of_role(Article.owner_role) == asked.person_id
    )
    return sa.or_(wrote.exists(), holds.exists())


def _answered_lately(
    session: Session, bank: Bank, questions: Sequence[Question], unit_id: str | None, now: datetime
) -> dict[str, int]:
    """How often each metric was answered in the unit in the last 90 days; one query, or none with nothing to order."""
    ids: dict[str, list[str]] = {}
    for question in questions:
        if not question.first and question.metric:
            ids[question.metric] = [each.id for each in bank.questions.values() if each.metric == question.metric]
    if sum(not question.first for question in questions) < 2 or not ids:
        return {}
    here = Answer.unit_id.is_(None) if unit_id is None else Answer.unit_id == unit_id
    counts = [
        sa.select(sa.func.count())
        .select_from(
            sa.select(Answer.id)
            .where(here, Answer.question_id.in_(having), Answer.answered_at >= now - LATELY)
            .limit(ENOUGH)
            .subquery()
        )
        .scalar_subquery()
        for having in ids.values()
    ]
    return dict(zip(ids, session.execute(sa.select(*counts)).one(), strict=True))


def _asked_before(survey: Survey, standing: _Standing, asked: sealing.Asked, key: bytes, now: datetime) -> Ask | None:
    """The same occasion once more: it was answered, and may be changed while the day lasts."""
    invitation = standing.invitation
    if invitation is None or invitation.answered_at is None or not asking.may_change(invitation, now):
        return None
    asked = _with(asked, unit_id=invitation.unit_id, form=tuple(invitation.form))
    places = ordering.form(invitation.form, limit=survey.most_shown, known=invitation.known, given={})
    token = sealing.sealed(asked, key)
    return Ask(survey=survey, bank=standing.bank, form=places, token=token, answered_at=invitation.answered_at)


def _with(asked: sealing.Asked, *, unit_id: str | None, form: tuple[str, ...]) -> sealing.Asked:
    return sealing.Asked(**{**vars(asked), "unit_id": unit_id, "form": form})
