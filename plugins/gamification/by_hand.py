"""Badges that a coach gives by hand, with a reason: for what no event can tell. None comes with the portal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.gamification import choices, reading, recording, shelf, voiding
from plugins.gamification.definitions import Badge
from plugins.gamification.evaluating import ONCE
from plugins.gamification.facts import Calendar, calendar
from plugins.gamification.kinds import BY_HAND
from plugins.gamification.models import Contribution
from portal.accounts.models import Person
from portal.core.errors import NotFound, Refused
from portal.core.i18n import gettext as _

_DATED: Final[Mapping[str, Callable[[Calendar, datetime], str]]] = {"quarter": Calendar.quarter, "year": Calendar.year}


def offered(session: Session) -> list[Badge]:
    """The badges that a coach may give."""
    return [badge for badge, _version in shelf.active(session).values() if badge.manual]


def give(session: Session, person_id: int, badge_id: str, *, by: int, reason: str, now: datetime) -> None:
    """Give somebody a badge by hand. It comes into the log as what it is, and can be said not to count like all else.

    Raises:
        NotFound: nobody of this number takes part.
        Refused: no such badge, too few or too many words, they hold it, or it is for oneself.
    """
    badge = next((each for each in offered(session) if each.id == badge_id), None)
    if badge is None:
        raise Refused(_("There is no such badge to give."), hint=_("Choose one of those on the page."), field="badge")
    person = session.get(Person, person_id, with_for_update=True)
    if person is None or person.left_at is not None or not choices.of(session, person_id).is_on:
        raise NotFound(_("There is nothing to look at here."), hint=_("Choose somebody else."))
    reason = voiding.said(reason, "reason")
    same = reading.now_one(session)
    if same.get(by, by) == same.get(person_id, person_id):
        raise Refused(_("Nobody gives themselves a badge."), hint=_("Ask another coach."))
    key = _key(session, badge, person_id, now)
    told = recording.record(
        session,
        BY_HAND,
        key=f"{badge.id}:{key}",
        occurred_at=now,
        actor_id=by,
        credited=[person_id],
        subject=("badge", badge.id),
        source="gamification",
        attrs={"badge": badge.id, "key": key},
        reason=reason,
        now=now,
    )
    if not told:
        raise Refused(
            _("They were given this badge before."),
            hint=_("Where it was said not to count, they may ask to look again."),
            field="badge",
        )


def _key(session: Session, badge: Badge, person_id: int, now: datetime) -> str:
    """What parts this award from others of the badge: nothing, the year or the quarter, or how many there were."""
    if badge.per in _DATED:
        return _DATED[badge.per](calendar(shelf.zone_of(session)), now)
    if badge.per != "every":
        return ONCE
    given = sa.select(sa.func.count(Contribution.id)).where(
        Contribution.kind == BY_HAND, Contribution.credit_id == person_id, Contribution.subject_id == badge.id
    )
    return str((session.scalar(given) or 0) + 1)
