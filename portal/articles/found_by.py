"""Whether the sentences of a text would find it once it is live, and which articles stand in the way.

The text is not in the index yet: so it is tried in a small index of its own, beside what the search finds with its
sentences now. Its sentences themselves are left out, since they would find it whatever it says. That is close to how
it will be, not exact: how rare a word is, the small index knows only of these.

A writer chooses sentences and readers freely. So the text competes with nothing but what its readers and its writer may
both see: neither a place nor a count says anything about other pages.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from portal.accounts.rights import Rights
from portal.articles import finding, search, texts
from portal.articles.frontmatter import ArticleFile
from portal.articles.frontmatter_model import FrontMatter
from portal.articles.levels import Level
from portal.articles.models import Article
from portal.articles.texts import Text
from portal.search import contracts
from portal.search.contracts import AMONG_THE_FIRST
from portal.search.documents import Access, Document, MustFind
from portal.search.engine import Engine, Hit
from portal.search.live import LiveIndex
from portal.search.query import parse
from portal.search.service import access_of, second_look
from portal.search.sources import Sources

RIVALS: Final = 20
"""So many of the best for each sentence are put beside the text."""
PASSAGES: Final = 16
"""So many passages of a text are worked out while its writer waits: each takes a twentieth of a second."""


@dataclass(frozen=True, kw_only=True)
class InTheWay:
    """What would stand before; the writer may read it."""

    title: str
    path: str


@dataclass(frozen=True, kw_only=True)
class Tried:
    """One sentence: the place of the text (0: not among the first ten), and what would stand before it."""

    sentence: str
    place: int
    before: tuple[InTheWay, ...]

    @property
    def is_kept(self) -> bool:
        """Whether people would find it."""
        return 0 < self.place <= AMONG_THE_FIRST


def tried(session: Session, index: LiveIndex, text: Text, article: Article, rights: Rights) -> list[Tried]:
    """Try the sentences of *text*, for its own readers; nothing where it has none or cannot be shown yet.

    Other articles count as far as *rights* may read them.

    Raises:
        IndexUnusable: there is no index, or it is damaged.
    """
    file = texts.file_of(text, article.ref)
    own = _own(file)
    if file.front is None or own is None or not file.front.finds:
        return []
    access = _access(file.front, rights, index.sources)
    asked = [
        MustFind(source=search.SOURCE, ref=article.ref, sentence=sentence, access=access)
        for sentence in file.front.finds
    ]
    rivals = _rivals(session, index, asked, access)
    meaning = index.meaning
    if meaning is not None:
        waiting = meaning.waiting([own])
        if len(waiting) > PASSAGES:
            meaning = None
        else:
            for _count in meaning.learn(waiting):
                pass
    with _beside(index, own, rivals) as small:
        found = [contracts.ask(small, each, synonyms=index.synonyms(), meaning=meaning) for each in asked]
    readable = second_look(session, index.sources, [hit for each in found for hit in each.before], rights)
    return [
        Tried(
            sentence=each.of.sentence,
            place=each.place,
            before=tuple(
                InTheWay(title=now.title, path=now.address)
                for hit in each.before
                if (now := readable.get((hit.source, hit.ref)))
            ),
        )
        for each in found
    ]


def _own(file: ArticleFile) -> Document | None:
    """The text as its readers get it, without its sentences; whoever wrote it may see it."""
    audience = file.front.audience if file.front is not None else 0
    made = (each for each in finding.documents_of(file) if audience in each.levels)
    own = next(made, None)
    return own and replace(own, finds=(), levels=frozenset(Level), readers=frozenset(), needs=frozenset())


def _access(front: FrontMatter, rights: Rights, sources: Sources) -> Access:
    """What the readers of a text and its writer may both see."""
    theirs, own = search.access_of_readers(front, front.readers), access_of(rights, sources)
    return Access(
        level=min(theirs.level, own.level),
        service_levels={service: min(theirs.level, level) for service, level in own.service_levels.items()},
        readers=theirs.readers & own.readers,
        permissions=(theirs.permissions | sources.tokens()) & own.permissions,
    )


def _rivals(session: Session, index: LiveIndex, asked: Sequence[MustFind], access: Access) -> list[Document]:
    """The documents of what the sentences find now, as *access* may see them, without those of the article itself."""
    refs: dict[str, dict[str, None]] = {}
    for each in asked:
        for hit in _found(index, each.sentence, access):
            if (hit.source, hit.ref) != (each.source, each.ref):
                refs.setdefault(hit.source, {})[hit.ref] = None
    documents = (index.sources[source].documents(session, list(some)) for source, some in refs.items())
    return [each for some in documents for each in some if access.may_see(each)]


def _found(index: LiveIndex, sentence: str, access: Access) -> tuple[Hit, ...]:
    page = index.answer(parse(sentence), access, filters={}, offset=0, limit=RIVALS)[1]
    return page.hits or page.nearest


@contextmanager
def _beside(index: LiveIndex, own: Document, rivals: Sequence[Document]) -> Iterator[Engine]:
    with tempfile.TemporaryDirectory(prefix="found-by-") as folder:
        small = index.factory.open(Path(folder), create=True)
        try:
            small.write([*rivals, own], [])
            yield small
        finally:
            small.close()
