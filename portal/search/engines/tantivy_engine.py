"""The index in tantivy: written in Rust, for many thousand documents. Needs the extra ``fast``.

Rights go into each query as the set of profiles that a person may see. A commit
is on the disk before it returns.
"""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Final

import tantivy
from tantivy import Query as Asking

from portal.core.errors import TooSoon
from portal.core.i18n import gettext as _
from portal.search.documents import Access, Document
from portal.search.engine import Closeness, Hit, IndexUnusable, Page
from portal.search.engines.blending import blended, ranked
from portal.search.engines.known import check_batch, checked_filters, counted, owner_term
from portal.search.engines.tantivy_state import (
    LAYOUT,
    META,
    State,
    asked,
    begun,
    found_hit,
    kept_bytes,
    knows,
    row,
    schema,
    spelled,
)
from portal.search.engines.vocabulary import SPELLINGS
from portal.search.engines.vocabulary import near as words_near
from portal.search.nearness import Near
from portal.search.query import Query, form

HEAP_BYTES: Final = 30_000_000
COMPARED: Final = 10_000
"""Of what matches by words, so many at most are compared by meaning as well, the best of them."""
LOCK_POLL_SECONDS: Final = 0.05


@contextmanager
def _reading() -> Iterator[None]:
    """Turn whatever a damaged index makes tantivy raise into one error with a remedy."""
    try:
        yield
    except (ValueError, OSError) as fault:
        raise _unusable(_("The search index cannot be read.")) from fault
    except BaseException as fault:
        if type(fault).__name__ != "PanicException":  # what Rust raises has no name to catch it by
            raise
        raise _unusable(_("The search index cannot be read.")) from fault


