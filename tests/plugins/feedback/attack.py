"""Somebody who holds a copy of the database after every single answer, and the round's secret, tries to link.

Each attack says how well the best of its guesses is: 1.0 is a link for sure,
0.2 is one of five. Nothing here uses the code that it attacks, but for the
tokens, which follow from the secret.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from plugins.feedback import tokens

OF_A_ROUND = {"feedback_sealed", "feedback_used_token", "feedback_nameless_answer", "feedback_verbatim"}
TOO_WELL = 0.2
NO_CHANCE = 0.5
"""So many guesses by order are right only if there is an order: of five that are mixed one is right on average."""


@dataclass
class Copy:
    """What one copy says: the raw bytes of all files, and the rows of every table."""

    raw: bytes
    size: int
    tables: dict[str, list[tuple]]
    columns: dict[str, list[str]]


@dataclass
class Attacker:
    """The copies in order, the secret, who was asked with the unit that they carry, and what there is to link.

    *told* has, for each person, the word that stands in their answers alone;
    *asked* is the order in which they answered, which the marks give away to
    whoever has the secret.
    """

    path: Path
    folder: Path
    secret: bytes
    units: dict[int, str | None]
    told: dict[int, str] = field(default_factory=dict)
    copies: list[Copy] = field(default_factory=list)

    def copy(self) -> None:
        """Take the files as they are now."""
        folder = self.folder / str(len(self.copies))
        folder.mkdir(parents=True)
        raw = b""
        for suffix in ("", "-wal"):
            source = self.path.with_name(self.path.name + suffix)
            if source.exists():
                shutil.copyfile(source, folder / source.name)
                raw += source.read_bytes()
        self.copies.append(_read(folder / self.path.name, raw))
        shutil.rmtree(folder)

    def order_of_people(self) -> list[int]:
        """Who answered, in their order: a new mark in a copy is that of a person, by the secret."""
        marks = {tokens.mark_of(self.secret, tokens.token_of(self.secret, each)): each for each in self.units}
        found: list[int] = []
        for copy in self.copies:
            now = {row[0] for row in copy.tables["feedback_used_token"]}
            found += [person for mark, person in marks.items() if mark in now and person not in found]
        return found

    def texts(self, copy: Copy) -> list[tuple[str, str | None]]:
        """The words of the round in a copy as they lie there, with the unit that they carry."""
        columns = copy.columns["feedback_verbatim"]
        text, unit = columns.index("text"), columns.index("unit_id")
        return [(row[text], row[unit]) for row in copy.tables["feedback_verbatim"]]

    def by_appearance(self) -> float:
        """What is new in a copy belongs to those who answered shortly before: the fewer at once, the better."""
        best, before = 0.0, Counter[tuple[str, str | None]]()
        for copy in self.copies:
            now = Counter(self.texts(copy))
            new = Counter(unit for _text, unit in (now - before).elements())
            best, before = max([best, *(1 / count for count in new.values())]), now
        return best

    def by_answers(self) -> float:
        """The same with the answers that were chosen: each question was answered by at least so many at once."""
        best, before = 0.0, Counter[tuple]()
        for copy in self.copies:
            columns = copy.columns["feedback_nameless_answer"]
            places = [columns.index(name) for name in ("unit_id", "question_id", "value")]
            now = Counter(tuple(row[place] for place in places) for row in copy.tables["feedback_nameless_answer"])
            new = Counter((unit, question) for unit, question, _value in (now - before).elements())
            best, before = max([best, *(1 / count for count in new.values())]), now
        return best

    def by_raw_bytes(self) -> float:
        """The same with what stands anywhere in the files: free pages, the log, the rest of a page."""
        best, before = 0.0, set[int]()
        for copy in self.copies:
            now = {person for person, word in self.told.items() if word.encode() in copy.raw}
            carried = {person: unit for text, unit in self.texts(copy) for person in now if self.told[person] in text}
            new = Counter(carried.get(person) for person in now - before)
            best, before = max([best, *(1 / count for count in new.values())]), now
        return best

    def by_ids(self) -> float:
        """The rows in the order of their ids are the people in theirs: how many guesses are right."""
        columns = self.copies[-1].columns["feedback_verbatim"]
        rows = sorted(self.copies[-1].tables["feedback_verbatim"], key=lambda row: row[columns.index("id")])
        return self._hits([row[columns.index("text")] for row in rows])

    def by_order(self) -> float:
        """The same within each unit: words by the copy in which they came, then by their ids: how many are right."""
        found: dict[str | None, list[str]] = {}
        seen = set[str]()
        for copy in self.copies:
            columns = copy.columns["feedback_verbatim"]
            id_, text, unit = (columns.index(name) for name in ("id", "text", "unit_id"))
            for row in sorted(copy.tables["feedback_verbatim"], key=lambda row: row[id_]):
                if row[id_] not in seen:
                    seen.add(row[id_])
                    found.setdefault(row[unit], []).append(row[text])
        people = self.order_of_people()
        right = sum(
            self.told[person] in text
            for unit, texts in found.items()
            for person, text in zip([each for each in people if self.units[each] == unit], texts, strict=False)
        )
        return right / max(len(seen), 1)

    def by_place(self) -> float:
        """The same by the place of the words in the file."""
        raw = self.copies[-1].raw
        there = [word for word in self.told.values() if word.encode() in raw]
        return self._hits(sorted(there, key=lambda word: raw.index(word.encode())))

    def by_size(self) -> float:
        """Who wrote much makes the files grow: those who answered by growth are the texts by length."""
        grown = [after.size - before.size for before, after in zip(self.copies, self.copies[1:], strict=False)]
        people = self.order_of_people()
        ranked = [people[step] for step in sorted(range(len(people)), key=grown.__getitem__)]
        texts = sorted((text for text, _unit in self.texts(self.copies[-1])), key=len)
        return _right(ranked, texts, self.told)

    def boxes_that_stay(self) -> float:
        """A box that is still there when others were opened is not one of those: of how many it is known."""
        stay = 0
        for before, after in zip(self.copies, self.copies[1:], strict=False):
            old = set(before.tables["feedback_sealed"])
            new = set(after.tables["feedback_sealed"])
            if len(self.texts(after)) > len(self.texts(before)):
                stay = max(stay, len(old & new))
        return float(stay > 0)

    def unlike_boxes(self) -> float:
        """Boxes of different lengths tell who wrote more."""
        lengths = {
            len(row[copy.columns["feedback_sealed"].index("box")])
            for copy in self.copies
            for row in copy.tables["feedback_sealed"]
        }
        return float(len(lengths) > 1)

    def elsewhere(self) -> float:
        """Whether any other table changed while people answered: a time, a visit, an event."""
        first, *others = self.copies
        for copy in others:
            for table, rows in copy.tables.items():
                if table not in OF_A_ROUND and rows != first.tables[table]:
                    return 1.0
        return 0.0

    def row_numbers(self) -> float:
        """Whether a table numbers its rows in the order in which they came."""
        return float(any("rowid" in self.copies[-1].columns[table] for table in OF_A_ROUND))

    def best(self) -> dict[str, float]:
        """How well each attack does."""
        names = (
            "by_appearance", "by_answers", "by_raw_bytes", "by_ids", "by_order", "by_place", "by_size",
            "boxes_that_stay", "unlike_boxes", "elsewhere", "row_numbers",
        )  # fmt: skip
        return {name: getattr(self, name)() for name in names}

    def links(self) -> set[str]:
        """The attacks that link somebody better than one in five."""
        return {name for name, well in self.best().items() if well > (NO_CHANCE if name == "by_order" else TOO_WELL)}

    def _hits(self, words: Sequence[str]) -> float:
        return _right(self.order_of_people(), words, self.told)


def _right(people: Sequence[int], texts: Sequence[str], told: dict[int, str]) -> float:
    """The share of all people whose text was guessed."""
    return sum(told[person] in text for person, text in zip(people, texts, strict=False)) / max(len(people), 1)


def _read(path: Path, raw: bytes) -> Copy:
    tables: dict[str, list[tuple]] = {}
    columns: dict[str, list[str]] = {}
    with closing(sqlite3.connect(path)) as database:
        made = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
        for name, sql in made:
            cursor = database.execute(f'SELECT * FROM "{name}"')
            tables[name] = cursor.fetchall()
            columns[name] = [column[0] for column in cursor.description]
            if name in OF_A_ROUND and "WITHOUT ROWID" not in sql.upper():
                columns[name].append("rowid")
    return Copy(raw=raw, size=len(raw), tables=tables, columns=columns)
