"""Pictures and files of articles, and which texts use them.

The bytes stand in the instance folder (``core/filestore.py``) under the name
of the row. Who may read one stands in ``attachment_queries.readable`` alone.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.articles.levels import Level
from portal.core.db import IntPk, Model

PATH = "/attachments/"
ALT_LENGTH = 300
TITLE_LENGTH = 100


class Attachment(Model):
    """One picture or file that somebody added; its bytes never change."""

    __tablename__ = "attachment"

    id: Mapped[IntPk]
    name: Mapped[str] = mapped_column(sa.String(80), unique=True)  # made up; of a picture it says the size in pixels
    extension: Mapped[str] = mapped_column(sa.String(8))
    media_type: Mapped[str] = mapped_column(sa.String(100))
    title: Mapped[str] = mapped_column(sa.String(TITLE_LENGTH))  # the name that it came with, without its extension
    alt: Mapped[str] = mapped_column(sa.String(ALT_LENGTH), default="")  # what a picture shows; empty for a file
    bytes: Mapped[int]
    width: Mapped[int | None]
    height: Mapped[int | None]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    uploaded_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    uploaded_at: Mapped[datetime] = mapped_column(index=True)

    @property
    def is_picture(self) -> bool:
        """Shown in the page; everything else is saved by the browser."""
        return self.width is not None

    @property
    def path(self) -> str:
        """Its address in this portal."""
        return PATH + self.name

    @property
    def filename(self) -> str:
        """The name under which a browser saves it."""
        return f"{self.title}.{self.extension}"

    @property
    def markdown(self) -> str:
        """How a text shows the picture, or links to the file."""
        words = "".join(f"\\{sign}" if sign in "\\[]`*_<" else sign for sign in self.alt or self.title)
        return f"{'!' if self.is_picture else ''}[{words}]({self.path})"


class AttachmentUse(Model):
    """A text that went live uses a picture or file; *level* is the lowest that gets to see it there."""

    __tablename__ = "attachment_use"

    attachment_id: Mapped[int] = mapped_column(sa.ForeignKey("attachment.id", ondelete="CASCADE"), primary_key=True)
    revision_id: Mapped[int] = mapped_column(
        sa.ForeignKey("revision.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    level: Mapped[int] = mapped_column(default=Level.EVERYONE)
