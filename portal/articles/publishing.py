"""Putting a text live: rendered first, written afterwards.

Rendering takes milliseconds and a write holds the database for everybody, so
``render_pages`` is pure and comes first. What writes takes a session, refuses
early, emits one event and never commits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.articles import fences, workflow
from portal.articles.addresses import slug_of
from portal.articles.attachment_uses import note_uses
from portal.articles.events import ArticleArchived, ArticlePublished
from portal.articles.folders import split_place
from portal.articles.frontmatter import FrontMatter
from portal.articles.keeping_models import ArticleMove, Step
from portal.articles.levels import Confidence, Level
from portal.articles.models import (
    Article,
    ArticleFind,
    ArticleLink,
    ArticleReader,
    ArticleTag,
    ArticleWord,
    OldSlug,
    Rendering,
    Revision,
    RevisionMove,
)
from portal.articles.rendering import Rendered, render_levels
from portal.articles.rules import Scope, scope_of
from portal.articles.states import ArticleState, RevisionState, Significance
from portal.core.db import Model, add_row, insert_into
from portal.core.errors import Refused
from portal.core.events import emit
from portal.core.i18n import gettext as _
from portal.core.i18n import speaking

Outcome = Literal["new", "changed", "same"]

# Built once, and past the models: each file that is loaded asks them.
_OF_ARTICLE = Article.__table__.c
_KNOWN = sa.select(
    *(_OF_ARTICLE[name] for name in ("id", "source_hash", "live_revision_id", "state", "confidence"))
).where(_OF_ARTICLE.ref == sa.bindparam("ref"))
_OF_ENDS = frozenset(("successor_id", "is_merged"))  # what an archived article keeps when its file changes
_FIRST_TEXT = (
    sa.update(Article)
    .where(_OF_ARTICLE.id == sa.bindparam("article"))
    .values(live_revision_id=sa.bindparam("revision"))
)


@dataclass(frozen=True, kw_only=True)
class Pages:
    """The HTML of each level of one text, how many parts each does not read, and the refs that lead nowhere yet."""

    renderings: Mapping[Level, Rendered]
    hidden_parts: Mapping[Level, int]
    missing: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """The text of a file, ready to go live without anything left to compute."""

    front: FrontMatter
    front_text: str
    body: str
    source_path: str
    source_hash: str
    pages: Pages


def render_pages(body: str, audience: Level, *, language: str, known: Callable[[str], bool]) -> Pages:
    """Render *body* for every level at which it differs; touches no database.

    What the portal adds to the text is in the *language* of the article.
    Links to an article that is not *known* become plain words.

    Raises:
        Refused: the text cannot be rendered.
    """
    missing: set[str] = set()

    def ask(ref: str) -> bool:
        if known(ref):
            return True
        missing.add(ref)
        return False

    with speaking(language):
        renderings = render_levels(body, audience, known=ask)
    parts = fences.parts(body)
    hidden = {level: sum(part.level > level for part in parts) for level in renderings}
    return Pages(renderings=renderings, hidden_parts=hidden, missing=frozenset(missing))


def publish_file(session: Session, text: Prepared, *, now: datetime, by: int | None = None) -> Outcome:
    """Put the text of a file live, as a new article or over the one of the same ref.

    The same file again changes nothing. The text before stays as a superseded revision.

    A text that it replaces is written down as moved, and so is an article that it archives or brings back; whether it
    may do so is for the caller to ask.

    Raises:
        Refused: an old slug of it leads to another article already.
    """
    before = session.connection().execute(_KNOWN, {"ref": text.front.id}).one_or_none()
    if before is not None and before.source_hash == text.source_hash:
        return "same"
    is_first = before is None or before.live_revision_id is None
    significance = Significance.NEW if is_first else Significance.CHANGED
    live = _described(text.front, now) | {"source_path": text.source_path, "source_hash": text.source_hash}
    article_id = before.id if before else add_row(session, Article, live | {"created_at": now})
    revision_id = _new_live_revision(session, article_id, before, text, significance, now=now, by=by)
    if before is None:
        session.connection().execute(_FIRST_TEXT, {"article": article_id, "revision": revision_id})
    else:
        values = live | {"live_revision_id": revision_id}
        if before.state == live["state"] == ArticleState.ARCHIVED:
            values = {name: value for name, value in values.items() if name not in _OF_ENDS}
        session.execute(sa.update(Article).where(Article.id == article_id).values(values))
        if before.live_revision_id is not None:
            _write_down(session, before, revision_id, text, str(live["state"]), now=now, by=by)
    _write_live(
        session,
        article_id,
        revision_id,
        text.front,
        text.pages,
        significance=significance,
        is_new=before is None,
        by=by,
    )
    return "changed" if before else "new"


def _write_down(
    session: Session,
    before: sa.Row[*tuple[Any, ...]],
    revision_id: int,
    text: Prepared,
    state: str,
    *,
    now: datetime,
    by: int | None,
) -> None:
    """Write who replaced the text of *before* by a file, and whether that ended the article or brought it back."""
    why = _("From the file %(path)s.", path=split_place(text.source_path)[1])
    common = {"article_id": before.id, "person_id": by, "at": now}
    for name, of, said in (("supersede", before.live_revision_id, ""), ("load", revision_id, why)):
        move = workflow.MOVES[name]
        states = {"from_state": move.sources[0], "to_state": move.to}
        add_row(session, RevisionMove, common | states | {"revision_id": of, "move": name, "why": said})
    if state != before.state:
        step = Step.ARCHIVE if state == ArticleState.ARCHIVED else Step.BRING_BACK
        add_row(session, ArticleMove, common | {"move": step, "confidence": before.confidence, "why": why})


def publish_revision(
    session: Session,
    revision: Revision,
    front: FrontMatter,
    pages: Pages,
    *,
    significance: Significance,
    now: datetime,
    by: int | None,
) -> None:
    """Let the article be this text of a person, with *front* as it is to be read.

    The caller moved it to *live*, and the one before out of the way. The
    article keeps the mark of the file that it once came from, so that the same
    file is not loaded over what people wrote since.

    Raises:
        Refused: an old slug of it leads to another article already.
    """
    revision.significance = significance
    revision.published_at = revision.updated_at = now
    session.flush()
    values = _described(front, now) | {"live_revision_id": revision.id}
    if significance == Significance.OLD_IS_WRONG:
        values |= {"wrong_before": now, "wrong_revision_id": revision.base_revision_id}
    session.execute(sa.update(Article).where(Article.id == revision.article_id).values(values))
    _write_live(session, revision.article_id, revision.id, front, pages, significance=significance, is_new=False, by=by)


def _write_live(
    session: Session,
    article_id: int,
    revision_id: int,
    front: FrontMatter,
    pages: Pages,
    *,
    significance: Significance,
    is_new: bool,
    by: int | None,
) -> None:
    """Everything that follows from a text being live: what lists repeat of it, old addresses, its HTML, the event."""
    _repeat_front_matter(session, article_id, front, is_new=is_new)
    _keep_old_slugs(session, article_id, front)
    write_pages(session, article_id, revision_id, front.audience, pages, is_new=is_new)
    emit(session, _went_live(front, article_id, revision_id, significance, by))


def _went_live(
    front: FrontMatter, article_id: int, revision_id: int, significance: Significance, by: int | None
) -> ArticlePublished | ArticleArchived:
    if front.confidence == Confidence.ARCHIVED:
        return ArticleArchived(actor_id=by, article_id=article_id, ref=front.id, successor_ref=None)
    return ArticlePublished(
        actor_id=by, article_id=article_id, ref=front.id, revision_id=revision_id, significance=significance
    )


def _described(front: FrontMatter, now: datetime) -> dict[str, Any]:
    """What an article repeats of its live text, by column."""
    is_archived = front.confidence == Confidence.ARCHIVED
    return {
        "ref": front.id,
        "slug": slug_of(front.title),
        "state": ArticleState.ARCHIVED if is_archived else ArticleState.LIVE,
        "successor_id": None,
        "is_merged": False,
        "title": front.title,
        "service_id": front.service,
        "kind": front.kind,
        "audience": front.audience,
        "confidence": front.confidence,
        "governance": front.governance,
        "owner_role": front.owner_role,
        "language": front.language,
        "review_every_days": front.review_every_days,
        "checked_on": front.checked_on,
        "checked_by": front.checked_by,
        "approved_on": front.approved_on,
        "approved_by": front.approved_by,
        "sample": front.sample,
        "practice": front.practice,
        "time_needed_minutes": front.time_needed_minutes,
        "updated_at": now,
        "published_at": now,
    }


def _new_live_revision(
    session: Session,
    article_id: int,
    before: sa.Row[*tuple[Any, ...]] | None,
    text: Prepared,
    significance: Significance,
    *,
    now: datetime,
    by: int | None,
) -> int:
    """Add the text as the live revision of its article, in the place of the live one of *before*; return its id."""
    last, replaced = 0, None
    if before is not None:
        replaced = before.live_revision_id
        last = session.scalar(sa.select(sa.func.max(Revision.number)).where(Revision.article_id == article_id)) or 0
        session.execute(sa.update(Revision).where(Revision.id == replaced).values(state=RevisionState.SUPERSEDED))
    values = {
        "article_id": article_id,
        "number": last + 1,
        "state": RevisionState.LIVE,
        "title": text.front.title,
        "front": text.front.values(),
        "front_text": text.front_text,
        "body": text.body,
        "author_id": by,
        "base_revision_id": replaced,
        "significance": significance,
        "created_at": now,
        "updated_at": now,
        "published_at": now,
        **scope_columns(scope_of(text.front, max(text.pages.renderings))),
    }
    return add_row(session, Revision, values)


def scope_columns(scope: Scope) -> dict[str, Any]:
    """The scope of a text by column of its revision."""
    return dict(vars(scope))


def _repeat_front_matter(session: Session, article_id: int, front: FrontMatter, *, is_new: bool) -> None:
    rows: dict[type[Model], list[dict[str, Any]]] = {
        ArticleTag: [{"tag": tag} for tag in dict.fromkeys(front.tags)],
        ArticleReader: [{"reader": reader} for reader in dict.fromkeys(front.readers)],
        ArticleWord: [{"position": place, "phrase": phrase} for place, phrase in enumerate(front.words)],
        ArticleFind: [{"position": place, "sentence": sentence} for place, sentence in enumerate(front.finds)],
    }
    for model, values in rows.items():
        _replace_rows(session, model, "article_id", article_id, values, is_new=is_new)


def _replace_rows(
    session: Session, model: type[Model], column: str, key: int, rows: list[dict[str, Any]], *, is_new: bool
) -> None:
    """Let the rows of *model* whose *column* is *key* be these; past the session, in half the time."""
    connection = session.connection()
    if not is_new:
        connection.execute(sa.delete(model).where(getattr(model, column) == key))
    if rows:
        connection.execute(insert_into(model), [{column: key} | row for row in rows])


def _keep_old_slugs(session: Session, article_id: int, front: FrontMatter) -> None:
    """Add new ones; an address that once led here leads here for ever."""
    for slug in front.old_slugs:
        row = session.get(OldSlug, slug)
        if row is None:
            session.add(OldSlug(slug=slug, article_id=article_id))
            session.flush()
        elif row.article_id != article_id:
            other = session.get_one(Article, row.article_id)
            raise Refused(
                _("%(slug)s, an old address of %(ref)s, leads to %(to)s.", slug=slug, ref=front.id, to=other.ref),
                hint=_("Take it out of old_slugs in one of the two."),
            )


def write_pages(
    session: Session, article_id: int, revision_id: int, audience: Level, pages: Pages, *, is_new: bool = False
) -> None:
    """Replace the stored HTML of the live revision, and note which articles it links to."""
    lowest: dict[str, int] = {}
    renderings = []
    for level, rendered in sorted(pages.renderings.items()):
        stored = {
            "level": level,
            "html": rendered.html,
            "toc": [dict(vars(heading)) for heading in rendered.toc],
            "text": rendered.text,
            "hidden_parts": pages.hidden_parts[level],
        }
        renderings.append(stored)
        for ref in rendered.links:
            lowest.setdefault(ref, level)
    links = [{"to_ref": ref, "level": level, "is_shown": True} for ref, level in lowest.items()]
    missing = sorted(pages.missing - set(lowest))
    links += [{"to_ref": ref, "level": audience, "is_shown": False} for ref in missing]
    _replace_rows(session, Rendering, "revision_id", revision_id, renderings, is_new=is_new)
    _replace_rows(session, ArticleLink, "article_id", article_id, links, is_new=is_new)
    shown = {level: rendered.html for level, rendered in pages.renderings.items()}
    note_uses(session, revision_id, shown, is_new=is_new)
