"""``make bench-search``: how long a search takes on the processor, by what is typed and how much there is.

Each engine of the portal answers as people get it (slips, synonyms, rights and
counts), by words alone, then with ten snippets, then by meaning as well; beside
it the bare libraries look for the same words and give ten numbers, in the same
run. What passages mean is drawn by chance here: how long it takes to compare
them does not depend on it. Sizes can be named: ``python -m tests.bench.search 1000``.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import platform
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import tantivy

from portal.search import measuring
from portal.search.answering import answer
from portal.search.documents import Access, Document
from portal.search.engine import Engine
from portal.search.engines import NAMES, engine_named
from portal.search.meaning import opening
from portal.search.meaning.comparing import Meaning
from portal.search.meaning.passages import DIGEST, digests
from portal.search.query import parse
from portal.search.snippets import Highlighter
from tests.bench.corpus import SERVICES, SOURCE, queries
from tests.search.test_hostile_queries import HOSTILE

SIZES = (1_000, 3_000, 10_000)
GOALS = {
    ("whoosh", "hostile"): dict.fromkeys(SIZES, "at most 100 ms"),
    ("tantivy", "hostile"): dict.fromkeys(SIZES, "at most 100 ms"),
    ("whoosh", "question"): {1_000: "95th 6 ms", 3_000: "95th 15 ms", 10_000: "95th 50 ms"},
    ("tantivy", "question"): {10_000: "95th 1 ms"},
}
PAGE_GOALS = {
    "whoosh": {1_000: "95th 25 ms", 10_000: "95th 75 ms"}, "tantivy": {1_000: "95th 25 ms", 10_000: "95th 20 ms"},
}  # fmt: skip
INDEXING_GOALS = {"whoosh": "550/s", "tantivy": "6,000/s"}
ASKED = 200
EVERYBODY = Access(level=0, service_levels={}, readers=frozenset(), permissions=frozenset())
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def main() -> None:
    """Measure each size; print a line for each engine, way and shape."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    sizes = parser.parse_args().sizes
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}; ms of processor")
    print(f"{'what':64} {'median':>9} {'95th':>9}   goal")
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            _measure(Path(folder), size)


def _measure(folder: Path, size: int) -> None:
    documents = _documents(size)
    shapes = _shapes(documents)
    meaning = _meaning(folder / "meaning", documents)
    for name in NAMES:
        began = time.process_time()
        engine = measuring.indexed(engine_named(name), folder / name, documents)
        rate = f"{size / (time.process_time() - began):,.0f}/s"
        print(f"{f'{name}: indexing {size:,} documents':64} {rate:>9} {'':>9}   {INDEXING_GOALS[name]}", flush=True)
        for shape, typed in shapes.items():
            goal = GOALS.get((name, shape), {}).get(size, "")
            _line(f"{name}, {size:,}: {shape}, by words", lambda each, e=engine: _ask(e, each), typed, goal)
        asked = shapes["question"]
        _line(f"{name}, {size:,}: question, with snippets", lambda each, e=engine: _page(e, each), asked, "")
        if meaning is not None:
            goal = PAGE_GOALS[name].get(size, "")
            what = f"{name}, {size:,}: question, by meaning as well, with snippets"
            meaning.forget()
            _line(what, lambda each, e=engine: _page(e, each, meaning), asked, goal)
        engine.close()
    for name, ask in (("bare tantivy", _bare_tantivy(folder, documents)), ("bare FTS5", _fts5(folder, documents))):
        for shape, typed in shapes.items():
            if shape != "hostile":
                _line(f"{name}, {size:,}: {shape}", ask, typed, "")


def _line(what: str, ask: Callable[[str], object], typed: Sequence[str], goal: str) -> None:
    for each in typed[:5]:
        ask(each)
    times = []
    for each in typed:
        began = time.process_time()
        ask(each)
        times.append((time.process_time() - began) * 1000)
    times.sort()
    last = times[-1] if "at most" in goal else times[min(int(len(times) * 0.95), len(times) - 1)]
    print(f"{what:64} {statistics.median(times):9.2f} {last:9.2f}   {goal}", flush=True)


