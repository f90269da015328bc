"""What a folder of articles holds: how a live text, its pictures and its history look as files.

    KB0101-printer.md             the live text, at the place that it came from
    articles.toml                 which archived article is followed by, or merged into, which
    attachments/<name>            pictures and files that texts use
    attachments/attachments.toml  what they are called, and what they show
    history/KB0101/0003.md        the third text of an article, as it was written
    history/KB0101/history.toml   who wrote it when, and why; since when an older one is wrong, why parts are withheld

An export is no backup. What people did on the way (each move, remarks, verdicts, who added a picture) stays behind.

``exporting.py`` writes such a folder and ``importing.py`` reads one.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.articles import folders, frontmatter, texts
from portal.articles.frontmatter import DELIMITER
from portal.articles.keeping_models import ArticleMove
from portal.articles.models import Article, OldSlug, Revision, RevisionMove
from portal.articles.texts import Text
from portal.core.errors import Refused
from portal.core.i18n import gettext as _

ARTICLES = "articles.toml"
ATTACHMENTS = "attachments"
ATTACHMENT_FACTS = "attachments/attachments.toml"
HISTORY = "history"
HISTORY_FACTS = "history.toml"
ABOUT = "article"  # the table in it that is about the article, beside those about its texts

TOLD = "# Written by portal articles export, and read by portal articles load.\n"
# What an article knows better than the fields of its text.
ON_TOP = frozenset(("confidence", "old_slugs", "checked_on", "checked_by"))

Facts = Mapping[str, Mapping[str, str | int | bool]]


@dataclass(frozen=True, kw_only=True)
class People:
    """Who wrote a text and who decided on it: logins, or names of people without one; empty for nobody."""

    written_by: str = ""
    decided_by: str = ""

    def as_words(self) -> str:
        """The lines by which a note keeps people whom the portal does not know."""
        named = (("Written by: ", self.written_by), ("Decided by: ", self.decided_by))
        return "\n".join(words + name for words, name in named if name)


def place_of(article: Article) -> str:
    """Where the live text of an article stands in a folder."""
    place = folders.split_place(article.source_path)[1] if article.source_path else ""
    return place or f"{article.address}.md"


def text_now(session: Session, article: Article) -> Text:
    """The live text, with what the article knows better: how far it is trusted and since when, and old addresses."""
    text = texts.stored(session.get_one(Revision, article.live_revision_id))
    front = texts.file_of(text, article.ref).front
    named = text.fields.get("old_slugs") or []
    slugs = session.scalars(sa.select(OldSlug.slug).where(OldSlug.article_id == article.id).order_by(OldSlug.slug))
    more = [slug for slug in slugs if slug not in named]
    changed: dict[str, Any] = {"confidence": str(article.confidence)}
    if front is not None and (front.checked_on, front.checked_by) != (article.checked_on, article.checked_by):
        changed |= {"checked_on": article.checked_on, "checked_by": article.checked_by}
    return texts.with_field(text, article.ref, **(changed | ({"old_slugs": [*named, *more]} if more else {})))


def as_file(text: Text, *, sha256: str | None = None) -> bytes:
    """A text as the bytes of a file; its lines end as in the file of that *sha256*, when it is the same text."""
    plain = f"{DELIMITER}\n{text.front_text}{DELIMITER}\n{text.body}"
    other = plain.replace("\n", "\r\n").encode()
    return other if sha256 and hashlib.sha256(other).hexdigest() == sha256 else plain.encode()


def text_in(data: bytes) -> Text | None:
    """The text that the bytes of a file hold; ``None`` when they are no article."""
    try:
        file = frontmatter.parse(data.removeprefix(b"\xef\xbb\xbf").decode(), path="")
    except UnicodeDecodeError:
        return None
    return Text(file.front_text, file.body) if file.front_text else None


def holds(session: Session, article: Article, text: Text) -> bool:
    """Whether the portal keeps this text among those of an article, whatever became of it."""
    rows = session.execute(sa.select(Revision.front_text, Revision.body).where(Revision.article_id == article.id))
    same_body = [row.front_text for row in rows if row.body == text.body]
    if text.front_text in same_body:
        return True
    fields = _below(text)
    return any(_below(Text(front_text, text.body)) == fields for front_text in same_body)


def _below(text: Text) -> dict[str, Any]:
    return {name: value for name, value in text.fields.items() if name not in ON_TOP}


def was_written_here(session: Session, article: Article) -> bool:
    """Whether the live text comes from people, and not from a file."""
    moves = sa.select(RevisionMove.id).where(
        RevisionMove.revision_id == article.live_revision_id, RevisionMove.move != "load"
    )
    return session.scalar(moves.limit(1)) is not None


def was_changed_here(session: Session, article: Article) -> bool:
    """Whether people wrote, validated, archived, merged or brought back this article since its file was loaded."""
    if was_written_here(session, article):
        return True
    last = session.execute(
        sa.select(ArticleMove.person_id)
        .where(ArticleMove.article_id == article.id, ArticleMove.at >= article.published_at)
        .order_by(ArticleMove.id.desc())
        .limit(1)
    ).one_or_none()
    if last is not None and last.person_id is not None:
        return True
    if article.is_archived and article.source_hash is None:
        return False  # its file had gone, and it was archived for that
    stored = texts.stored(session.get_one(Revision, article.live_revision_id)).fields
    if stored.get("confidence") == str(article.confidence):
        return False
    as_it_is = as_file(text_now(session, article), sha256=article.source_hash)
    return hashlib.sha256(as_it_is).hexdigest() != article.source_hash  # the same: it was so in the file with history


# The files of facts


def facts_text(facts: Facts) -> str:
    """Write tables of plain values as TOML, in their order."""
    tables = (
        f"\n[{_quoted(name)}]\n" + "".join(f"{key} = {_quoted(value)}\n" for key, value in values.items())
        for name, values in facts.items()
    )
    return TOLD + "".join(tables)


def _quoted(value: str | int | bool) -> str:
    """A JSON value is a TOML value, but for one sign."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def read_facts(path: Path) -> dict[str, dict[str, Any]]:
    """Read tables of plain values; none where there is no file.

    Raises:
        Refused: the file cannot be read.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as fault:
        raise Refused(
            _("%(path)s cannot be read: %(reason)s.", path=path, reason=str(fault).rstrip(".")),
            hint=_("Mend it, or take it away and export again."),
        ) from fault
    return {name: values for name, values in tables.items() if isinstance(values, dict)}


def moment(value: object) -> datetime | None:
    """A time as the facts say it; nothing where they say none.

    Raises:
        Refused: it is no time with a zone.
    """
    if not value:
        return None
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Refused(_("%(value)s is no time with a zone.", value=value), hint=_("Export the folder again."))
    return found


def split_note(note: str, known: People) -> tuple[str, People]:
    """Part a note from the people whom it keeps in words, because they are not *known*."""
    lines, named = note.split("\n"), {"written_by": known.written_by, "decided_by": known.decided_by}
    for key, words in (("decided_by", "Decided by: "), ("written_by", "Written by: ")):
        if lines and lines[-1].startswith(words) and not named[key]:
            named[key] = lines.pop().removeprefix(words)
    return "\n".join(lines), People(**named)
