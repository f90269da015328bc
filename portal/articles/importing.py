"""Everything that a folder holds, into the database: texts, pictures, what follows what, and history.

The texts go through ``loading.py``. What people changed in the portal is never
overwritten in silence: a file that did not change since it was loaded, or that
says what the portal once said, leaves the portal's text alone; where both
changed, somebody has to choose.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.articles import filing, folders, importing_beside, keeping, loading, service
from portal.articles.frontmatter import ArticleFile
from portal.articles.keeping_models import Step
from portal.articles.levels import Confidence
from portal.articles.loading import Checked, Loaded
from portal.articles.models import Article
from portal.articles.states import ArticleState
from portal.articles.texts import Text
from portal.core.db import Database
from portal.core.errors import Refused
from portal.core.filestore import FileStore
from portal.core.i18n import gettext as _
from portal.core.i18n import ngettext


class Standing(StrEnum):
    """How a file stands to the article in the portal."""

    NEW = "new"
    CHANGED = "changed"  # the file alone
    SAME = "same"
    KEPT = "kept"  # the portal alone: people wrote on
    BOTH = "both"


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What the person who loads wants: as the options of the command say."""

    samples: bool = False
    keep_going: bool = False
    dry_run: bool = False
    delete: bool = False  # archive what came from this folder and has no file any longer
    take_file: bool = False  # where both changed
    keep_portal: bool = False


@dataclass
class Imported:
    """What came of it: the texts, each file with how it stood, and how many of everything else."""

    loaded: Loaded
    standings: Mapping[str, Standing]
    attachments: int = 0
    texts_from_before: int = 0
    archived: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """The result as sentences."""
        sentences = [str(self.loaded)]
        if self.attachments:
            sentences.append(
                ngettext("%(num)s picture or file is new.", "%(num)s pictures and files are new.", self.attachments)
            )
        if self.texts_from_before:
            sentences.append(
                ngettext(
                    "%(num)s text from before came along.",
                    "%(num)s texts from before came along.",
                    self.texts_from_before,
                )
            )
        if self.archived:
            sentences.append(_("Archived, for their files have gone: %(refs)s.", refs=", ".join(self.archived)))
        if self.left:
            sentences.append(
                _("Not archived, for people changed them in the portal: %(refs)s.", refs=", ".join(self.left))
            )
        return " ".join(sentences)


def load(
    db: Database,
    store: FileStore,
    path: Path,
    checked: Checked,
    wishes: Wishes,
    *,
    now: Callable[[], datetime],
    progress: Callable[[int], None] = lambda _steps: None,
) -> Imported:
    """Load *path*, whose article files are *checked*; a folder with everything beside them.

    *progress* is told of two steps for each file.

    Raises:
        Refused: as :func:`portal.articles.loading.load`; both a file and the portal changed and nobody chose; what
            stands beside the texts cannot be read; *path* is one file and something is to be archived.
    """
    if wishes.delete and not path.is_dir():
        raise Refused(_("%(path)s is one file.", path=path), hint=_("Name the folder from which files have gone."))
    good = loading.without_faults(checked, keep_going=wishes.keep_going)
    with db.reading() as session:
        standings = {file.path: _standing(session, file) for file in good if wishes.samples or not _is_sample(file)}
        gone, left_live = _gone(session, path, checked) if wishes.delete else ([], [])
    _refuse_undecided(standings, wishes)
    left = {Standing.SAME, Standing.KEPT} | ({Standing.BOTH} if wishes.keep_portal else set())
    wanted = [file for file in checked.files if standings.get(file.path) not in left]
    beside = importing_beside.Beside(db, store, path if path.is_dir() else None, dry_run=wishes.dry_run)
    attachments = beside.add_attachments(now())
    loaded = loading.load(
        db,
        dataclasses.replace(checked, files=wanted),
        now=now,
        samples=wishes.samples,
        keep_going=wishes.keep_going,
        dry_run=wishes.dry_run,
        progress=progress,
    )
    same = [file for file in checked.files if standings.get(file.path) == Standing.SAME]
    loaded.outcomes["same"] += len(same)
    loaded.kept = len(checked.files) - len(wanted) - len(same)
    progress(2 * (len(checked.files) - len(wanted)))
    imported = Imported(loaded, standings, attachments, archived=gone, left=left_live)
    if not wishes.dry_run:
        _note_sources(db, same, checked.places)
        _archive(db, gone, now())
    beside.follow()
    imported.texts_from_before = beside.add_history()
    return imported


