"""What a portal holds of pictures and files."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from portal.articles.attachment_models import Attachment


def rows(house) -> int:
    with house.db.reading() as session:
        return session.scalar(sa.select(sa.func.count(Attachment.id)))


def left_behind(house) -> list[Path]:
    """All files of the instance folder that no start of the portal makes."""
    folder = house.config.instance / "files"
    return sorted(path for path in folder.rglob("*") if path.is_file()) if folder.exists() else []
