"""The texts of an article, from first to last, and an old text brought back; ``logbook.py`` says who moved them.

Texts that were live are read by whoever opens the article and could have read
them then, at their own level; texts under way as in ``drafts.py``. Words that
people gave as a reason may tell of hidden parts, so they are for the writer
and for whoever reads all of the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.accounts.models import Person
from portal.accounts.rights import Rights
from portal.articles import beginning, drafting, drafts, moving, queries, texts
from portal.articles.models import Article, Revision
from portal.articles.rules import Writer
from portal.articles.states import ONCE_LIVE, RevisionState
from portal.articles.texts import Text
from portal.core.errors import Forbidden, NotFound, Refused
from portal.core.i18n import gettext as _

# Made once: giving a table another name costs more than asking it.
_AUTHOR, _DECIDER = aliased(Person), aliased(Person)


@dataclass(frozen=True, kw_only=True)
class Past:
    """One text in the history of an article; *note* and *why* are empty for whoever may not read all of the text."""

    id: int
    number: int
    state: str
    title: str
    significance: str | None
    writer: str
    decided_by: str
    created_at: datetime
    published_at: datetime | None
    is_suggestion: bool
    note: str
    why: str


_OF_REVISION = (
    *("id", "number", "state", "title", "significance"),
    *("created_at", "published_at", "is_suggestion"),
)


def once_live(rights: Rights) -> sa.ColumnElement[bool]:
    """Texts that are or were live, of articles that open for *rights*, and that were for such readers themselves.

    To be used with :class:`Article` joined.
    """
    named = (Revision.readers.contains(f"|{reader}|", autoescape=True) for reader in sorted(rights.readers))
    level = queries.level_at(queries.service_levels(rights), sa.literal(rights.level), Revision)
    return sa.and_(
        Revision.state.in_(ONCE_LIVE),
        queries.openable(rights),
        Revision.audience <= level,
        Revision.audience <= queries.level_for(rights),
        sa.or_(Revision.readers == "", *named),
    )


def shown(rights: Rights, writer: Writer | None) -> sa.ColumnElement[bool]:
    """Texts that stand in the history for this reader; with :class:`Article` joined."""
    return sa.or_(once_live(rights), drafts.readable(writer)) if writer else once_live(rights)


def reads_all(rights: Rights, writer: Writer | None) -> sa.ColumnElement[bool]:
    """Whether a reader of a text may read all of it, and so what was said about it."""
    level = queries.level_at(queries.service_levels(rights), sa.literal(rights.level), Revision)
    reads_all = sa.and_(Revision.reach <= level, Revision.reach <= queries.level_for(rights))
    return sa.or_(reads_all, Revision.author_id == writer.person_id) if writer else reads_all


def revisions(
    session: Session,
    ref: str,
    rights: Rights,
    writer: Writer | None = None,
    *,
    page: int = 1,
    per_page: int = 50,
    beyond: int = 0,
) -> tuple[list[Past], int]:
    """The texts of an article, the latest first, and how many; *writer* adds their own and those to decide on.

    *beyond* more are given than the page holds, as far as there are.
    """
    query, count = _all(rights, writer)
    query = query.offset((page - 1) * per_page).limit(per_page + beyond)
    rows = session.execute(query, {"ref": ref}).mappings()
    return [Past(**row) for row in rows], session.scalar(count, {"ref": ref}) or 0


@lru_cache(maxsize=64)
def _all(rights: Rights, writer: Writer | None) -> tuple[sa.Select[*tuple[Any, ...]], sa.Select[int]]:
    """The texts of any article, and how many; built once for each reader, which costs more than the database needs."""
    theirs = sa.and_(Article.ref == sa.bindparam("ref"), shown(rights, writer))
    count = sa.select(sa.func.count(Revision.id)).join(Article, Article.id == Revision.article_id).where(theirs)
    return _pasts(rights, writer).where(theirs).order_by(Revision.number.desc()), count


def chosen(session: Session, ref: str, ids: Sequence[int], rights: Rights, writer: Writer | None = None) -> list[Past]:
    """Those of the texts *ids* that belong to an article and open for the reader, the oldest first."""
    theirs = sa.and_(Article.ref == ref, Revision.id.in_(ids), shown(rights, writer))
    query = _pasts(rights, writer).where(theirs).order_by(Revision.number)
    return [Past(**row) for row in session.execute(query).mappings()]


def _pasts(rights: Rights, writer: Writer | None) -> sa.Select[*tuple[Any, ...]]:
    whole = reads_all(rights, writer)
    return (
        sa.select(
            *(getattr(Revision, name) for name in _OF_REVISION),
            sa.func.coalesce(_AUTHOR.name, "").label("writer"),
            sa.func.coalesce(_DECIDER.name, "").label("decided_by"),
            sa.case((whole, Revision.note), else_="").label("note"),
            sa.case((whole, Revision.decided_why), else_="").label("why"),
        )
        .join(Article, Article.id == Revision.article_id)
        .outerjoin(_AUTHOR, _AUTHOR.id == Revision.author_id)
        .outerjoin(_DECIDER, _DECIDER.id == Revision.decided_by)
    )


def text_at(session: Session, revision_id: int, rights: Rights, writer: Writer | None = None) -> Text:
    """One text as the reader may see it: once live at their level, under way whole.

    Raises:
        NotFound: there is none for these rights.
    """
    revision, article = _one(session, revision_id, shown(rights, writer))
    if revision.state not in ONCE_LIVE:
        return texts.stored(revision)
    level = min(rights.level_for(article.service_id), rights.level_for(revision.service_id or article.service_id))
    return texts.seen_at(texts.stored(revision), level)


def _one(session: Session, revision_id: int, condition: sa.ColumnElement[bool]) -> tuple[Revision, Article]:
    query = sa.select(Revision, Article).join(Article, Article.id == Revision.article_id)
    found = session.execute(query.where(Revision.id == revision_id, condition)).one_or_none()
    if found is None:
        raise NotFound(_("There is no such text."), hint=_("Open the article, and start from there."))
    return found[0], found[1]


def former(session: Session, article_id: int) -> int | None:
    """The id of the text that was live before the one that is; ``None`` for the first."""
    query = sa.select(Revision.id).where(Revision.article_id == article_id, Revision.state == RevisionState.SUPERSEDED)
    return session.scalar(query.order_by(Revision.published_at.desc(), Revision.id.desc()).limit(1))


def restore(session: Session, writer: Writer, revision_id: int, *, why: str = "", now: datetime) -> Revision:
    """Bring an old text back as a new draft on top of the live one; it goes live like any other.

    Raises:
        NotFound: there is none for these rights.
        Forbidden: parts of it are for people who read more.
        Refused: the article is archived, it is the live text, or something is under way already.
    """
    old, article = _one(session, revision_id, once_live(writer.rights))
    if old.id == article.live_revision_id:
        raise Refused(_("This is the live text."), hint=_("Choose an older one."))
    level = writer.rights.level_for(article.service_id)
    live = session.get_one(Revision, article.live_revision_id)
    if max(old.reach, live.reach) > level:
        raise Forbidden(
            _("Parts of these texts are for people who read more than you do."),
            hint=_("Ask one of them to bring it back."),
        )
    moving.refuse_archived(session, old)
    drafting.refuse_second(session, article.id, writer)
    text = texts.with_field(texts.stored(old), article.ref, id=article.ref)
    draft = beginning.draft_of(session, article, text, writer, now=now, origin_id=old.id)
    draft.note = moving.words(why)
    moving.record(session, draft, "restore", by=writer.person_id, now=now, why=why, begins=True)
    return draft
