"""The tally: nothing that a reader does waits for a write, and no sink spoils another."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

from portal.core.switches import PortalState, raise_generation
from portal.core.tally import Tally

ROOT = Path(__file__).resolve().parents[2]


def counter(key: str):
    def write(session, rows) -> None:
        for _ in rows:
            raise_generation(session, key)

    return write


def value(db, key: str) -> int:
    with db.reading() as session:
        row = session.get(PortalState, key)
        return row.value if row else 0


def test_rows_are_written_together_when_the_queue_is_flushed(db):
    tally, got = Tally(db), []
    tally.sink("views", lambda _session, rows: got.append(list(rows)))
    for row in ("KB0001", "KB0002", "KB0001"):
        tally.put("views", row)

    assert (tally.flush(), tally.flush(), got) == (3, 0, [["KB0001", "KB0002", "KB0001"]])


def test_what_a_sink_writes_is_committed(db):
    tally = Tally(db)
    tally.sink("views", counter("views"))
    tally.put("views", 1)
    tally.put("views", 2)
    tally.flush()

    assert value(db, "views") == 2


def test_a_full_queue_drops_the_row_and_counts_the_loss(db):
    tally, got = Tally(db, size=2), []
    tally.sink("views", lambda _session, rows: got.append(list(rows)))
    for row in range(5):
        tally.put("views", row)
    tally.flush()

    assert (got, tally.dropped) == ([[0, 1]], 3)


def test_a_sink_that_fails_loses_its_own_rows_alone(db, caplog):
    def stumble(session, _rows) -> None:
        raise_generation(session, "broken")
        raise OSError

    tally = Tally(db)
    tally.sink("broken", stumble)
    tally.sink("views", counter("views"))
    for name in ("broken", "views", "unknown", "broken", "views"):
        tally.put(name, 1)
    tally.flush()

    assert (value(db, "broken"), value(db, "views")) == (0, 2)
    assert [(line.message, line.sink, line.rows) for line in caplog.records] == [
        ("tally lost rows", "broken", 2),
        ("tally lost rows", "unknown", 1),
    ]


def test_the_thread_writes_what_has_gathered_without_being_asked(db):
    tally, written = Tally(db, seconds=0.01), threading.Event()
    tally.sink("views", lambda _session, _rows: written.set())
    tally.start()
    tally.start()
    tally.put("views", 1)

    assert written.wait(10)
    assert [thread.name for thread in threading.enumerate()].count("tally") == 1
    tally.stop()
    assert [thread.name for thread in threading.enumerate()].count("tally") == 0


def test_a_stop_writes_what_is_still_waiting(db):
    tally = Tally(db, seconds=60)
    tally.sink("views", counter("views"))
    tally.start()
    tally.put("views", 1)
    tally.stop()

    assert value(db, "views") == 1


PROCESS_THAT_ENDS = """
import sys
from portal.core.db import Database
from portal.core.tally import Tally
from tests.core.test_tally import counter

tally = Tally(Database(sys.argv[1]), seconds=60)
tally.sink("views", counter("views"))
tally.start()
tally.put("views", 1)
tally.put("views", 1)
"""


def test_a_process_that_ends_without_a_word_writes_what_is_still_waiting(db):
    subprocess.run([sys.executable, "-c", PROCESS_THAT_ENDS, str(db.url)], cwd=ROOT, check=True, timeout=60)

    assert value(db, "views") == 2


def test_putting_a_row_does_not_wait_while_the_database_is_written(db):
    tally = Tally(db)
    tally.sink("views", counter("views"))
    with db.transaction():
        begin = time.monotonic()
        tally.put("views", 1)
        took = time.monotonic() - begin
    tally.flush()

    assert (took < 0.5, value(db, "views")) == (True, 1)
