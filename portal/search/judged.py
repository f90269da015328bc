"""Collections for measuring: documents, queries, and which document answers which query how well.

A folder holds ``queries.jsonl`` ({id, text, style, rel}) and, unless each query
has its grades in ``rel``, ``qrels.tsv`` (query, 0, document, grade). Documents
are in ``corpus.jsonl`` ({id, title, text}); without it they are what ships.
Grade 0 is no answer. A query without any grade is one that nothing answers.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from portal.core.errors import Refused
from portal.search.documents import Document

LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)
EVERYBODY: Final = frozenset({0, 1, 2})
CORPUS, QUERIES, GRADES = "corpus.jsonl", "queries.jsonl", "qrels.tsv"


@dataclass(frozen=True)
class Asked:
    """One query, in one style of typing; *grades* say by ref how well a document answers it."""

    id: str
    text: str
    style: str
    grades: Mapping[str, int]


@dataclass(frozen=True)
class Collection:
    """Queries, and the documents that they are put to; ``None`` where it brings none of its own."""

    name: str
    documents: tuple[Document, ...] | None
    queries: tuple[Asked, ...]


def read(folder: Path) -> Collection:
    """Read the collection in *folder*.

    Raises:
        Refused: there is none, or a line of it cannot be read.
    """
    graded = _grades(folder / GRADES)
    queries = tuple(
        Asked(
            id=str(row["id"]),
            text=str(row["text"]),
            style=_style(row),
            grades={str(ref): int(grade) for ref, grade in (row.get("rel") or graded.get(str(row["id"]), {})).items()},
        )
        for row in _rows(folder / QUERIES, ("id", "text"))
    )
    if not queries:
        raise Refused(f"{folder / QUERIES} holds no queries.", hint="Each line is {id, text, style, rel}.")
    has_documents = (folder / CORPUS).is_file()
    documents = tuple(map(_document, _rows(folder / CORPUS, ("id",)))) if has_documents else None
    return Collection(folder.resolve().name, documents, queries)


def _style(row: Mapping[str, Any]) -> str:
    """How it was typed: ``style``, or what a collection has in its place."""
    return str(row.get("style") or "-".join(str(row[name]) for name in ("kind", "variant") if row.get(name)) or "plain")


def _document(row: Mapping[str, Any]) -> Document:
    return Document(
        key=f"collection:{row['id']}:0",
        source="collection",
        ref=str(row["id"]),
        title=str(row.get("title") or ""),
        body=str(row.get("text") or ""),
        levels=EVERYBODY,
        updated_at=LONG_AGO,
    )


def _rows(path: Path, wanted: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for number, line in _lines(path):
        try:
            row = json.loads(line)
            missing = [name for name in wanted if name not in row]
        except (ValueError, TypeError) as fault:
            raise _unreadable(path, number) from fault
        if missing or not isinstance(row, dict):
            raise _unreadable(path, number)
        yield row


def _grades(path: Path) -> dict[str, dict[str, int]]:
    graded: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for number, line in _lines(path) if path.is_file() else ():
        try:
            query, _unused, ref, grade = line.split("\t") if "\t" in line else line.split()
            graded[query][ref] = int(grade)
        except ValueError as fault:
            raise _unreadable(path, number) from fault
    return graded


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise Refused(f"{path} cannot be read.", hint="A collection is a folder with queries.jsonl in it.") from fault
    return ((number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip())


def _unreadable(path: Path, number: int) -> Refused:
    return Refused(f"{path}, line {number} cannot be read.", hint="One JSON object a line; grades are four columns.")
