"""Notes on the board, and what its listeners heard."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import IntPk, Model


class Note(Model):
    """A short note that hangs beside a service until it is old or taken down."""

    __tablename__ = "example_note"

    id: Mapped[IntPk]
    ref: Mapped[str] = mapped_column(sa.String(20), unique=True)
    service_id: Mapped[str] = mapped_column(sa.ForeignKey("service.id", ondelete="CASCADE"), index=True)
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id", ondelete="SET NULL"), index=True)
    title: Mapped[str] = mapped_column(sa.String(120))
    body: Mapped[str] = mapped_column(sa.Text)
    pinned_at: Mapped[datetime]
    seen_count: Mapped[int] = mapped_column(default=0)

    @property
    def address(self) -> str:
        """Path of its page."""
        return f"/example/notes/{self.ref}"


class Heard(Model):
    """One event that a listener heard; hearing it again changes nothing."""

    __tablename__ = "example_heard"

    key: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    detail: Mapped[str] = mapped_column(sa.String(120))
