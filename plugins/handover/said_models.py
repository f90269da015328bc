"""What people say of a pack: signatures, questions, readings, exceptions, debts, and what the gate says."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from plugins.handover.models import KEY, PARTY, SHORT
from portal.core.db import IntPk, Json, Model

OPEN, ANSWERED, ACCEPTED, NO_LONGER = "open", "answered", "accepted", "no_longer"
ASKED, READ, UNDERSTOOD, HELP_NEEDED, AWAY = "asked", "read", "understood", "help_needed", "away"


class SignOff(Model):
    """A party signed a version: a person of it, or somebody of a supplier by a link (*signed_as*: the name given).

    *asked_again_at*: it stood too long when the pack came back from hold, so it counts no more.
    """

    __tablename__ = "handover_sign_off"

    id: Mapped[IntPk]
    pack_id: Mapped[int] = mapped_column(sa.ForeignKey("handover_pack.id", ondelete="CASCADE"))
    version: Mapped[int]
    party_id: Mapped[str] = mapped_column(PARTY)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    signed_as: Mapped[str] = mapped_column(sa.String(120), default="")
    note: Mapped[str] = mapped_column(SHORT, default="")
    at: Mapped[datetime]
    asked_again_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index(
            "uq_handover_sign_off_stands",
            "pack_id",
            "version",
            "party_id",
            unique=True,
            sqlite_where=sa.text("asked_again_at IS NULL"),
            postgresql_where=sa.text("asked_again_at IS NULL"),
        ),
    )


class SignLink(Model):
    """A link by which a supplier signs once; only a hash of its secret is kept, for seven days."""

    __tablename__ = "handover_sign_link"

    id: Mapped[IntPk]
    pack_id: Mapped[int] = mapped_column(sa.ForeignKey("handover_pack.id", ondelete="CASCADE"), index=True)
    version: Mapped[int]
    party_id: Mapped[str] = mapped_column(PARTY)
    address: Mapped[str] = mapped_column(sa.String(200))
    secret_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    sent_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Question(Model):
    """A question about a pack; a blocking one stands against signing. *is_help*: a reader needs help with it.

    *party_id* is the party for which it was asked, empty where a reader asks for themselves.
    """

    __tablename__ = "handover_question"

    id: Mapped[IntPk]
    pack_id: Mapped[int] = mapped_column(sa.ForeignKey("handover_pack.id", ondelete="CASCADE"))
    version: Mapped[int]
    section: Mapped[str] = mapped_column(KEY, default="")
    party_id: Mapped[str] = mapped_column(PARTY, default="")
    asked_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    asked_as: Mapped[str] = mapped_column(sa.String(120), default="")
    text: Mapped[str] = mapped_column(sa.Text)
    is_blocking: Mapped[bool]
    is_help: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(sa.String(10), default=OPEN)
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(sa.Text, default="")
    answered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    answered_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    changed_pack: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (sa.Index("ix_handover_question_pack_id_state", "pack_id", "state"),)


class Reading(Model):
    """Whether somebody has read a pack and could support it: one row for each who is asked.

    *version* is the one that they last confirmed. How long they read is not
    kept, nor what they answered in the quiz: only when they passed it.
    """

    __tablename__ = "handover_reading"

    pack_id: Mapped[int] = mapped_column(sa.ForeignKey("handover_pack.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    party_id: Mapped[str] = mapped_column(PARTY, default="")
    state: Mapped[str] = mapped_column(sa.String(12), default=ASKED)
    asked_at: Mapped[datetime]
    version: Mapped[int | None]
    confirmed_at: Mapped[datetime | None]
    quiz_passed_at: Mapped[datetime | None]
    reminded: Mapped[int] = mapped_column(default=0)

    __table_args__ = (sa.Index("ix_handover_reading_person_id_state", "person_id", "state"),)


class QuizQuestion(Model):
    """One question of a pack's quiz: *choices* in order, *right* the index of the right one, and why it is."""

    __tablename__ = "handover_quiz_question"

    id: Mapped[IntPk]
    pack_id: Mapped[int] = mapped_column(sa.ForeignKey("handover_pack.id", ondelete="CASCADE"))
    position: Mapped[int]
    text: Mapped[str] = mapped_column(SHORT)
    choices: Mapped[list[str]]
    right: Mapped[int]
    because: Mapped[str] = mapped_column(SHORT)
    written_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)

    __table_args__ = (sa.UniqueConstraint("pack_id", "position"),)


