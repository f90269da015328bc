"""Texts under way: who may read and decide on which, decided in the database.

``publishable`` is the only place that says whose publishing a text could be:
the queue, reviews and publishing alone all carry it. A text that is not live
is read by its writer and by whoever could decide on it, never by others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.accounts.models import Person
from portal.accounts.queries import holder_of_role, proficiency_of
from portal.accounts.rights import Rights
from portal.articles import queries
from portal.articles.models import OPEN, Article, Revision, RevisionAnswer, RevisionRemark
from portal.articles.rules import CONTRIBUTOR, Live, Writer
from portal.articles.states import ONCE_LIVE, OPEN_STATES, ArticleState, RevisionState
from portal.articles.texts import Text, stored
from portal.core.db import UtcDateTime
from portal.core.errors import Forbidden, NotFound
from portal.core.i18n import gettext as _

MOST = 200
SHOWN_TO_DECIDERS = (*OPEN_STATES, RevisionState.DECLINED, RevisionState.ADAPTED)

_ITS = aliased(Article)  # the article of a text, where the query around may join it as well

_LIVE = aliased(Revision)  # the text that readers of its article see

# Both built once: each saving asks the second.
_OWN = (
    sa.select(Revision)
    .where(Revision.id == sa.bindparam("revision_id"), Revision.author_id == sa.bindparam("person_id"))
    .with_for_update(of=Revision)
    .execution_options(populate_existing=True)
)
_HELD = (
    _OWN.add_columns(Article, _LIVE.reach, _LIVE.needs)
    .join(Article, Article.id == Revision.article_id)
    .outerjoin(_LIVE, _LIVE.id == Article.live_revision_id)
)

# Said as the index on them says it: for values that come later no database takes that index.
_IS_OPEN: sa.ColumnElement[bool] = sa.literal_column(f"{Revision.__tablename__}.{OPEN}", sa.Boolean)


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """One text in a queue or in a list of one's own; *is_mine* where the reader holds the owner role."""

    revision: Revision
    ref: str
    writer: str
    is_mine: bool = False


@dataclass(frozen=True, kw_only=True)
class Held:
    """One's own text that is to be saved, its article, and what decides who may publish over the *live* one."""

    revision: Revision
    text: Text
    article: Article
    live: Live | None


def writer_of(session: Session, rights: Rights, *, granted: str | None = None) -> Writer:
    """Whoever holds these rights, as somebody who writes or suggests; *granted* is their proficiency, if read before.

    Raises:
        Forbidden: they are signed out, or may not even suggest.
    """
    if rights.person_id is None or not (rights.may("articles.write") or rights.may("articles.suggest")):
        raise Forbidden(_("Nobody is signed in who may write."), hint=_("Sign in, then open this page again."))
    proficiency = proficiency_of(session, rights, granted=granted)
    return Writer(person_id=rights.person_id, rights=rights, proficiency=proficiency)


def publishable(writer: Writer) -> sa.ColumnElement[bool]:
    """Texts that *writer* could publish for their audience: they read all of it, and may do so by their proficiency."""
    if not writer.publishes:
        return sa.false()
    rights = writer.rights
    level = queries.level_at(queries.service_levels(rights), sa.literal(rights.level), Revision)
    live = sa.and_(queries.openable(rights, _ITS), Revision.reach <= queries.level_for(rights, _ITS))
    is_new = _ITS.state == ArticleState.NOT_YET_LIVE
    article = sa.select(_ITS.id).where(_ITS.id == Revision.article_id, sa.or_(is_new, live))
    named = (Revision.readers.contains(f"|{reader}|", autoescape=True) for reader in sorted(rights.readers))
    conditions = [Revision.reach <= level, sa.or_(Revision.readers == "", *named), article.exists()]
    if not writer.publishes_for_all:
        conditions.append(Revision.needs == CONTRIBUTOR)
    return sa.and_(*conditions)


def decidable(writer: Writer) -> sa.ColumnElement[bool]:
    """Texts of others that *writer* could publish for their audience."""
    others = sa.or_(Revision.author_id.is_(None), Revision.author_id != writer.person_id)
    return sa.and_(others, publishable(writer))


def readable(writer: Writer) -> sa.ColumnElement[bool]:
    """Texts that are not live and open for *writer*: their own, and those that they could decide on.

    One that went live is no longer their own alone: parts that they could not see were put back into it.
    """
    own = sa.and_(Revision.author_id == writer.person_id, Revision.state.not_in(ONCE_LIVE))
    return sa.or_(own, sa.and_(Revision.state.in_(SHOWN_TO_DECIDERS), decidable(writer)))


def text_for(session: Session, revision_id: int, writer: Writer) -> Revision:
    """One text that is not live, for its writer or somebody who could decide on it. Raises ``NotFound``."""
    return _one(session, revision_id, readable(writer))


def own(session: Session, revision_id: int, writer: Writer) -> Revision:
    """One text that *writer* wrote, held until the end of the transaction. Raises ``NotFound``."""
    return _found(session.scalar(_OWN, {"revision_id": revision_id, "person_id": writer.person_id}))


def held(session: Session, revision_id: int, writer: Writer) -> Held:
    """The same with all that a saving needs to know, in one read. Raises ``NotFound``."""
    row = session.execute(_HELD, {"revision_id": revision_id, "person_id": writer.person_id}).one_or_none()
    if row is None:
        raise _no_text()
    live = Live(row.reach, row.needs) if row.reach is not None else None
    return Held(revision=row.Revision, text=stored(row.Revision), article=row.Article, live=live)


