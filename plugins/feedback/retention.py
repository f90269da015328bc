"""After some years nobody needs to know any more whose answers they were: the link to the person is cut.

Figures that no page shows any more go, too.
"""

from __future__ import annotations

import calendar
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.feedback.loop_models import Callback
from plugins.feedback.models import Answer, Invitation, Snapshot, Verbatim
from plugins.feedback.snapshots import ALL

AT_ONCE: Final = 1000
"""Rows in one run; what is left waits for the next one."""
FIGURES_STAND: Final = timedelta(weeks=104)
"""Pages show a year of figures at most; the year before is kept, so that the two can be compared."""


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


def drop_figures(session: Session, *, now: datetime) -> int:
    """Drop figures of Mondays that are too long ago; return how many rows.

    The rows for the whole remember which answers were counted and which
    wait: the newest says it all, those before only when an answer waited.
    """
    newest = sa.select(sa.func.max(Snapshot.monday)).where(Snapshot.scope == ALL).scalar_subquery()
    past = sa.and_(Snapshot.scope == ALL, Snapshot.monday < newest)
    old = sa.and_(Snapshot.scope != ALL, Snapshot.monday < (now - FIGURES_STAND).date())
    ids = session.scalars(sa.select(Snapshot.id).where(sa.or_(past, old)).order_by(Snapshot.id).limit(AT_ONCE)).all()
    if ids:
        session.execute(sa.delete(Snapshot).where(Snapshot.id.in_(ids)))
    return len(ids)


def months_before(moment: datetime, months: int) -> datetime:
    """The same day and time so many *months* before; the last day of a month that is shorter."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)
