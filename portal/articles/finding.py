"""Whether the sentences in ``finds`` find their article, asked of a real index made of the files themselves.

An article competes with all the others of its folder, samples included, and
only readers of its own level ask. Sentences that the search cannot find yet
stand in a list beside the articles; one that is found meanwhile has to leave
it, so that the list empties itself.
"""

from __future__ import annotations

import re
import tempfile
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from portal.articles import frontmatter, publishing, search
from portal.articles.frontmatter import ArticleFile
from portal.articles.frontmatter_model import FrontMatter
from portal.articles.levels import Confidence
from portal.articles.problems import Problem, Severity, in_order
from portal.core.errors import Refused
from portal.core.i18n import gettext as _
from portal.search.answering import answer
from portal.search.contracts import AMONG_THE_FIRST, LOOKED_AT
from portal.search.documents import Document
from portal.search.engine import Engine, EngineFactory, Hit
from portal.search.query import parse

STARTERS: Final = "KB00*.md"
MOST_BYTES: Final = 100_000
LIST: Final = "not_found_yet.toml"
EXAMPLE: Final = 'KB0001 = ["A sentence."]'
_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""When the documents of an index that lives for a moment were changed: all at once, so that none is newer."""


@dataclass(frozen=True)
class NotFoundYet:
    """Sentences by article that today's search cannot find, as they stand in the file at *path*."""

    path: str = LIST
    text: str = ""
    sentences: Mapping[str, Collection[str]] = field(default_factory=dict)

    def problem(self, sentence: str, message: str, remedy: str, severity: Severity) -> Problem:
        """Make a problem of the line on which *sentence*, or an id, stands."""
        lines = self.text.splitlines()
        line = next((number for number, line in enumerate(lines, 1) if sentence in line), 0)
        return Problem(path=self.path, line=line, field="", message=message, remedy=remedy, severity=severity)


def read_list(folder: Path) -> NotFoundYet:
    """Read the list in *folder*: a table of ids, each with its sentences; no file is an empty list.

    Raises:
        Refused: the file is no such table.
    """
    path = folder / LIST
    if not path.is_file():
        return NotFoundYet()
    text = path.read_text(encoding="utf-8")
    try:
        rows = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise Refused(f"{path}: {fault}", hint=_("Write it like %(example)s.", example=EXAMPLE)) from fault
    for sentences in rows.values():
        if not isinstance(sentences, list) or not all(isinstance(each, str) for each in sentences):
            message = _("%(path)s holds something else than sentences by article.", path=path)
            raise Refused(message, hint=_("Write it like %(example)s.", example=EXAMPLE))
    return NotFoundYet(str(path), text, rows)


def check(
    asked: Sequence[ArticleFile],
    others: Iterable[ArticleFile],
    *,
    engine: EngineFactory,
    listed: NotFoundYet | None = None,
    strict: bool = False,
) -> list[Problem]:
    """Ask the sentences of *asked* of an index of these and the *others*; return those that find something else.

    A file that cannot be shown is not in the index, and its sentences are not asked.
    """
    listed = listed or NotFoundYet()
    severity: Severity = "error" if strict else "warning"
    # By id: of two files with one id, which is reported on its own, only one can be in an index.
    documents = {made[0].ref: made for file in (*others, *asked) if (made := documents_of(file))}
    problems = _stale(asked, documents, listed, severity)
    with tempfile.TemporaryDirectory(prefix="finds-") as folder:
        index = engine.open(Path(folder), create=True)
        try:
            index.write([each for _ref, made in sorted(documents.items()) for each in made], [])
            for file in asked:
                if file.front is not None and file.front.id in documents:
                    # Its own sentences would find it whatever it says: they are left out while it is asked for.
                    index.write([replace(each, finds=()) for each in documents[file.front.id]], [])
                    problems += _of_file(file, file.front, index, listed, severity)
                    index.write(documents[file.front.id], [])
        finally:
            index.close()
    return in_order(problems)


