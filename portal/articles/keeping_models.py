"""What happens to an article as a whole: who moved it when and why, and what is to happen at a set time."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import IntPk, Model


class Act(StrEnum):
    """What is done at a set time."""

    GO_LIVE = "go_live"
    RETIRE = "retire"


class Step(StrEnum):
    """What happens to an article as a whole. The words are stored."""

    ARCHIVE = "archive"
    MERGE = "merge"
    BRING_BACK = "bring_back"


class TimingState(StrEnum):
    """What became of a set time. The words are stored."""

    WAITING = "waiting"
    DONE = "done"
    DROPPED = "dropped"  # somebody took it back, or moved the text otherwise meanwhile
    FAILED = "failed"


class ArticleMove(Model):
    """One step in the life of an article: archived, merged, brought back. Rows are only added."""

    __tablename__ = "article_move"

    id: Mapped[IntPk]
    article_id: Mapped[int] = mapped_column(sa.ForeignKey("article.id", ondelete="CASCADE"), index=True)
    move: Mapped[str] = mapped_column(sa.String(20))
    other_id: Mapped[int | None] = mapped_column(sa.ForeignKey("article.id"), index=True)  # the one that follows
    confidence: Mapped[str] = mapped_column(sa.String(20))  # as it was before, to be given back
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    at: Mapped[datetime]
    why: Mapped[str] = mapped_column(sa.Text, default="")


class Timing(Model):
    """One thing to do at a set time: a text that goes live, or an article that retires.

    *at* is the moment; *zone* names the time zone in which it was said. Rows
    stay, with what became of them.
    """

    __tablename__ = "article_timing"

    id: Mapped[IntPk]
    article_id: Mapped[int] = mapped_column(sa.ForeignKey("article.id", ondelete="CASCADE"), index=True)
    revision_id: Mapped[int | None] = mapped_column(sa.ForeignKey("revision.id", ondelete="CASCADE"), index=True)
    act: Mapped[str] = mapped_column(sa.String(10))
    at: Mapped[datetime]
    zone: Mapped[str] = mapped_column(sa.String(60))
    saves: Mapped[int | None]  # the saving of the text that was looked at
    significance: Mapped[str | None] = mapped_column(sa.String(16))
    successor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("article.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    set_at: Mapped[datetime]
    why: Mapped[str] = mapped_column(sa.Text, default="")
    state: Mapped[str] = mapped_column(sa.String(10), default=TimingState.WAITING)
    came_at: Mapped[datetime | None]  # when the job was made
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str] = mapped_column(sa.Text, default="")

    __table_args__ = (
        sa.Index("ix_article_timing_due", "state", "at"),
        sa.Index(
            "uq_article_timing_waiting",
            "article_id",
            "act",
            unique=True,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        ),
    )