class Vouch(Model):
    """Somebody answers for a condition that the portal cannot look at, or agrees to a clash in their unit.

    *what* is the condition, or ``G12:<unit>:<occurrence>`` for a clash.
    """

    __tablename__ = "handover_vouch"

    pack_id: Mapped[int] = mapped_column(sa.ForeignKey("handover_pack.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    what: Mapped[str] = mapped_column(sa.String(160), primary_key=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    note: Mapped[str] = mapped_column(SHORT)
    at: Mapped[datetime]


class GateRow(Model):
    """What the gate said last of one condition: so the board needs no look of its own, and a turn to red is seen."""

    __tablename__ = "handover_gate"

    pack_id: Mapped[int] = mapped_column(sa.ForeignKey("handover_pack.id", ondelete="CASCADE"), primary_key=True)
    condition: Mapped[str] = mapped_column(sa.String(4), primary_key=True)
    version: Mapped[int]
    colour: Mapped[str] = mapped_column(sa.String(8))
    facts: Mapped[dict[str, Any]] = mapped_column(Json)  # from which the sentence is made, in the reader's language
    since: Mapped[datetime]


class Waiver(Model):
    """An exception: a pack went live though conditions were not met. *accepted_by* carries the *risk*, in words.

    *skipped* names the conditions. *kind* is ``exception`` or ``emergency``.
    """

    __tablename__ = "handover_exception"

    id: Mapped[IntPk]
    pack_id: Mapped[int] = mapped_column(sa.ForeignKey("handover_pack.id", ondelete="CASCADE"), index=True)
    version: Mapped[int]
    kind: Mapped[str] = mapped_column(sa.String(10))
    reason: Mapped[str] = mapped_column(sa.Text)
    risk: Mapped[str] = mapped_column(sa.Text)
    skipped: Mapped[list[str]]
    made_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    accepted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class Debt(Model):
    """What is owed after a pack went live by an exception: *what* is the condition, or ``pack``."""

    __tablename__ = "handover_debt"

    id: Mapped[IntPk]
    exception_id: Mapped[int] = mapped_column(sa.ForeignKey("handover_exception.id", ondelete="CASCADE"), index=True)
    pack_id: Mapped[int] = mapped_column(sa.ForeignKey("handover_pack.id", ondelete="CASCADE"), index=True)
    what: Mapped[str] = mapped_column(sa.String(4))
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    due_on: Mapped[date]
    note: Mapped[str] = mapped_column(SHORT, default="")
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)

    __table_args__ = (sa.Index("ix_handover_debt_settled_at_due_on", "settled_at", "due_on"),)


class ExitTick(Model):
    """The front-line lead says, in a sentence, why one criterion for the end of early life is met."""

    __tablename__ = "handover_exit_tick"

    pack_id: Mapped[int] = mapped_column(sa.ForeignKey("handover_pack.id", ondelete="CASCADE"), primary_key=True)
    criterion: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    is_met: Mapped[bool]
    sentence: Mapped[str] = mapped_column(SHORT)
    by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    at: Mapped[datetime]


class Confidence(Model):
    """How a reader answered whether they could support it tomorrow (question H1): the index of the choice, no text.

    Kept by invitation, so that an answer given again takes the place of the former one; it names nobody.
    """

    __tablename__ = "handover_confidence"

    invitation_id: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    pack_id: Mapped[int] = mapped_column(sa.ForeignKey("handover_pack.id", ondelete="CASCADE"), index=True)
    choice: Mapped[int]
    at: Mapped[datetime]


class LiveDay(Model):
    """A day after go-live that was told, so that each is told once."""

    __tablename__ = "handover_live_day"

    pack_id: Mapped[int] = mapped_column(sa.ForeignKey("handover_pack.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[int] = mapped_column(primary_key=True)
    told_at: Mapped[datetime]


class KeptDraft(Model):
    """A draft that was made of a pack on closing: *what* is ``first_fixes``, or ``known_errors`` with its row."""

    __tablename__ = "handover_kept_draft"

    pack_id: Mapped[int] = mapped_column(sa.ForeignKey("handover_pack.id", ondelete="CASCADE"), primary_key=True)
    what: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    article_ref: Mapped[str] = mapped_column(sa.String(20))
    made_at: Mapped[datetime]
