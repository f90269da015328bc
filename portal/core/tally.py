"""Counting and noting what people read, without a write on the reading path.

A page puts a small row into a bounded queue of its process; a thread writes
what has gathered once a second, and the rest when the process stops. A kill may lose
that second. What must never be lost (a vote, an edit) does not belong here. A full queue drops the row and
counts the loss.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy.orm import Session

from portal.core.db import Database

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.2
"""How often the thread looks whether the process stops."""

Sink = Callable[[Session, Sequence[Any]], None]


class Tally:
    """The queue of one process and the sinks that its rows go to."""

    def __init__(self, db: Database, *, size: int = 10_000, seconds: float = 1.0) -> None:
        """Write to *db* each *seconds*; hold at most *size* rows."""
        self._db, self._seconds = db, seconds
        self._queue: queue.Queue[tuple[str, Any]] = queue.Queue(maxsize=size)
        self._sinks: dict[str, Sink] = {}
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._flushing = threading.Lock()
        self._starting = threading.Lock()
        self.dropped = 0

    def sink(self, name: str, write: Sink) -> None:
        """Let rows put under *name* be written by ``write(session, rows)``."""
        self._sinks[name] = write

    def put(self, name: str, row: Any) -> None:
        """Note *row*; returns at once, whatever happens."""
        try:
            self._queue.put_nowait((name, row))
        except queue.Full:
            self.dropped += 1

    def flush(self) -> int:
        """Write what has gathered; return how many rows."""
        with self._flushing:
            rows: dict[str, list[Any]] = defaultdict(list)
            while True:
                try:
                    name, row = self._queue.get_nowait()
                except queue.Empty:
                    break
                rows[name].append(row)
            for name, gathered in rows.items():
                try:
                    with self._db.transaction() as session:
                        self._sinks[name](session, gathered)
                except Exception:
                    log.exception("tally lost rows", extra={"sink": name, "rows": len(gathered)})
            return sum(map(len, rows.values()))

    def start(self) -> None:
        """Begin flushing in the background; called again, it does nothing.

        Called with the first request, not at start: a server that forks its
        workers would lose a thread begun before. No server says that it stops in
        a way that all have in common, so the thread looks whether the main one is
        still there, and the process waits for its last flush.
        """
        if self._thread is not None:
            return
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="tally", daemon=False)
                self._thread.start()

    def stop(self) -> None:
        """Flush a last time and end the thread."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=5)
        self.flush()

    def _run(self) -> None:
        written_at = time.monotonic()
        while not self._stop.wait(min(self._seconds, LOOK_SECONDS)) and threading.main_thread().is_alive():
            if time.monotonic() - written_at >= self._seconds:
                self.flush()
                written_at = time.monotonic()
        self.flush()
