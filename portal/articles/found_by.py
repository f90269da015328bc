"""Whether the sentences of a text would find it once it is live, and which articles stand in the way.

The text is not in the index yet: so it is tried in a small index of its own, beside what the search finds with its
sentences now. Its sentences themselves are left out, since they would find it whatever it says. That is close to how
it will be, not exact: how rare a word is, the small index knows only of these.
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
from portal.articles.models import Article
from portal.articles.texts import Text
from portal.search import contracts
from portal.search.contracts import AMONG_THE_FIRST
from portal.search.documents import Access, Document, MustFind
from portal.search.engine import Engine, Hit
from portal.search.live import LiveIndex
from portal.search.query import parse
from portal.search.service import second_look

RIVALS: Final = 20
"""So many of the best for each sentence are put beside the text."""
PASSAGES: Final = 16
"""So many passages of a text are worked out while its writer waits: each takes a twentieth of a second."""


@dataclass(frozen=True, kw_only=True)
class InTheWay:
    """An article that would stand before; both empty where the writer may not read it."""

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

    What is told of other articles is what *rights* may read.

    Raises:
        IndexUnusable: there is no index, or it is damaged.
    """
    file = texts.file_of(text, article.ref)
    own = [replace(each, finds=()) for each in finding.documents_of(file)]
    if file.front is None or not own or not file.front.finds:
        return []
    access = search.access_of_readers(file.front, file.front.readers)
    asked = [
        MustFind(source=search.SOURCE, ref=article.ref, sentence=sentence, access=access)
        for sentence in file.front.finds
    ]
    rivals = _rivals(session, index, asked)
    meaning = index.meaning
    if meaning is not None:
        waiting = meaning.waiting(own)
        if len(waiting) > PASSAGES:
            meaning = None
        else:
            for _count in meaning.learn(waiting):
                pass
    with _beside(index, own, rivals) as small:
        found = [contracts.ask(small, each, synonyms=index.synonyms(), meaning=meaning) for each in asked]
    readable = second_look(session, index.sources, [hit for each in found for hit in each.before], rights)

    def told(hit: Hit) -> InTheWay:
        now = readable.get((hit.source, hit.ref))
        return InTheWay(title=now.title if now else "", path=now.address if now else "")

    return [Tried(sentence=each.of.sentence, place=each.place, before=tuple(map(told, each.before))) for each in found]


def _rivals(session: Session, index: LiveIndex, asked: Sequence[MustFind]) -> list[Document]:
    """The documents of what the sentences find now, without those of the article itself."""
    refs: dict[str, dict[str, None]] = {}
    for each in asked:
        for hit in _found(index, each.sentence, each.access):
            if (hit.source, hit.ref) != (each.source, each.ref):
                refs.setdefault(hit.source, {})[hit.ref] = None
    return [
        document for source, some in refs.items() for document in index.sources[source].documents(session, list(some))
    ]


def _found(index: LiveIndex, sentence: str, access: Access) -> tuple[Hit, ...]:
    page = index.answer(parse(sentence), access, filters={}, offset=0, limit=RIVALS)[1]
    return page.hits or page.nearest


@contextmanager
def _beside(index: LiveIndex, own: Sequence[Document], rivals: Sequence[Document]) -> Iterator[Engine]:
    with tempfile.TemporaryDirectory(prefix="found-by-") as folder:
        small = index.factory.open(Path(folder), create=True)
        try:
            small.write([*rivals, *own], [])
            yield small
        finally:
            small.close()
