"""From a folder of Markdown files into the database, as often as wanted.

All files are read and checked first, then all texts rendered, then written a
few articles at a time, so that no lock is held while rendering and no article
is ever half there. A kill loses nothing: loading
again completes what is missing, since a file that did not change is left
alone. Articles that the folder does not hold stay as they are. What else may
stand in a folder, and what people changed in the portal, is ``importing.py``'s.
"""

from __future__ import annotations

import pickle
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import IO

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.roles import ROLES
from portal.articles import checking, folders, frontmatter, publishing
from portal.articles.checking import Reach
from portal.articles.frontmatter import ArticleFile
from portal.articles.levels import Level
from portal.articles.models import Article, ArticleReader, OldSlug
from portal.articles.problems import Problem
from portal.articles.publishing import Prepared, render_pages
from portal.articles.states import ArticleState
from portal.core.db import Database
from portal.core.errors import Refused
from portal.core.i18n import gettext as _
from portal.core.i18n import ngettext
from portal.organisation import loading as organisation_file
from portal.organisation.models import Party, Service, Unit

AT_ONCE = 20  # articles in one transaction: each alone waits for the disk, more would keep a vote waiting


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """What front matter and links may name: of the database, else of the organisation that comes with the portal."""

    services: frozenset[str]
    owner_roles: frozenset[str]
    readers: frozenset[str]
    articles: Mapping[str, Reach] = field(default_factory=dict)


@dataclass(frozen=True)
class Checked:
    """Files that were read and looked through, with everything that was found.

    *places* says for the path of each file where it stands in its folder;
    *neighbours* are the files beside them, if they were asked for.
    """

    files: Sequence[ArticleFile]
    problems: Sequence[Problem]
    places: Mapping[str, str]
    neighbours: Sequence[ArticleFile] = ()

    @property
    def errors(self) -> list[Problem]:
        """What keeps a file from being loaded."""
        return [problem for problem in self.problems if problem.is_error]


@dataclass
class Loaded:
    """What a load did: refs by outcome, samples and files with errors left out, articles whose own text is kept."""

    outcomes: Counter[str] = field(default_factory=Counter)
    samples_left_out: int = 0
    files_left_out: int = 0
    kept: int = 0

    def __str__(self) -> str:
        """The result as sentences."""
        sentences = [
            _(
                "Articles: %(new)s new, %(changed)s changed, %(same)s as they were.",
                new=self.outcomes["new"],
                changed=self.outcomes["changed"],
                same=self.outcomes["same"],
            )
        ]
        if self.samples_left_out:
            sentences.append(
                ngettext(
                    "%(num)s sample was left out (--samples).",
                    "%(num)s samples were left out (--samples).",
                    self.samples_left_out,
                )
            )
        if self.files_left_out:
            sentences.append(
                ngettext(
                    "%(num)s file with errors was left out.",
                    "%(num)s files with errors were left out.",
                    self.files_left_out,
                )
            )
        if self.kept:
            sentences.append(
                ngettext(
                    "%(num)s was changed in the portal and stays as it is there.",
                    "%(num)s were changed in the portal and stay as they are there.",
                    self.kept,
                )
            )
        return " ".join(sentences)


def vocabulary(session: Session | None, *, only: Collection[str] | None = None) -> Vocabulary:
    """Read which ids there are; without a filled database, those that come with the portal.

    Of the articles *only* those refs are read, if given.
    """
    if session is not None:
        services = frozenset(session.scalars(sa.select(Service.id)))
        if services:
            parties = list(session.execute(sa.select(Party.id, Party.owner_roles)))
            return Vocabulary(
                services=services,
                owner_roles=frozenset(role for party in parties for role in party.owner_roles),
                readers=_readers(session.scalars(sa.select(Unit.id)), (party.id for party in parties)),
                articles=_reaches(session, only),
            )
    shipped = organisation_file.read(organisation_file.SHIPPED)
    return Vocabulary(
        services=frozenset(row["id"] for row in shipped["service"]),
        owner_roles=frozenset(role for row in shipped["party"] for role in row["owner_roles"]),
        readers=_readers((row["id"] for row in shipped["unit"]), (row["id"] for row in shipped["party"])),
    )


