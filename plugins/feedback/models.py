"""What is asked, of whom, and what was said: wordings, templates, invitations, answers, words.

Answers of anonymous rounds are not here: they stand in ``round_models.py``,
without a person, a time or an order.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import IntPk, Json, Model

ID = sa.String(43)
"""Ids that nobody can guess: 32 bytes of chance, written for an address."""
QUESTION = sa.String(8)
TEMPLATE = sa.String(20)
WORDS = 4000
"""Characters that a free text may have after masking; what may be typed is less."""


class Wording(Model):
    """One version of a question, as people read it. The newest of an id is in effect, before the file that was shipped.

    *content* is the question as ``wordings.written`` makes it; *is_shipped*
    says that it came with the portal, and was not changed here.
    """

    __tablename__ = "feedback_wording"

    id: Mapped[IntPk]
    question_id: Mapped[str] = mapped_column(QUESTION)
    version: Mapped[int]
    content: Mapped[dict[str, Any]]
    is_shipped: Mapped[bool]
    made_at: Mapped[datetime]
    made_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)

    __table_args__ = (sa.UniqueConstraint("question_id", "version"),)


class ChangedTemplate(Model):
    """What an administrator changed about a survey template; what is not here is as it was shipped."""

    __tablename__ = "feedback_template"

    key: Mapped[str] = mapped_column(TEMPLATE, primary_key=True)
    state: Mapped[str] = mapped_column(sa.String(10))
    question_ids: Mapped[list[str]]
    most_shown: Mapped[int]
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)


class Invitation(Model):
    """Somebody is asked something, once. Its *id* is the token that answers come in with.

    *about* and *about_id* say what it is about (``article`` and its ref,
    ``request`` and a number); the columns of article, revision, service and
    unit are its context, for figures. *form* holds the questions in their
    order, *known* what was known without asking, *seed* decides ties. The
    person is ``None`` for visitors, and once the link was cut. That of an
    anonymous round says that somebody was asked, and nothing about an answer.
    """

    __tablename__ = "feedback_invitation"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    template: Mapped[str] = mapped_column(TEMPLATE, index=True)
    mode: Mapped[str] = mapped_column(sa.String(12))
    channel: Mapped[str] = mapped_column(sa.String(8))
    state: Mapped[str] = mapped_column(sa.String(12))
    reason: Mapped[str] = mapped_column(sa.String(20), default="")
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    round_id: Mapped[int | None] = mapped_column(sa.ForeignKey("feedback_round.id"), index=True)
    about: Mapped[str] = mapped_column(sa.String(20))
    about_id: Mapped[str] = mapped_column(sa.String(80))
    article_id: Mapped[int | None] = mapped_column(sa.ForeignKey("article.id", ondelete="SET NULL"))
    revision_id: Mapped[int | None] = mapped_column(sa.ForeignKey("revision.id", ondelete="SET NULL"), index=True)
    service_id: Mapped[str | None] = mapped_column(sa.ForeignKey("service.id"), index=True)
    unit_id: Mapped[str | None] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    words: Mapped[str | None] = mapped_column(sa.String(400))  # what they had searched
    form: Mapped[list[str]]
    known: Mapped[dict[str, Any]]
    seed: Mapped[str] = mapped_column(sa.String(80))
    share: Mapped[float | None]  # of such occasions that are asked about, where lots are drawn
    created_at: Mapped[datetime]
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    sent_at: Mapped[datetime | None]
    reminder_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]  # for the first time

    __table_args__ = (
        sa.UniqueConstraint("template", "about", "about_id", "person_id"),
        sa.Index("ix_feedback_invitation_open", "state", "due_at"),
        sa.Index("ix_feedback_invitation_article", "article_id", "template", "answered_at"),
        sa.Index("ix_feedback_invitation_created", "channel", "created_at"),
    )


class Answer(Model):
    """One answer to one question, by name or confidential; *value* as the bank stores it, several joined by commas.

    *low*, *mid* and *high* are the range that a band stood for when it was
    given. The context is that of its invitation, once more, so that a figure
    is one look at one table.
    """

    __tablename__ = "feedback_answer"

    id: Mapped[IntPk]
    invitation_id: Mapped[str] = mapped_column(sa.ForeignKey("feedback_invitation.id", ondelete="CASCADE"), index=True)
    question_id: Mapped[str] = mapped_column(QUESTION)
    version: Mapped[int]
    value: Mapped[str] = mapped_column(sa.String(80))
    low: Mapped[int | None]
    mid: Mapped[int | None]
    high: Mapped[int | None]
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    article_id: Mapped[int | None] = mapped_column(sa.ForeignKey("article.id", ondelete="SET NULL"))
    revision_id: Mapped[int | None] = mapped_column(sa.ForeignKey("revision.id", ondelete="SET NULL"), index=True)
    service_id: Mapped[str | None] = mapped_column(sa.ForeignKey("service.id"))
    unit_id: Mapped[str | None] = mapped_column(sa.ForeignKey("unit.id"))
    answered_at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("invitation_id", "question_id"),
        sa.Index("ix_feedback_answer_lately", "answered_at"),
        sa.Index("ix_feedback_answer_article", "article_id", "question_id", "answered_at"),
        sa.Index("ix_feedback_answer_service", "service_id", "question_id", "answered_at"),
        sa.Index("ix_feedback_answer_unit", "unit_id", "question_id", "answered_at"),
    )


class Verbatim(Model):
    """What somebody wrote in their own words; *text* is masked, and is what anybody else ever reads.

    *own_text* is what they typed: for themselves alone, gone with the link to
    the person, and never there in an anonymous round, whose words have no
    invitation, no time and no order either. *tags* were confirmed by a person,
    *suggested* came from words in it. *sentiment* is set by people only.
    """

    __tablename__ = "feedback_verbatim"
    __table_args__ = ({"sqlite_with_rowid": False},)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    question_id: Mapped[str] = mapped_column(QUESTION)
    version: Mapped[int]
    invitation_id: Mapped[str | None] = mapped_column(
        sa.ForeignKey("feedback_invitation.id", ondelete="CASCADE"), index=True
    )
    round_id: Mapped[int | None] = mapped_column(sa.ForeignKey("feedback_round.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    article_id: Mapped[int | None] = mapped_column(sa.ForeignKey("article.id", ondelete="SET NULL"), index=True)
    revision_id: Mapped[int | None] = mapped_column(sa.ForeignKey("revision.id", ondelete="SET NULL"), index=True)
    service_id: Mapped[str | None] = mapped_column(sa.ForeignKey("service.id"), index=True)
    unit_id: Mapped[str | None] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    language: Mapped[str] = mapped_column(sa.String(10))
    text: Mapped[str] = mapped_column(sa.Text)
    own_text: Mapped[str | None] = mapped_column(sa.Text)
    redactions: Mapped[dict[str, Any]]
    suggested: Mapped[list[str]]
    tags: Mapped[list[str]]
    state: Mapped[str] = mapped_column(sa.String(10), default="new")
    sentiment: Mapped[str] = mapped_column(sa.String(10), default="")
    tagged_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    tagged_at: Mapped[datetime | None]
    written_on: Mapped[date | None]


class Season(Model):
    """The secret of a half-year from which lots are drawn; whoever handles requests never gets to see it."""

    __tablename__ = "feedback_season"

    name: Mapped[str] = mapped_column(sa.String(12), primary_key=True)
    secret: Mapped[bytes]


class Closures(Model):
    """How many requests of a unit were closed in the week that began on *monday*; an empty unit stands for none."""

    __tablename__ = "feedback_closures"

    unit_id: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    monday: Mapped[date] = mapped_column(primary_key=True)
    closed: Mapped[int]


class Outage(Model):
    """A large outage in a unit, as far as it keeps questions away; *ended_at* is ``None`` while it lasts."""

    __tablename__ = "feedback_outage"

    id: Mapped[IntPk]
    outage_id: Mapped[str] = mapped_column(sa.String(40))
    unit_id: Mapped[str] = mapped_column(sa.ForeignKey("unit.id", ondelete="CASCADE"), index=True)
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (sa.UniqueConstraint("outage_id", "unit_id"),)


class Snapshot(Model):
    """The figures of one unit or service as they stood on a Monday morning; shown for a week, whatever comes in."""

    __tablename__ = "feedback_snapshot"

    id: Mapped[IntPk]
    monday: Mapped[date]
    scope: Mapped[str] = mapped_column(sa.String(8))
    scope_id: Mapped[str] = mapped_column(sa.String(60))
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    made_at: Mapped[datetime]

    __table_args__ = (sa.UniqueConstraint("scope", "scope_id", "monday"),)
