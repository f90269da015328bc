"""Two accounts of one person become one: what was credited to either counts for the one that stays."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.gamification import projecting, reading
from plugins.gamification.models import Award, AwardNotice, Contribution, SamePerson
from portal.accounts.models import Person
from portal.core.errors import NotFound, Refused
from portal.core.i18n import gettext as _


def same_person(session: Session, old_id: int, new_id: int, *, now: datetime) -> list[int]:
    """Say that the account *old_id* is *new_id* now; return the people whose awards may change by it.

    Work these out anew afterwards, silently: what somebody did for their own
    other account counts no more, and two colleagues may have been one.

    Raises:
        NotFound: there is no such account.
        Refused: both are one already, or the old one became another one.
    """
    for each in (old_id, new_id):
        if session.get(Person, each) is None:
            raise NotFound(_("There is no account with the number %(id)s.", id=each))
    same = reading.now_one(session)
    if same.get(old_id, old_id) == same.get(new_id, new_id):
        raise Refused(_("These two are one already."), hint=_("Nothing needs to be done."))
    if old_id in same:
        raise Refused(
            _("The account %(id)s became another one already.", id=old_id),
            hint=_("Name the account that stayed."),
        )
    session.add(SamePerson(person_id=old_id, is_now=new_id, since=now))
    session.flush()
    stays = same.get(new_id, new_id)
    session.execute(sa.delete(Award).where(Award.person_id == old_id))
    _hand_over_notices(session, old_id, stays)
    same = reading.now_one(session)
    accounts = [stays, *(account for account, is_now in same.items() if is_now == stays)]
    touched = sa.select(Contribution.credit_id).where(Contribution.actor_id.in_(accounts))
    return sorted({stays, *(same.get(each, each) for each in session.scalars(touched.distinct()))})


def follow(session: Session, person_ids: list[int], *, now: datetime) -> None:
    """Work out the awards of some people anew; nobody is told."""
    for each in person_ids:
        projecting.refresh(session, each, now=now, silent=True)


def _hand_over_notices(session: Session, old_id: int, new_id: int) -> None:
    """What the old account was told of, the new one is not told again."""
    told = session.execute(
        sa.select(AwardNotice.badge_id, AwardNotice.key, AwardNotice.sent_at).where(AwardNotice.person_id == old_id)
    ).all()
    known = sa.select(AwardNotice.badge_id, AwardNotice.key).where(AwardNotice.person_id == new_id)
    there = {(row.badge_id, row.key) for row in session.execute(known)}
    for row in told:
        if (row.badge_id, row.key) not in there:
            session.add(AwardNotice(badge_id=row.badge_id, person_id=new_id, key=row.key, sent_at=row.sent_at))
    session.execute(sa.delete(AwardNotice).where(AwardNotice.person_id == old_id))
    session.flush()
