"""What somebody answered by name or in confidence, for their own eyes: with their own words, as they typed them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.feedback import asking
from plugins.feedback.bank import Question
from plugins.feedback.models import Answer, Invitation, Verbatim, Wording
from plugins.feedback.surveys import SHIPPED, WHO_SEES, Mode
from plugins.feedback.wordings import bank_now, read
from portal.accounts.rights import Rights
from portal.articles.models import Article
from portal.articles.queries import openable

PER_PAGE: Final = 20

_TITLES: Final = {survey.key: survey.title for survey in SHIPPED}


@dataclass(frozen=True, kw_only=True)
class Line:
    """One question and what was answered: words of the choice, or their own. *question* is ``None`` if unknown now."""

    question: Question | None
    values: tuple[str, ...] = ()
    own: str = ""
    language: str = ""

    def said(self, language: str) -> list[str]:
        """The answers in the words that were read; those of which nobody knows the words any more are left out."""
        choices = [self.question.choice(value) for value in self.values] if self.question else []
        return [choice.said(language) for choice in choices if choice is not None]


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """One form that somebody answered. *article* only where they may read it now."""

    at: datetime
    title: Any
    who_sees: Any
    article: Article | None
    lines: Sequence[Line]


def page_of(session: Session, rights: Rights, *, page: int, per_page: int = PER_PAGE) -> tuple[list[Occasion], int]:
    """One page of what the holder of *rights* answered, the newest first, and how many pages there are; 7 queries."""
    theirs = sa.and_(Invitation.person_id == rights.person_id, Invitation.state.in_([asking.ANSWERED, asking.PARTLY]))
    total = session.scalar(sa.select(sa.func.count(Invitation.id)).where(theirs)) or 0
    newest = sa.select(Invitation).where(theirs).order_by(Invitation.answered_at.desc(), Invitation.id)
    found = session.scalars(newest.offset((page - 1) * per_page).limit(per_page)).all()
    ids = [each.id for each in found]
    answers = session.scalars(sa.select(Answer).where(Answer.invitation_id.in_(ids))).all()
    words = session.scalars(sa.select(Verbatim).where(Verbatim.invitation_id.in_(ids))).all()
    questions = _questions(session, [*answers, *words])
    lines: dict[tuple[str, str], Line] = {}
    for answer in answers:
        one = questions.get((answer.question_id, answer.version))
        lines[answer.invitation_id, answer.question_id] = Line(question=one, values=tuple(answer.value.split(",")))
    for word in words:
        one = questions.get((word.question_id, word.version))
        own = word.own_text or word.text
        lines[word.invitation_id or "", word.question_id] = Line(question=one, own=own, language=word.language)
    articles = _articles(session, rights, found)
    occasions = [
        Occasion(
            at=each.answered_at or each.created_at,
            title=_TITLES.get(each.template, each.template),
            who_sees=WHO_SEES[Mode(each.mode)],
            article=articles.get(each.article_id or 0),
            lines=[lines[each.id, question] for question in each.form if (each.id, question) in lines],
        )
        for each in found
    ]
    return occasions, max(-(-total // per_page), 1)


def _questions(session: Session, rows: Iterable[Answer | Verbatim]) -> dict[tuple[str, int], Question]:
    """Questions in the words that were read, by id and version."""
    wanted = {(row.question_id, row.version) for row in rows}
    now = {(each.id, each.version): each for each in bank_now(session).questions.values()}
    older = sorted(question for question, _version in wanted - now.keys())
    kept = session.scalars(sa.select(Wording).where(Wording.question_id.in_(older))).all() if older else []
    return {**{(row.question_id, row.version): read(row.content) for row in kept}, **now}


def _articles(session: Session, rights: Rights, found: Sequence[Invitation]) -> dict[int, Article]:
    ids = {each.article_id for each in found if each.article_id is not None}
    query = sa.select(Article).where(Article.id.in_(sorted(ids)), openable(rights))
    return {article.id: article for article in session.scalars(query)} if ids else {}