def _is_sample(file: ArticleFile) -> bool:
    return file.front is not None and file.front.sample


def _standing(session: Session, file: ArticleFile) -> Standing:
    article = session.scalar(sa.select(Article).where(Article.ref == file.id))
    if article is None or article.live_revision_id is None:
        return Standing.NEW
    if article.source_hash == file.sha256:
        return Standing.SAME
    text = Text(file.front_text, file.body)
    if text == filing.text_now(session, article):
        return Standing.SAME
    if not _was_changed_here(session, article, file):
        return Standing.CHANGED
    return Standing.KEPT if filing.holds(session, article, text) else Standing.BOTH


def _was_changed_here(session: Session, article: Article, file: ArticleFile) -> bool:
    """Whether *file* would undo what people did; one that says archived itself leaves an archived article so."""
    says_archived = file.front is not None and file.front.confidence == Confidence.ARCHIVED
    if says_archived and article.is_archived:
        return filing.was_written_here(session, article)
    return filing.was_changed_here(session, article)


def _refuse_undecided(standings: Mapping[str, Standing], wishes: Wishes) -> None:
    both = [path for path, standing in standings.items() if standing == Standing.BOTH]
    if not both or wishes.take_file or wishes.keep_portal:
        return
    raise Refused(
        ngettext(
            "Nothing was loaded: %(path)s was changed, and so was its article in the portal.",
            "Nothing was loaded: %(num)s files were changed, and so were their articles in the portal. "
            "The first is %(path)s.",
            len(both),
            path=both[0],
        ),
        hint=_("Export to another folder and compare; then load with --take-file or with --keep-portal."),
    )


def _note_sources(db: Database, files: Sequence[ArticleFile], places: Mapping[str, str]) -> None:
    """Remember from which file and place an article comes whose text the portal has already."""
    with db.reading() as session:
        query = sa.select(Article.ref, Article.source_hash, Article.source_path)
        known = {row.ref: (row.source_hash, row.source_path) for row in session.execute(query)}
    other = [file for file in files if known[file.id] != (file.sha256, places[file.path])]
    if not other:
        return
    with db.transaction() as session:
        for file in other:
            values = {"source_hash": file.sha256, "source_path": places[file.path]}
            session.execute(sa.update(Article).where(Article.ref == file.id).values(values))


def _gone(session: Session, folder: Path, checked: Checked) -> tuple[list[str], list[str]]:
    """Refs of live articles that once came from *folder* and have no file now: as it was loaded, and changed here."""
    home = folders.home_of(folder).resolve()
    inside = folder.resolve().relative_to(home).as_posix()
    there = {file.id for file in checked.files}
    query = sa.select(Article).where(Article.state == ArticleState.LIVE, Article.source_path.is_not(None))
    found: tuple[list[str], list[str]] = ([], [])
    for article in session.scalars(query.order_by(Article.ref)):
        name, place = folders.split_place(article.source_path or "")
        came_from_here = name == home.name and (inside == "." or place.startswith(f"{inside}/"))
        if came_from_here and article.ref not in there:
            found[filing.was_changed_here(session, article)].append(article.ref)
    return found


def _archive(db: Database, refs: Sequence[str], now: datetime) -> None:
    for ref in refs:
        with db.transaction() as session:
            article = session.scalars(sa.select(Article).where(Article.ref == ref)).one()
            why = _("Its file has gone from the folder that it came from.")
            keeping.note(session, article, Step.ARCHIVE, None, by=None, why=why, now=now)
            service.archive(session, article, successor=None, by=None, now=now)
            article.source_hash = None  # so that the same file brings it back
