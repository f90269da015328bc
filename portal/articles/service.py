"""What can be done to articles: archive, say whether it helped, say why a part is withheld.

Putting a text live stands in ``publishing.py``. Each function takes a
session, refuses early, emits one event and never commits.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.accounts.rights import Rights
from portal.articles import queries, reviewing, rules
from portal.articles.events import ArticleArchived, ArticleVerdictGiven, WithheldReasonGiven
from portal.articles.levels import Confidence
from portal.articles.models import (
    Article,
    ArticleView,
    Revision,
    Verdict,
)
from portal.articles.states import REASON_LENGTH, ArticleState, RevisionState, VerdictValue
from portal.core.errors import NotFound, Refused
from portal.core.events import emit
from portal.core.i18n import gettext as _


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
    article = _open_article(session, ref, rights)
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
    _count_as_checked_when_it_helped_enough(session, article, verdict)
    return verdict


def _open_article(session: Session, ref: str, rights: Rights) -> Article:
    article = queries.by_ref(session, ref, rights)
    if article is None:
        raise NotFound(_("There is no such article."), hint=_("Search for it, or ask a person."))
    if article.is_archived or article.live_revision_id is None:
        raise Refused(_("This article is archived."), hint=_("Tell us about the one that follows it instead."))
    return article


def _count_as_checked_when_it_helped_enough(session: Session, article: Article, verdict: Verdict) -> None:
    """An experience text that somebody published alone counts as checked once it helped three other people."""
    if not verdict.helped or verdict.person_id is None or verdict.revision_id != article.live_revision_id:
        return
    author_id = session.scalar(sa.select(Revision.author_id).where(Revision.id == article.live_revision_id))
    if author_id is None or rules.needs_approval(article):
        return
    people = sa.select(sa.func.count(sa.distinct(Verdict.person_id))).where(
        Verdict.revision_id == verdict.revision_id,
        Verdict.value == VerdictValue.YES,
        Verdict.replaced_at.is_(None),
        Verdict.person_id != author_id,
    )
    if (session.scalar(people) or 0) >= rules.HELPED_ENOUGH:
        reviewing.count_as_checked(session, article, by=None, now=verdict.at)


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
