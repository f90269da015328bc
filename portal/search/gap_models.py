"""What people look for and nobody has written yet."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import IntPk, Json, Model


class GapState(StrEnum):
    """Where a gap stands."""

    OPEN = "open"
    CLAIMED = "claimed"
    ANSWERED = "answered"
    CLOSED = "closed"
    REJECTED = "rejected"


class SearchGap(Model):
    """A cluster of searches that found nothing which helped.

    *words* are shown: only what three different people typed stands in them; *stems* are these, to compare searches
    with. *reopened* counts how often an answer did not reach the people.
    """

    __tablename__ = "search_gap"

    id: Mapped[IntPk]
    state: Mapped[str] = mapped_column(sa.String(12), default=GapState.OPEN)
    words: Mapped[str] = mapped_column(sa.String(400))
    stems: Mapped[list[Any]] = mapped_column(Json)
    language: Mapped[str] = mapped_column(sa.String(12))
    people: Mapped[int]  # different ones, in the last thirty days
    times: Mapped[int]  # searches, in the last thirty days
    asked_at: Mapped[datetime]  # the last time
    opened_at: Mapped[datetime]
    claimed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    claimed_at: Mapped[datetime | None]
    source: Mapped[str] = mapped_column(sa.String(40), default="")  # what answers it
    ref: Mapped[str] = mapped_column(sa.String(80), default="")
    answered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    rejected_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    rejected_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(sa.String(400), default="")
    reopened: Mapped[int] = mapped_column(default=0)

    __table_args__ = (sa.Index(None, "state", "people"),)
