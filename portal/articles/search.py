"""Articles as documents that can be found: one for each set of levels that reads the same text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.rights import Rights
from portal.articles import queries, rules
from portal.articles.addresses import path_of
from portal.articles.events import ArticleArchived, ArticlePublished
from portal.articles.frontmatter_model import FrontMatter
from portal.articles.keeping_events import ArticleBroughtBack
from portal.articles.levels import Level
from portal.articles.models import Article, ArticleFind, ArticleReader, ArticleTag, ArticleWord, Rendering, Revision
from portal.articles.publishing import Pages
from portal.articles.states import ArticleState
from portal.articles.wording import KINDS
from portal.search.documents import Access, Document, MustFind
from portal.search.hooks import Readable, Searchable

SOURCE = "article"


def documents(session: Session, refs: Sequence[str]) -> list[Document]:
    """The documents of those of *refs* that are live; for the others there is nothing to find."""
    articles = session.scalars(
        sa.select(Article).where(Article.ref.in_(refs), Article.state == ArticleState.LIVE).order_by(Article.ref)
    ).all()
    ids = [article.id for article in articles]
    words = _phrases(session, ArticleWord.article_id, ArticleWord.phrase, ArticleWord.position, ids)
    finds = _phrases(session, ArticleFind.article_id, ArticleFind.sentence, ArticleFind.position, ids)
    tags = _phrases(session, ArticleTag.article_id, ArticleTag.tag, ArticleTag.tag, ids)
    readers = _readers(session, ids)
    texts = _live_texts(session, articles)
    return [
        Document(
            key=f"{SOURCE}:{article.ref}:{min(levels)}",
            source=SOURCE,
            ref=article.ref,
            title=article.title,
            body=text,
            levels=levels,
            updated_at=article.updated_at,
            words=tuple(words[article.id]),
            finds=tuple(finds[article.id]),
            tags=tuple(tags[article.id]),
            kind=article.kind,
            service=article.service_id,
            readers=frozenset(readers[article.id]),
            needs=permissions_to_find(article),
            language=article.language,
        )
        for article in articles
        for levels, text in _texts_by_levels(article.audience, texts.get(article.live_revision_id or 0, {}))
    ]


def _readers(session: Session, ids: Sequence[int]) -> Mapping[int, list[str]]:
    query = sa.select(ArticleReader.article_id, ArticleReader.reader).where(ArticleReader.article_id.in_(ids))
    return _gathered(session.execute(query))


def _phrases(session: Session, owner: Any, phrase: Any, order: Any, ids: Sequence[int]) -> Mapping[int, list[str]]:
    """What stands beside articles in rows of their own, by their ids, each in its order."""
    return _gathered(session.execute(sa.select(owner, phrase).where(owner.in_(ids)).order_by(owner, order)))


def documents_of_text(front: FrontMatter, pages: Pages, *, updated_at: datetime) -> list[Document]:
    """The documents of a text that is in no database: the same as ``documents`` makes when it is live."""
    return [
        Document(
            key=f"{SOURCE}:{front.id}:{min(levels)}",
            source=SOURCE,
            ref=front.id,
            title=front.title,
            body=text,
            levels=levels,
            updated_at=updated_at,
            words=front.words,
            finds=front.finds,
            tags=tuple(sorted(front.tags)),
            kind=front.kind,
            service=front.service,
            readers=frozenset(front.readers),
            needs=permissions_to_find(front),
            language=front.language,
        )
        for levels, text in _texts_by_levels(
            front.audience, {level: page.text for level, page in pages.renderings.items()}
        )
    ]


def permissions_to_find(article: Article | FrontMatter) -> frozenset[str]:
    """What somebody must hold to find *article*."""
    return frozenset({"articles.write"}) if rules.is_for_writers(article) else frozenset()


def _live_texts(session: Session, articles: Iterable[Article]) -> dict[int, dict[int, str]]:
    """The text of each live revision, by its id and by the level from which on it is read."""
    texts: dict[int, dict[int, str]] = defaultdict(dict)
    for revision_id, level, text in session.execute(
        sa.select(Rendering.revision_id, Rendering.level, Rendering.text).where(
            Rendering.revision_id.in_([article.live_revision_id for article in articles])
        )
    ):
        texts[revision_id][level] = text
    return texts


def _texts_by_levels(audience: int, texts: Mapping[int, str]) -> list[tuple[frozenset[int], str]]:
    """Each text with the levels that read it: from its own up to the next that has another."""
    starts = sorted(texts)
    ends = [*starts[1:], max(Level) + 1]
    return [
        (frozenset(range(max(start, audience), end)), texts[start])
        for start, end in zip(starts, ends, strict=False)
        if end > max(start, audience)
    ]


def _gathered(rows: Iterable[tuple[int, str]]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for article_id, value in rows:
        found[article_id].append(value)
    return found


def refs(session: Session, after: str, limit: int) -> list[str]:
    """Refs of live articles behind *after*, in order, at most *limit*."""
    query = sa.select(Article.ref).where(Article.state == ArticleState.LIVE, Article.ref > after)
    return list(session.scalars(query.order_by(Article.ref).limit(limit)))


def readable(session: Session, refs: Sequence[str], rights: Rights) -> dict[str, Readable]:
    """Which of *refs* stand in the search of *rights*, as they are now."""
    query = sa.select(Article.ref, Article.slug, Article.title, Article.updated_at).where(
        Article.ref.in_(refs), queries.readable(rights)
    )
    return {
        row.ref: Readable(address=path_of(row.ref, row.slug), title=row.title, updated_at=row.updated_at)
        for row in session.execute(query)
    }


def must_find(session: Session, refs: Sequence[str]) -> list[MustFind]:
    """The sentences that have to find those of *refs* that are live, each asked by their own readers."""
    articles = session.scalars(
        sa.select(Article).where(Article.ref.in_(refs), Article.state == ArticleState.LIVE).order_by(Article.ref)
    ).all()
    ids = [article.id for article in articles]
    sentences = _phrases(session, ArticleFind.article_id, ArticleFind.sentence, ArticleFind.position, ids)
    readers = _readers(session, ids)
    return [
        MustFind(
            source=SOURCE, ref=article.ref, sentence=sentence, access=access_of_readers(article, readers[article.id])
        )
        for article in articles
        for sentence in sentences[article.id]
    ]


def written_by(session: Session, ref: str) -> set[int]:
    """Who wrote a text of an article that went live."""
    query = sa.select(Revision.author_id).join(Article, Article.id == Revision.article_id)
    rows = session.scalars(query.where(Article.ref == ref, Revision.published_at.is_not(None)))
    return {each for each in rows if each is not None}


def access_of_readers(article: Article | FrontMatter, readers: Iterable[str]) -> Access:
    """What those may see for whom *article* is written."""
    return Access(
        level=article.audience,
        service_levels={},
        readers=frozenset(readers),
        permissions=permissions_to_find(article),
    )


SEARCHABLE = Searchable(
    source=SOURCE,
    events={ArticlePublished.name: "ref", ArticleArchived.name: "ref", ArticleBroughtBack.name: "ref"},
    documents=documents,
    refs=refs,
    readable=readable,
    kinds=KINDS,
    must_find=must_find,
    written_by=written_by,
)
