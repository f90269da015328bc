"""Moving a text: the one place that changes where a text of a person stands, writes who and why, and tells."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.rights import Rights
from portal.articles import publishing, queries, rules, texts, vouching, workflow
from portal.articles.events import ArticleDeclined, ArticleDraftMoved, ArticleSentBack, ArticleSubmitted
from portal.articles.keeping_events import ArticleTimeDropped
from portal.articles.keeping_models import Timing, TimingState
from portal.articles.levels import Confidence, Governance, Level
from portal.articles.models import Article, Revision, RevisionMove
from portal.articles.states import REASON_LENGTH, RevisionState
from portal.articles.texts import Conflict, Ready, Text
from portal.core.db import add_row
from portal.core.errors import Refused
from portal.core.events import Event, emit
from portal.core.i18n import gettext as _

AGAIN = timedelta(minutes=1)  # within it the same words mean the same thing: a button was pressed twice


def words(text: str, *, wanted: bool = False) -> str:
    """Return what somebody wrote as a reason, without blanks around it.

    Raises:
        Refused: it is longer than a reason may be, or empty although one is *wanted*.
    """
    text = text.replace("\0", "").replace("\r\n", "\n").strip()  # a form counts a line's end twice, a person once
    if wanted and not text:
        raise Refused(_("There are no words yet."), hint=_("Say it in a sentence: somebody will read it."))
    if len(text) > REASON_LENGTH:
        raise Refused(
            _("These are %(count)s characters, which is too long.", count=len(text)),
            hint=_("Say it in %(most)s or fewer.", most=REASON_LENGTH),
        )
    return text


def record(
    session: Session,
    revision: Revision,
    name: str,
    *,
    by: int | None,
    now: datetime,
    why: str = "",
    begins: bool = False,
) -> None:
    """Make the move *name* with *revision*, and write it down; a text that *begins* came from nowhere.

    Texts that go live are told by ``publishing``; everything else is told here.

    Raises:
        Refused: the table has no such move from where the text stands, or it asks for a reason and there is none.
    """
    before = None if begins else revision.state
    move = workflow.moved(name, before)
    why = words(why, wanted=move.asks_why)
    revision.state = move.to
    revision.updated_at = now
    session.flush()
    if before == RevisionState.SUBMITTED:
        _drop_time(session, revision, by=by, now=now)
    note(session, revision.article_id, revision.id, move, before, by=by, now=now, why=why)
    event = _event(session, revision, move, by)
    if event is not None:
        emit(session, event)


def _drop_time(session: Session, revision: Revision, *, by: int | None, now: datetime) -> None:
    """A time at which a text was to go live holds no longer once the text is moved otherwise."""
    waits = sa.and_(Timing.revision_id == revision.id, Timing.state == TimingState.WAITING)
    timing = session.scalar(sa.select(Timing).where(waits))
    if timing is None:
        return
    timing.state, timing.ended_at = TimingState.DROPPED, now
    session.flush()
    ref = session.get_one(Article, revision.article_id).ref
    emit(
        session,
        ArticleTimeDropped(actor_id=by, article_id=revision.article_id, ref=ref, timing_id=timing.id, act=timing.act),
    )


def refuse_when_outdated(session: Session, revision: Revision, ready: Ready, *, rights: Rights) -> None:
    """Check that *ready* is the text as it stands, written on top of the text that is live.

    Raises:
        Conflict: it was saved since, or another text went live since it was begun.
        Refused: another one went live, of an article that does not open for *rights* any more.
    """
    refuse_when_saved(revision, ready)
    article = session.get_one(Article, revision.article_id)
    if revision.base_revision_id != article.live_revision_id:
        raise behind(session, revision, ready.text, rights=rights)


def refuse_when_saved(revision: Revision, ready: Ready) -> None:
    """Check that *ready* was made of the text as it stands. Raises ``Conflict``."""
    if (ready.revision_id, ready.saves) != (revision.id, revision.saves):
        raise Conflict(
            _("This text was saved again meanwhile."),
            base=None,
            mine=ready.text,
            theirs=texts.stored(revision),
            saves=revision.saves,
            base_revision_id=revision.base_revision_id,
        )


def refuse_archived(session: Session, revision: Revision) -> None:
    """Check that the article of a text has not been archived. Raises ``Refused``."""
    article = session.get_one(Article, revision.article_id)
    if article.is_archived:
        raise Refused(
            _("%(ref)s was archived meanwhile.", ref=article.ref), hint=_("Write on the one that follows it instead.")
        )


def behind(session: Session, revision: Revision, mine: Text, *, rights: Rights) -> Conflict:
    """The conflict of a text whose article went on without it: what it began with, *mine*, and what is live.

    All of them as the holder of *rights* may see them.

    Raises:
        Refused: the article is for other readers by now, so that nothing of it can be shown.
    """
    article = queries.by_ref(session, session.get_one(Article, revision.article_id).ref, rights)
    if article is None:
        raise Refused(
            _("The page that this text changes is for other readers now."),
            hint=_("Your text stays among your texts. Ask whoever looks after the page what to do with it."),
        )
    level = min(rights.level_for(article.service_id), Level.SPECIALISTS)
    base = session.get(Revision, revision.base_revision_id) if revision.base_revision_id else None
    live = session.get_one(Revision, article.live_revision_id)
    return Conflict(
        _("Another text of %(ref)s went live since this one was begun.", ref=article.ref),
        base=texts.seen_at(texts.stored(base), level) if base else None,
        mine=mine,
        theirs=texts.seen_at(texts.stored(live), level),
        saves=revision.saves,
        base_revision_id=live.id,
    )


def go_live(
    session: Session,
    revision: Revision,
    ready: Ready,
    name: str,
    *,
    significance: str | None,
    is_reviewed: bool,
    by: int | None,
    now: datetime,
    why: str = "",
    begins: bool = False,
) -> None:
    """Put a text live by the move *name*: the one before gives way, the article repeats this one, readers are told.

    Raises:
        Refused: no such move, or no such weight of a change, or an old address leads elsewhere.
    """
    article = session.get_one(Article, revision.article_id)
    weight = rules.significance_of(significance, article)
    confidence = rules.confidence_after(ready.front, article, weight, is_reviewed=is_reviewed)
    is_validated = is_reviewed and confidence == Confidence.VALIDATED
    checked = vouching.after_going_live(
        session, article, ready.front.owner_role, weight, is_validated=is_validated, by=by, now=now
    )
    changed: dict[str, Any] = {"confidence": confidence} | checked._asdict()
    if ready.front.governance == Governance.COMPLIANCE:
        changed |= {"approved_on": now.date(), "approved_by": ready.front.owner_role}
    front = dataclasses.replace(ready.front, **changed)
    text = texts.with_field(ready.text, article.ref, **(changed | {"confidence": str(confidence)}))
    if article.live_revision_id is not None:
        record(session, session.get_one(Revision, article.live_revision_id), "supersede", by=by, now=now)
    record(session, revision, name, by=by, now=now, why=why, begins=begins)
    columns = texts.as_columns(text, article.ref) | publishing.scope_columns(ready.scope)
    for column, value in columns.items():
        setattr(revision, column, value)
    publishing.publish_revision(session, revision, front, ready.pages, significance=weight, now=now, by=by)


def note(
    session: Session,
    article_id: int,
    revision_id: int,
    move: workflow.Move,
    before: str | None,
    *,
    by: int | None,
    now: datetime,
    why: str = "",
) -> None:
    """Write one line of the log of moves."""
    values = {
        "article_id": article_id,
        "revision_id": revision_id,
        "move": move.name,
        "from_state": before,
        "to_state": move.to,
        "person_id": by,
        "at": now,
        "why": why,
    }
    add_row(session, RevisionMove, values)


def _event(session: Session, revision: Revision, move: workflow.Move, by: int | None) -> Event | None:
    article = session.get_one(Article, revision.article_id)
    about: dict[str, Any] = {
        "actor_id": by,
        "article_id": article.id,
        "ref": article.ref,
        "revision_id": revision.id,
        "writer_id": revision.author_id,
    }
    if move.event == ArticleSubmitted.name:
        owner_role = str(revision.front.get("owner_role") or article.owner_role)
        return ArticleSubmitted(**about, owner_role=owner_role, is_suggestion=revision.is_suggestion)
    if move.event == ArticleDraftMoved.name:
        return ArticleDraftMoved(**about, move=move.name)
    if move.event == ArticleSentBack.name:
        return ArticleSentBack(**about)
    if move.event == ArticleDeclined.name:
        return ArticleDeclined(**about)
    return None
