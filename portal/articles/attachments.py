"""Adding pictures and files to articles, saying what they show, and forgetting those that no text uses.

``accept`` looks at what came and touches nothing, so that a refusal leaves
nothing behind. What writes takes a session, refuses early, emits one event
and never commits.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.rights import Rights
from portal.articles import attachment_queries, papers, pictures
from portal.articles.attachment_events import AttachmentAdded, AttachmentDescribed, AttachmentRemoved
from portal.articles.attachment_models import ALT_LENGTH, TITLE_LENGTH, Attachment
from portal.core.errors import Forbidden, NotFound, Refused
from portal.core.events import emit
from portal.core.filestore import FileStore
from portal.core.i18n import gettext as _

UNUSED_FOR = timedelta(days=1)
A_DAY_AT_MOST = 200  # of one person
UNUSED_AT_MOST = 30  # of somebody who suggests
REMOVED_AT_ONCE = 200
MEGABYTE = 1024 * 1024

_NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069<>:\"/\\|?*%]+")


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """What may be stored: the bytes as they will be served, and everything that is known of them."""

    data: bytes
    extension: str
    media_type: str
    title: str
    alt: str
    width: int | None = None
    height: int | None = None
    moved: bool = False  # a moving picture, of which the first frame stays

    @property
    def ending(self) -> str:
        """How its name ends: of a picture with its size in pixels, so that a page keeps the room for it."""
        size = f"-{self.width}x{self.height}" if self.width else ""
        return f"{size}.{self.extension}"


def accept(data: bytes, filename: str, alt: str, *, max_bytes: int, max_pixels: int) -> Accepted:
    """Look at a file that came, by its content; its name only says what it is called.

    A picture is written anew, and needs *alt*: what it shows, for those who do not see it. A name with the wrong
    extension gets the right one.

    Raises:
        Refused: it is empty, too large, damaged or none of the kinds that are taken; or *alt* is missing or too long.
    """
    if not data:
        raise Refused(_("The file is empty."), hint=_("Choose another one, or save it once more."))
    if len(data) > max_bytes:
        raise too_large(max_bytes)
    title = title_of(filename)
    if pictures.kind_of(data) is None:
        paper = papers.read(data, filename)
        return Accepted(data=paper.data, extension=paper.extension, media_type=paper.media_type, title=title, alt="")
    words = checked_alt(alt)
    picture = pictures.read(data, max_pixels=max_pixels)
    return Accepted(
        data=picture.data,
        extension=picture.extension,
        media_type=picture.media_type,
        title=title,
        alt=words,
        width=picture.width,
        height=picture.height,
        moved=picture.moved,
    )


def too_large(max_bytes: int) -> Refused:
    """The refusal of a file of more than *max_bytes*."""
    return Refused(
        _("The file is larger than %(most)s MB.", most=max_bytes // MEGABYTE),
        hint=_("Make it smaller, or link to the place where it is kept."),
    )


def title_of(filename: str) -> str:
    """What a file is called, without folders, extension and signs that could mislead."""
    last = filename.replace("\\", "/").rpartition("/")[2]
    stem = last.rpartition(".")[0] or last
    words = " ".join(_NOT_IN_NAMES.sub(" ", stem).split()).strip(". ")
    return words[:TITLE_LENGTH].strip() or "file"


def checked_alt(alt: str) -> str:
    """What a picture shows, as it is stored. Raises ``Refused`` when it says nothing or too much."""
    words = " ".join(alt.split())
    if not words:
        raise Refused(
            _("Nothing says what the picture shows."),
            hint=_("Say it in a sentence, for people who do not see it."),
        )
    if len(words) > ALT_LENGTH:
        raise Refused(
            _("What the picture shows takes %(count)s characters.", count=len(words)),
            hint=_("Say it in %(most)s or fewer; what needs more belongs into the text.", most=ALT_LENGTH),
        )
    return words


def add(session: Session, name: str, accepted: Accepted, *, rights: Rights, now: datetime) -> Attachment:
    """Write down a file that is stored under *name*.

    Raises:
        Forbidden: these rights may not even suggest.
        Refused: the person added very many today, or suggests and has no text under way that could use it.
    """
    if not rights.may("articles.write"):
        _refuse_beside_a_suggestion(session, rights, now)
    if attachment_queries.added_since(session, rights.person_id, now - UNUSED_FOR) >= A_DAY_AT_MOST:
        raise Refused(
            _("You added %(most)s pictures and files within a day.", most=A_DAY_AT_MOST),
            hint=_("Go on tomorrow; those that no text uses are gone by then."),
        )
    attachment = Attachment(
        name=name,
        extension=accepted.extension,
        media_type=accepted.media_type,
        title=accepted.title,
        alt=accepted.alt,
        bytes=len(accepted.data),
        width=accepted.width,
        height=accepted.height,
        sha256=hashlib.sha256(accepted.data).hexdigest(),
        uploaded_by=rights.person_id,
        uploaded_at=now,
    )
    session.add(attachment)
    session.flush()
    added = AttachmentAdded(
        actor_id=rights.person_id,
        attachment_id=attachment.id,
        extension=attachment.extension,
        bytes=attachment.bytes,
    )
    emit(session, added)
    return attachment


def _refuse_beside_a_suggestion(session: Session, rights: Rights, now: datetime) -> None:
    """Check that somebody who suggests has a text under way, and adds no heap that no text uses."""
    if not rights.may("articles.suggest"):
        raise Forbidden(_("Only people who write or suggest add pictures and files."))
    if not attachment_queries.has_text_under_way(session, rights.person_id):
        raise Refused(
            _("You have no text under way that could show it."),
            hint=_("Suggest a change to an article or begin a new one; then add it there."),
        )
    since = now - UNUSED_FOR
    if attachment_queries.unused_since(session, rights.person_id, since, limit=UNUSED_AT_MOST) >= UNUSED_AT_MOST:
        raise Refused(
            _("%(most)s of your pictures and files of today are in no text yet.", most=UNUSED_AT_MOST),
            hint=_("Put them into your text, or go on tomorrow; those that no text uses are gone by then."),
        )


def describe(session: Session, name: str, alt: str, *, rights: Rights) -> Attachment:
    """Say anew what a picture of one's own shows; texts that show it keep the words that stand in them.

    Raises:
        NotFound: it is not theirs, or no picture.
        Refused: the words say nothing, or too much.
    """
    mine = sa.and_(Attachment.uploaded_by == rights.person_id, attachment_queries.readable(session, rights))
    attachment = session.scalar(sa.select(Attachment).where(Attachment.name == name, mine))
    if attachment is None or not attachment.is_picture:
        raise NotFound(_("There is no such picture of yours."), hint=_("Add it again."))
    words = checked_alt(alt)
    if words != attachment.alt:
        attachment.alt = words
        session.flush()
        emit(session, AttachmentDescribed(actor_id=rights.person_id, attachment_id=attachment.id))
    return attachment


def remove_unused(session: Session, now: datetime) -> None:
    """Forget what was added more than a day ago and stands in no text, live, under way or from before."""
    for attachment in attachment_queries.unused(session, before=now - UNUSED_FOR, limit=REMOVED_AT_ONCE):
        session.delete(attachment)
        session.flush()
        emit(session, AttachmentRemoved(attachment_id=attachment.id, file=attachment.name))


class Files:
    """Removes the bytes of what was forgotten, once that is certain."""

    def __init__(self, store: FileStore) -> None:
        """Remove from *store*."""
        self._store = store

    def remove_file(self, _session: Session, removed: AttachmentRemoved) -> None:
        """Remove the file; that it is gone already is well."""
        self._store.remove(removed.file)

    def remove_parts(self, _session: Session, now: datetime) -> None:
        """Remove what a kill left half written more than a day ago."""
        self._store.remove_parts(older_than=(now - UNUSED_FOR).timestamp())
