"""What is like a title that somebody types, as far as that person may know of it.

Live articles come from the search, with the rights of whoever types; texts
under way are one's own and those that one could decide on. Of any other text
nothing is said, not even that it is there.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.articles import drafts, queries
from portal.articles.models import Article, ArticleWord, Revision
from portal.articles.queries import LISTED, Listed, listed
from portal.articles.rules import Writer
from portal.articles.search import SOURCE
from portal.articles.similar import Candidate, similar
from portal.articles.states import OPEN_STATES, RevisionState
from portal.organisation.models import Service
from portal.search.engine import IndexUnusable
from portal.search.live import LiveIndex
from portal.search.query import parse
from portal.search.service import access_of

ARTICLES = 30
"""Most live articles that are compared: the best that the search finds."""
TEXTS = 200
"""Most texts under way that are compared: those changed last."""
SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class LikeText:
    """A text under way; *writer* is its writer's name, *is_own* whether that is who asks."""

    revision_id: int
    ref: str
    title: str
    language: str
    writer_id: int | None
    writer: str
    is_own: bool
    is_submitted: bool

    @property
    def path(self) -> str:
        """Where its writer goes on with it."""
        return f"/write/{self.revision_id}"


@dataclass(frozen=True, kw_only=True)
class Close:
    """What is like a title, the most alike first; *is_searched* is off while the search cannot be asked."""

    articles: tuple[Listed, ...] = ()
    texts: tuple[LikeText, ...] = ()
    is_searched: bool = True

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self.articles and not self.texts


def close_to(
    session: Session, index: LiveIndex, writer: Writer, title: str, *, language: str, but: int | None = None
) -> Close:
    """Return what *writer* may know of that is like *title*; *but* is the text that they are writing, if any.

    Five queries at most, however much there is.
    """
    query = parse(title)
    if not query.words:
        return Close()
    apart = _article_of(session, but, writer) if but is not None else None
    is_searched = True
    try:
        hits = index.search(query, access_of(writer.rights, index.sources), filters={}, limit=ARTICLES).hits
    except IndexUnusable:
        hits, is_searched = (), False
    articles = _articles(session, writer, [hit.ref for hit in hits if hit.source == SOURCE], apart)
    texts = _texts(session, writer, apart)
    pool = [each for each, _shown in (*articles.values(), *texts.values())]
    alike = [each.candidate.key for each in similar(query.text, pool, language=language, limit=2 * SHOWN)]
    shown = [texts[key][1] for key in alike if key in texts][:SHOWN]
    begun = {text.ref for text in shown if text.is_own}  # their own text stands for an article that they change
    return Close(
        articles=tuple(articles[key][1] for key in alike if key in articles and key not in begun)[:SHOWN],
        texts=tuple(shown),
        is_searched=is_searched,
    )


def _article_of(session: Session, revision_id: int, writer: Writer) -> int | None:
    query = sa.select(Revision.article_id).where(Revision.id == revision_id, drafts.readable(writer))
    return session.scalar(query)


def _articles(
    session: Session, writer: Writer, refs: list[str], apart: int | None
) -> dict[str, tuple[Candidate, Listed]]:
    """Those of *refs* that are readable at this moment, with the words by which they are searched."""
    query = sa.select(*LISTED, Article.id).join(Service, Service.id == Article.service_id)
    shown = query.where(Article.ref.in_(refs), queries.readable(writer.rights), Article.id != (apart or 0))
    rows = session.execute(shown).mappings().all()
    words: dict[int, list[str]] = defaultdict(list)
    of_these = sa.select(ArticleWord.article_id, ArticleWord.phrase).where(
        ArticleWord.article_id.in_([row["id"] for row in rows])
    )
    for article_id, phrase in session.execute(of_these.order_by(ArticleWord.article_id, ArticleWord.position)):
        words[article_id].append(phrase)
    found = ((listed(row), tuple(words[row["id"]])) for row in rows)
    return {each.ref: (Candidate(each.ref, each.title, phrases, each.language), each) for each, phrases in found}


def _texts(session: Session, writer: Writer, apart: int | None) -> dict[str, tuple[Candidate, LikeText]]:
    query = (
        sa.select(
            Revision.id, Revision.title, Revision.front, Revision.state, Revision.author_id, Article.ref,
            sa.func.coalesce(Person.name, "").label("name"),
        )
        .join(Article, Article.id == Revision.article_id)
        .outerjoin(Person, Person.id == Revision.author_id)
        .where(Revision.state.in_(OPEN_STATES), drafts.readable(writer), Revision.article_id != (apart or 0))
        .order_by(Revision.updated_at.desc(), Revision.id.desc())
        .limit(TEXTS)
    )  # fmt: skip
    return {f"text {row.id}": _text(row, writer) for row in session.execute(query)}


def _text(row: sa.Row[Any], writer: Writer) -> tuple[Candidate, LikeText]:
    said = row.front.get("words")
    words = tuple(each for each in said if isinstance(each, str)) if isinstance(said, list | tuple) else ()
    language = row.front.get("language")
    language = language if isinstance(language, str) else "en"
    shown = LikeText(
        revision_id=row.id,
        ref=row.ref,
        title=row.title,
        language=language,
        writer_id=row.author_id,
        writer=row.name,
        is_own=row.author_id == writer.person_id,
        is_submitted=row.state == RevisionState.SUBMITTED,
    )
    return Candidate(f"text {row.id}", row.title, words, language), shown
