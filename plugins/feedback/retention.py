"""After some years nobody needs to know any more whose answers they were: the link to the person is cut."""

from __future__ import annotations

import calendar
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.feedback.loop_models import Callback
from plugins.feedback.models import Answer, Invitation, Verbatim

AT_ONCE: Final = 1000
"""Invitations in one run; what is left waits for the next one."""


def cut_links(session: Session, *, months: int, now: datetime, limit: int = AT_ONCE) -> int:
    """Cut the link between people and answers that are older than *months*; return of how many invitations.

    What people typed goes, and what they had searched; the masked words and
    the figures stay. Of invitations that nobody answered the day on which
    they were made counts.
    """
    before = months_before(now, months)
    since = sa.func.coalesce(Invitation.answered_at, Invitation.created_at)
    old = sa.select(Invitation.id).where(Invitation.person_id.is_not(None), since < before)
    ids = session.scalars(old.order_by(since).limit(limit)).all()
    if not ids:
        return 0
    session.execute(sa.update(Answer).where(Answer.invitation_id.in_(ids)).values(person_id=None))
    session.execute(sa.update(Verbatim).where(Verbatim.invitation_id.in_(ids)).values(person_id=None, own_text=None))
    session.execute(sa.update(Callback).where(Callback.invitation_id.in_(ids)).values(person_id=None))
    session.execute(sa.update(Invitation).where(Invitation.id.in_(ids)).values(person_id=None, words=None))
    return len(ids)


def months_before(moment: datetime, months: int) -> datetime:
    """The same day and time so many *months* before; the last day of a month that is shorter."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)
