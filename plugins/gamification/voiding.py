"""When a coach says that a contribution does not count, and when somebody asks to look again.

Nobody decides about what credits them or what they did themselves, and the
second look is never that of whoever decided first. Accounts that became one
are one person here as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.gamification import reading, recording
from plugins.gamification.events import GamificationReviewAsked, GamificationReviewDecided
from plugins.gamification.facts import VOID
from plugins.gamification.kinds import RETRACTED
from plugins.gamification.models import LONGEST_REASON, Contribution, Review
from portal.core import typed
from portal.core.errors import NotFound, Refused
from portal.core.events import emit
from portal.core.i18n import gettext as _
from portal.core.i18n import lazy_gettext as _l

SHORTEST_REASON: Final = 20
ASKED_WITHIN: Final = timedelta(days=30)
STANDS, RESTORED = "stands", "restored"
OUTCOME_TITLE: Final[Mapping[str, Any]] = {
    "": _l("Waits for a second coach"),
    STANDS: _l("It does not count, after a second look"),
    RESTORED: _l("It counts again, after a second look"),
}
"""What came of asking to look again, in words."""


def void(session: Session, event_id: int, *, by: int, reason: str, now: datetime) -> Contribution:
    """Say that a contribution never should have counted; return it. The same coach twice with the same words is once.

    Raises:
        NotFound: there is no such contribution.
        Refused: no reason that says why, it is one's own, or another coach was first.
    """
    row = session.get(Contribution, event_id, with_for_update=True)
    if row is None or row.kind == RETRACTED:
        raise NotFound(_("There is no such contribution."), hint=_("Open the list again."))
    reason = said(reason, "reason")
    if is_part_of(by, row, reading.now_one(session)):
        raise Refused(_("You are part of this yourself."), hint=_("Ask another coach to look at it."))
    key = recording.take_back(
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
    if key is None and not _is_said_so(session, row, by, reason):
        raise Refused(
            _("It does not count already, for another reason."),
            hint=_("Yours was not kept. Open the page again to read what stands there."),
        )
    return row


def _is_said_so(session: Session, row: Contribution, by: int, reason: str) -> bool:
    """Whether what took *row* back stands there in the very words of *by*: the button was pressed twice."""
    first = sa.select(Contribution.actor_id, Contribution.reason).where(
        Contribution.retracts == row.dedupe_key, Contribution.retract_mode == VOID
    )
    return session.execute(first).first() == (by, reason)


def is_part_of(coach_id: int, row: Contribution, same: Mapping[int, int]) -> bool:
    """Whether a contribution credits a coach, or was theirs; *same* is what :func:`reading.now_one` says."""
    return _one(coach_id, same) in {_one(row.credit_id, same), _one(row.actor_id, same)}


def _one(person_id: int | None, same: Mapping[int, int]) -> int | None:
    return None if person_id is None else same.get(person_id, person_id)


def said(reason: str, field: str) -> str:
    """The words of a coach, in the length that a reason has.

    Raises:
        Refused: too few or too many of them.
    """
    reason = typed.clean(reason)
    if typed.length(reason) < SHORTEST_REASON or len(reason) > LONGEST_REASON:
        raise Refused(
            _("Say in %(least)s to %(most)s characters why.", least=SHORTEST_REASON, most=LONGEST_REASON),
            hint=_("The person concerned reads it."),
            field=field,
        )
    return reason


def ask_again(session: Session, person_id: int, retraction_id: int, *, words: str, now: datetime) -> Review:
    """Ask a second coach to look again at something that was voided. Twice is one.

    Raises:
        NotFound: nothing of theirs was voided under this id.
        Refused: 30 days are over, or too many words.
    """
    same = reading.now_one(session)
    row = session.get(Contribution, retraction_id, with_for_update=True)
    is_void = row is not None and row.kind == RETRACTED and row.retract_mode == VOID
    if row is None or not is_void or _one(row.credit_id, same) != _one(person_id, same):
        raise NotFound(_("There is no such contribution."), hint=_("Open the list again."))
    known = session.scalar(sa.select(Review).where(Review.retraction_key == row.dedupe_key))
    if known is not None:
        return known
    if now - row.recorded_at > ASKED_WITHIN:
        raise Refused(
            _("This was decided more than %(count)s days ago.", count=ASKED_WITHIN.days),
            hint=_("Talk to a coach about it."),
        )
    words = typed.clean(words)
    if len(words) > LONGEST_REASON:
        raise Refused(_("Say it in at most %(most)s characters.", most=LONGEST_REASON), field="words")
    review = Review(
        retraction_key=row.dedupe_key, person_id=person_id, voided_by=row.actor_id, words=words, asked_at=now
    )
    session.add(review)
    session.flush()
    emit(session, GamificationReviewAsked(actor_id=person_id, review_id=review.id, person_id=person_id))
    return review


def may_decide(review: Review, about: Contribution | None, coach_id: int, same: Mapping[int, int]) -> bool:
    """Whether a coach may take the second look: not at what they decided first, nor at what they are part of.

    *about* is the contribution that was voided.
    """
    one = _one(coach_id, same)
    if one in {_one(review.person_id, same), _one(review.voided_by, same)}:
        return False
    return about is None or not is_part_of(coach_id, about, same)


def about_what(session: Session, review: Review) -> Contribution | None:
    """The contribution that was voided, and that somebody asks to look at again."""
    retraction = sa.select(Contribution.retracts).where(Contribution.dedupe_key == review.retraction_key)
    return session.scalar(sa.select(Contribution).where(Contribution.dedupe_key == retraction.scalar_subquery()))


def decide(session: Session, review_id: int, *, by: int, outcome: str, answer: str, now: datetime) -> Review:
    """Decide after a second look: it *stands*, or it is *restored*, and then the fact is written anew.

    Raises:
        NotFound: nobody asks for it.
        Refused: it is not for this coach, no reason that says why, no such outcome, or somebody decided before.
    """
    review = session.get(Review, review_id)
    if review is None:
        raise NotFound(_("Nobody asked for this."), hint=_("Open the list again."))
    row = about_what(session, review)
    if not may_decide(review, row, by, reading.now_one(session)):
        raise Refused(_("Another coach looks at this."), hint=_("You decided first, or it is about you."))
    if outcome not in {STANDS, RESTORED}:
        raise Refused(_("There is no such choice."), hint=_("Choose one of those on the page."), field="outcome")
    answer = said(answer, "answer")
    mine = sa.update(Review).where(Review.id == review_id, Review.outcome == "")
    values = {"outcome": outcome, "answer": answer, "decided_by": by, "decided_at": now}
    if not session.execute(mine.values(values)).rowcount:  # type: ignore[attr-defined]  # an update has one
        raise Refused(_("Somebody decided this just now."), hint=_("Open it again to read how."))
    session.refresh(review)
    if outcome == RESTORED and row is not None:
        recording.write_again(session, row, now=now)
    emit(session, GamificationReviewDecided(actor_id=by, review_id=review.id, person_id=review.person_id))
    return review
