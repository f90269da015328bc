"""What somebody was asked and answered, as rows, for tests of what is done about it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from plugins.feedback import tokens
from plugins.feedback.models import Answer, Invitation, Verbatim
from portal.accounts.models import Person
from portal.accounts.rights import Rights, rights_of
from portal.articles.models import Article
from portal.testing import NOON


def invited(
    session: Session,
    person: Person | None,
    *,
    template: str = "N",
    article: Article | None = None,
    answers: dict[str, str] | None = None,
    at: datetime = NOON,
    **values: Any,
) -> Invitation:
    """Somebody who was asked, and what they answered at *at*."""
    made = Invitation(
        id=tokens.new_token(),
        template=template,
        mode="named" if template == "R" else "confidential",
        channel="inline",
        state="answered",
        person_id=person.id if person else None,
        about="verdict" if article else "request",
        about_id=tokens.new_token(),
        article_id=article.id if article else None,
        revision_id=article.live_revision_id if article else None,
        form=sorted(answers or {}),
        known={},
        seed="seed",
        created_at=at,
        answered_at=at,
        **values,
    )
    session.add(made)
    session.flush()
    for question_id, value in (answers or {}).items():
        session.add(
            Answer(
                invitation_id=made.id, question_id=question_id, version=1, value=value, person_id=made.person_id,
                article_id=made.article_id, revision_id=made.revision_id, answered_at=at,
            )
        )  # fmt: skip
    session.flush()
    return made


def wrote(
    session: Session, invitation: Invitation | None, text: str, *, question_id: str = "N4", **values: Any
) -> Verbatim:
    """Words that somebody wrote when they were asked; without *invitation* those of an anonymous round."""
    made = Verbatim(
        id=tokens.new_token(),
        question_id=question_id,
        version=1,
        invitation_id=invitation.id if invitation else None,
        person_id=invitation.person_id if invitation else None,
        article_id=invitation.article_id if invitation else None,
        revision_id=invitation.revision_id if invitation else None,
        language="en",
        text=text,
        own_text=text if invitation else None,
        redactions={},
        **({"suggested": [], "tags": [], "state": "new", "sentiment": ""} | values),
        written_on=invitation.answered_at.date() if invitation and invitation.answered_at else None,
    )
    session.add(made)
    session.flush()
    return made


def rights(session: Session, person: Person) -> Rights:
    """What *person* may read and do."""
    return rights_of(session, session.get_one(Person, person.id))
