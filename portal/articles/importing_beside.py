"""What stands beside the texts in a folder: pictures and files, what follows an archived article, and history."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.articles import attachments, filing, publishing, rules, texts
from portal.articles.attachment_events import AttachmentAdded
from portal.articles.attachment_models import ALT_LENGTH, TITLE_LENGTH, Attachment
from portal.articles.attachment_uses import note_uses
from portal.articles.attachments import Accepted
from portal.articles.filing import People
from portal.articles.levels import Level
from portal.articles.models import Article, Revision
from portal.articles.states import ArticleState, RevisionState, Significance
from portal.articles.texts import Text
from portal.core.db import Database, add_row
from portal.core.errors import Refused
from portal.core.events import emit
from portal.core.filestore import NAME, FileStore
from portal.core.i18n import gettext as _

_MOST_BYTES = 1024 * attachments.MEGABYTE  # of one file: what a portal once took it takes back
_MOST_PIXELS = 500_000_000
_TIMES = ("submitted_at", "published_at", "decided_at")


@dataclass(frozen=True)
class Beside:
    """A folder, or none, whose facts and files are brought into the database unless it is a *dry_run*."""

    db: Database
    store: FileStore
    folder: Path | None
    dry_run: bool = False

    def add_attachments(self, now: datetime) -> int:
        """Add the pictures and files that the portal does not know, under their names; return how many.

        Raises:
            Refused: one is not what its name and the facts say.
        """
        paths = sorted((self.folder / filing.ATTACHMENTS).glob("*")) if self.folder else []
        facts = filing.read_facts(self.folder / filing.ATTACHMENT_FACTS) if self.folder and paths else {}
        with self.db.reading() as session:
            known = set(session.scalars(sa.select(Attachment.name))) if paths else set()
        new = [path for path in paths if NAME.match(path.name) and path.name not in known]
        for path in new:
            accepted = _accepted(path, facts.get(path.name, {}))
            if not self.dry_run:
                self._add(path.name, accepted, now)
        return len(new)

    def _add(self, name: str, accepted: Accepted, now: datetime) -> None:
        self.store.write(name, accepted.data)
        said = ("extension", "media_type", "title", "alt", "width", "height")
        row = {
            **{each: getattr(accepted, each) for each in said},
            "name": name,
            "bytes": len(accepted.data),
            "sha256": hashlib.sha256(accepted.data).hexdigest(),
            "uploaded_at": now,
        }
        with self.db.transaction() as session:
            number = add_row(session, Attachment, row)
            size = len(accepted.data)
            emit(session, AttachmentAdded(attachment_id=number, extension=accepted.extension, bytes=size))

    def follow(self) -> None:
        """Let archived articles that name none be followed by those that the folder says."""
        facts = filing.read_facts(self.folder / filing.ARTICLES) if self.folder and not self.dry_run else {}
        if not facts:
            return
        with self.db.transaction() as session:
            for ref, values in facts.items():
                article = _article(session, ref)
                successor = _article(session, str(values.get("successor", "")))
                if article is None or successor is None or article.id == successor.id:
                    continue
                if article.state == ArticleState.ARCHIVED and article.successor_id is None:
                    article.successor_id, article.is_merged = successor.id, values.get("merged") is True

    def add_history(self) -> int:
        """Add the texts from before of articles that have none, one article at a time; return how many.

        Raises:
            Refused: the facts cannot be read, or name a text that is not there.
        """
        found = sorted((self.folder / filing.HISTORY).glob("KB*")) if self.folder and not self.dry_run else []
        count = 0
        for folder in found:
            facts = filing.read_facts(folder / filing.HISTORY_FACTS)
            about = facts.pop(filing.ABOUT, {})
            old = {number: _old_text(folder / f"{number}.md") for number in facts}
            with self.db.transaction() as session:
                written = _write_history(session, folder.name, facts, old)
                if written is not None:
                    _write_about(session, folder.name, about)
                    count += written
        return count


def _article(session: Session, ref: str) -> Article | None:
    return session.scalar(sa.select(Article).where(Article.ref == ref))


def _accepted(path: Path, facts: Mapping[str, Any]) -> Accepted:
    """Look at a file as at one that somebody adds, but keep its bytes as they are."""
    data = path.read_bytes()
    title, alt = str(facts.get("title", path.stem)), str(facts.get("alt", ""))
    try:
        accepted = attachments.accept(
            data, f"{title}{path.suffix}", alt or title, max_bytes=_MOST_BYTES, max_pixels=_MOST_PIXELS
        )
    except Refused as fault:
        raise Refused(f"{path}: {fault.message}", hint=fault.hint) from fault
    sha256 = hashlib.sha256(data).hexdigest()
    if not path.name.endswith(accepted.ending) or facts.get("sha256", sha256) != sha256:
        raise Refused(_("%(path)s is not the file that was exported.", path=path), hint=_("Export it again."))
    return Accepted(
        data=data,
        extension=accepted.extension,
        media_type=accepted.media_type,
        title=title[:TITLE_LENGTH],
        alt=alt[:ALT_LENGTH],
        width=accepted.width,
        height=accepted.height,
    )


def _old_text(path: Path) -> Text:
    try:
        text = filing.text_in(path.read_bytes())
    except OSError:
        text = None
    if text is None:
        raise Refused(_("There is no text in %(path)s.", path=path), hint=_("Export the folder again."))
    return text


def _write_history(
    session: Session, ref: str, facts: Mapping[str, Mapping[str, Any]], old: Mapping[str, Text]
) -> int | None:
    """Write the texts of an article that has its live one alone, which has to be the one of the folder.

    Returns how many are from before, and ``None`` where the portal has a history of its own.
    """
    article = _article(session, ref)
    if article is None or not facts or not all(number.isdecimal() for number in facts):
        return None
    rows = session.scalars(sa.select(Revision).where(Revision.article_id == article.id)).all()
    live = [number for number, values in facts.items() if values.get("state") == RevisionState.LIVE]
    if len(rows) != 1 or len(live) != 1 or rows[0].body != old[live[0]].body or rows[0].author_id is not None:
        return None
    logins = session.execute(sa.select(Person.login, Person.id).where(Person.login.is_not(None)))
    people = {row.login: row.id for row in logins}
    columns = {number: _columns(article, facts[number], old[number], people) for number in facts}
    for name, value in (columns[live[0]] | {"number": int(live[0])}).items():
        setattr(rows[0], name, value)
    article.created_at = min(each["created_at"] for each in columns.values())
    article.published_at = rows[0].published_at
    session.flush()
    ids = {live[0]: rows[0].id}
    for number in sorted(set(facts) - set(ids), key=int):
        place = {"article_id": article.id, "number": int(number), "state": RevisionState.SUPERSEDED}
        ids[number] = add_row(session, Revision, columns[number] | place)
        _note_uses(session, ids[number], old[number])
    for number, revision_id in ids.items():
        base = ids.get(f"{facts[number].get('based_on', 0):04}")
        session.execute(sa.update(Revision).where(Revision.id == revision_id).values(base_revision_id=base))
    return len(ids) - 1


def _write_about(session: Session, ref: str, about: Mapping[str, Any]) -> None:
    """Write since when an older text is wrong, and why a part is for specialists only; what the portal says stays."""
    article = session.scalars(sa.select(Article).where(Article.ref == ref)).one()
    if not article.withheld_reason:
        article.withheld_reason = str(about.get("withheld_reason", ""))
        article.withheld_at = filing.moment(about.get("withheld_at"))
    if article.wrong_before is None:
        article.wrong_before = filing.moment(about.get("wrong_before"))
        wrong = sa.and_(Revision.article_id == article.id, Revision.number == about.get("wrong_text", 0))
        article.wrong_revision_id = session.scalar(sa.select(Revision.id).where(wrong))


def _note_uses(session: Session, revision_id: int, text: Text) -> None:
    try:
        shown = {level: texts.seen_at(text, level).body for level in Level}
    except Refused:
        shown = {Level.SPECIALISTS: text.body}
    note_uses(session, revision_id, shown, is_new=True)


def _columns(
    article: Article, facts: Mapping[str, Any], text: Text, people: Mapping[str | None, int]
) -> dict[str, Any]:
    """One text as the columns of its revision; people whom the portal does not know stay as words in its note."""
    named = {"written_by": str(facts.get("written_by", "")), "decided_by": str(facts.get("decided_by", ""))}
    unknown = People(**{key: name for key, name in named.items() if name not in people})
    note = "\n".join(part for part in (str(facts.get("note", "")), unknown.as_words()) if part)
    published = filing.moment(facts.get("published_at")) or article.created_at
    created = filing.moment(facts.get("created_at")) or published
    front = texts.file_of(text, article.ref).front
    scope = rules.scope_of(front, Level(texts.reach_of(text.body))) if front is not None else None
    weight = str(facts.get("significance", ""))
    return {
        **texts.as_columns(text, article.ref),
        **(publishing.scope_columns(scope) if scope is not None else {}),
        **{name: filing.moment(facts.get(name)) for name in _TIMES},
        "author_id": people.get(named["written_by"]),
        "decided_by": people.get(named["decided_by"]),
        "note": note,
        "decided_why": str(facts.get("decided_why", "")),
        "significance": weight if weight in tuple(Significance) else None,
        "is_suggestion": facts.get("is_suggestion") is True,
        "created_at": created,
        "updated_at": filing.moment(facts.get("updated_at")) or created,
    }
