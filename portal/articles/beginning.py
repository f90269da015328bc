"""Beginning: a new article with its number, or a text on top of what is live.

A text that began is a draft; ``drafting.py`` saves it and moves it on. None of
these commits.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.articles import drafting, drafts, moving, queries, rules, texts
from portal.articles.levels import Confidence, Governance, Kind, Level
from portal.articles.models import Article, ArticleNumber, Revision
from portal.articles.rules import Writer
from portal.articles.states import ArticleState, RevisionState
from portal.articles.texts import Text
from portal.core.errors import NotFound, Refused
from portal.core.i18n import gettext as _
from portal.organisation.models import Service

FIRST_NUMBER, HANDBOOK, AFTER_HANDBOOK = 1001, range(9000, 10_001), 10_001
REVIEW_DAYS = 180


def next_ref(session: Session) -> str:
    """Take the next number for an article of the portal's own: KB1001 to KB8999, then from KB10001; never twice."""
    counter = session.scalar(sa.select(ArticleNumber).where(ArticleNumber.id == 1).with_for_update())
    if counter is None:
        counter = ArticleNumber(id=1, last=FIRST_NUMBER - 1)
        session.add(counter)
    number = counter.last + 1
    while number in HANDBOOK or _is_taken(session, number):
        number = AFTER_HANDBOOK if number in HANDBOOK else number + 1
    counter.last = number
    session.flush()
    return f"KB{number:04d}"


def _is_taken(session: Session, number: int) -> bool:
    return session.scalar(sa.select(Article.id).where(Article.ref == f"KB{number:04d}")) is not None


def start_new(session: Session, writer: Writer, fields: Mapping[str, Any], body: str, *, now: datetime) -> Revision:
    """Begin an article that does not exist; its text may be as incomplete as it likes, but for its service.

    Raises:
        Refused: the service is not named, or the text is far too long.
    """
    service = fields.get("service")
    if not isinstance(service, str) or session.get(Service, service) is None:
        raise Refused(
            _("It is not said which service this is about."), hint=_("Choose the service first."), field="service"
        )
    text = texts.text_of(fields, body, ref="KB0000")  # too long is said before a number is taken
    article = Article(
        ref=next_ref(session),
        slug="",
        state=ArticleState.NOT_YET_LIVE,
        service_id=service,
        kind=Kind.HOW_TO,
        audience=Level.SPECIALISTS,
        confidence=Confidence.WIP,
        governance=Governance.EXPERIENCE,
        owner_role="",
        title="",
        review_every_days=REVIEW_DAYS,
        created_at=now,
        updated_at=now,
    )
    session.add(article)
    session.flush()
    text = texts.text_of(fields, text.body, ref=article.ref)
    revision = draft_of(session, article, text, writer, now=now)
    moving.record(session, revision, "start", by=writer.person_id, now=now, begins=True)
    return revision


def start(session: Session, writer: Writer, ref: str, *, now: datetime) -> Revision:
    """Begin a text on top of a live one, as far as the writer reads it; whoever has one under way gets that one.

    Parts for readers above their level stay away, and are put back when the text goes live.

    Raises:
        NotFound: there is no such article for these rights.
        Refused: it is archived.
    """
    article = queries.by_ref(session, ref, writer.rights)
    if article is None:
        raise NotFound(_("There is no such article."), hint=_("Search for it, or ask a person."))
    mine = drafts.open_text(session, article.id, writer.person_id)
    if mine is not None:
        return mine
    if article.is_archived:
        raise Refused(_("This article is archived."), hint=_("Write on the one that follows it instead."))
    live = session.get_one(Revision, article.live_revision_id)
    level = writer.rights.level_for(article.service_id)
    text = texts.seen_at(texts.stored(live), level)
    revision = draft_of(session, article, text, writer, now=now)
    revision.seen_level = min(level, Level.SPECIALISTS)
    moving.record(session, revision, "start", by=writer.person_id, now=now, begins=True)
    return revision


def draft_of(
    session: Session, article: Article, text: Text, writer: Writer, *, now: datetime, origin_id: int | None = None
) -> Revision:
    """Add a draft of *writer* on top of what is live; the caller says by which move it began."""
    return new_revision(
        session,
        article,
        text,
        author_id=writer.person_id,
        is_suggestion=not writer.may_write,
        origin_id=origin_id,
        now=now,
    )


def new_revision(
    session: Session,
    article: Article,
    text: Text,
    *,
    author_id: int | None,
    is_suggestion: bool,
    now: datetime,
    origin_id: int | None = None,
) -> Revision:
    """Add a draft on top of what is live; the caller says by which move it began."""
    last = session.scalar(sa.select(sa.func.max(Revision.number)).where(Revision.article_id == article.id)) or 0
    revision = Revision(
        article_id=article.id,
        number=last + 1,
        state=RevisionState.DRAFT,
        author_id=author_id,
        base_revision_id=article.live_revision_id,
        origin_id=origin_id,
        is_suggestion=is_suggestion,
        created_at=now,
        updated_at=now,
    )
    before = session.get(Revision, article.live_revision_id) if article.live_revision_id else None
    drafting.write(session, article, revision, text, rules.Live(before.reach, before.needs) if before else None)
    session.add(revision)
    session.flush()
    return revision
