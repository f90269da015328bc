"""The index in Whoosh: pure Python, exact, good for some ten thousand documents.

Each thread keeps one reader for each state of the index; readers are never
shared and never refreshed in place. What is known of all documents is read
once for each state and shared. Whoosh does not sync to disk, so the index is a
cache: whatever is wrong with it, building it again mends it.
"""

from __future__ import annotations

import errno
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from heapq import nlargest
from math import ceil
from pathlib import Path
from typing import ClassVar, Final

from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import StructFile
from whoosh.index import EmptyIndexError, FileIndex, LockError
from whoosh.query import Term
from whoosh.reading import IndexReader
from whoosh.writing import SegmentWriter

from portal.core.errors import PortalError, TooSoon
from portal.core.i18n import gettext as _
from portal.search.documents import Access, Document
from portal.search.engine import Hit, IndexUnusable, Page
from portal.search.engines.blending import blended, ranked
from portal.search.engines.known import best, check_batch, checked_filters, counted, hit, matches, owner_term
from portal.search.engines.vocabulary import SPELLINGS, Vocabulary
from portal.search.engines.whoosh_exact import (
    Generation,
    begun,
    generation_of,
    knows,
    leaves,
    score,
    spelled,
)
from portal.search.engines.whoosh_layout import NAME, SCHEMA, Codec, owner_of, row
from portal.search.nearness import Near
from portal.search.query import Query, form

# Trouble of the machine, which building the index again would not mend.
_MACHINE: Final = {errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.EACCES, errno.EPERM, errno.EROFS}


class _Folder(FileStorage):  # type: ignore[misc]  # whoosh has no types
    """The folder of an index. Closes what a failed read left open, which Whoosh forgets to do."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self._mine = threading.local()

    def open_file(self, name: str, **options: object) -> StructFile:
        """Open a file, and remember it until the reading that needed it is over."""
        file = super().open_file(name, **options)
        self._opened().append(file)
        return file

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Turn whatever a damaged index makes Whoosh raise into one error with a remedy."""
        try:
            yield
        except PortalError:
            raise
        except Exception as fault:
            for file in self._opened():
                if not file.is_closed:
                    file.close()
            if isinstance(fault, OSError) and fault.errno in _MACHINE:
                raise
            raise _unusable(_("The search index cannot be read.")) from fault
        finally:
            self._opened().clear()

    def _opened(self) -> list[StructFile]:
        """What this thread has opened."""
        files: list[StructFile] = self._mine.__dict__.setdefault("files", [])
        return files


class _View:
    """One thread's way to look at one state of the index."""

    def __init__(self, reader: IndexReader, known: Generation) -> None:
        self.reader = reader
        self.known = known