def _readers(units: Iterable[str], parties: Iterable[str]) -> frozenset[str]:
    named = [f"role:{role}" for role in ROLES] + [f"unit:{unit}" for unit in units]
    return frozenset(named + [f"party:{party}" for party in parties])


def _reaches(session: Session, only: Collection[str] | None) -> dict[str, Reach]:
    """Who may open the articles that are in the database already."""
    wanted = Article.state != ArticleState.NOT_YET_LIVE
    if only is not None:
        wanted = sa.and_(wanted, Article.ref.in_(sorted(only)))
    limited: dict[int, set[str]] = defaultdict(set)
    readers = sa.select(ArticleReader.article_id, ArticleReader.reader)
    for row in session.execute(readers.join(Article, Article.id == ArticleReader.article_id).where(wanted)):
        limited[row.article_id].add(row.reader)
    query = sa.select(Article.id, Article.ref, Article.audience).where(wanted)
    return {row.ref: Reach(Level(row.audience), frozenset(limited.get(row.id, ()))) for row in session.execute(query)}


def check(
    paths: Sequence[Path],
    words: Vocabulary,
    *,
    max_bytes: int,
    strict: bool = False,
    render: bool = False,
    beside: bool = False,
) -> Checked:
    """Read and check article files, each by itself and all together.

    *render* also tries to render each. *beside* also reads the files that
    stand beside them, so that links may lead there.

    Raises:
        Refused: as :func:`folders.files_of`.
    """
    found = folders.files_of(paths)
    files = [frontmatter.read_file(path, max_bytes=max_bytes) for path in found]
    around = folders.neighbours_of(paths) if beside else []
    neighbours = [frontmatter.read_file(path, max_bytes=max_bytes) for path in around]
    problems = checking.check_folder(
        files,
        services=words.services,
        owner_roles=words.owner_roles,
        readers=words.readers,
        existing={**words.articles, **checking.reaches_of(neighbours)},
        render=render,
        strict=strict,
    )
    return Checked(files, problems, {str(path): place for path, place in found.items()}, neighbours)


def load(
    db: Database,
    checked: Checked,
    *,
    now: Callable[[], datetime],
    samples: bool = False,
    keep_going: bool = False,
    dry_run: bool = False,
    progress: Callable[[int], None] = lambda _steps: None,
) -> Loaded:
    """Bring the database up to the files: new and changed articles go live, some in one transaction.

    *progress* is told of steps done; there are two for each file. *dry_run*
    does everything but write.

    Raises:
        Refused: a file has an error and *keep_going* is off; nothing was loaded then.
    """
    loaded = Loaded()
    files = without_faults(checked, keep_going=keep_going)
    loaded.files_left_out = len(checked.files) - len(files)
    wanted = [file for file in files if samples or not _front(file).sample]
    loaded.samples_left_out = len(files) - len(wanted)
    with db.reading() as session:
        stored = {row.ref: row.source_hash for row in session.execute(sa.select(Article.ref, Article.source_hash))}
        clashes = _slug_clashes(session, wanted)
    if clashes:
        if not keep_going:
            raise Refused(next(iter(clashes.values())), hint=_("Take it out of old_slugs in one of the two."))
        wanted = [file for file in wanted if file.path not in clashes]
        loaded.files_left_out += len(clashes)
    known = frozenset(stored) | {_front(file).id for file in wanted}
    changed = [file for file in wanted if stored.get(_front(file).id) != file.sha256]
    loaded.outcomes["same"] = len(wanted) - len(changed)
    progress(2 * (len(checked.files) - len(changed)))
    with tempfile.TemporaryFile() as spool:
        texts = _rendered(changed, known, checked.places, loaded, keep_going=keep_going, progress=progress)
        count = _spool(texts, spool)
        for texts_at_once in _some_at_once(_spooled(spool, count)):
            if dry_run:
                loaded.outcomes.update("changed" if text.front.id in stored else "new" for text in texts_at_once)
            else:
                loaded.outcomes.update(_publish(db, texts_at_once, now=now()))
            progress(len(texts_at_once))
    return loaded


