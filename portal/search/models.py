"""Which index answers now, what people looked for, and what came of it.

The search log names no person on purpose: what somebody typed while stuck may
be about their health, their pay or their manager. It says what was asked, by
readers of which level, and whether anything was found. That three different
people asked, and not one three times, is told by a mark of who asked: a keyed
hash that nobody can turn into a person without the key of the instance. It
goes after ``MARK_DAYS``; the lines themselves go after ``LOG_DAYS``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import IntPk, Json, Model

LOG_DAYS: Final = 400
"""Days after which a line of the log goes: a year and a bit, so that seasons can be compared."""

MARK_DAYS: Final = 90
"""Days after which nothing says any more that two searches were of one person."""


class SearchIndex(Model):
    """The one row that says in which folder the live index stands; changing it switches every process."""

    __tablename__ = "search_index"
    __table_args__ = (sa.CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[IntPk]
    engine: Mapped[str] = mapped_column(sa.String(20))
    generation: Mapped[int]
    folder: Mapped[str] = mapped_column(sa.String(80))  # inside ``search`` in the instance folder
    documents: Mapped[int]  # when it was built
    built_at: Mapped[datetime]
    synonyms: Mapped[int] = mapped_column(default=0, server_default="0")  # grows with each change of them


class SearchSynonym(Model):
    """Words that people use for other words, as an editor wrote them down."""

    __tablename__ = "search_synonym"

    id: Mapped[IntPk]
    typed: Mapped[list[Any]] = mapped_column(Json)  # phrases
    meant: Mapped[list[Any]] = mapped_column(Json)  # phrases
    both: Mapped[bool]  # each is looked for as all the others
    service: Mapped[str] = mapped_column(sa.String(80))  # counts in documents of this one alone; empty: everywhere
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)


class SearchLog(Model):
    """One search: the words, what came of it, and how long it took; never who."""

    __tablename__ = "search_log"

    id: Mapped[IntPk]
    at: Mapped[datetime] = mapped_column(index=True)
    words: Mapped[str] = mapped_column(sa.String(400))
    hits: Mapped[int]
    service: Mapped[str] = mapped_column(sa.String(80), default="")  # the filters, as they stood in the address
    kind: Mapped[str] = mapped_column(sa.String(80), default="")
    level: Mapped[int]
    language: Mapped[str] = mapped_column(sa.String(12))
    duration_ms: Mapped[int]
    asker: Mapped[str] = mapped_column(sa.String(32), default="", server_default="")  # a mark; visitors have none
    writes: Mapped[bool] = mapped_column(default=False, server_default=sa.false())  # who asked writes articles


class SearchOpened(Model):
    """One thing that was opened from the results for some words, and whether it helped. Kept for ``MARK_DAYS``."""

    __tablename__ = "search_opened"

    id: Mapped[IntPk]
    at: Mapped[datetime] = mapped_column(index=True)
    words: Mapped[str] = mapped_column(sa.String(400))
    language: Mapped[str] = mapped_column(sa.String(12))
    source: Mapped[str] = mapped_column(sa.String(40))
    ref: Mapped[str] = mapped_column(sa.String(80))
    asker: Mapped[str] = mapped_column(sa.String(32), default="")
    writes: Mapped[bool] = mapped_column(default=False)
    helped: Mapped[str] = mapped_column(sa.String(8), default="")  # yes, partly or no, once they said so
    helped_at: Mapped[datetime | None]

    __table_args__ = (sa.Index(None, "source", "ref", "at"),)


class SearchUse(Model):
    """How much a thing was opened and helped lately, as of the last night: 0 for never."""

    __tablename__ = "search_use"

    source: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    ref: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    worth: Mapped[float]