class WhooshEngine:
    """An open Whoosh index. Implements ``portal.search.engine.Engine``."""

    name: ClassVar[str] = "whoosh"
    lock_wait: float = 10.0
    """Seconds to wait for another writer."""

    def __init__(self, folder: _Folder, index: FileIndex) -> None:
        """Use ``open``."""
        self._folder = folder
        self._index = index
        self._views = threading.local()
        self._generation: Generation | None = None
        self._vocabulary = Vocabulary()
        self._lock = threading.Lock()

    @classmethod
    def open(cls, path: Path, *, create: bool = False) -> WhooshEngine:
        """Open the index in the folder *path*; *create* makes an empty one where none is.

        Raises:
            IndexUnusable: there is none, or it cannot be read.
        """
        path = path.resolve()
        if create:
            path.mkdir(parents=True, exist_ok=True)
        folder = _Folder(path)
        with folder.reading():
            try:
                index = FileIndex(folder, schema=SCHEMA, indexname=NAME)
            except EmptyIndexError:
                if not create:
                    raise _unusable(_("There is no search index yet.")) from None
                index = FileIndex.create(folder, SCHEMA, indexname=NAME)
            engine = cls(folder, index)
            engine._view()
        return engine

    def search(
        self,
        query: Query,
        access: Access,
        *,
        filters: Mapping[str, str] | None = None,
        offset: int = 0,
        limit: int = 10,
        near: Near | None = None,
    ) -> Page:
        """The best *limit* things after the first *offset* that *access* may see; see ``Engine``."""
        chosen = checked_filters(filters, offset, limit)
        with self._folder.reading():
            view = self._view()
            by_words, most = score(view.reader, view.known, query)
            readable = view.known.readable(access)
            scores: Sequence[float] = by_words
            closeness = None
            if near is not None:
                of = near.of(view.known.passages)
                scores, closeness = blended(by_words, most, of, readable)
            top, times = _ranked(view.known, scores, readable, chosen, offset + limit, is_blended=near is not None)
            hits = tuple(hit(view.reader.stored_fields(number)["shown"], points) for points, number in top[offset:])
        total, facets = counted({view.known.profiles[code]: count for code, count in times.items()}, chosen)
        return Page(hits=hits, total=total, facets=facets, closeness=closeness)

    def spellings(self, query: Query, access: Access) -> dict[str, tuple[str, ...]]:
        """For words of *query* that nothing readable holds, those most like them that it does; see ``Engine``."""
        with self._folder.reading():
            view = self._view()
            mask = view.known.readable(access)
            unknown = [word for word in query.words if not knows(view.reader, view.known, word, mask)]
            found = {}
            for word in unknown:
                for nearest in self._vocabulary.near(view.reader, word.text):
                    times = {each: spelled(view.reader, view.known, form(each), mask) for each in nearest}
                    readable = sorted((each for each in nearest if times[each]), key=lambda each: (-times[each], each))
                    if readable:
                        found[word.text] = tuple(readable[:SPELLINGS])
                        break
        return found

    def begun(self, words: Sequence[str], access: Access, *, limit: int) -> tuple[Hit, ...]:
        """What *access* may see of which title or users' words begin so; see ``Engine``."""
        with self._folder.reading():
            view = self._view()
            worth = begun(view.reader, words, view.known.readable(access))
            top = nlargest(limit, ((points, -number) for number, points in worth.items()))
            return tuple(hit(view.reader.stored_fields(-number)["shown"], points) for points, number in top)

    def write(self, upserts: Iterable[Document], deletes: Iterable[tuple[str, str]]) -> None:
        """Replace all documents of each (source, ref) named, in one commit; see ``Engine``."""
        documents = list(upserts)
        check_batch(documents)
        gone = dict.fromkeys([*deletes, *(document.owner for document in documents)])
        if not gone:
            return
        rows = [row(document) for document in documents]
        with self._writer() as writer:
            with writer.searcher() as searcher:
                for owner in gone:
                    writer.delete_by_query(Term("owner", owner_term(owner)), searcher=searcher)
            for values in rows:
                writer.add_document(**values)
            writer.commit()

    def count(self) -> int:
        """How many documents the index holds."""
        with self._folder.reading():
            return int(self._view().reader.doc_count())

    def dump(self) -> Iterator[tuple[str, str]]:
        """Key and fingerprint of every document, in no order; reads one state to the end."""
        with self._folder.reading(), closing(self._index.reader()) as reader:
            for leaf, _offset in leaves(reader):
                marks = leaf.column_reader("mark", translate=False)
                for number in leaf.all_doc_ids():
                    fingerprint, _space, key = marks[number].decode().partition(" ")
                    yield key, fingerprint

    def passages(self) -> Iterator[tuple[tuple[str, str], bytes]]:
        """Source and ref of every document with the digests of its passages; reads one state to the end."""
        with self._folder.reading(), closing(self._index.reader()) as reader:
            for leaf, _offset in leaves(reader):
                joined = leaf.column_reader("passages", translate=False)
                for number in leaf.all_doc_ids():
                    yield owner_of(leaf.stored_fields(number)["shown"]), joined[number]

    def generation(self) -> int:
        """A number that grows with every write."""
        return int(self._index.latest_generation())

    def refresh(self) -> None:
        """Look at the newest state now, instead of at this thread's next search."""
        with self._folder.reading():
            self._view()

    def close(self) -> None:
        """Let go of files; searches under way end in peace."""
        self._views = threading.local()
        self._generation = None

    def _view(self) -> _View:
        """This thread's view of the newest state."""
        view: _View | None = getattr(self._views, "view", None)
        if view is None or view.known.number != self._index.latest_generation():
            reader = self._index.reader()
            view = self._views.view = _View(reader, self._known(reader))
        return view

    def _known(self, reader: IndexReader) -> Generation:
        """What is known of all documents of the state that *reader* reads, gathered by the first who asks."""
        with self._lock:
            if self._generation is None or self._generation.number != generation_of(reader):
                self._generation = Generation(reader)
            return self._generation

    @contextmanager
    def _writer(self) -> Iterator[SegmentWriter]:
        """The one writer; what it did is undone unless it committed."""
        with self._folder.reading():
            try:
                writer = self._index.writer(timeout=self.lock_wait, codec=Codec())
            except LockError:
                raise TooSoon(
                    _("The search index is being written by another process."),
                    hint=_("Try again in a moment."),
                    wait_seconds=ceil(self.lock_wait),
                ) from None
            try:
                yield writer
            finally:
                if not writer.is_closed:
                    # The writer may stumble over its own half-written files; the lock must go all the same.
                    with suppress(Exception):
                        writer.cancel()
                    if not writer.is_closed:
                        writer.writelock.release()


def _ranked(
    known: Generation,
    scores: Sequence[float],
    readable: bytes,
    chosen: Mapping[str, str],
    count: int,
    *,
    is_blended: bool,
) -> tuple[list[tuple[float, int]], Mapping[int, int]]:
    """The best *count*, and how many match by the place of their profile."""
    wanted = known.wanted(chosen)
    if is_blended:
        return ranked(scores, readable, wanted, known.codes, count)
    found = matches(scores, readable)
    top = best(scores, (number for number in found if wanted[number]), count)
    return top, Counter(map(known.codes.__getitem__, found))


def _unusable(message: str) -> IndexUnusable:
    return IndexUnusable(message, hint=_("Build it again with: portal search rebuild"))
