"""All articles, the samples too, four weeks of verdicts and views, and texts under way, for `portal demo`."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.accounts.queries import holders
from portal.accounts.rights import rights_of
from portal.articles import demo_texts, loading, queries, rules, service
from portal.articles.models import Article, ArticleView, Revision, Verdict
from portal.articles.states import Asked, RevisionState
from portal.core import clock
from portal.core.portal import Portal

DAYS = 28
SEED = 4
HANDBOOK = "portal"  # the service of its pages


def fill(house: Portal) -> str:
    """Load every article and let people have read and judged them; nothing when they did already."""
    with house.db.reading() as session:
        if session.scalar(sa.select(Verdict.id).limit(1)):
            return ""
        words = loading.vocabulary(session)
    checked = loading.check([house.root / "kb_articles"], words, max_bytes=house.config.number("article_kb") * 1024)
    loading.load(house.db, checked, now=clock.now, samples=True)
    today = clock.now()
    with house.db.transaction() as session:
        _say_who_wrote(session)
        _date_back(session, today - timedelta(days=DAYS + 1))
    given = 0
    for days_ago in range(DAYS, 0, -1):
        # The noon of a past day: events and verdicts carry the time at which they would have happened.
        with clock.frozen(today - timedelta(days=days_ago)), house.db.transaction() as session:
            given += _one_day(session, random.Random(SEED * 1000 + days_ago))  # noqa: S311 - the same each time
    written = demo_texts.fill(house, today)
    return f"All articles, with {given} verdicts of the last {DAYS} days. {written}"


def _say_who_wrote(session: Session) -> None:
    """Let each text be by who looks after it, so that there is somebody to ask and something to show a coach."""
    for each in holders(session):
        of_role = sa.select(Article.id).where(Article.owner_role == each.owner_role)
        live = sa.update(Revision).where(Revision.article_id.in_(of_role), Revision.state == RevisionState.LIVE)
        if each.person is not None:
            session.execute(live.values(author_id=each.person.id))


def _date_back(session: Session, day: datetime) -> None:
    """Let the first texts be older than what people said about them and wrote on top of them."""
    session.execute(sa.update(Revision).values(created_at=day, updated_at=day, published_at=day))


def _one_day(session: Session, chance: random.Random) -> int:
    now = clock.now()
    # The handbook got nobody back to work, and would stand on the front page as if it had.
    articles = session.scalars(sa.select(Article).where(Article.service_id != HANDBOOK).order_by(Article.ref)).all()
    people = session.scalars(sa.select(Person).order_by(Person.id)).all()
    for article in articles:
        views = chance.randint(1, 40)
        session.merge(ArticleView(day=now.date(), article_id=article.id, views=views))
    given = 0
    for person in chance.sample(people, k=min(6, len(people))):
        rights = rights_of(session, person)
        theirs = set(session.scalars(sa.select(Article.id).where(queries.openable(rights))))
        readable = [article for article in articles if article.id in theirs]
        for article in chance.sample(readable, k=min(2, len(readable))):
            asked = rules.asked_of(rights.level_for(article.service_id))
            value = "yes" if chance.random() < 0.75 else "no" if asked == Asked.HELPFUL else "partly"
            service.give_verdict(
                session, article.ref, rights=rights, visitor=None, value=value, words="", revision_id=None, now=now
            )
            given += 1
    return given
