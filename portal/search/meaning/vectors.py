"""What was worked out of passages so far, in a file that only grows, looked at by all processes as their own memory.

Each record is the digest of a passage and its numbers, so the file says itself
what it holds: it is a cache, and whatever is cut off or missing is worked out
again. One process writes at a time; a record that a kill cut short is written
over by the next.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from portal.search.meaning.model import SIZE, Vectors
from portal.search.meaning.passages import DIGEST

RECORD: Final = np.dtype([("digest", f"V{DIGEST}"), ("vector", "<f4", SIZE)])
LOCK: Final = "meaning.lock"
LOCK_WAIT_SECONDS: Final = 60.0
MISSING: Final = -1


class Known:
    """One look at the file: which passage lies where, and the numbers of all."""

    def __init__(self, records: NDArray[Any]) -> None:
        """Read the digests of *records* once."""
        self.vectors: Vectors = records["vector"]
        self._rows = {each.tobytes(): row for row, each in enumerate(records["digest"])}

    def __len__(self) -> int:
        """How many records there are."""
        return len(self.vectors)

    def __contains__(self, digest: bytes) -> bool:
        """Whether the passage with *digest* was worked out."""
        return digest in self._rows

    def rows(self, joined: bytes) -> list[int]:
        """Where the passages with the *joined* digests lie; those that are missing are left out."""
        found = (self._rows.get(joined[at : at + DIGEST], MISSING) for at in range(0, len(joined), DIGEST))
        return [row for row in found if row != MISSING]


class VectorFile:
    """The file at *path*."""

    def __init__(self, path: Path) -> None:
        """Nothing is opened or written yet."""
        self.path = path
        self._seen: tuple[int, int] | None = None
        self._known = Known(np.empty(0, RECORD))

    def known(self) -> Known:
        """What the file holds now; the same object as long as it did not change."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            state = (0, 0)
        else:
            state = (found.st_ino, found.st_size // RECORD.itemsize)
        if state != self._seen:
            count = state[1]
            records = np.memmap(self.path, RECORD, "r", shape=(count,)) if count else np.empty(0, RECORD)
            self._known, self._seen = Known(records), state
        return self._known

    def version(self) -> tuple[int, int] | None:
        """Which file it is and how much it holds now: the same where nothing changed."""
        self.known()
        return self._seen

    def append(self, found: Mapping[bytes, Vectors]) -> None:
        """Keep the numbers of passages by their digests; on the disk before this returns."""
        records = np.zeros(len(found), RECORD)
        for place, (digest, vector) in enumerate(found.items()):
            records[place] = (digest, vector)
        with self._writing():
            self.path.touch(mode=0o600)
            with self.path.open("r+b") as file:
                end = file.seek(0, os.SEEK_END) // RECORD.itemsize * RECORD.itemsize
                file.seek(end)
                file.write(records.tobytes())
                file.truncate()
                file.flush()
                os.fsync(file.fileno())

    def keep_only(self, digests: Iterable[bytes]) -> None:
        """Write the file anew with nothing but the passages of *digests*; who looks at the old one goes on doing so."""
        with self._writing():
            known = self.known()
            rows = sorted({row for each in digests for row in known.rows(each)})
            records = np.memmap(self.path, RECORD, "r", shape=(len(known),))[rows] if rows else np.empty(0, RECORD)
            beside = self.path.with_suffix(".new")
            with beside.open("wb") as file:
                file.write(np.ascontiguousarray(records).tobytes())
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self.path)

    def missing(self, digests: Sequence[bytes]) -> list[bytes]:
        """Those of *digests* that are not known yet, each once."""
        known = self.known()
        return [each for each in dict.fromkeys(digests) if each not in known]

    def _writing(self) -> FileLock:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        return FileLock(self.path.parent / LOCK, timeout=LOCK_WAIT_SECONDS)
