"""What can be done to articles: put a text live, archive, say whether it helped, say why a part is withheld.

Rendering takes milliseconds and a write holds the database for everybody, so
a text is rendered first (``render_pages``, pure) and written afterwards. Each
function takes a session, refuses early, emits one event and never commits.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.accounts.rights import Rights
from portal.articles import fences, queries, rules
from portal.articles.addresses import slug_of
from portal.articles.events import ArticleArchived, ArticlePublished, ArticleVerdictGiven, WithheldReasonGiven
from portal.articles.frontmatter import FrontMatter
from portal.articles.levels import Confidence, Level
from portal.articles.models import (
    Article,
    ArticleFind,
    ArticleLink,
    ArticleReader,
    ArticleTag,
    ArticleView,
    ArticleWord,
    OldSlug,
    Rendering,
    Revision,
    Verdict,
)
from portal.articles.rendering import Rendered, render_levels
from portal.articles.states import REASON_LENGTH, ArticleState, RevisionState, Significance
from portal.core.db import Model, add_row
from portal.core.errors import NotFound, Refused
from portal.core.events import emit
from portal.core.i18n import gettext as _
from portal.core.i18n import speaking

Outcome = Literal["new", "changed", "same"]


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

    Raises:
        Refused: an old slug of it leads to another article already.
    """
    known = sa.select(Article.id, Article.source_hash, Article.live_revision_id).where(Article.ref == text.front.id)
    before = session.execute(known).one_or_none()
    if before is not None and before.source_hash == text.source_hash:
        return "same"
    significance = Significance.NEW if before is None else Significance.CHANGED
    article_id = before.id if before else add_row(session, Article, _described(text, now) | {"created_at": now})
    replaced = before.live_revision_id if before else None
    revision_id = _new_live_revision(session, article_id, replaced, text, significance, now=now, by=by)
    live = {"live_revision_id": revision_id} | (_described(text, now) if before else {})
    session.execute(sa.update(Article).where(Article.id == article_id).values(live))
    _repeat_front_matter(session, article_id, text.front, is_new=before is None)
    _keep_old_slugs(session, article_id, text.front)
    write_pages(session, article_id, revision_id, text.front.audience, text.pages, is_new=before is None)
    emit(session, _went_live(text.front, article_id, revision_id, significance, by))
    return "changed" if before else "new"


def _went_live(
    front: FrontMatter, article_id: int, revision_id: int, significance: Significance, by: int | None
) -> ArticlePublished | ArticleArchived:
    if front.confidence == Confidence.ARCHIVED:
        return ArticleArchived(actor_id=by, article_id=article_id, ref=front.id, successor_ref=None)
    return ArticlePublished(
        actor_id=by, article_id=article_id, ref=front.id, revision_id=revision_id, significance=significance
    )


def _described(text: Prepared, now: datetime) -> dict[str, Any]:
    """What an article repeats of its live text, by column."""
    front = text.front
    is_archived = front.confidence == Confidence.ARCHIVED
    return {
        "ref": front.id,
        "slug": slug_of(front.title),
        "state": ArticleState.ARCHIVED if is_archived else ArticleState.LIVE,
        "successor_id": None,
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
        "source_path": text.source_path,
        "source_hash": text.source_hash,
        "updated_at": now,
        "published_at": now,
    }


def _new_live_revision(
    session: Session,
    article_id: int,
    replaced: int | None,
    text: Prepared,
    significance: Significance,
    *,
    now: datetime,
    by: int | None,
) -> int:
    """Add the text as the live revision of its article, in the place of the one *replaced*; return its id."""
    last = 0
    if replaced is not None:
        last = session.scalar(sa.select(sa.func.max(Revision.number)).where(Revision.article_id == article_id)) or 0
        session.execute(sa.update(Revision).where(Revision.id == replaced).values(state=RevisionState.SUPERSEDED))
    values = {
        "article_id": article_id,
        "number": last + 1,
        "state": RevisionState.LIVE,
        "title": text.front.title,
        "front": dataclasses.asdict(text.front),
        "front_text": text.front_text,
        "body": text.body,
        "author_id": by,
        "base_revision_id": replaced,
        "significance": significance,
        "created_at": now,
        "updated_at": now,
        "published_at": now,
    }
    return add_row(session, Revision, values)


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
        connection.execute(sa.insert(model), [{column: key} | row for row in rows])


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
            "toc": [dataclasses.asdict(heading) for heading in rendered.toc],
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


