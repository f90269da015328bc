"""The way from a page of the portal into its handbook, for whoever may read it.

The few articles that pages point at are read from the database at most every
few seconds in a process; whether a person may read one is decided at each
request, of their rights.
"""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from portal.accounts.rights import Rights
from portal.articles.addresses import path_of
from portal.articles.levels import Confidence
from portal.articles.models import Article, ArticleReader
from portal.articles.page_parts import heading_id
from portal.articles.states import ArticleState
from portal.core.db import Database
from portal.core.portal import HandbookPage

KEEP_SECONDS: Final = 5.0


@dataclass(frozen=True)
class _Page:
    """One live article that some page points at."""

    path: str
    language: str
    service_id: str
    audience: int
    readers: frozenset[str]

    def is_for(self, rights: Rights) -> bool:
        """Whether it opens for somebody with *rights*; the same as ``queries.readable`` of a finished text."""
        return self.audience <= rights.level_for(self.service_id) and (
            not self.readers or not self.readers.isdisjoint(rights.readers)
        )


class Handbook:
    """The articles that pages point at, as they were some seconds ago."""

    def __init__(self, db: Database) -> None:
        """Read from *db*, at the first question."""
        self._db = db
        self._asked: frozenset[str] = frozenset()
        self._pages: dict[str, _Page] = {}
        self._read_at = float("-inf")

    def page(self, rights: Rights, ref: str, heading: str = "") -> HandbookPage | None:
        """Where the article *ref* says what stands under *heading*; nothing while it is not live or not for *rights*.

        When the database does not answer, what was known last still stands.
        """
        if ref not in self._asked:
            self._asked |= {ref}
            self._look()
        elif time.monotonic() - self._read_at > KEEP_SECONDS:
            self._look()
        page = self._pages.get(ref)
        if page is None or not page.is_for(rights):
            return None
        return HandbookPage(f"{page.path}#{heading_id(heading)}" if heading else page.path, page.language)

    def _look(self) -> None:
        query = (
            sa.select(
                Article.ref,
                Article.slug,
                Article.language,
                Article.service_id,
                Article.audience,
                ArticleReader.reader,
            )
            .outerjoin(ArticleReader, ArticleReader.article_id == Article.id)
            .where(
                Article.ref.in_(self._asked),
                Article.state == ArticleState.LIVE,
                Article.confidence != Confidence.WIP,
            )
        )
        try:
            with self._db.reading() as session:
                rows = session.execute(query).all()
        except SQLAlchemyError:
            return  # the page itself says what is wrong
        readers: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            readers[row.ref] |= {row.reader} - {None}
        self._pages = {
            row.ref: _Page(
                path_of(row.ref, row.slug), row.language, row.service_id, row.audience, frozenset(readers[row.ref])
            )
            for row in rows
        }
        self._read_at = time.monotonic()
