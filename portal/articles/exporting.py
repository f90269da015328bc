"""From the database into a folder: what is live, with its pictures, and with its history if wanted.

Drafts are never exported. A file is written beside its place and renamed, so
that each is whole; a run that was cut short is completed by the next, since a
file that says the same is left alone. Nothing is lost: a file whose text the
portal does not hold is neither overwritten nor removed.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.accounts.models import Person
from portal.articles import filing, folders
from portal.articles.addresses import ref_in
from portal.articles.attachment_models import Attachment, AttachmentUse
from portal.articles.filing import People
from portal.articles.models import Article, Revision
from portal.articles.states import ONCE_LIVE, RevisionState
from portal.articles.texts import stored
from portal.core.errors import Refused
from portal.core.filestore import NAME, FileStore
from portal.core.i18n import gettext as _


class What(StrEnum):
    """What becomes of a file of the folder."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    GONE = "gone"  # no article stands behind it any longer
    KEPT = "kept"  # it has a text that the portal does not hold


@dataclass(frozen=True)
class Change:
    """One file by its place in the folder, and what becomes of it."""

    path: str
    what: What


def export(
    session: Session,
    store: FileStore,
    folder: Path,
    *,
    history: bool = False,
    dry_run: bool = False,
    delete: bool = False,
    progress: Callable[[int], None] = lambda _steps: None,
) -> Iterator[Change]:
    """Bring *folder* up to the database and tell of each file, same ones too.

    *progress* is told of articles done, :func:`count` of them. *dry_run* only
    tells. Files that are gone are removed with *delete* alone.

    Raises:
        Refused: *folder* is a file, or a file in it cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise Refused(_("%(path)s is a file.", path=folder), hint=_("Name a folder; it is made if it is not there."))
    written: set[str] = set()
    try:
        for path, data, article in _files(session, store, history=history, progress=progress):
            written.add(path)
            if data == filing.TOLD.encode() and not (folder / path).exists():
                continue  # there is nothing to say
            what = _compared(session, folder / path, data, article)
            if what in {What.NEW, What.CHANGED} and not dry_run:
                _write(folder / path, data)
            yield Change(path, what)
        for path in _gone(session, folder, written):
            if delete and not dry_run:
                (folder / path).unlink()
            yield Change(path, What.GONE)
    except OSError as fault:
        raise Refused(
            _("%(path)s cannot be written: %(reason)s.", path=fault.filename or folder, reason=fault.strerror or fault),
            hint=_("Look who may write there, and whether the disk is full; then run it again."),
        ) from fault


def count(session: Session) -> int:
    """How many articles an export goes through."""
    return session.scalar(sa.select(sa.func.count(Article.id)).where(Article.live_revision_id.is_not(None))) or 0


def _files(
    session: Session, store: FileStore, *, history: bool, progress: Callable[[int], None]
) -> Iterator[tuple[str, bytes, Article | None]]:
    """Every file that belongs there: its place, what it holds, and the article whose text it is.

    Pictures come before the texts that use them, so that a folder that was cut short can be loaded.
    """
    yield from _attachments(session, store, history=history)
    follows: dict[str, dict[str, str | int | bool]] = {}
    ids = session.scalars(sa.select(Article.id).where(Article.live_revision_id.is_not(None)).order_by(Article.ref))
    for article_id in ids.all():
        article = session.get_one(Article, article_id)
        text = filing.text_now(session, article)
        yield filing.place_of(article), filing.as_file(text, sha256=article.source_hash), article
        if article.successor_id is not None:
            successor = session.get_one(Article, article.successor_id)
            follows[article.ref] = {"successor": successor.ref, "merged": article.is_merged}
        if history:
            yield from _history(session, article)
        progress(1)
    yield filing.ARTICLES, filing.facts_text(follows).encode(), None


def _attachments(session: Session, store: FileStore, *, history: bool) -> Iterator[tuple[str, bytes, None]]:
    states = ONCE_LIVE if history else (RevisionState.LIVE,)
    used = sa.select(AttachmentUse.attachment_id).join(Revision, Revision.id == AttachmentUse.revision_id)
    wanted = sa.select(Attachment).where(Attachment.id.in_(used.where(Revision.state.in_(states))))
    facts = {}
    for each in session.scalars(wanted.order_by(Attachment.name)):
        with suppress(FileNotFoundError):  # the doctor tells of a row without its file
            yield f"{filing.ATTACHMENTS}/{each.name}", store.read(each.name), None
            facts[each.name] = {"title": each.title, "alt": each.alt, "sha256": each.sha256}
    yield filing.ATTACHMENT_FACTS, filing.facts_text(facts).encode(), None


def _history(session: Session, article: Article) -> Iterator[tuple[str, bytes, None]]:
    author, decider, base = aliased(Person), aliased(Person), aliased(Revision)
    query = (
        sa.select(Revision, author, decider, base.number)
        .outerjoin(author, author.id == Revision.author_id)
        .outerjoin(decider, decider.id == Revision.decided_by)
        .outerjoin(base, sa.and_(base.id == Revision.base_revision_id, base.state.in_(ONCE_LIVE)))
        .where(Revision.article_id == article.id, Revision.state.in_(ONCE_LIVE))
        .order_by(Revision.number)
    )
    top = f"{filing.HISTORY}/{article.ref}"
    facts = {}
    numbers = {}
    for revision, writer, decided, based_on in session.execute(query):
        number = f"{revision.number:04}"
        facts[number] = _facts(revision, _name(writer), _name(decided), based_on)
        numbers[revision.id] = revision.number
        yield f"{top}/{number}.md", filing.as_file(stored(revision)), None
    if about := _about(article, numbers):
        facts[filing.ABOUT] = about
    yield f"{top}/{filing.HISTORY_FACTS}", filing.facts_text(facts).encode(), None


def _about(article: Article, numbers: Mapping[int, int]) -> dict[str, str | int | bool]:
    """What people said about an article as a whole; *numbers* are those of its texts by their ids."""
    told: dict[str, Any] = {
        "wrong_before": article.wrong_before and article.wrong_before.isoformat(),
        "wrong_text": numbers.get(article.wrong_revision_id or 0),
        "withheld_reason": article.withheld_reason,
        "withheld_at": article.withheld_at and article.withheld_at.isoformat(),
    }
    return {name: value for name, value in told.items() if value}


def _name(person: Person | None) -> str:
    return (person.login or person.name) if person else ""


def _facts(revision: Revision, writer: str, decider: str, based_on: int | None) -> dict[str, str | int | bool]:
    note, people = filing.split_note(revision.note, People(written_by=writer, decided_by=decider))
    times = ("created_at", "updated_at", "submitted_at", "published_at", "decided_at")
    told: dict[str, Any] = {
        "state": str(revision.state),
        "significance": revision.significance,
        "written_by": people.written_by,
        "note": note,
        "decided_by": people.decided_by,
        "decided_why": revision.decided_why,
        "based_on": based_on,
        "is_suggestion": revision.is_suggestion,
    }
    told |= {name: getattr(revision, name).isoformat() for name in times if getattr(revision, name)}
    return {name: value for name, value in told.items() if value}


def _compared(session: Session, path: Path, data: bytes, article: Article | None) -> What:
    """What becomes of the file at *path*, which is to hold *data*."""
    try:
        before = path.read_bytes()
    except FileNotFoundError:
        return What.NEW
    if before == data:
        return What.SAME
    if article is None:
        return What.CHANGED
    text = filing.text_in(before)
    if text is not None and text == filing.text_in(data):
        return What.SAME  # its lines end otherwise, which says nothing
    return What.CHANGED if text is not None and filing.holds(session, article, text) else What.KEPT


def _gone(session: Session, folder: Path, written: set[str]) -> list[str]:
    """Files whose article moved to another name, and pictures that no text uses, if the portal holds what they say."""
    found = []
    for path in folders.articles_in(folder) if folder.is_dir() else []:
        place = path.relative_to(folder).as_posix()
        ref = ref_in(path.stem)
        if place in written or ref is None:
            continue
        article = session.scalar(sa.select(Article).where(Article.ref == ref, Article.live_revision_id.is_not(None)))
        text = filing.text_in(path.read_bytes())
        if article is not None and text is not None and filing.holds(session, article, text):
            found.append(place)
    for path in sorted((folder / filing.ATTACHMENTS).glob("*")):
        place = f"{filing.ATTACHMENTS}/{path.name}"
        if place in written or not NAME.match(path.name):
            continue
        sha256 = session.scalar(sa.select(Attachment.sha256).where(Attachment.name == path.name))
        if sha256 == hashlib.sha256(path.read_bytes()).hexdigest():
            found.append(place)
    return found


def _write(path: Path, data: bytes) -> None:
    """Write a whole file, or leave what was there; what a kill left half written is written over by the next run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