def archive(session: Session, article: Article, *, successor: Article | None, by: int | None, now: datetime) -> None:
    """Take an article out of lists and search; its link goes on opening it and names the *successor*.

    Archiving again only changes the successor.

    Raises:
        Refused: it was never live, or the successor is the article itself or archived.
    """
    if article.state == ArticleState.NOT_YET_LIVE:
        raise Refused(_("%(ref)s was never live.", ref=article.ref), hint=_("Delete its draft instead."))
    if successor is not None and (successor.id == article.id or successor.state != ArticleState.LIVE):
        raise Refused(
            _("%(ref)s cannot be followed by %(other)s.", ref=article.ref, other=successor.ref),
            hint=_("Choose another article that is live."),
        )
    article.state, article.confidence = ArticleState.ARCHIVED, Confidence.ARCHIVED
    article.successor_id = successor.id if successor else None
    article.updated_at = now
    session.flush()
    successor_ref = successor.ref if successor else None
    emit(session, ArticleArchived(actor_id=by, article_id=article.id, ref=article.ref, successor_ref=successor_ref))


def visitor_key(token: str) -> str:
    """What is stored in place of the token in a visitor's cookie."""
    return hashlib.sha256(token.encode()).hexdigest()


def give_verdict(
    session: Session,
    ref: str,
    *,
    rights: Rights,
    visitor: str | None,
    value: str,
    words: str,
    revision_id: int | None,
    now: datetime,
) -> Verdict:
    """Record whether an article helped; the person's (or visitor's) answer from before gives way.

    *visitor* is the key of somebody signed out (``visitor_key``), *words* what
    they had searched, *revision_id* the text that they read. The same answer
    again changes nothing.

    Raises:
        NotFound: there is no such article for these rights.
        Refused: it is archived, or *value* was not offered.
    """
    article = queries.by_ref(session, ref, rights)
    if article is None:
        raise NotFound(_("There is no such article."), hint=_("Search for it, or ask a person."))
    if article.is_archived or article.live_revision_id is None:
        raise Refused(_("This article is archived."), hint=_("Tell us about the one that follows it instead."))
    asked = rules.asked_of(rights.level_for(article.service_id))
    answer = rules.answer(asked, value)
    read = _revision_read(session, article, revision_id)
    whose = None if rights.person_id is not None else visitor
    before = queries.verdict_of(session, article.id, person_id=rights.person_id, visitor=whose)
    if before is not None:
        if (before.value, before.revision_id, before.asked) == (answer, read, asked):
            return before
        before.replaced_at = now
        session.flush()
    verdict = Verdict(
        article_id=article.id,
        revision_id=read,
        person_id=rights.person_id,
        visitor=whose,
        asked=asked,
        value=answer,
        words=words.strip()[: rules.SEARCHED_LENGTH],
        at=now,
    )
    session.add(verdict)
    session.flush()
    given = ArticleVerdictGiven(
        actor_id=rights.person_id,
        article_id=article.id,
        ref=article.ref,
        revision_id=read,
        verdict_id=verdict.id,
        asked=asked,
        value=answer,
    )
    emit(session, given)
    return verdict


def _revision_read(session: Session, article: Article, revision_id: int | None) -> int:
    """The text that was read, when it is one of this article that was live; else the one that is live."""
    read = session.get(Revision, revision_id) if revision_id is not None else None
    was_live = (RevisionState.LIVE, RevisionState.SUPERSEDED)
    if read is not None and read.article_id == article.id and read.state in was_live:
        return read.id
    if article.live_revision_id is None:
        raise ValueError(f"{article.ref} has no live text.")
    return article.live_revision_id


def give_withheld_reason(session: Session, ref: str, reason: str, *, rights: Rights, now: datetime) -> None:
    """Write down why a part of an article is for specialists only; an empty *reason* takes it back.

    Raises:
        NotFound: there is no such live article for these rights.
        Refused: the reason is too long.
    """
    article = session.scalar(sa.select(Article).where(Article.ref == ref, queries.readable(rights)))
    if article is None:
        raise NotFound(_("There is no such article."), hint=_("Search for it, or ask a person."))
    reason = reason.strip()
    if len(reason) > REASON_LENGTH:
        raise Refused(
            _("The reason has %(count)s characters.", count=len(reason)),
            hint=_("Say it in %(most)s or fewer.", most=REASON_LENGTH),
        )
    if reason == article.withheld_reason:
        return
    article.withheld_reason, article.withheld_by, article.withheld_at = reason, rights.person_id, now
    session.flush()
    emit(session, WithheldReasonGiven(actor_id=rights.person_id, article_id=article.id, ref=article.ref))


def count_views(session: Session, rows: Sequence[tuple[date, int]]) -> None:
    """Add up page views (day, article id), as the tally hands them over."""
    counted: dict[tuple[date, int], int] = {}
    for row in rows:
        counted[row] = counted.get(row, 0) + 1
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    for (day, article_id), views in sorted(counted.items()):
        statement = insert(ArticleView).values(day=day, article_id=article_id, views=views)
        add = {"views": ArticleView.views + statement.excluded.views}
        session.execute(statement.on_conflict_do_update(index_elements=["day", "article_id"], set_=add))
