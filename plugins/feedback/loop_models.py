"""What is done about answers: somebody is called back, something is improved, and those who said it are told."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from plugins.feedback.models import ID, QUESTION
from portal.core.db import IntPk, Model


class Callback(Model):
    """Somebody is to be called back about what they answered, by *due_at*.

    *token* lets the person say afterwards whether it is settled; *settled* is
    that answer (``yes``, ``partly``, ``no``), or empty. *kept_at* is when it
    was settled or tried twice for the first time: in time is what was kept by
    *due_at*.
    """

    __tablename__ = "feedback_callback"

    id: Mapped[IntPk]
    invitation_id: Mapped[str] = mapped_column(sa.ForeignKey("feedback_invitation.id", ondelete="CASCADE"))
    question_id: Mapped[str] = mapped_column(QUESTION)  # the answer that asks for it
    verbatim_id: Mapped[str | None] = mapped_column(
        sa.ForeignKey("feedback_verbatim.id", ondelete="SET NULL"), index=True
    )
    reason: Mapped[str] = mapped_column(sa.String(20))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    state: Mapped[str] = mapped_column(sa.String(12), index=True)
    tries: Mapped[int] = mapped_column(default=0)
    outcome: Mapped[str] = mapped_column(sa.Text, default="")
    settled: Mapped[str] = mapped_column(sa.String(8), default="")
    token: Mapped[str] = mapped_column(ID, unique=True)
    opened_at: Mapped[datetime]
    opened_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    due_at: Mapped[datetime] = mapped_column(index=True)
    last_try_at: Mapped[datetime | None]
    kept_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    __table_args__ = (sa.UniqueConstraint("invitation_id", "question_id"),)


class Improvement(Model):
    """Something that is to get better because of what people answered.

    *said* is what we were told, *done* what we did about it, both in the words
    of whoever writes them for everybody. *is_public* puts it on the front page
    once it is delivered.
    """

    __tablename__ = "feedback_improvement"

    id: Mapped[IntPk]
    title: Mapped[str] = mapped_column(sa.String(120))
    said: Mapped[str] = mapped_column(sa.Text)
    done: Mapped[str] = mapped_column(sa.Text, default="")
    effect: Mapped[str] = mapped_column(sa.Text, default="")  # that is wanted
    state: Mapped[str] = mapped_column(sa.String(10), index=True)
    declined_because: Mapped[str] = mapped_column(sa.Text, default="")
    proposer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    service_id: Mapped[str | None] = mapped_column(sa.ForeignKey("service.id"), index=True)
    article_id: Mapped[int | None] = mapped_column(sa.ForeignKey("article.id", ondelete="SET NULL"), index=True)
    useful_until: Mapped[date | None]
    is_public: Mapped[bool] = mapped_column(default=True)
    saves: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None] = mapped_column(index=True)
    told_at: Mapped[datetime | None]


class ImprovementSource(Model):
    """Where an improvement comes from: an answer, words, or a whole round. Those who gave them are told."""

    __tablename__ = "feedback_improvement_source"

    id: Mapped[IntPk]
    improvement_id: Mapped[int] = mapped_column(sa.ForeignKey("feedback_improvement.id", ondelete="CASCADE"))
    invitation_id: Mapped[str | None] = mapped_column(
        sa.ForeignKey("feedback_invitation.id", ondelete="CASCADE"), index=True
    )
    verbatim_id: Mapped[str | None] = mapped_column(
        sa.ForeignKey("feedback_verbatim.id", ondelete="CASCADE"), index=True
    )
    round_id: Mapped[int | None] = mapped_column(sa.ForeignKey("feedback_round.id", ondelete="CASCADE"), index=True)
    confirmed: Mapped[str] = mapped_column(sa.String(8), default="")  # what the source said about it, once told

    __table_args__ = (sa.UniqueConstraint("improvement_id", "invitation_id", "verbatim_id", "round_id"),)
