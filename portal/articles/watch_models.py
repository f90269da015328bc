"""What people watch."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import IntPk, Model


class ArticleWatch(Model):
    """One article, or all articles of one service, about which a person wants to be told."""

    __tablename__ = "article_watch"

    id: Mapped[IntPk]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    article_id: Mapped[int | None] = mapped_column(sa.ForeignKey("article.id", ondelete="CASCADE"), index=True)
    service_id: Mapped[str | None] = mapped_column(
        sa.String(60), sa.ForeignKey("service.id", ondelete="CASCADE"), index=True
    )
    since: Mapped[datetime]

    __table_args__ = (
        sa.CheckConstraint("(article_id IS NULL) <> (service_id IS NULL)", name="what"),
        sa.UniqueConstraint("person_id", "article_id"),
        sa.UniqueConstraint("person_id", "service_id"),
    )
