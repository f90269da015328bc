"""Which pictures and files a text uses at which level, written down when it goes live."""

from __future__ import annotations

import re
from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.articles.attachment_models import PATH, Attachment, AttachmentUse
from portal.articles.levels import Level

NAMED = re.compile(re.escape(PATH) + r"([0-9a-f]{32}(?:-\d{1,4}x\d{1,4})?\.[a-z]{3,4})(?![\w-])", re.ASCII)


def names_in(text: str) -> set[str]:
    """Names of the pictures and files that *text*, Markdown or HTML, leads to."""
    return set(NAMED.findall(text)) if PATH in text else set()


def note_uses(session: Session, revision_id: int, html_by_level: Mapping[Level, str], *, is_new: bool) -> None:
    """Let the uses of a text be what its HTML shows, each from the lowest level that sees it."""
    lowest: dict[str, Level] = {}
    for level, html in sorted(html_by_level.items()):
        for name in names_in(html):
            lowest.setdefault(name, level)
    connection = session.connection()
    if not is_new:
        connection.execute(sa.delete(AttachmentUse).where(AttachmentUse.revision_id == revision_id))
    if not lowest:
        return
    found = connection.execute(sa.select(Attachment.id, Attachment.name).where(Attachment.name.in_(sorted(lowest))))
    uses = [{"attachment_id": row.id, "revision_id": revision_id, "level": lowest[row.name]} for row in found]
    if uses:
        connection.execute(sa.insert(AttachmentUse), uses)
