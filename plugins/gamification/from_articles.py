"""What articles tell, as contributions: they helped, are clear, were improved, reviewed or merged.

Each fact is worked out from what the room of articles keeps, whole and anew:
so it does not matter when, how often or in which order its events arrive.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.gamification import clear, credit, edits, telling, votes, waiting
from plugins.gamification.events import GamificationRatingDue
from plugins.gamification.models import Contribution, Edit, Waiting
from plugins.gamification.telling import Deed
from plugins.gamification.votes import Counted, Vote
from portal.articles.checklist import POINTS
from portal.articles.events import ArticlePublished, ArticleVerdictGiven
from portal.articles.keeping_events import ArticleBroughtBack, ArticleMerged
from portal.articles.keeping_models import ArticleMove, Step
from portal.articles.models import Article, Revision, RevisionAnswer, RevisionMove, RevisionRemark, Verdict
from portal.articles.states import RevisionState
from portal.core.clock import now as clock_now
from portal.core.db import Database
from portal.core.events import Fact, emit

SOURCE: Final = "articles"
SOLVED, HELPFUL, CLEAR = "article.solved", "article.helpful", "article.rated_clear"
IMPROVED, REVIEWED, MERGED, REUSED = "article.improved", "article.reviewed", "article.merged", "article.reused"
AT_ONCE: Final = 50
"""So many articles are looked at in one transaction."""
UNREVERTED: Final = timedelta(days=14)
"""So long an improvement has to stay before it counts."""
REUSED_WITHIN: Final = timedelta(days=30)
"""So soon the article that stayed has to be of use after a merge."""
_VOTES: Final = sa.select(
    Verdict.person_id, Verdict.asked, Verdict.value, Verdict.at, Verdict.replaced_at.label("until")
)
UNMERGED: Final = "unmerged"
"""The reason that stands in the log; pages say it in words."""


def verdict_given(session: Session, given: Sequence[ArticleVerdictGiven]) -> None:
    """Write down whom these answers credit; those of visitors stay in the figures of the article."""
    now = clock_now()
    about = {(each.article_id, each.actor_id): each.ref for each in given if each.actor_id is not None}
    for (article_id, person_id), ref in about.items():
        query = _VOTES.where(Verdict.article_id == article_id, Verdict.person_id == person_id)
        theirs = [Vote(**row) for row in session.execute(query.order_by(Verdict.id)).mappings()]
        for kind, counted in ((SOLVED, votes.solved(theirs)), (HELPFUL, votes.helpful(theirs))):
            for each in counted:
                _tell_of_vote(session, kind, _About(article_id, ref, person_id), each, now)


@dataclass(frozen=True)
class _About:
    """The article that people said something about, and whose answers are looked at (``None``: everybody's)."""

    article_id: int
    ref: str
    person_id: int | None = None


def _tell_of_vote(session: Session, kind: str, about: _About, counted: Counted, now: datetime) -> None:
    key = (about.ref, about.person_id, counted.key) if about.person_id is not None else (about.ref, counted.key)
    deed = Deed(
        kind=kind,
        key=":".join(map(str, key)),
        at=counted.at,
        back_at=counted.back_at,
        actor_id=about.person_id,
        credited=credit.credited(session, about.article_id, counted.at),
        subject=("article", about.ref),
        source=SOURCE,
    )
    telling.tell(session, deed, now=now)


class Rating:
    """Looks at night which articles people rate clear, in short transactions."""

    def __init__(self, db: Database) -> None:
        """Write to *db*."""
        self._db = db

    def rate(self, session: Session, _due: Sequence[GamificationRatingDue]) -> None:
        """Write down which articles people rate clear, and since when; what was so in the past is found as well."""
        now = clock_now()
        enough = sa.select(Verdict.article_id).where(Verdict.person_id.is_not(None)).group_by(Verdict.article_id)
        ids = enough.having(sa.func.count(sa.distinct(Verdict.person_id)) >= clear.VOTES)
        query = sa.select(Article.id, Article.ref).where(Article.id.in_(ids)).order_by(Article.id)
        about = [_About(article_id, ref) for article_id, ref in session.execute(query)]
        for start in range(0, len(about), AT_ONCE):
            with self._db.transaction() as writing:
                for each in about[start : start + AT_ONCE]:
                    _rate(writing, each, now)


def rating_due(session: Session, _now: datetime) -> None:
    """Say that it is night."""
    emit(session, GamificationRatingDue())


def _rate(session: Session, about: _About, now: datetime) -> None:
    wrote = credit.writers(session, about.article_id)
    of_people = _VOTES.where(Verdict.article_id == about.article_id, Verdict.person_id.is_not(None))
    given = [Vote(**row) for row in session.execute(of_people).mappings()]
    for each in votes.rated_clear((vote for vote in given if not _is_own(vote, wrote)), now=now):
        _tell_of_vote(session, CLEAR, about, each, now)


def _is_own(vote: Vote, wrote: dict[int, datetime]) -> bool:
    """Whether somebody voted on what they had written in themselves."""
    return vote.person_id in wrote and wrote[vote.person_id] <= vote.at


def text_published(session: Session, event: ArticlePublished) -> None:
    """Keep whom a text credits, let an improvement wait, and write down who reviewed it."""
    edits.keep(session, event.article_id)
    revision = session.get(Revision, event.revision_id)
    if revision is None or revision.published_at is None:
        return
    _let_wait_when_accepted(session, revision)
    if revision.decided_by is not None:
        _tell_of_review(session, revision, revision.published_at)


def text_validated(session: Session, fact: Fact) -> None:
    """Let an improvement wait that its writer published alone, and somebody else has checked now."""
    revision = session.get(Revision, fact.payload["revision_id"])
    if revision is None or fact.actor_id is None or revision.decided_by is not None:
        return
    _let_wait(session, revision, by=fact.actor_id, since=fact.at)


def _let_wait_when_accepted(session: Session, revision: Revision) -> None:
    if revision.decided_by is not None and revision.published_at is not None:
        _let_wait(session, revision, by=revision.decided_by, since=revision.published_at)


def _let_wait(session: Session, revision: Revision, *, by: int, since: datetime) -> None:
    """Look again in two weeks at a text that says something else, in somebody else's article."""
    edits.keep(session, revision.article_id)
    edit = session.get(Edit, revision.id)
    if edit is None or edit.is_first or not edit.is_substantive or revision.author_id in (None, by):
        return
    first = sa.select(Edit.editor_id).where(Edit.article_id == revision.article_id, Edit.is_first)
    if session.scalar(first) == revision.author_id:
        return
    waiting.add(
        session,
        IMPROVED,
        str(revision.id),
        subject_id=str(revision.id),
        actor_id=by,
        since=since,
        due_at=since + UNREVERTED,
    )


def settle_improved(session: Session, row: Waiting, now: datetime) -> None:
    """Let an improvement count that nobody has reverted, once in thirty days for each editor and article."""
    revision = session.get(Revision, int(row.subject_id))
    if revision is None or revision.author_id is None or _is_reverted(session, revision, row.due_at):
        return
    theirs = sa.select(Revision).where(
        Revision.article_id == revision.article_id, Revision.author_id == revision.author_id
    )
    by_id = {str(each.id): each for each in session.scalars(theirs)}
    for text in by_id.values():  # some of which may not have been heard of yet
        _let_wait_when_accepted(session, text)
    beside = waiting.beside(session, IMPROVED, sorted(by_id))
    first = min(each.since for each in beside)
    bucket = (row.since - first) // votes.BUCKET
    for each in beside:
        if each.id == row.id:
            break
        in_time = (each.since - first) // votes.BUCKET == bucket
        if in_time and not _is_reverted(session, by_id[each.subject_id], each.due_at):
            return
    ref = session.get_one(Article, revision.article_id).ref
    deed = Deed(
        kind=IMPROVED,
        key=f"{ref}:{bucket}",
        at=row.due_at,
        actor_id=row.actor_id,
        credited=[revision.author_id],
        subject=("article", ref),
        source=SOURCE,
    )
    telling.tell(session, deed, now=now)


def _is_reverted(session: Session, revision: Revision, by: datetime) -> bool:
    """Whether until then a text was brought back over this one that is older than it."""
    later = sa.select(Revision).where(
        Revision.article_id == revision.article_id,
        Revision.origin_id.is_not(None),
        Revision.published_at > revision.published_at,
        Revision.published_at <= by,
    )
    for each in session.scalars(later):
        origin = edits.origin_of(session, each)
        if origin is not None and _age(origin) < _age(revision):
            return True
    return False


def _age(revision: Revision) -> tuple[datetime | None, int]:
    return revision.published_at, revision.number


def _tell_of_review(session: Session, revision: Revision, at: datetime) -> None:
    """Write down who went through the whole checklist and wrote something about a text that was then accepted.

    Words of a decision count as such: whoever has nothing to add says so there.
    """
    handed_in = revision
    origin = session.get(Revision, revision.origin_id) if revision.origin_id is not None else None
    if origin is not None and origin.state == RevisionState.ADAPTED:
        handed_in = origin
    answered = sa.select(RevisionAnswer.answered_by).where(RevisionAnswer.revision_id == handed_in.id)
    points = Counter(session.scalars(answered))
    through = [each for each, count in points.items() if each is not None and count == len(POINTS)]
    deed = Deed(
        kind=REVIEWED,
        key=str(handed_in.id),
        at=at,
        actor_id=handed_in.author_id,
        credited=[each for each in through if _wrote_about(session, {handed_in.id, revision.id}, each)],
        subject=("draft", str(handed_in.id)),
        source=SOURCE,
    )
    if deed.actor_id is not None:
        telling.tell(session, deed, now=clock_now())


def _wrote_about(session: Session, revision_ids: set[int], person_id: int) -> bool:
    remark = sa.select(RevisionRemark.id).where(
        RevisionRemark.revision_id.in_(revision_ids), RevisionRemark.author_id == person_id
    )
    decision = sa.select(RevisionMove.id).where(
        RevisionMove.revision_id.in_(revision_ids), RevisionMove.person_id == person_id, RevisionMove.why != ""
    )
    return any(session.scalar(query.limit(1)) is not None for query in (remark, decision))


def merged(session: Session, event: ArticleMerged) -> None:
    """Let a merge wait until the article that stayed was of use."""
    for move in _merges(session, event.article_id):
        if move.other_id is not None:
            waiting.add(
                session,
                MERGED,
                str(move.id),
                subject_id=session.get_one(Article, move.other_id).ref,
                actor_id=move.person_id,
                since=move.at,
                due_at=move.at + REUSED_WITHIN,
            )


def brought_back(session: Session, event: ArticleBroughtBack) -> None:
    """Void a merge that was undone after it had counted."""
    for move in _merges(session, event.article_id):
        _void_unmerged(session, move, clock_now())


def settle_merged(session: Session, row: Waiting, now: datetime) -> None:
    """Let a merge count that still held after thirty days in which the article that stayed was of use."""
    move = session.get(ArticleMove, int(row.key.rpartition(":")[2]))
    undone = _undone(session, move) if move is not None else None
    was_of_use = session.scalar(sa.select(Waiting.id).where(Waiting.id == row.id, _was_reused())) is not None
    is_undone = move is None or (undone is not None and undone.at <= row.due_at)
    if move is None or row.actor_id is None or is_undone or not was_of_use:
        return
    deed = Deed(
        kind=MERGED,
        key=str(move.id),
        at=row.due_at,
        actor_id=row.actor_id,
        credited=[row.actor_id],
        subject=("article", row.subject_id),
        source=SOURCE,
    )
    telling.tell(session, deed, now=now)
    _void_unmerged(session, move, now)


def _merges(session: Session, article_id: int) -> Sequence[ArticleMove]:
    query = sa.select(ArticleMove).where(ArticleMove.article_id == article_id, ArticleMove.move == Step.MERGE)
    return session.scalars(query.order_by(ArticleMove.id)).all()


def _undone(session: Session, move: ArticleMove) -> ArticleMove | None:
    """The step that brought the article back after this merge."""
    query = sa.select(ArticleMove).where(
        ArticleMove.article_id == move.article_id, ArticleMove.id > move.id, ArticleMove.move == Step.BRING_BACK
    )
    return session.scalar(query.order_by(ArticleMove.id).limit(1))


def _void_unmerged(session: Session, move: ArticleMove, now: datetime) -> None:
    undone = _undone(session, move)
    if undone is None or move.other_id is None:
        return
    telling.void(
        session,
        MERGED,
        str(move.id),
        ("article", session.get_one(Article, move.other_id).ref),
        at=undone.at,
        source=SOURCE,
        reason=UNMERGED,
        by=undone.person_id,
        now=now,
    )


def settle(session: Session, now: datetime) -> None:
    """Look at what has waited long enough, and at merges whose proof may have come late."""
    for row in waiting.due(session, now):
        _SETTLED_BY[row.kind](session, row, now)
        row.settled_at = now
    for row in _proved_late(session):
        settle_merged(session, row, now)
    session.flush()


def _proved_late(session: Session) -> Sequence[Waiting]:
    """Merges that were looked at and did not count, although the article that stayed was of use in time."""
    counted = sa.select(Contribution.id).where(
        Contribution.kind == MERGED,
        Contribution.subject_type == "article",
        Contribution.subject_id == Waiting.subject_id,
        Contribution.credit_id == Waiting.actor_id,
        Contribution.occurred_at == Waiting.due_at,
    )
    query = sa.select(Waiting).where(
        Waiting.kind == MERGED, Waiting.settled_at.is_not(None), _was_reused(), ~counted.exists()
    )
    return session.scalars(query.order_by(Waiting.due_at, Waiting.id)).all()


def _was_reused() -> sa.ColumnElement[bool]:
    """Whether the article that stayed after a merge was of use in time."""
    reused = sa.select(Contribution.id).where(
        Contribution.kind == REUSED,
        Contribution.subject_type == "article",
        Contribution.subject_id == Waiting.subject_id,
        Contribution.occurred_at.between(Waiting.since, Waiting.due_at),
    )
    return reused.exists()


_SETTLED_BY: Final = {IMPROVED: settle_improved, MERGED: settle_merged}
