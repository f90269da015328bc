"""Who is told when an article moves, read from the table of moves, so that both say the same.

Nobody is told of what they did themselves, and each person of one thing only
once. What somebody may not read is not told to them, not even that it is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person, PersonRole
from portal.accounts.queries import holder_of
from portal.accounts.roles import COACH
from portal.articles import notice_words as words
from portal.articles import watching, workflow
from portal.articles.events import (
    ArticleArchived,
    ArticleDeclined,
    ArticleMissed,
    ArticlePublished,
    ArticleSentBack,
    ArticleSubmitted,
    ArticleValidated,
)
from portal.articles.keeping_events import ArticleScheduleFailed
from portal.articles.keeping_models import ArticleMove
from portal.articles.models import Article, ArticleMiss, Revision, RevisionMove, Verdict
from portal.articles.states import Significance, VerdictValue
from portal.articles.workflow import Told, Who
from portal.core.clock import now as clock_now
from portal.core.db import Database
from portal.core.events import Event
from portal.notices import service
from portal.notices.service import News

HELPED_WITHIN = timedelta(days=90)
AT_ONCE = 100
MOST_COACHES = 20
OF_TEXTS = (ArticleSubmitted, ArticleSentBack, ArticleDeclined, ArticlePublished)
HEARD = (*OF_TEXTS, ArticleArchived, ArticleValidated, ArticleScheduleFailed, ArticleMissed)


class Telling:
    """Tells people in short transactions; who may read what is asked outside of them."""

    def __init__(self, db: Database) -> None:
        """Write to *db*."""
        self._db = db

    def tell_people(self, session: Session, events: Sequence[Event]) -> None:
        """Tell what these events mean for people. Twice is as good as once."""
        now = clock_now()
        for event in events:
            news = service.readable(session, news_of(session, event, now=now))
            if isinstance(event, ArticleSubmitted) and not any(_is_for_owner(each) for each in news):
                news += service.readable(session, for_coaches(session, event, {each.person_id for each in news}))
            for start in range(0, len(news), AT_ONCE):
                with self._db.transaction() as writing:
                    service.tell(writing, news[start : start + AT_ONCE], now=now)


def news_of(session: Session, event: Event, *, now: datetime) -> list[News]:
    """What *event* means for people, whoever they are and whatever they may read."""
    told = _OF_ARTICLES.get(type(event))
    if told is not None:
        return told(session, event)
    if not isinstance(event, OF_TEXTS):
        return []
    revision = session.get(Revision, event.revision_id)
    if revision is None:
        return []
    article = session.get_one(Article, revision.article_id)
    step = _last_step(session, revision.id, event.name)
    news = _by_table(session, step, revision, now=now) if step else []
    if step and step.move == "go_live_adapted" and revision.origin_id:
        news = _to_suggester(session, revision, now=now) + news
    if isinstance(event, ArticlePublished):
        news += _to_watchers(session, event, article, step)
    silent = {event.actor_id, _alone(step, revision)}
    return _once_each(each for each in news if each.person_id not in silent)


def for_coaches(session: Session, event: ArticleSubmitted, told: set[int]) -> list[News]:
    """A text whose owner cannot decide on it, for those coaches who can."""
    revision = session.get(Revision, event.revision_id)
    step = _last_step(session, event.revision_id, event.name)
    if revision is None or step is None:
        return []
    query = (
        sa.select(Person.id)
        .join(PersonRole, PersonRole.person_id == Person.id)
        .where(PersonRole.role == COACH, Person.left_at.is_(None), Person.id.not_in(told))
        .order_by(Person.id)
        .limit(MOST_COACHES)
    )
    move = workflow.MOVES[step.move]
    return [
        _news(person_id, words.WAITING, step, words.said(move, Told.DECIDERS), revision)
        for person_id in session.scalars(query)
        if person_id != event.actor_id
    ]


def _is_for_owner(news: News) -> bool:
    return str(news.data["say"]).endswith(f".{Told.OWNER}")


def _last_step(session: Session, revision_id: int, event_name: str) -> RevisionMove | None:
    """The last move of a text that tells this event; none where a file put it live."""
    names = [move.name for move in workflow.MOVES.values() if move.event == event_name]
    query = sa.select(RevisionMove).where(RevisionMove.revision_id == revision_id, RevisionMove.move.in_(names))
    return session.scalar(query.order_by(RevisionMove.id.desc()).limit(1))


def _alone(step: RevisionMove | None, revision: Revision) -> int | None:
    """Who published by themselves, also where a set time did it for them."""
    return revision.author_id if step and workflow.MOVES[step.move].who in {Who.ALONE, Who.WRITER} else None


def _by_table(session: Session, step: RevisionMove, revision: Revision, *, now: datetime) -> list[News]:
    """What the table of moves says about this step."""
    move = workflow.MOVES[step.move]
    kinds = {
        Told.WRITER: words.OWN,
        Told.DECIDED: words.WAITING,
        Told.OWNER: words.WAITING if move.event == ArticleSubmitted.name else words.LOOKED_AFTER,
        Told.READERS: words.WRONG,
    }
    return [
        _news(person_id, kinds[told], step, words.said(move, told), revision, **_weight(kinds[told], revision))
        for told in kinds
        if told in move.told
        for person_id in _people(session, told, step, revision, now=now)
    ]


def _weight(kind: str, revision: Revision) -> dict[str, str]:
    """How much a text that went live alone changes, for whoever looks after the article."""
    return {"significance": revision.significance} if kind == words.LOOKED_AFTER and revision.significance else {}


def _people(session: Session, told: Told, step: RevisionMove, revision: Revision, *, now: datetime) -> list[int]:
    article = session.get_one(Article, revision.article_id)
    if told == Told.WRITER:
        return _known(revision.author_id)
    if told == Told.OWNER:
        holder = holder_of(session, str(revision.front.get("owner_role") or article.owner_role))
        return _known(holder.id if holder else None)
    if told == Told.DECIDED:
        before = sa.and_(RevisionMove.revision_id == revision.id, RevisionMove.id < step.id)
        query = sa.select(RevisionMove.person_id).where(before, RevisionMove.move == "send_back")
        return _known(session.scalar(query.order_by(RevisionMove.id.desc()).limit(1)))
    if told == Told.READERS and revision.significance == Significance.OLD_IS_WRONG:
        return watching.watchers(session, article, step.at) + _helped(session, article, now)
    return []


def _known(person_id: int | None) -> list[int]:
    return [] if person_id is None else [person_id]


def _helped(session: Session, article: Article, now: datetime) -> list[int]:
    """Who said lately that the article helped them."""
    query = sa.select(Verdict.person_id).where(
        Verdict.article_id == article.id,
        Verdict.value == VerdictValue.YES,
        Verdict.at >= now - HELPED_WITHIN,
        Verdict.replaced_at.is_(None),
        Verdict.person_id.is_not(None),
    )
    return [person_id for person_id in session.scalars(query.order_by(Verdict.person_id)) if person_id is not None]


def _to_suggester(session: Session, revision: Revision, *, now: datetime) -> list[News]:
    """The text that was adapted belongs to somebody, who hears that it is live with changes."""
    origin = session.get_one(Revision, revision.origin_id)
    query = sa.select(RevisionMove).where(RevisionMove.revision_id == origin.id, RevisionMove.move == "adapt")
    step = session.scalar(query.order_by(RevisionMove.id.desc()).limit(1))
    return _by_table(session, step, origin, now=now) if step else []


def _to_watchers(session: Session, event: ArticlePublished, article: Article, step: RevisionMove | None) -> list[News]:
    if event.significance == Significance.TYPO:
        return []
    key = f"move:{step.id}" if step else f"live:{event.revision_id}"
    at = session.scalar(sa.select(Revision.published_at).where(Revision.id == event.revision_id))
    data = {"article_id": article.id, "revision_id": event.revision_id, "say": words.CHANGED}
    return [
        News(person_id=person_id, kind=words.WATCHED, key=key, data=data)
        for person_id in watching.watchers(session, article, at or article.updated_at)
    ]


def _archived(session: Session, event: ArticleArchived) -> list[News]:
    article = session.get(Article, event.article_id)
    if article is None or not article.is_archived:
        return []
    last = session.scalar(sa.select(sa.func.max(ArticleMove.id)).where(ArticleMove.article_id == article.id))
    data = {"article_id": article.id, "say": words.ARCHIVED}
    return [
        News(person_id=person_id, kind=words.WATCHED, key=f"archived:{article.id}:{last or 0}", data=data)
        for person_id in watching.watchers(session, article, article.updated_at)
        if person_id != event.actor_id
    ]


def _validated(session: Session, event: ArticleValidated) -> list[News]:
    revision = session.get(Revision, event.revision_id)
    if revision is None or revision.author_id in {None, event.actor_id}:
        return []
    data = {"article_id": revision.article_id, "revision_id": revision.id, "say": words.VALIDATED}
    return [
        News(person_id=person_id, kind=words.OWN, key=f"validated:{revision.id}", data=data)
        for person_id in _known(revision.author_id)
    ]


def _not_on_time(session: Session, event: ArticleScheduleFailed) -> list[News]:
    """Whoever wrote the text, whoever set the time and whoever looks after the article hear that nothing came of it."""
    holder = holder_of(session, event.owner_role)
    others = _known(event.actor_id) + _known(holder.id if holder else None)
    if event.revision_id is None:
        said = [(each, words.LOOKED_AFTER, words.NOT_RETIRED) for each in others]
    else:
        said = [(each, words.OWN, words.NOT_LIVE) for each in _known(event.writer_id)]
        said += [(each, words.WAITING, words.STILL_WAITS) for each in others]
    data = {"article_id": event.article_id, "revision_id": event.revision_id}
    key = f"timing:{event.timing_id}"
    return _once_each(
        News(person_id=person_id, kind=kind, key=key, data=data | {"say": say}) for person_id, kind, say in said
    )


def _missed(session: Session, event: ArticleMissed) -> list[News]:
    """Whoever looks after the article, and who watches it; those of them who write are told."""
    article = session.get(Article, event.article_id)
    since = session.scalar(sa.select(sa.func.max(ArticleMiss.since)).where(ArticleMiss.article_id == event.article_id))
    if article is None or since is None:
        return []
    holder = holder_of(session, article.owner_role)
    people = _known(holder.id if holder else None) + watching.watchers(session, article, since)
    data = {"article_id": article.id, "since": since.isoformat(), "say": words.MISSED}
    key = f"missed:{article.id}:{since:%Y%m%d%H%M%S}"
    return _once_each(News(person_id=person_id, kind=words.NOT_FOUND, key=key, data=data) for person_id in people)


_OF_ARTICLES: Mapping[type[Event], Callable[[Session, Any], list[News]]] = {
    ArticleValidated: _validated,
    ArticleArchived: _archived,
    ArticleScheduleFailed: _not_on_time,
    ArticleMissed: _missed,
}


def _news(person_id: int, kind: str, step: RevisionMove, say: str, revision: Revision, **more: str) -> News:
    data = {"article_id": revision.article_id, "revision_id": revision.id, "say": say, **more}
    return News(person_id=person_id, kind=kind, key=words.key_of(step.id), data=data)


def _once_each(news: Iterable[News]) -> list[News]:
    """The first for each person; the order of *news* says which."""
    found: dict[int, News] = {}
    for each in news:
        found.setdefault(each.person_id, each)
    return list(found.values())
