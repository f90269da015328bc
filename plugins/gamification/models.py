"""The log of contributions, what people earned by it, and what they chose about that.

The log is the only truth: rows of ``gamification_event`` are added and never
changed (but names go when somebody is erased), and the awards are worked out
from it anew at any time. What must outlive that, such as which award was told
already, stands in tables of its own.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import IntPk, Json, Model

BADGE = sa.String(60)
KIND = sa.String(40)
SUBJECT = sa.String(40)
DEDUPE = sa.String(200)
LONGEST_REASON = 1000


class Contribution(Model):
    """Something that helped, derived from what another room told; one row for each person whom it credits.

    *kind* is one of ``kinds.KINDS``. *actor_id* did what proves the value
    (empty: the system), *credit_id* is credited. Unit, role and team are as
    they were at *occurred_at*, and so is what *attrs* holds. *dedupe_key* makes
    writing it twice harmless. A row of the kind ``event.retracted`` takes
    another back: *retracts* is the dedupe key of that one, which may come
    later, *retract_mode* is ``void`` or ``withdraw``, and *reason* says why.
    """

    __tablename__ = "gamification_event"

    id: Mapped[IntPk]
    kind: Mapped[str] = mapped_column(KIND)
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    credit_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    subject_type: Mapped[str] = mapped_column(sa.String(20))
    subject_id: Mapped[str] = mapped_column(SUBJECT)
    actor_unit_id: Mapped[str | None] = mapped_column(sa.String(60))  # without a foreign key: a unit may go, facts stay
    credit_role: Mapped[str] = mapped_column(sa.String(20))
    credit_team_id: Mapped[str | None] = mapped_column(sa.String(60))
    attrs: Mapped[dict[str, Any]] = mapped_column(Json)
    dedupe_key: Mapped[str] = mapped_column(DEDUPE, unique=True)
    retracts: Mapped[str | None] = mapped_column(DEDUPE, index=True)
    retract_mode: Mapped[str] = mapped_column(sa.String(8), default="")
    reason: Mapped[str] = mapped_column(sa.String(LONGEST_REASON), default="")
    source: Mapped[str] = mapped_column(sa.String(20))  # the room or plugin that told it; ``import`` for history

    __table_args__ = (
        sa.Index("ix_gamification_event_credit", "credit_id", "kind", "occurred_at"),
        sa.Index("ix_gamification_event_pair", "actor_id", "credit_id", "kind", "occurred_at"),
        sa.Index("ix_gamification_event_subject", "subject_type", "subject_id", "kind"),
    )


class Waiting(Model):
    """A fact that counts only when some time has passed: looked at again at *due_at*; *actor_id* proves its value."""

    __tablename__ = "gamification_waiting"

    id: Mapped[IntPk]
    kind: Mapped[str] = mapped_column(KIND)
    key: Mapped[str] = mapped_column(DEDUPE, unique=True)
    subject_id: Mapped[str] = mapped_column(SUBJECT)
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    since: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(index=True)
    settled_at: Mapped[datetime | None] = mapped_column(index=True)

    __table_args__ = (sa.Index("ix_gamification_waiting_subject", "kind", "subject_id"),)


class Edit(Model):
    """What one text changed in the one before, worked out once: who is credited for an article rests on it.

    *is_substantive*: at least 25 changed words, or another step, symptom, environment or decision. The first text of
    an article is substantive.
    """

    __tablename__ = "gamification_edit"

    revision_id: Mapped[int] = mapped_column(sa.ForeignKey("revision.id", ondelete="CASCADE"), primary_key=True)
    article_id: Mapped[int] = mapped_column(sa.ForeignKey("article.id", ondelete="CASCADE"))
    editor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    live_at: Mapped[datetime]
    words: Mapped[int]
    is_first: Mapped[bool]
    is_substantive: Mapped[bool]

    __table_args__ = (sa.Index("ix_gamification_edit_article", "article_id", "live_at"),)


class BadgeVersion(Model):
    """One badge as it was defined from *active_from* on; the latest one counts. *toml* is the whole definition.

    *source* is ``shipped`` or ``admin``: what an administrator wrote is never
    replaced by what is shipped. A badge *is_gone* where it is not awarded any
    more; its awards are kept and not shown.
    """

    __tablename__ = "gamification_badge_definition"

    id: Mapped[str] = mapped_column(BADGE, primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    toml: Mapped[str] = mapped_column(sa.Text)
    source: Mapped[str] = mapped_column(sa.String(10))
    is_gone: Mapped[bool] = mapped_column(default=False)
    active_from: Mapped[datetime]
    made_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)


class BadgeFile(Model):
    """What became of a file of badges when it was first read as it is: *problems* say why the former set stays."""

    __tablename__ = "gamification_badge_file"

    name: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    read_at: Mapped[datetime]
    problems: Mapped[list[dict[str, str]]] = mapped_column(Json)


class Award(Model):
    """One badge that somebody earned; worked out from the log, so never written by hand.

    *key* parts awards of one badge (an article, a year, a number). *granted_at*
    is the time of the event that crossed the line, *evidence* the ids of those
    that it stands on. One whose evidence was taken back keeps its row with
    *revoked_at* and is held by nobody.
    """

    __tablename__ = "gamification_award"

    id: Mapped[IntPk]
    badge_id: Mapped[str] = mapped_column(BADGE)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    key: Mapped[str] = mapped_column(sa.String(60))
    granted_at: Mapped[datetime]
    evidence: Mapped[list[int]] = mapped_column(Json)
    definition_version: Mapped[int]
    revoked_at: Mapped[datetime | None]
    revoke_reason: Mapped[str] = mapped_column(sa.String(LONGEST_REASON), default="")

    __table_args__ = (
        sa.UniqueConstraint("badge_id", "person_id", "key"),
        sa.Index("ix_gamification_award_person", "person_id", "granted_at"),
    )


class AwardNotice(Model):
    """That somebody was told of an award, or is not to be; outlives every rebuild, so that nobody hears twice."""

    __tablename__ = "gamification_award_notice"

    badge_id: Mapped[str] = mapped_column(BADGE, primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    sent_at: Mapped[datetime]

    __table_args__ = (sa.Index("ix_gamification_award_notice_person_id", "person_id"),)


class Choice(Model):
    """What somebody chose about recognition; without a row: on, shown to everybody, on boards where there are any.

    *shown_to* is ``everyone``, ``team`` or ``nobody``.
    """

    __tablename__ = "gamification_choice"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    is_on: Mapped[bool] = mapped_column(default=True)
    shown_to: Mapped[str] = mapped_column(sa.String(10), default="everyone")
    on_boards: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime]


class Thanks(Model):
    """Somebody thanked somebody, with a *reason* in their own words. *hidden_at*: taken from the wall."""

    __tablename__ = "gamification_thanks"

    id: Mapped[IntPk]
    giver_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    receiver_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    article_id: Mapped[int | None] = mapped_column(sa.ForeignKey("article.id", ondelete="SET NULL"), index=True)
    reason: Mapped[str] = mapped_column(sa.String(LONGEST_REASON))
    said_at: Mapped[datetime] = mapped_column(index=True)
    hidden_at: Mapped[datetime | None]
    hidden_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)

    __table_args__ = (
        sa.Index("ix_gamification_thanks_giver", "giver_id", "said_at"),
        sa.Index("ix_gamification_thanks_receiver", "receiver_id", "said_at"),
    )


class Review(Model):
    """Somebody asks that a second coach looks again whether an event was rightly voided.

    *retraction_key* is the dedupe key of the retraction. *outcome* is empty while it waits, then ``stands`` or
    ``restored``: then the same fact is written anew, since a retraction is never retracted.
    """

    __tablename__ = "gamification_review"

    id: Mapped[IntPk]
    retraction_key: Mapped[str] = mapped_column(DEDUPE, unique=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    voided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    words: Mapped[str] = mapped_column(sa.String(LONGEST_REASON), default="")
    asked_at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(sa.String(10), default="", index=True)
    answer: Mapped[str] = mapped_column(sa.String(LONGEST_REASON), default="")
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    decided_at: Mapped[datetime | None]


class SamePerson(Model):
    """An account that became another one: what was credited to *person_id* counts for *is_now*."""

    __tablename__ = "gamification_same_person"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    is_now: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    since: Mapped[datetime]


class Replay(Model):
    """One time that all awards were worked out anew: how many events and people, and what differed from the awards.

    *differences* holds at most a hundred, *different* counts all.
    """

    __tablename__ = "gamification_replay"

    id: Mapped[IntPk]
    began_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    because: Mapped[str] = mapped_column(sa.String(12))  # nightly, command, rule
    events: Mapped[int] = mapped_column(default=0)
    people: Mapped[int] = mapped_column(default=0)
    different: Mapped[int] = mapped_column(default=0)
    differences: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    is_written: Mapped[bool] = mapped_column(default=False)
