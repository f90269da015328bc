"""What administrators see of rounds, and decide: the list, how many answered, and an end before the last day.

While an anonymous round is open nothing is counted: how the number grows from
hour to hour would tell who answered when.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.feedback import inviting, rounds
from plugins.feedback.improvements import STATE_TITLE
from plugins.feedback.improvements import State as ImprovementState
from plugins.feedback.loop_models import Improvement, ImprovementSource
from plugins.feedback.models import Invitation
from plugins.feedback.round_models import Round
from plugins.feedback.surveys import Mode, Survey
from portal.accounts.models import Person
from portal.core.errors import Refused
from portal.core.i18n import gettext as _

PER_PAGE: Final = 20
MOST_OFFERED: Final = 100


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A round as administrators see it; *answered* is ``None`` while nothing may be counted."""

    round: Round
    survey: Survey
    answered: int | None
    begun_by: str
    ending: bool

    @property
    def rate(self) -> int | None:
        """The response rate in percent."""
        if self.answered is None or not self.round.invited:
            return None
        return round(100 * self.answered / self.round.invited)


def page_of(session: Session, surveys: Mapping[str, Survey], now: datetime, *, page: int = 1) -> tuple[list[Seen], int]:
    """One page of all rounds, the newest first, and how many there are. Three queries."""
    count = session.scalar(sa.select(sa.func.count(Round.id))) or 0
    query = _query().limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    return _seen(session, surveys, now, query), count


def one(session: Session, surveys: Mapping[str, Survey], round_id: int, now: datetime) -> Seen:
    """One round. Raises ``NotFound``."""
    rounds.round_of(session, round_id)
    return _seen(session, surveys, now, _query().where(Round.id == round_id))[0]


def in_rounds(surveys: Mapping[str, Survey]) -> list[Survey]:
    """The templates whose questions are asked in rounds."""
    return [survey for survey in surveys.values() if rounds.MOMENT in survey.moments]


def last_moment(day: date, zone: str) -> datetime:
    """The last minute of *day* where the organisation is."""
    return datetime.combine(day, time(23, 59), tzinfo=ZoneInfo(zone))


def end(session: Session, round_id: int, now: datetime) -> Round:
    """Let nobody answer or be asked from now on; the job that closes rounds does the rest.

    Raises:
        NotFound: there is no such round.
        Refused: it is over.
    """
    asked = rounds.round_of(session, round_id, lock=True)
    if asked.state != rounds.State.OPEN or asked.closes_at <= now:
        raise Refused(_("This round is over."))
    asked.closes_at = now
    rounds.stop_asking(session, asked)
    session.flush()
    return asked


def offered(session: Session) -> list[tuple[int, str]]:
    """The improvements that a round can be published with, the newest first: their ids and titles."""
    query = sa.select(Improvement.id, Improvement.title, Improvement.state).where(
        Improvement.state.in_(rounds.DONE_ABOUT)
    )
    rows = session.execute(query.order_by(Improvement.id.desc()).limit(MOST_OFFERED))
    return [(id_, f"{title} ({STATE_TITLE[ImprovementState(state)]})") for id_, title, state in rows]


def improvements_of(session: Session, round_id: int) -> Sequence[Improvement]:
    """What is done about the answers of a round."""
    query = sa.select(Improvement).join(ImprovementSource, ImprovementSource.improvement_id == Improvement.id)
    query = query.where(ImprovementSource.round_id == round_id).order_by(Improvement.id).limit(MOST_OFFERED)
    return session.scalars(query).all()


def _query() -> sa.Select[Round, str]:
    query = sa.select(Round, Person.name).outerjoin(Person, Person.id == Round.made_by)
    return query.order_by(Round.id.desc())


def _seen(session: Session, surveys: Mapping[str, Survey], now: datetime, query: sa.Select[Round, str]) -> list[Seen]:
    rows = session.execute(query).all()
    open_yet = [row.id for row, _name in rows if row.state == rounds.State.OPEN]
    done = Invitation.state.in_((inviting.ANSWERED, inviting.PARTLY))
    counting = sa.select(Invitation.round_id, sa.func.count()).where(Invitation.round_id.in_(open_yet), done)
    counted = session.execute(counting.group_by(Invitation.round_id)).all() if open_yet else []
    so_far = {row[0]: int(row[1]) for row in counted}
    found = []
    for row, name in rows:
        survey = surveys[row.template]
        answered = row.answered
        if row.state == rounds.State.OPEN:
            answered = None if survey.mode == Mode.ANONYMOUS else so_far.get(row.id, 0)
        ending = row.state == rounds.State.OPEN and row.closes_at <= now
        found.append(Seen(round=row, survey=survey, answered=answered, begun_by=name or "", ending=ending))
    return found