class TantivyEngine:
    """An open tantivy index. Implements ``portal.search.engine.Engine``."""

    name: ClassVar[str] = "tantivy"
    lock_wait: float = 10.0
    """Seconds to wait for another writer."""

    def __init__(self, path: Path, index: tantivy.Index, fields: tantivy.Schema) -> None:
        """Use ``open``."""
        self._path, self._index, self._fields = path, index, fields
        self._state: State | None = None
        self._lock = threading.Lock()

    @classmethod
    def open(cls, path: Path, *, create: bool = False) -> TantivyEngine:
        """Open the index in the folder *path*; *create* makes an empty one where none is.

        Raises:
            IndexUnusable: there is none, or it cannot be read.
        """
        path = path.resolve() / LAYOUT
        if not (path / META).is_file():
            if not create:
                raise _unusable(_("There is no search index yet."))
            shutil.rmtree(path, ignore_errors=True)
            path.mkdir(parents=True)
        fields = schema()
        with _reading():
            index = tantivy.Index(fields, path=str(path), reuse=True)
            index.config_reader(reload_policy="manual")
            engine = cls(path, index, fields)
            engine._now()
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
        with _reading():
            return self._search(query, access, chosen, range(offset, offset + limit), near)

    def _search(
        self, query: Query, access: Access, chosen: Mapping[str, str], wanted_places: range, near: Near | None
    ) -> Page:
        offset, end = wanted_places.start, wanted_places.stop
        state = self._now()
        asking, most = asked(state, query)
        if near is not None:
            known, _numbers, addresses = state.numbered
            scores, closeness = self._blended(state, asking, most, access, near)
            top, times = ranked(scores, known.readable(access), known.wanted(chosen), known.codes, end)
            hits = tuple(found_hit(state.searcher.doc(addresses[number]), points) for points, number in top[offset:])
            total, facets = counted({known.profiles[code]: count for code, count in times.items()}, chosen)
            return Page(hits=hits, total=total, facets=facets, closeness=closeness)
        return self._by_words(state, asking, access, chosen, wanted_places)

    @staticmethod
    def _by_words(
        state: State, asking: Asking | None, access: Access, chosen: Mapping[str, str], wanted_places: range
    ) -> Page:
        if asking is None:
            return Page(hits=(), total=0, facets=counted({}, chosen)[1])
        codes = state.readable(access)
        fit = {code for code in codes if state.profiles[code].fits(chosen)}
        offset, end = wanted_places.start, wanted_places.stop
        top = state.best(asking, fit, end)
        hits = tuple(found_hit(state.searcher.doc(address), score) for score, address in top[offset:])
        times = {state.profiles[code]: count for code, count in state.times(asking).items() if code in codes}
        total, facets = counted(times, chosen)
        return Page(hits=hits, total=total, facets=facets)

    def _blended(
        self, state: State, asking: Asking | None, most: float, access: Access, near: Near
    ) -> tuple[Sequence[float], Closeness | None]:
        """The score of each document by words and meaning together, and how close the best come."""
        known, numbers, _addresses = state.numbered
        found = state.searcher.search(asking, limit=COMPARED, count=False).hits if asking is not None else []
        by_words = numbers.spread(found)
        readable = known.readable(access)
        return blended(by_words, most, near.of(known.passages), readable)

    def spellings(self, query: Query, access: Access) -> dict[str, tuple[str, ...]]:
        """For words of *query* that nothing readable holds, those most like them that it does; see ``Engine``."""
        with _reading():
            return self._spellings(self._now(), query, access)

    @staticmethod
    def _spellings(state: State, query: Query, access: Access) -> dict[str, tuple[str, ...]]:
        readable = state.readable(access)
        found = {}
        for word in query.words:
            if knows(state, word, readable):
                continue
            for nearest in words_near(word.text, [state.part]):
                times = {each: spelled(state, form(each), readable) for each in nearest}
                told = sorted((each for each in nearest if times[each]), key=lambda each: (-times[each], each))
                if told:
                    found[word.text] = tuple(told[:SPELLINGS])
                    break
        return found

    def begun(self, words: Sequence[str], access: Access, *, limit: int) -> tuple[Hit, ...]:
        """What *access* may see of which title or users' words begin so; see ``Engine``."""
        with _reading():
            state = self._now()
            asking = begun(state, words)
            top = state.best(asking, state.readable(access), limit) if asking is not None else []
            return tuple(found_hit(state.searcher.doc(address), points) for points, address in top)

    def write(self, upserts: Iterable[Document], deletes: Iterable[tuple[str, str]]) -> None:
        """Replace all documents of each (source, ref) named, in one commit; see ``Engine``."""
        documents = list(upserts)
        check_batch(documents)
        gone = dict.fromkeys([*deletes, *(document.owner for document in documents)])
        if not gone:
            return
        rows = [row(each) for each in documents]
        with _reading():
            self._now()  # a damaged index is refused before anything is written
        writer = self._writer()
        try:
            for owner in gone:
                writer.delete_documents_by_term("owner", owner_term(owner))
            for each in rows:
                writer.add_document(each)
            writer.commit()
        finally:
            writer.wait_merging_threads()

    def count(self) -> int:
        """How many documents the index holds."""
        with _reading():
            return int(self._now().searcher.num_docs)

    def dump(self) -> Iterator[tuple[str, str]]:
        """Key and fingerprint of every document, in no order; reads one state to the end."""
        for each in self._every():
            fingerprint, _space, key = str(each.get_first("mark")).partition(" ")
            yield key, fingerprint

    def passages(self) -> Iterator[tuple[tuple[str, str], bytes]]:
        """Source and ref of every document with the digests of its passages; reads one state to the end."""
        for each in self._every():
            values = json.loads(kept_bytes(each, "shown"))
            yield (values[1], values[2]), kept_bytes(each, "passages")

    def generation(self) -> int:
        """A number that grows with every write."""
        with _reading():
            return int(json.loads((self._path / META).read_text(encoding="utf-8"))["opstamp"])

    def refresh(self) -> None:
        """Look at the newest state now, instead of at the next search."""
        with _reading():
            self._now()

    def close(self) -> None:
        """Let go of files; searches under way end in peace."""
        self._state = None

    def _now(self) -> State:
        """The newest state; read anew where the list of its parts changed."""
        looked = (self._path / META).stat()
        stamp = (looked.st_ino, looked.st_mtime_ns, looked.st_size)
        state = self._state
        if state is None or state.stamp != stamp:
            with self._lock:
                parts = json.loads((self._path / META).read_text(encoding="utf-8"))["segments"]
                self._index.reload()
                total = sum(each["max_doc"] for each in parts)
                state = self._state = State(self._index.searcher(), self._fields, stamp, total)
        return state

    def _every(self) -> Iterator[tantivy.Document]:
        with _reading():
            searcher = self._now().searcher
            found = searcher.search(Asking.all_query(), limit=max(searcher.num_docs, 1), count=False).hits
        for _score, address in found:
            with _reading():
                document = searcher.doc(address)
            yield document

    def _writer(self) -> tantivy.IndexWriter:
        until = time.monotonic() + self.lock_wait
        while True:
            try:
                return self._index.writer(heap_size=HEAP_BYTES, num_threads=1)
            except ValueError as fault:
                if "lock" not in str(fault).lower():
                    raise _unusable(_("The search index cannot be read.")) from fault
                if time.monotonic() >= until:
                    raise TooSoon(
                        _("The search index is being written by another process."),
                        hint=_("Try again in a moment."),
                        wait_seconds=round(self.lock_wait),
                    ) from None
            time.sleep(LOCK_POLL_SECONDS)


def _unusable(message: str) -> IndexUnusable:
    return IndexUnusable(message, hint=_("Build it again with: portal search rebuild"))
