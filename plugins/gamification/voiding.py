"""When a coach says that a contribution does not count, and when somebody asks to look again.

Nobody decides about what credits them or what they did themselves, and the
second look is never that of whoever decided first.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.gamification import recording
from plugins.gamification.events import GamificationReviewAsked, GamificationReviewDecided
from plugins.gamification.facts import VOID
from plugins.gamification.kinds import RETRACTED
from plugins.gamification.models import LONGEST_REASON, Contribution, Review
from portal.core.errors import NotFound, Refused
from portal.core.events import emit
from portal.core.i18n import gettext as _

SHORTEST_REASON: Final = 20
ASKED_WITHIN: Final = timedelta(days=30)
STANDS, RESTORED = "stands", "restored"


def void(session: Session, event_id: int, *, by: int, reason: str, now: datetime) -> Contribution:
    """Say that a contribution never should have counted; return it. Twice is harmless.

    Raises:
        NotFound: there is no such contribution.
        Refused: no reason that says why, or it is one's own.
    """
    row = session.get(Contribution, event_id)
    if row is None or row.kind == RETRACTED:
        raise NotFound(_("There is no such contribution."), hint=_("Open the list again."))
    reason = _said(reason)
    if by in {row.credit_id, row.actor_id}:
        raise Refused(_("You are part of this yourself."), hint=_("Ask another coach to look at it."))
    recording.take_back(
        session,
        row.dedupe_key,
        credit_id=row.credit_id,
        mode=VOID,
        occurred_at=now,
        source="gamification",
        now=now,
        by=by,
        reason=reason,
    )
    return row


def _said(reason: str) -> str:
    reason = reason.replace("\r\n", "\n").strip()
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise Refused(
            _("Say in %(least)s to %(most)s characters why.", least=SHORTEST_REASON, most=LONGEST_REASON),
            hint=_("The person concerned reads it."),
        )
    return reason


def ask_again(session: Session, person_id: int, retraction_id: int, *, words: str, now: datetime) -> Review:
    """Ask a second coach to look again at something that was voided. Twice is one.

    Raises:
        NotFound: nothing of theirs was voided under this id.
        Refused: 30 days are over, or too many words.
    """
    row = session.get(Contribution, retraction_id)
    if row is None or row.kind != RETRACTED or row.retract_mode != VOID or row.credit_id != person_id:
        raise NotFound(_("There is no such contribution."), hint=_("Open the list again."))
    known = session.scalar(sa.select(Review).where(Review.retraction_key == row.dedupe_key))
    if known is not None:
        return known
    if now - row.recorded_at > ASKED_WITHIN:
        raise Refused(
            _("This was decided more than %(count)s days ago.", count=ASKED_WITHIN.days),
            hint=_("Talk to a coach about it."),
        )
    words = words.replace("\r\n", "\n").strip()
    if len(words) > LONGEST_REASON:
        raise Refused(_("Say it in at most %(most)s characters.", most=LONGEST_REASON))
    review = Review(
        retraction_key=row.dedupe_key, person_id=person_id, voided_by=row.actor_id, words=words, asked_at=now
    )
    session.add(review)
    session.flush()
    emit(session, GamificationReviewAsked(actor_id=person_id, review_id=review.id, person_id=person_id))
    return review


def may_decide(review: Review, coach_id: int | None) -> bool:
    """Whether a coach may take the second look: not at what they decided first, nor at their own."""
    return coach_id not in {review.person_id, review.voided_by}


def decide(session: Session, review_id: int, *, by: int, outcome: str, answer: str, now: datetime) -> Review:
    """Decide after a second look: it *stands*, or it is *restored*, and then the fact is written anew.

    Raises:
        NotFound: nobody asks for it.
        Refused: it is not for this coach, no reason that says why, no such outcome, or somebody decided before.
    """
    review = session.get(Review, review_id)
    if review is None:
        raise NotFound(_("Nobody asked for this."), hint=_("Open the list again."))
    if not may_decide(review, by):
        raise Refused(_("Another coach looks at this."), hint=_("You decided first, or it is about you."))
    if outcome not in {STANDS, RESTORED}:
        raise Refused(_("There is no such choice."), hint=_("Choose one of those on the page."))
    answer = _said(answer)
    mine = sa.update(Review).where(Review.id == review_id, Review.outcome == "")
    values = {"outcome": outcome, "answer": answer, "decided_by": by, "decided_at": now}
    if not session.execute(mine.values(values)).rowcount:  # type: ignore[attr-defined]  # an update has one
        raise Refused(_("Somebody decided this just now."), hint=_("Open it again to read how."))
    session.refresh(review)
    if outcome == RESTORED:
        _restore(session, review, now)
    emit(session, GamificationReviewDecided(actor_id=by, review_id=review.id, person_id=review.person_id))
    return review


def _restore(session: Session, review: Review, now: datetime) -> None:
    retraction = sa.select(Contribution.retracts).where(Contribution.dedupe_key == review.retraction_key)
    row = session.scalar(sa.select(Contribution).where(Contribution.dedupe_key == retraction.scalar_subquery()))
    if row is not None:
        recording.write_again(session, row, now=now)