def _front(file: ArticleFile) -> frontmatter.FrontMatter:
    if file.front is None:
        raise ValueError(f"{file.path} has no front matter and was not left out.")
    return file.front


def without_faults(checked: Checked, *, keep_going: bool) -> list[ArticleFile]:
    """The files that can be loaded. Raises ``Refused`` when some cannot, and *keep_going* is off."""
    faulty = {problem.path for problem in checked.errors}
    if faulty and not keep_going:
        raise Refused(
            ngettext(
                "Nothing was loaded: %(num)s file has errors.",
                "Nothing was loaded: %(num)s files have errors.",
                len(faulty),
            ),
            hint=_("Mend them, or load the others with --keep-going."),
        )
    return [file for file in checked.files if file.path not in faulty]


def _slug_clashes(session: Session, files: Sequence[ArticleFile]) -> dict[str, str]:
    """Old addresses that lead to another article already: path of the file to a sentence."""
    query = sa.select(OldSlug.slug, Article.ref).join(Article, Article.id == OldSlug.article_id)
    leads_to = {row.slug: row.ref for row in session.execute(query)}
    return {
        file.path: _(
            "%(slug)s, an old address of %(ref)s, leads to %(to)s.",
            slug=slug,
            ref=_front(file).id,
            to=leads_to[slug],
        )
        for file in files
        for slug in _front(file).old_slugs
        if leads_to.get(slug, _front(file).id) != _front(file).id
    }


def prepare(file: ArticleFile, known: Collection[str], *, place: str = "") -> Prepared:
    """Render a file that has no error; links to others than the *known* articles become plain words.

    *place* is where it stands in its folder, kept for a later export.

    Raises:
        Refused: the text cannot be rendered.
    """
    front = _front(file)
    return Prepared(
        front=front,
        front_text=file.front_text,
        body=file.body,
        source_path=place or Path(file.path).name,
        source_hash=file.sha256,
        pages=render_pages(file.body, front.audience, language=front.language, known=known.__contains__),
    )


def _rendered(
    files: Sequence[ArticleFile],
    known: frozenset[str],
    places: Mapping[str, str],
    loaded: Loaded,
    *,
    keep_going: bool,
    progress: Callable[[int], None],
) -> Iterator[Prepared]:
    for file in files:
        try:
            yield prepare(file, known, place=places[file.path])
            progress(1)
        except Refused as fault:
            if not keep_going:
                raise Refused(f"{file.path}: {fault.message}", hint=fault.hint) from fault
            loaded.files_left_out += 1
            progress(2)


def _spool(texts: Iterable[Prepared], spool: IO[bytes]) -> int:
    """Write all texts aside, so that one that cannot be shown is known before the first goes live; return how many."""
    count = 0
    for text in texts:
        pickle.dump(text, spool, protocol=pickle.HIGHEST_PROTOCOL)
        count += 1
    return count


def _spooled(spool: IO[bytes], count: int) -> Iterator[Prepared]:
    spool.seek(0)
    for _number in range(count):
        text: Prepared = pickle.load(spool)  # noqa: S301 - written by ourselves a moment ago, and seen by nobody else
        yield text


def _some_at_once(texts: Iterator[Prepared]) -> Iterator[list[Prepared]]:
    while some := list(islice(texts, AT_ONCE)):
        yield some


def _publish(db: Database, texts: Sequence[Prepared], *, now: datetime) -> list[str]:
    with db.transaction() as session:
        return [publishing.publish_file(session, text, now=now) for text in texts]
