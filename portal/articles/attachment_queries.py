"""Who may read which picture or file: exactly those who may read a text that uses it, at its level there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.rights import Rights
from portal.articles import drafts, queries
from portal.articles.attachment_models import PATH, Attachment, AttachmentUse
from portal.articles.models import Article, Revision
from portal.articles.states import ONCE_LIVE, OPEN_STATES

LISTED_AT_MOST = 50


@dataclass(frozen=True, kw_only=True)
class Own:
    """One of a person's own pictures and files, and whether a text uses it."""

    attachment: Attachment
    is_used: bool


def readable(session: Session, rights: Rights) -> sa.ColumnElement[bool]:
    """Pictures and files that open for *rights*.

    Those of a live text at its reader's level; those of a text under way for
    whoever may read that text; and one's own while no live text has them.
    """
    in_live = (
        sa.select(AttachmentUse.level)
        .join(Article, Article.live_revision_id == AttachmentUse.revision_id)
        .where(AttachmentUse.attachment_id == Attachment.id)
    )
    in_readable = in_live.where(queries.openable(rights), AttachmentUse.level <= queries.level_for(rights))
    conditions: list[sa.ColumnElement[bool]] = [in_readable.exists()]
    if rights.person_id is not None:
        conditions.append(sa.and_(Attachment.uploaded_by == rights.person_id, ~in_live.exists()))
    if rights.person_id is not None and (rights.may("articles.write") or rights.may("articles.suggest")):
        under_way = sa.and_(
            Revision.state.not_in(ONCE_LIVE), _is_named_in(Revision), drafts.readable(drafts.writer_of(session, rights))
        )
        conditions.append(sa.select(Revision.id).where(under_way).exists())
    return sa.or_(*conditions)


def _is_named_in(revision: type[Revision]) -> sa.ColumnElement[bool]:
    return revision.body.contains(sa.literal(PATH) + Attachment.name)


def by_name(session: Session, name: str, rights: Rights) -> Attachment | None:
    """One picture or file that *rights* may read."""
    return session.scalar(sa.select(Attachment).where(Attachment.name == name, readable(session, rights)))


def own(session: Session, rights: Rights, *, limit: int = LISTED_AT_MOST) -> list[Own]:
    """What the holder of *rights* added and may still read, the latest first."""
    used = sa.select(AttachmentUse.level).where(AttachmentUse.attachment_id == Attachment.id).exists()
    named = sa.select(Revision.id).where(Revision.state.not_in(ONCE_LIVE), _is_named_in(Revision)).exists()
    query = sa.select(Attachment, sa.or_(used, named)).where(
        Attachment.uploaded_by == rights.person_id, readable(session, rights)
    )
    rows = session.execute(query.order_by(Attachment.uploaded_at.desc(), Attachment.id.desc()).limit(limit))
    return [Own(attachment=attachment, is_used=bool(is_used)) for attachment, is_used in rows]


def added_since(session: Session, person_id: int | None, since: datetime) -> int:
    """How many pictures and files a person added since then."""
    query = sa.select(sa.func.count(Attachment.id)).where(
        Attachment.uploaded_by == person_id, Attachment.uploaded_at > since
    )
    return session.scalar(query) or 0


def has_text_under_way(session: Session, person_id: int | None) -> bool:
    """Whether a person has a text that could still use a picture or file."""
    query = sa.select(Revision.id).where(Revision.author_id == person_id, Revision.state.in_(OPEN_STATES))
    return session.scalar(query.limit(1)) is not None


def unused_since(session: Session, person_id: int | None, since: datetime, *, limit: int) -> int:
    """How many pictures and files that a person added since then no text names; counted up to *limit*."""
    query = sa.select(Attachment.id).where(
        Attachment.uploaded_by == person_id, Attachment.uploaded_at > since, *_in_no_text()
    )
    return len(session.scalars(query.limit(limit)).all())


def _in_no_text() -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    """Neither live, under way nor from before, whatever the state of the text."""
    used = sa.select(AttachmentUse.level).where(AttachmentUse.attachment_id == Attachment.id).exists()
    named = sa.select(Revision.id).where(_is_named_in(Revision)).exists()
    return ~used, ~named


def unused(session: Session, *, before: datetime, limit: int) -> list[Attachment]:
    """Those added before that moment that no text names, whatever its state; the oldest first."""
    query = sa.select(Attachment).where(Attachment.uploaded_at < before, *_in_no_text())
    return list(session.scalars(query.order_by(Attachment.uploaded_at, Attachment.id).limit(limit)))
