"""Articles for tests of other rooms, put into the database as publishing leaves them there."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.articles.addresses import slug_of
from portal.articles.events import ArticleArchived, ArticlePublished
from portal.articles.models import Article, ArticleFind, ArticleReader, ArticleWord, Rendering, Revision
from portal.articles.states import ArticleState
from portal.core.events import emit
from portal.organisation.models import Organisation, Party, Service, Site
from portal.testing import NOON

SERVICES = {"mail": "Mail and calendar", "printing": "Printing", "accounts": "Sign-in and accounts"}


def put_organisation(session: Session) -> None:
    """A desk, one site, one party, and three services."""
    if session.get(Organisation, 1):
        return
    session.add(
        Organisation(id=1, name="Acme", time_zone="UTC", desk_hours="Mon-Fri 08:00-18:00", desk_phone="+49 30 1234")
    )
    session.add(Site(id="main", name="Main", time_zone="UTC"))
    session.flush()
    session.add(Party(id="front-line", name="Front line", kind="front_line", site_id="main", owner_roles=["desk"]))
    session.flush()
    session.add_all(
        Service(id=key, name=name, party_id="front-line", sort_order=place)
        for place, (key, name) in enumerate(SERVICES.items())
    )
    session.flush()


def put_article(
    session: Session,
    ref: str,
    title: str,
    text: str = "",
    *,
    support: str = "",
    service: str = "mail",
    kind: str = "how_to",
    audience: int = 0,
    readers: Sequence[str] = (),
    words: Sequence[str] = (),
    finds: Sequence[str] = (),
    language: str = "en",
    confidence: str = "validated",
    now: datetime = NOON,
) -> Article:
    """Put an article live, over the one of the same ref; *support* stands in a part for support."""
    put_organisation(session)
    article = session.scalar(sa.select(Article).where(Article.ref == ref))
    if article is None:
        article = Article(ref=ref, created_at=now, review_every_days=365, governance="experience", owner_role="desk")
        session.add(article)
    article.slug, article.title, article.service_id, article.kind = slug_of(title), title, service, kind
    article.audience, article.language, article.confidence = audience, language, confidence
    article.state, article.updated_at, article.published_at = ArticleState.LIVE, now, now
    session.flush()
    for model in (ArticleWord, ArticleReader, ArticleFind):
        session.execute(sa.delete(model).where(model.article_id == article.id))
    session.execute(sa.update(Revision).where(Revision.article_id == article.id).values(state="superseded"))
    number = (session.scalar(sa.select(sa.func.max(Revision.number)).where(Revision.article_id == article.id)) or 0) + 1
    revision = Revision(
        article_id=article.id, number=number, state="live", title=title, front={}, body=text, created_at=now,
        updated_at=now, published_at=now,
    )  # fmt: skip
    session.add(revision)
    session.flush()
    article.live_revision_id = revision.id
    texts = {0: text} | ({1: f"{text}\n{support}"} if support else {})
    session.add_all(
        Rendering(revision_id=revision.id, level=level, html=f"<p>{shown}</p>", toc=[], text=shown)
        for level, shown in texts.items()
    )
    session.add_all(ArticleReader(article_id=article.id, reader=reader) for reader in readers)
    session.add_all(
        ArticleWord(article_id=article.id, position=place, phrase=phrase) for place, phrase in enumerate(words)
    )
    session.add_all(
        ArticleFind(article_id=article.id, position=place, sentence=each) for place, each in enumerate(finds)
    )
    session.flush()
    published = ArticlePublished(
        article_id=article.id, ref=ref, revision_id=revision.id, significance="new" if number == 1 else "changed"
    )
    emit(session, published)
    return article


def archive(session: Session, ref: str) -> None:
    """Take an article out of lists and search."""
    article = session.scalars(sa.select(Article).where(Article.ref == ref)).one()
    article.state = ArticleState.ARCHIVED
    emit(session, ArticleArchived(article_id=article.id, ref=ref, successor_ref=None))
