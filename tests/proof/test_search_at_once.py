"""Six threads and two processes search while a third writes, on each engine, without one error.

``make proof`` does so for a minute, ``make proof ROUNDS=small`` for six seconds.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import threading
import time
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from portal.search.answering import answer
from portal.search.engines import NAMES, engine_named
from portal.search.query import parse
from tests.search.samples import EVERYBODY, document
from tests.search.test_whoosh_exact import VOCABULARY, a_corpus

pytestmark = pytest.mark.proof
SECONDS = 60.0 if os.environ.get("PROOF_ROUNDS", "full") == "full" else 6.0
SIZE = 150


def look(name: str, folder: Path, seed: int, over: Event | threading.Event) -> list[str]:
    """Search until it is over; what went wrong, and that each answer was whole."""
    chance, faults, count = random.Random(seed), [], 0
    engine = engine_named(name).open(folder)
    while not over.is_set():
        count += 1
        try:
            typed = " ".join(chance.choices(VOCABULARY, k=3))
            _meant, page = answer(engine, parse(typed), EVERYBODY)
            if len({hit.ref for hit in page.hits}) != len(page.hits) or page.total < len(page.hits):
                faults.append(f"{typed}: {page.total} and {len(page.hits)}")
            if engine.count() != SIZE:
                faults.append(f"{engine.count()} documents")
        except Exception as fault:  # noqa: BLE001 - whatever it is, it is counted
            faults.append(repr(fault))
    return [*faults[:5], f"searches {count}"] if count < 5 else faults[:5]


def looker(name: str, folder: Path, seed: int, over: Event, told: Queue[list[str]]) -> None:
    """A process that looks with three threads."""
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda each=each: found.extend(look(name, folder, seed + each, over)))
        for each in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told.put(found)


@pytest.mark.parametrize("name", NAMES)
def test_threads_and_processes_search_while_one_writes(name: str, tmp_path: Path):
    chance = random.Random(11)
    folder = tmp_path / "index"
    writer = engine_named(name).open(folder, create=True)
    writer.write(a_corpus(chance, SIZE), ())
    context = multiprocessing.get_context("spawn")
    over, told = context.Event(), context.Queue()
    processes = [context.Process(target=looker, args=(name, folder, 10 * each, over, told)) for each in range(2)]
    for process in processes:
        process.start()
    until, writes = time.monotonic() + SECONDS, 0
    while time.monotonic() < until:
        ref = f"KB{chance.randrange(SIZE):04}"
        writer.write([document(ref, title=" ".join(chance.choices(VOCABULARY, k=4)))], ())
        writes += 1
    over.set()
    faults = [fault for _process in processes for fault in told.get(timeout=60)]
    for process in processes:
        process.join()

    assert faults == []
    assert (writer.count(), writes > SECONDS) == (SIZE, True)
