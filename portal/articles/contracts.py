"""Search contracts: the sentences in ``finds`` bring their article among the first three, for its own readers.

Two shares are told. As people get it, the sentences of an article are part of
what is searched; without them it is found by its text and users' words alone,
which says how good these are. The second is the honest one.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from pathlib import Path

from sqlalchemy.orm import Session

from portal.articles import finding, search
from portal.articles.frontmatter import ArticleFile
from portal.articles.frontmatter_model import FrontMatter
from portal.search import contracts
from portal.search.answering import Compares, answer
from portal.search.contracts import AMONG_THE_FIRST, LOOKED_AT
from portal.search.documents import Document, MustFind
from portal.search.engine import Engine, EngineFactory
from portal.search.live import LiveIndex
from portal.search.query import parse
from portal.search.sources import REFS_AT_ONCE


@dataclass(frozen=True, kw_only=True)
class Contract:
    """One sentence of an article: its place as people get it and without itself (0: not among the first ten).

    *before* are the refs that stand before it without itself, at most three.
    """

    ref: str
    sentence: str
    place: int
    alone: int
    before: tuple[str, ...]

    @property
    def is_kept(self) -> bool:
        """Whether people find the article with it."""
        return 0 < self.place <= AMONG_THE_FIRST

    @property
    def is_kept_alone(self) -> bool:
        """Whether the article is found by its other words."""
        return 0 < self.alone <= AMONG_THE_FIRST


def documents_of(files: Sequence[ArticleFile]) -> Mapping[str, Sequence[Document]]:
    """What the search knows of *files* that can be shown, by their ids."""
    return {made[0].ref: made for file in files if (made := finding.documents_of(file))}


def look(
    files: Sequence[ArticleFile],
    documents: Mapping[str, Sequence[Document]],
    *,
    engine: EngineFactory,
    meaning: Compares | None,
) -> Iterator[Contract]:
    """Ask each sentence of *files* of an index of *documents*, twice; *meaning* knows their passages, or is none."""
    with tempfile.TemporaryDirectory(prefix="contracts-") as folder:
        index = engine.open(Path(folder), create=True)
        try:
            index.write([each for _ref, made in sorted(documents.items()) for each in made], [])
            for file in files:
                if file.front is not None and file.front.id in documents and file.front.finds:
                    yield from _of(file.front, documents[file.front.id], index, meaning)
        finally:
            index.close()


def look_live(session: Session, index: LiveIndex) -> Iterator[Contract]:
    """Ask all sentences of the live *index*, and once more, without themselves, of a copy made of the database.

    Raises:
        IndexUnusable: there is no index, or it is damaged.
    """
    synonyms, meaning, tokens = index.synonyms(), index.meaning, index.sources.tokens()

    def found(engine: Engine, of: MustFind) -> list[str]:
        access = replace(of.access, permissions=of.access.permissions | tokens)
        page = answer(engine, parse(of.sentence), access, limit=LOOKED_AT, meaning=meaning, synonyms=synonyms)[1]
        return [hit.ref for hit in page.hits]

    index.engine()  # where there is none, nothing is copied
    with tempfile.TemporaryDirectory(prefix="contracts-") as folder:
        copy = index.factory.open(Path(folder), create=True)
        try:
            _fill(session, index, copy)
            sentences = contracts.every(session, index.sources)
            for (source, ref), same in groupby(sentences, key=lambda each: (each.source, each.ref)):
                asked = list(same)
                whole = {of.sentence: index.ask(partial(found, of=of)) for of in asked}
                with _without_finds(copy, index.sources[source].documents(session, [ref])):
                    alone = {of.sentence: found(copy, of) for of in asked}
                yield from _both(ref, whole, alone)
        finally:
            copy.close()


def _fill(session: Session, index: LiveIndex, copy: Engine) -> None:
    for source in index.sources.values():
        after = ""
        while refs := source.searchable.refs(session, after, REFS_AT_ONCE):
            copy.write(source.documents(session, refs), [])
            after = refs[-1]


def _of(front: FrontMatter, own: Sequence[Document], index: Engine, meaning: Compares | None) -> Iterator[Contract]:
    access = search.access_of_readers(front, front.readers)

    def found(sentence: str) -> list[str]:
        page = answer(index, parse(sentence), access, limit=LOOKED_AT, meaning=meaning)[1]
        return [hit.ref for hit in page.hits]

    whole = {sentence: found(sentence) for sentence in front.finds}
    with _without_finds(index, own):
        alone = {sentence: found(sentence) for sentence in front.finds}
    yield from _both(front.id, whole, alone)


def _both(ref: str, whole: Mapping[str, Sequence[str]], alone: Mapping[str, Sequence[str]]) -> Iterator[Contract]:
    """The contracts of one thing, from the refs that each of its sentences found with and without itself."""
    for sentence, found in whole.items():
        place = _place(ref, alone[sentence])
        before = alone[sentence][: place - 1] if place else alone[sentence]
        yield Contract(
            ref=ref,
            sentence=sentence,
            place=_place(ref, found),
            alone=place,
            before=tuple(before[:AMONG_THE_FIRST]),
        )


@contextmanager
def _without_finds(index: Engine, own: Sequence[Document]) -> Iterator[None]:
    index.write([replace(each, finds=()) for each in own], [])
    yield
    index.write(own, [])


def _place(ref: str, refs: Sequence[str]) -> int:
    return refs.index(ref) + 1 if ref in refs else 0