def to_decide(session: Session, revision_id: int, writer: Writer) -> Revision:
    """One text that *writer* could decide on, held until the end of the transaction.

    Raises:
        NotFound: there is none for these rights.
        Forbidden: they wrote it themselves.
    """
    revision = _one(session, revision_id, readable(writer))
    if revision.author_id == writer.person_id:
        raise Forbidden(_("You wrote this text yourself."), hint=_("A second person decides on it."))
    return revision


def _one(session: Session, revision_id: int, condition: sa.ColumnElement[bool]) -> Revision:
    query = sa.select(Revision).where(Revision.id == revision_id, condition).with_for_update()
    return _found(session.scalar(query.execution_options(populate_existing=True)))


def _found(revision: Revision | None) -> Revision:
    if revision is None:
        raise _no_text()
    return revision


def _no_text() -> NotFound:
    return NotFound(_("There is no such text."), hint=_("Open the article, and start from there."))


def may_publish(session: Session, revision: Revision, writer: Writer) -> bool:
    """Whether *writer* could publish this text for its audience, whoever wrote it."""
    query = sa.select(Revision.id).where(Revision.id == revision.id, publishable(writer))
    return session.scalar(query) is not None


def open_text(session: Session, article_id: int, person_id: int) -> Revision | None:
    """The text that a person has under way for an article."""
    query = sa.select(Revision).where(Revision.article_id == article_id, Revision.author_id == person_id, _IS_OPEN)
    return session.scalar(query)


def queue(session: Session, writer: Writer, *, page: int = 1, per_page: int = 50) -> tuple[list[Waiting], int]:
    """Submitted texts that wait for *writer*, and how many: those they look after first, then the oldest."""
    waits = sa.and_(Revision.state == RevisionState.SUBMITTED, decidable(writer))
    total = session.scalar(sa.select(sa.func.count(Revision.id)).where(waits)) or 0
    is_mine = sa.func.coalesce(holder_of_role(Article.owner_role) == writer.person_id, sa.false())
    query = _listed(is_mine).where(waits).order_by(is_mine.desc(), Revision.submitted_at, Revision.id)
    return _rows(session, query.offset((page - 1) * per_page).limit(per_page)), total


def own_texts(session: Session, writer: Writer) -> list[Waiting]:
    """What *writer* has under way, then what was declined or put aside; the latest first, at most 200."""
    states = (*OPEN_STATES, RevisionState.DECLINED, RevisionState.DISCARDED)
    is_open = sa.case((Revision.state.in_(OPEN_STATES), 0), else_=1)
    query = _listed(sa.false()).where(Revision.author_id == writer.person_id, Revision.state.in_(states))
    return _rows(session, query.order_by(is_open, Revision.updated_at.desc(), Revision.id.desc()).limit(MOST))


def _listed(is_mine: sa.ColumnElement[bool]) -> sa.Select[Revision, str, str, bool]:
    name = sa.func.coalesce(Person.name, "")
    query = sa.select(Revision, Article.ref, name, is_mine).join(Article, Article.id == Revision.article_id)
    return query.outerjoin(Person, Person.id == Revision.author_id)


def _rows(session: Session, query: sa.Select[Revision, str, str, bool]) -> list[Waiting]:
    return [
        Waiting(revision=revision, ref=ref, writer=writer, is_mine=bool(is_mine))
        for revision, ref, writer, is_mine in session.execute(query)
    ]


def writing_now(session: Session, article: Article, writer: Writer, *, since: datetime) -> list[str]:
    """Names of the others who saved a text of this article since then, for whoever opens the article."""
    rights = writer.rights
    values = {
        "article_id": article.id,
        "person_id": writer.person_id,
        "since": since,
        "level": rights.level,
        "readers": sorted(rights.readers),
    }
    query = _writing_now(queries.service_levels(rights), drafts=rights.may("articles.write"))
    return list(session.connection().scalars(query, values))


@lru_cache(maxsize=64)
def _writing_now(higher: queries.ServiceLevels, *, drafts: bool) -> sa.Select[str]:
    """Build the query of :func:`writing_now` once for each shape of rights, of plain tables: each saving asks it."""
    person, other, article = Person.__table__.c, Revision.__table__.c, Article.__table__.c
    level = queries.level_at(higher, sa.bindparam("level", type_=sa.Integer), article)
    readers = sa.bindparam("readers", expanding=True, type_=sa.String())
    return (
        sa.select(person.name)
        .join_from(Revision.__table__, Person.__table__, other.author_id == person.id)
        .join(Article.__table__, article.id == other.article_id)
        .where(
            other.article_id == sa.bindparam("article_id"),
            other.author_id != sa.bindparam("person_id"),
            other.updated_at >= sa.bindparam("since", type_=UtcDateTime),
            _IS_OPEN,
            other.state != RevisionState.SUBMITTED,
            queries.openable_at(level, readers, article, drafts=drafts),
        )
        .order_by(person.name)
        .limit(MOST)
    )


def remarks(session: Session, revision_id: int, writer: Writer) -> Sequence[RevisionRemark]:
    """What was said about the lines of a text, for whoever may read it, by line and time."""
    query = (
        sa.select(RevisionRemark)
        .join(Revision, Revision.id == RevisionRemark.revision_id)
        .where(Revision.id == revision_id, readable(writer))
        .order_by(RevisionRemark.line, RevisionRemark.id)
    )
    return session.scalars(query).all()


def answers(session: Session, revision_id: int, writer: Writer) -> dict[int, str]:
    """How the points of the checklist were answered about a text, for whoever may read it."""
    query = (
        sa.select(RevisionAnswer.point, RevisionAnswer.answer)
        .join(Revision, Revision.id == RevisionAnswer.revision_id)
        .where(Revision.id == revision_id, readable(writer))
        .order_by(RevisionAnswer.point)
    )
    return {row.point: row.answer for row in session.execute(query)}