def _documents(count: int) -> list[Document]:
    """Texts of about 3 KB out of real sentences, by a seed; every tenth has another text for support."""
    said = json.loads(gzip.decompress(SOURCE.read_bytes()))
    chance = random.Random(1)
    found = []
    for number in range(count):
        ref = f"KB{10_000 + number}"
        title, *words = chance.sample(said["titles"], 4)
        body = " ".join(chance.sample(said["sentences"], 24))
        service = chance.choice(SERVICES)
        texts = [({0}, body), ({1, 2}, f"{body} {chance.choice(said['sentences'])}")]
        for levels, text in texts if number % 10 == 0 else [({0, 1, 2}, body)]:
            found.append(
                Document(
                    key=f"article:{ref}:{min(levels)}",
                    source="article",
                    ref=ref,
                    title=title,
                    body=text,
                    levels=frozenset(levels),
                    updated_at=LONG_AGO,
                    words=tuple(words),
                    service=service,
                    kind="how_to",
                )
            )
    return found


def _shapes(documents: Sequence[Document]) -> dict[str, list[str]]:
    """What people type, by its kind."""
    asked = queries(ASKED)
    chance = random.Random(3)
    words = [chance.choice(each.split()) for each in asked]
    return {
        "one word": words,
        "three words": [" ".join(each.split()[:3]) for each in asked],
        "question": [f"I cannot {each} any more, what can I do" for each in asked],
        "with a slip": [_slipped(each, chance) for each in asked],
        "hostile": list(HOSTILE.values()),
        "a number": [chance.choice(documents).ref for _ in asked],
    }


def _slipped(typed: str, chance: random.Random) -> str:
    words = typed.split()
    place = max(range(len(words)), key=lambda each: len(words[each]))
    letters = list(words[place])
    at = chance.randrange(max(len(letters) - 1, 1))
    letters[at : at + 2] = letters[at : at + 2][::-1]
    return " ".join([*words[:place], "".join(letters), *words[place + 1 :]])


def _ask(engine: Engine, typed: str) -> object:
    return answer(engine, parse(typed), EVERYBODY)


def _page(engine: Engine, typed: str, meaning: Meaning | None = None) -> object:
    meant, page = answer(engine, parse(typed), EVERYBODY, meaning=meaning)
    marker = Highlighter(meant)
    return [(marker.mark(hit.title, "en"), marker.snippet(hit.body, "en")) for hit in page.hits]


def _meaning(folder: Path, documents: Sequence[Document]) -> Meaning | None:
    """The model, with passages whose meaning was drawn by chance."""
    found = opening.opened(folder)
    if found is None:
        print(f"nothing by meaning: {opening.missing()} is not installed")
        return None
    joined = b"".join(digests(each) for each in documents)
    keys = list(dict.fromkeys(joined[at : at + DIGEST] for at in range(0, len(joined), DIGEST)))
    drawn = np.random.default_rng(1).normal(size=(len(keys), 384)).astype(np.float32)
    drawn /= np.linalg.norm(drawn, axis=1, keepdims=True)
    found.file.append(dict(zip(keys, drawn, strict=True)))
    for _count in found.learn(found.waiting(())):
        pass
    print(f"{len(documents):,} documents have {len(keys):,} passages")
    return found


def _bare_tantivy(folder: Path, documents: Sequence[Document]) -> Callable[[str], object]:
    builder = tantivy.SchemaBuilder()
    for name in ("title", "content"):
        builder.add_text_field(name, tokenizer_name="en_stem", index_option="freq")
    (folder / "bare").mkdir()
    index = tantivy.Index(builder.build(), path=str(folder / "bare"))
    writer = index.writer(heap_size=60_000_000, num_threads=1)
    for each in documents:
        row = tantivy.Document()
        row.add_text("title", each.title)
        row.add_text("content", f"{each.title} {each.title} {' '.join(each.words)} {each.body}")
        writer.add_document(row)
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def ask(typed: str) -> object:
        words = " ".join(word.text for word in parse(typed).words if word.text.isalnum())
        query, _faults = index.parse_query_lenient(words, ["title", "content"])
        return searcher.search(query, limit=10)

    return ask


def _fts5(folder: Path, documents: Sequence[Document]) -> Callable[[str], object]:
    table = sqlite3.connect(folder / "fts5.sqlite")
    table.execute("CREATE VIRTUAL TABLE d USING fts5(title, content, tokenize='porter unicode61')")
    table.executemany("INSERT INTO d VALUES (?, ?)", ((each.title, each.body) for each in documents))
    table.commit()

    def ask(typed: str) -> object:
        words = " OR ".join(f'"{word.text}"' for word in parse(typed).words if word.text.isalnum())
        return table.execute("SELECT rowid FROM d WHERE d MATCH ? ORDER BY rank LIMIT 10", (words,)).fetchall()

    return ask


if __name__ == "__main__":
    main()