def documents_of(file: ArticleFile) -> list[Document]:
    """What the search would know of *file* if it were live; nothing of one that would not be live or found."""
    front = file.front
    if front is None or front.confidence == Confidence.ARCHIVED:
        return []
    try:
        pages = publishing.render_pages(file.body, front.audience, language=front.language, known=lambda _ref: True)
    except Refused:
        return []
    return search.documents_of_text(front, pages, updated_at=_LONG_AGO)


def shipped(root: Path) -> list[Document]:
    """What the search knows of the articles that come with the portal, samples included, without its handbook."""
    files = sorted((root / "kb_articles").rglob(STARTERS))
    return [each for path in files for each in documents_of(frontmatter.read_file(path, max_bytes=MOST_BYTES))]


def _of_file(
    file: ArticleFile, front: FrontMatter, index: Engine, listed: NotFoundYet, severity: Severity
) -> Iterator[Problem]:
    """The sentences of one file that do not find it, and those in the list that do."""
    # Who writes may find what is not finished; nobody else is asked about it.
    access = search.access_of_readers(front, front.readers)
    for sentence in front.finds:
        hits = answer(index, parse(sentence), access, limit=LOOKED_AT)[1].hits
        is_found = front.id in [hit.ref for hit in hits[:AMONG_THE_FIRST]]
        is_listed = sentence in listed.sentences.get(front.id, ())
        if is_found and is_listed:
            message = _("“%(sentence)s” finds %(id)s by now.", sentence=sentence, id=front.id)
            yield listed.problem(sentence, message, _("Take it off this list."), severity)
        elif not is_found and not is_listed:
            yield Problem(
                path=file.path,
                line=_line_of(sentence, file),
                field="finds",
                message=_missed(sentence, front.id, hits),
                remedy=_("Use the words of that sentence in the text, or one that people would really say."),
                severity=severity,
            )


def _missed(sentence: str, ref: str, hits: Sequence[Hit]) -> str:
    """Say where *ref* came instead, and what came first."""
    first = ", ".join(f"{hit.ref} ({hit.title})" for hit in hits[:AMONG_THE_FIRST])
    place = next((place for place, hit in enumerate(hits, 1) if hit.ref == ref), 0)
    if place:
        return _(
            "“%(sentence)s” finds this article in place %(place)s only, after %(first)s.",
            sentence=sentence,
            place=place,
            first=first,
        )
    if hits:
        return _("“%(sentence)s” does not find this article, but %(first)s.", sentence=sentence, first=first)
    return _("“%(sentence)s” finds nothing: no article has any of its words.", sentence=sentence)


def _line_of(sentence: str, file: ArticleFile) -> int:
    """Where *sentence* stands in *file*: its own line if it is written as it is, else that of the field."""
    lines = file.front_text.splitlines()
    own = (number for number, line in enumerate(lines, 2) if re.sub(r'^\s*-\s*"?|"?\s*$', "", line) == sentence)
    return next(own, file.lines.get("finds", 1))


def _stale(
    asked: Sequence[ArticleFile], known: Collection[str], listed: NotFoundYet, severity: Severity
) -> list[Problem]:
    """What stands in the list and is no sentence of any article."""
    finds = {file.front.id: file.front.finds for file in asked if file.front is not None}
    problems = []
    for ref, sentences in listed.sentences.items():
        if ref not in known and ref not in finds:
            message = _("No article has the id %(id)s.", id=ref)
            problems.append(listed.problem(ref, message, _("Take it off this list."), severity))
        elif ref in finds:
            for sentence in sentences:
                if sentence not in finds[ref]:
                    message = _("“%(sentence)s” does not stand in the finds of %(id)s.", sentence=sentence, id=ref)
                    problems.append(listed.problem(sentence, message, _("Take it off this list."), severity))
    return problems
