"""Which index answers now, and what people looked for.

The search log names no person on purpose: what somebody typed while stuck may
be about their health, their pay or their manager. It says only what was asked,
by readers of which level, and whether anything was found, so nothing here is
anybody's personal data. It is kept for ``LOG_DAYS``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import IntPk, Model

LOG_DAYS: Final = 400
"""Days after which a line of the log goes: a year and a bit, so that seasons can be compared."""


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
