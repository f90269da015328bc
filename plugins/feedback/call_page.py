"""What the pages of call-backs show, and to whom.

A confidential answer is shown with its name to whoever calls, and to nobody
else; of an answer by name those who follow up see both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.feedback import callbacks, scope, wordings
from plugins.feedback.callback_rules import WAITING
from plugins.feedback.loop_models import Callback
from plugins.feedback.models import Answer, Invitation, Verbatim
from plugins.feedback.surveys import SHIPPED, Mode
from portal.accounts.models import Person
from portal.accounts.rights import Rights
from portal.articles import queries
from portal.articles.models import Article

PER_PAGE: Final = 30
MOST_ANSWERS: Final = 60


@dataclass(frozen=True, kw_only=True)
class Row:
    """One call-back of the list, with the name of whoever calls, and what it is about."""

    callback: Callback
    caller: str
    title: str


@dataclass(frozen=True, kw_only=True)
class Said:
    """One question and what was answered, in words; *is_own* words are the person's, masked."""

    asked: str
    said: str
    language: str = ""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What one call-back is about. *person* is ``None`` where the viewer may not see who it is, *said* then empty."""

    occasion: Any
    answered_at: datetime | None
    caller: str
    person: Person | None = None
    article: Article | None = None
    said: Sequence[Said] = field(default_factory=list)


def page_of(
    session: Session, rights: Rights, *, over: bool, page: int = 1, per_page: int = PER_PAGE
) -> tuple[list[Row], int]:
    """One page of call-backs, what is due first (or, of those that are over, the last), and how many pages."""
    waits = Callback.state.in_(sorted(WAITING))
    where = sa.and_(callbacks.for_rights(rights), ~waits if over else waits)
    total = session.scalar(sa.select(sa.func.count(Callback.id)).where(where)) or 0
    order = Callback.closed_at.desc() if over else Callback.due_at.asc()
    title = sa.case((queries.openable(rights), Article.title), else_="")
    query = (
        sa.select(Callback, sa.func.coalesce(Person.name, ""), Invitation.template, title)
        .join(Invitation, Invitation.id == Callback.invitation_id)
        .outerjoin(Person, Person.id == Callback.owner_id)
        .outerjoin(Article, Article.id == Invitation.article_id)
        .where(where)
        .order_by(order, Callback.id)
    )
    rows = session.execute(query.offset((page - 1) * per_page).limit(per_page))
    found = [
        Row(callback=callback, caller=caller, title=about or str(_occasion(template)))
        for callback, caller, template, about in rows
    ]
    return found, max(-(-total // per_page), 1)


def facts(session: Session, callback: Callback, rights: Rights, *, language: str) -> Facts:
    """What a call-back is about, as far as *rights* may see it."""
    invitation = session.get_one(Invitation, callback.invitation_id)
    by_name = invitation.mode == Mode.NAMED and rights.may(scope.CARE)
    sees = callback.owner_id == rights.person_id or by_name
    article = None
    if invitation.article_id is not None:
        opens = sa.select(Article).where(Article.id == invitation.article_id, queries.openable(rights))
        article = session.scalar(opens)
    caller = session.get(Person, callback.owner_id) if callback.owner_id is not None else None
    return Facts(
        occasion=_occasion(invitation.template),
        answered_at=invitation.answered_at,
        caller=caller.name if caller else "",
        person=session.get(Person, callback.person_id) if sees and callback.person_id is not None else None,
        article=article,
        said=_said(session, invitation, language) if sees else [],
    )


def _occasion(template: str) -> Any:
    return next((survey.title for survey in SHIPPED if survey.key == template), template)


def _said(session: Session, invitation: Invitation, language: str) -> list[Said]:
    bank = wordings.bank_now(session).questions
    found = []
    answers = sa.select(Answer).where(Answer.invitation_id == invitation.id).order_by(Answer.id).limit(MOST_ANSWERS)
    for answer in session.scalars(answers):
        question = bank.get(answer.question_id)
        chosen = [question.choice(value) for value in answer.value.split(",")] if question else []
        words = ", ".join(choice.said(language) for choice in chosen if choice is not None)
        if question is not None and words:
            found.append(Said(asked=question.said(language), said=words))
    texts = sa.select(Verbatim).where(Verbatim.invitation_id == invitation.id).order_by(Verbatim.question_id)
    for text in session.scalars(texts.limit(MOST_ANSWERS)):
        question = bank.get(text.question_id)
        asked = question.said(language) if question is not None else ""
        found.append(Said(asked=asked, said=text.text, language=text.language))
    return found
