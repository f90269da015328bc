"""Queries are compared with passages: how near a document is says the best of its own, and a little all of them.

What people ask that belongs to somebody else than this portal stands in a list
of its own (``elsewhere.txt``). How near a query is to that says how much its
nearness to a document is worth: everything is a little like everything (cohort
normalisation, as verifying speakers does it: Auckenthaler et al. 2000).
"""

from __future__ import annotations

import logging
import threading
import weakref
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from portal.core.errors import ConfigError
from portal.search.documents import Document
from portal.search.meaning.model import SHA256, Model, Vectors
from portal.search.meaning.passages import Passages, digest, passages
from portal.search.meaning.vectors import Known, VectorFile

log = logging.getLogger(__name__)

ELSEWHERE: Final = Path(__file__).with_name("elsewhere.txt")
AT_ONCE: Final = 32
"""Passages that are worked out before they are kept: a second or two of work."""
QUERIES_KEPT: Final = 2048
OF_ALL: Final = 0.2
"""How much the mean of all passages of a document says, against the best of them."""


class _Places:
    """Where the passages of all documents of one state of an index lie, as far as they are known."""

    def __init__(self, passages_of: Passages, known: Known) -> None:
        rows = [known.rows(joined) for joined in passages_of.of]
        self.known = known
        self.count = len(rows)
        self.documents = np.array([number for number, each in enumerate(rows) if each], dtype=np.int64)
        self.rows = np.array([row for each in rows for row in each], dtype=np.int64)
        ends = np.cumsum([len(each) for each in rows if each])
        self.starts = np.concatenate(([0], ends[:-1])).astype(np.int64)
        self.counts = np.diff(np.concatenate((self.starts, ends[-1:]))) if len(ends) else ends

    def nearest(self, vector: Vectors) -> NDArray[np.float32]:
        """How near *vector* is to the passages of each document; not a number where none is known."""
        found = np.full(self.count, np.nan, dtype=np.float32)
        if len(self.rows):
            every = self.known.vectors @ vector
            near = every[self.rows]
            mean = np.add.reduceat(near, self.starts) / self.counts
            found[self.documents] = (1 - OF_ALL) * np.maximum.reduceat(near, self.starts) + OF_ALL * mean
        return found


class Nearness:
    """One query against whatever index asks; see ``portal.search.nearness.Near``."""

    def __init__(self, meaning: Meaning, vector: Vectors, elsewhere: float) -> None:
        """Use ``Meaning.near``. *elsewhere* is how near the query is to what belongs to others."""
        self._meaning, self._vector, self.elsewhere = meaning, vector, elsewhere

    def of(self, passages_of: Passages) -> Sequence[float]:
        """For each document how near it is."""
        return self._meaning.places(passages_of).nearest(self._vector)  # type: ignore[return-value]  # an array of them


class Meaning:
    """The model with what it has worked out, for all threads of a process."""

    def __init__(self, model: Path, folder: Path) -> None:
        """Read the model from *model* at the first use, and keep what was worked out in *folder*."""
        self._model_at = model
        self._model: Model | None = None
        self._lock = threading.Lock()
        self._places: weakref.WeakKeyDictionary[Passages, _Places] = weakref.WeakKeyDictionary()
        self._vector = lru_cache(maxsize=QUERIES_KEPT)(self._vector_of)
        self.file = VectorFile(folder / f"meaning-{SHA256[:8]}.vectors")

    def model(self) -> Model:
        """The model, read once.

        Raises:
            ConfigError: it is not there, or another one.
        """
        with self._lock:
            if self._model is None:
                self._model = Model(self._model_at)
            return self._model

    def warm(self) -> None:
        """Read the model now; where it cannot be read, whoever searches is told."""
        try:
            self.near("a question")
        except ConfigError:
            log.exception("the model cannot be read")

    def near(self, text: str) -> Nearness:
        """What is near to *text*."""
        vector = self._vector(text)
        known = self.file.known()
        rows = known.rows(_elsewhere())
        return Nearness(self, vector, float((known.vectors[rows] @ vector).max()) if rows else -1.0)

    def version(self) -> object:
        """What differs where something was worked out since."""
        return self.file.version()

    def forget(self) -> None:
        """Let go of the queries that were understood lately."""
        self._vector.cache_clear()

    def places(self, passages_of: Passages) -> _Places:
        """Where the passages of a state of an index lie now."""
        known = self.file.known()
        found = self._places.get(passages_of)
        if found is None or found.known is not known:
            found = self._places[passages_of] = _Places(passages_of, known)
        return found

    @staticmethod
    def elsewhere_digests() -> tuple[bytes, ...]:
        """The digests of what belongs to others, which is kept with the passages."""
        return tuple(digest(each) for each in elsewhere())

    def waiting(self, documents: Iterable[Document]) -> dict[bytes, str]:
        """The passages that were not worked out yet, by their digests, with those of what belongs elsewhere."""
        texts = {digest(each): each for document in documents for each in passages(document) if each.strip()}
        texts |= {digest(each): each for each in elsewhere()}
        return {each: texts[each] for each in self.file.missing(list(texts))}

    def learn(self, waiting: dict[bytes, str], *, threads: int = 1) -> Iterator[int]:
        """Work out passages with so many *threads* and keep them, some at a time; yields how many.

        Can be stopped and begun again anywhere.
        """
        left = iter(sorted(waiting.items(), key=lambda each: len(each[1])))
        while some := list(islice(left, AT_ONCE)):
            found = self.model().vectors([text for _digest, text in some], threads=threads)
            self.file.append({key: vector for (key, _text), vector in zip(some, found, strict=True)})
            yield len(some)

    def _vector_of(self, text: str) -> Vectors:
        found: Vectors = self.model().vectors([text])[0]
        return found


@lru_cache(maxsize=1)
def elsewhere() -> tuple[str, ...]:
    """What people ask that belongs to somebody else."""
    lines = ELSEWHERE.read_text(encoding="utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))


@lru_cache(maxsize=1)
def _elsewhere() -> bytes:
    return b"".join(digest(each) for each in elsewhere())
