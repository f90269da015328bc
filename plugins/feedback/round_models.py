"""A round of questions to many people at once, and what an anonymous one may keep.

Nothing here has a time finer than its round, and nothing stands in the order
in which it came: ids are chance, and the tables have no row numbers.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from plugins.feedback.models import ID, QUESTION, TEMPLATE
from portal.core.db import IntPk, Model


class Round(Model):
    """One round of a template, from invitation to what was done about it.

    *secret* makes the tokens of its people; it goes when the round closes.
    *answered* is counted then, and not before. *override* is the reason of an
    administrator for asking again although nothing was done about the last one.
    """

    __tablename__ = "feedback_round"

    id: Mapped[IntPk]
    template: Mapped[str] = mapped_column(TEMPLATE, index=True)
    state: Mapped[str] = mapped_column(sa.String(10))
    secret: Mapped[bytes | None]
    form: Mapped[list[str]]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    invited: Mapped[int] = mapped_column(default=0)
    answered: Mapped[int | None]
    override: Mapped[str] = mapped_column(sa.Text, default="")
    made_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    made_at: Mapped[datetime]


class Invited(Model):
    """Who is asked in a round, and the unit that an answer may carry; the rows go when it closes.

    *unit_id* is their unit if ten or more were invited there, otherwise the
    nearest one above it of which that is true.
    """

    __tablename__ = "feedback_invited"

    round_id: Mapped[int] = mapped_column(sa.ForeignKey("feedback_round.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True, index=True)
    unit_id: Mapped[str | None] = mapped_column(sa.ForeignKey("unit.id"), index=True)


class RoundUnit(Model):
    """How many were invited in a unit that answers of a round may carry, for the response rate."""

    __tablename__ = "feedback_round_unit"

    round_id: Mapped[int] = mapped_column(sa.ForeignKey("feedback_round.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[str] = mapped_column(sa.ForeignKey("unit.id"), primary_key=True, index=True)
    invited: Mapped[int]


class UsedToken(Model):
    """That a token of a round was used: the mark alone, which says nothing without the secret. Goes when it closes."""

    __tablename__ = "feedback_used_token"
    __table_args__ = ({"sqlite_with_rowid": False},)

    mark: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("feedback_round.id", ondelete="CASCADE"), index=True)


class Sealed(Model):
    """The answers of one person, encrypted and all of one length, until enough of them can be mixed."""

    __tablename__ = "feedback_sealed"
    __table_args__ = ({"sqlite_with_rowid": False},)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("feedback_round.id", ondelete="CASCADE"), index=True)
    box: Mapped[bytes]


class NamelessAnswer(Model):
    """One answer of an anonymous round. Nothing ties it to another answer of the same person."""

    __tablename__ = "feedback_nameless_answer"
    __table_args__ = (
        sa.Index("ix_feedback_nameless_answer_unit", "unit_id", "question_id"),
        {"sqlite_with_rowid": False},
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("feedback_round.id", ondelete="CASCADE"), index=True)
    unit_id: Mapped[str | None] = mapped_column(sa.ForeignKey("unit.id"))
    question_id: Mapped[str] = mapped_column(QUESTION)
    version: Mapped[int]
    value: Mapped[str] = mapped_column(sa.String(80))
    low: Mapped[int | None]
    mid: Mapped[int | None]
    high: Mapped[int | None]
