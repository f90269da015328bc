"""What `portal doctor` looks at: whether the files of badges fit, and whether the awards are those of the log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.gamification import reading, replaying, shelf, voiding
from plugins.gamification.models import Review
from portal.accounts.models import Person, PersonRole
from portal.accounts.rights import permitted_roles
from portal.core.hooks import Check

VOID: Final = "gamification.void"
MOST_LOOKED_AT: Final = 100


def checks() -> list[Check]:
    """The looks, in order."""
    return [
        Check("the files of badges fit", _files),
        Check("the awards are those of the log", _awards),
        Check("somebody may look again where people ask for it", _second_coach),
    ]


def _files(session: Session) -> Sequence[str]:
    return [
        f"{each.file}: {' '.join(filter(None, (each.badge, each.field)))}: {each.sentence}"
        for each in shelf.problems(session)
    ]  # fmt: skip


def _awards(session: Session) -> Sequence[str]:
    row = replaying.last(session)
    if row is None or not row.different or row.is_written:
        return []
    count = f"{row.different} awards differed from the log when they were worked out anew."
    return [f"{count} Run `portal gamification replay`, and with --write to put it right."]


def _second_coach(session: Session) -> Sequence[str]:
    """Whoever asks is helped only by a coach who did not decide first; a company with one coach has none."""
    roles = sorted(permitted_roles(session, VOID))
    held = sa.select(PersonRole.person_id).where(PersonRole.role.in_(roles))
    coaches = session.scalars(sa.select(Person.id).where(Person.left_at.is_(None), Person.id.in_(held))).all()
    same, waits = reading.now_one(session), sa.select(Review).where(Review.outcome == "").order_by(Review.id)
    alone = 0
    for review in session.scalars(waits.limit(MOST_LOOKED_AT)):
        about = voiding.about_what(session, review)
        alone += not any(voiding.may_decide(review, about, each, same) for each in coaches)
    if not alone:
        return []
    asked = f"{alone} people ask to look again at what does not count, and no coach may decide."
    return [f"{asked} Give one more person the role of a coach, if only for this."]
