"""Notices and what people chose about them. No row holds a text: words are made when a notice is read.

*kind* belongs to the room that tells; *data* holds ids and plain values of
which that room makes a sentence, with the rights of the reader at that moment.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import IntPk, Model


class Notice(Model):
    """One thing that one person is told. *key* says what must not be told twice to the same person.

    *to_mail* is on until the daily mail has told it, or will not.
    """

    __tablename__ = "notice"

    id: Mapped[IntPk]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    source: Mapped[str] = mapped_column(sa.String(80))  # the room or plugin whose kind it is
    kind: Mapped[str] = mapped_column(sa.String(60))
    key: Mapped[str] = mapped_column(sa.String(200))
    data: Mapped[dict[str, Any]]
    at: Mapped[datetime] = mapped_column(index=True)
    read_at: Mapped[datetime | None]
    to_mail: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        sa.UniqueConstraint("person_id", "key"),
        sa.Index("ix_notice_person_id", "person_id", "id"),
        sa.Index(
            "ix_notice_unread",
            "person_id",
            sqlite_where=sa.text("read_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL"),
        ),
        sa.Index(
            "ix_notice_to_mail",
            "person_id",
            sqlite_where=sa.text("read_at IS NULL AND to_mail"),
            postgresql_where=sa.text("read_at IS NULL AND to_mail"),
        ),
    )


class NoticeChoice(Model):
    """What a person chose about one kind of notice, or about the daily mail; without a row the default holds."""

    __tablename__ = "notice_choice"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    choice: Mapped[str] = mapped_column(sa.String(10))
