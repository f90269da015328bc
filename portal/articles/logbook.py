"""The log of an article: who moved which text, who ended it or brought it back, and which times were set.

Moves of texts are told to whoever may see the text; what happened to the
article to whoever opens it; a time at which it is to retire to whoever may say
so. Reasons may tell of hidden parts, so they are for who reads all of the text,
and another article is named to who may open that one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.accounts.models import Person
from portal.articles import history, queries
from portal.articles.keeping_models import Act, ArticleMove, Timing, TimingState
from portal.articles.models import Article, Revision, RevisionMove
from portal.articles.rules import Writer

OF_ARTICLE = "article."  # before the name of a step of the article as a whole
TIME_SET, TIME_ENDED = "time.", "time_ended."  # before the act of a time, and before what became of it

# Made once: giving a table another name costs more than asking it.
_OTHER, _LIVE = aliased(Article), aliased(Revision)
_REF = sa.bindparam("ref", type_=sa.String)

ENDED, WHOLE, TEXT, SET = range(4)  # which line stands first of two at one moment: what followed, before its cause


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line: *what* happened by whom when; *number* is that of the text, *until* the time that was set."""

    number: int | None
    what: str
    person: str
    at: datetime
    why: str
    other_ref: str
    other_title: str
    until: datetime | None


def entries(
    session: Session, ref: str, writer: Writer, *, page: int = 1, per_page: int = 100, beyond: int = 0
) -> list[Entry]:
    """What happened to an article and its texts, the latest first.

    *beyond* more are given than the page holds, as far as there are.
    """
    query = _log(writer).offset((page - 1) * per_page).limit(per_page + beyond)
    names = Entry.__dataclass_fields__
    return [Entry(**{name: row[name] for name in names}) for row in session.execute(query, {"ref": ref}).mappings()]


@lru_cache(maxsize=64)
def _log(writer: Writer) -> sa.Select[Any]:
    """Build the log of any article once for each writer: that costs ten times what the database needs."""
    every = sa.union_all(_of_texts(writer), _of_article(writer), _times_set(writer), _times_ended(writer)).subquery()
    return sa.select(every).order_by(every.c.at.desc(), every.c.part, every.c.id.desc())


def _of_texts(writer: Writer) -> sa.Select[Any]:
    whole = history.reads_all(writer.rights, writer)
    return (
        _line(TEXT, RevisionMove, what=RevisionMove.move, at=RevisionMove.at, number=Revision.number)
        .add_columns(_why(whole, RevisionMove.why), *_no_other(), _no_time())
        .join(Revision, Revision.id == RevisionMove.revision_id)
        .join(Article, Article.id == Revision.article_id)
        .where(Article.ref == _REF, history.shown(writer.rights, writer))
    )


def _of_article(writer: Writer) -> sa.Select[Any]:
    rights = writer.rights
    whole = _LIVE.reach <= queries.level_for(rights)
    named = (sa.func.coalesce(getattr(_OTHER, name), "").label(f"other_{name}") for name in ("ref", "title"))
    return (
        _line(WHOLE, ArticleMove, what=sa.literal(OF_ARTICLE) + ArticleMove.move, at=ArticleMove.at)
        .add_columns(_why(whole, ArticleMove.why), *named, _no_time())
        .join(Article, Article.id == ArticleMove.article_id)
        .join(_LIVE, _LIVE.id == Article.live_revision_id)
        .outerjoin(_OTHER, sa.and_(_OTHER.id == ArticleMove.other_id, queries.openable(rights, _OTHER)))
        .where(Article.ref == _REF, queries.openable(rights))
    )


def _times_set(writer: Writer) -> sa.Select[Any]:
    line = _line(SET, Timing, what=sa.literal(TIME_SET) + Timing.act, at=Timing.set_at, number=Revision.number)
    return _of_times(line, writer, Timing.why, Timing.at.label("until"))


def _times_ended(writer: Writer) -> sa.Select[Any]:
    """Times that dropped or failed; of one that was kept the log says what happened then."""
    what = sa.literal(TIME_ENDED) + Timing.state
    line = _line(ENDED, Timing, what=what, at=Timing.ended_at, number=Revision.number, person=sa.literal(""))
    ended = Timing.state.in_((TimingState.DROPPED, TimingState.FAILED))
    return _of_times(line, writer, Timing.ended_why, _no_time()).where(ended)


def _of_times(line: sa.Select[Any], writer: Writer, why: Any, until: sa.ColumnElement[Any]) -> sa.Select[Any]:
    rights = writer.rights
    ends = sa.and_(queries.openable(rights), _LIVE.reach <= queries.level_for(rights))
    retires = sa.and_(Timing.act == Act.RETIRE, ends, sa.literal(writer.publishes_for_all))
    goes_live = sa.and_(Timing.act == Act.GO_LIVE, history.shown(rights, writer))
    whole = sa.or_(Timing.act == Act.RETIRE, history.reads_all(rights, writer))
    return (
        line.add_columns(_why(whole, why), *_no_other(), until)
        .join(Article, Article.id == Timing.article_id)
        .outerjoin(Revision, Revision.id == Timing.revision_id)
        .outerjoin(_LIVE, _LIVE.id == Article.live_revision_id)
        .where(Article.ref == _REF, sa.or_(retires, goes_live))
    )


def _line(part: int, table: Any, *, what: Any, at: Any, number: Any = None, person: Any = None) -> sa.Select[Any]:
    """The columns that each part begins with; *part* is where it stands at one moment."""
    said = sa.func.coalesce(Person.name, "") if person is None else person
    columns = (
        sa.literal(part).label("part"),
        table.id.label("id"),
        (sa.null() if number is None else number).label("number"),
        what.label("what"),
        said.label("person"),
        at.label("at"),
    )
    return sa.select(*columns).select_from(table).outerjoin(Person, Person.id == table.person_id)


def _why(whole: sa.ColumnElement[bool], why: Any) -> sa.ColumnElement[str]:
    return sa.case((whole, why), else_="").label("why")


def _no_other() -> tuple[sa.ColumnElement[str], ...]:
    return tuple(sa.literal("").label(name) for name in ("other_ref", "other_title"))


def _no_time() -> sa.ColumnElement[Any]:
    return sa.type_coerce(sa.null(), Timing.at.type).label("until")
