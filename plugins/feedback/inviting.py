"""Invitations that go out by mail: planned, held back or sent, brought to mind once, and then over.

Whether somebody is asked follows from what happened to them, and from chance
that nobody can steer. Whoever did the work that is asked about has no part in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.feedback import fatigue, ordering, timing
from plugins.feedback.bank import Bank, Question
from plugins.feedback.fatigue import Earlier, Ending, Facts, Occasion, Reason
from plugins.feedback.models import Answer, Invitation, Outage
from plugins.feedback.surveys import Channel, Mode, Survey
from plugins.feedback.tokens import new_token
from plugins.feedback.wordings import bank_now
from portal.accounts import absences
from portal.accounts.models import Person
from portal.accounts.places import calendars_of
from portal.organisation.calendar import Calendar

PLANNED, SUPPRESSED, SENT, OPENED, ANSWERED, PARTLY, EXPIRED, DECLINED = (
    "planned", "suppressed", "sent", "opened", "answered", "partly", "expired", "declined",
)  # fmt: skip
PASSING: Final = frozenset({Reason.ABSENT, Reason.OUTAGE})
"""Reasons that are gone in a few days: a round can wait for them, a single question would come too late."""
REMEMBERED: Final = timedelta(days=400)
LATELY: Final = timedelta(days=90)
MOST_ANSWERS: Final = 20_000
AT_ONCE: Final = 500
LAST_CHANCE: Final = timedelta(days=2)
"""So long before the end of a round nobody is written to for the first time any more."""


@dataclass(frozen=True, kw_only=True)
class Context:
    """What is known about the occasion: for figures, and for what makes sense to ask."""

    service_id: str | None = None
    unit_id: str | None = None
    article_id: int | None = None
    revision_id: int | None = None
    share: float | None = None
    known: Mapping[str, str | int] = field(default_factory=dict)


def invite(
    session: Session,
    survey: Survey,
    *,
    person_id: int,
    about: str,
    about_id: str,
    context: Context,
    occasion: Occasion,
    now: datetime,
) -> Invitation:
    """Ask a person about one occasion, once; whoever calls twice gets the same invitation.

    Templates that are pushed are held back by the rules of fatigue, and then
    stand there as suppressed, with the reason; others are offered at once.
    """
    people = {person_id: context}
    return invite_all(session, survey, people, about=about, about_id=about_id, occasion=occasion, now=now)[person_id]


def invite_all(
    session: Session,
    survey: Survey,
    people: Mapping[int, Context],
    *,
    about: str,
    about_id: str,
    occasion: Occasion,
    now: datetime,
) -> dict[int, Invitation]:
    """Ask many people about the same occasion as :func:`invite` asks one; queries grow with units, not with people."""
    found = _invited_before(session, survey, people, about, about_id)
    left = {person_id: context for person_id, context in people.items() if person_id not in found}
    if not left:
        return found
    units = {person_id: context.unit_id for person_id, context in left.items()}
    reasons = reasons_of(session, units, now, occasion) if survey.pushed else {}
    ends = {} if survey.pushed else calendars_of(session, left)
    bank, seed = bank_now(session), f"{survey.key}:{about}:{about_id}"
    questions = [bank.questions[each] for each in survey.question_ids]
    answered = {unit: answered_lately(session, bank, questions, unit, now) for unit in set(units.values())}
    for person_id, context in left.items():
        made = _invitation(survey, context, reasons.get(person_id), now)
        made.person_id, made.about, made.about_id, made.seed = person_id, about, about_id, seed
        made.form = list(ordering.order(questions, answered[context.unit_id], known=context.known, seed=seed))
        if not survey.pushed:
            made.expires_at = timing.dates(now, ends[person_id]).expires_at
        found[person_id] = made
    session.add_all(found[person_id] for person_id in left)
    session.flush()
    return found


def reasons_of(
    session: Session,
    people: Mapping[int, str | None],
    now: datetime,
    occasion: Occasion | None = None,
    *,
    besides: Iterable[str] = (),
) -> dict[int, Reason | None]:
    """Why each of these people is not asked now; *people* has the unit of each. Four queries, however many they are.

    *besides* are ids of invitations that do not count as earlier ones.
    """
    history = _histories(session, people, now, frozenset(besides))
    calendars = calendars_of(session, people)
    away = absences.days_of(session, people, (now - timedelta(days=1)).date(), (now + timedelta(days=1)).date())
    outages = _outages(session, now)
    nothing = Calendar("UTC")
    return {
        person_id: fatigue.suppressed(
            history.get(person_id, ()),
            occasion or Occasion(),
            Facts(
                place=calendars.get(person_id, nothing),
                absences=away.get(person_id, ()),
                outages=outages.get(unit_id or "", ()),
            ),
            now,
        )
        for person_id, unit_id in people.items()
    }


def due(session: Session, now: datetime, *, after: str = "", limit: int = AT_ONCE) -> Sequence[Invitation]:
    """Invitations with which something is to be done now: they are to be sent, brought to mind, or are over."""
    to_send = sa.and_(Invitation.state == PLANNED, Invitation.due_at <= now)
    to_remind = sa.and_(Invitation.reminder_at <= now, Invitation.reminded_at.is_(None))
    open_yet = sa.and_(Invitation.state.in_((SENT, OPENED)), sa.or_(to_remind, Invitation.expires_at <= now))
    missed = sa.and_(Invitation.state == PLANNED, Invitation.expires_at <= now)
    query = sa.select(Invitation).where(sa.or_(to_send, open_yet, missed), Invitation.id > after)
    return session.scalars(query.order_by(Invitation.id).limit(limit)).all()


def hold_back(session: Session, invitations: Sequence[Invitation], now: datetime) -> list[Invitation]:
    """Of *invitations* that are planned those that are sent now; the others wait a day, or are not sent at all."""
    people = units_of(session, (each.person_id for each in invitations if each.person_id))
    reasons = reasons_of(session, people, now, besides=[each.id for each in invitations])
    going = []
    for each in invitations:
        reason = reasons.get(each.person_id or 0)
        if reason is None and each.person_id in people:
            going.append(each)
        elif (
            each.round_id is not None and reason in PASSING and each.expires_at and each.expires_at > now + LAST_CHANCE
        ):
            each.due_at = now + timedelta(days=1)
        else:
            each.state, each.reason, each.due_at = SUPPRESSED, str(reason or Reason.ABSENT), None
    return going


def left_alone(session: Session, invitations: Sequence[Invitation], now: datetime) -> set[int]:
    """Those of the invited people whom nothing is brought to mind now: away, left, or with an outage in their unit."""
    asked = {each.person_id for each in invitations if each.person_id is not None}
    people = units_of(session, asked)
    reasons = reasons_of(session, people, now) if people else {}
    return {each for each in asked if each not in people or reasons[each] in PASSING}


def mark_sent(invitation: Invitation, place: Calendar, now: datetime) -> None:
    """Note that an invitation went out, and when it is brought to mind and ends; a round ends for all at once."""
    dates = timing.dates(now, place, pulse=invitation.round_id is not None)
    end = invitation.expires_at if invitation.round_id is not None and invitation.expires_at else dates.expires_at
    invitation.state, invitation.sent_at, invitation.due_at = SENT, now, None
    invitation.expires_at = end
    invitation.reminder_at = dates.reminder_at if dates.reminder_at and dates.reminder_at < end else None


def step_of(invitation: Invitation, place: Calendar, now: datetime) -> timing.Step | None:
    """What is to be done now with an invitation that was sent."""
    if invitation.expires_at is None:
        return None
    planned = timing.Dates(invitation.reminder_at, invitation.expires_at)
    return timing.step(planned, place, reminded=invitation.reminded_at is not None, now=now)


def answered_lately(
    session: Session, bank: Bank, questions: Sequence[Question], unit_id: str | None, now: datetime
) -> dict[str, int]:
    """How often the metric of each of *questions* was answered in a unit in the last 90 days, by whichever question."""
    wanted = {question.metric or question.id for question in questions}
    metrics = {each.id: each.metric or each.id for each in bank.questions.values()}
    ids = [each for each, metric in metrics.items() if metric in wanted]
    if unit_id is None or not ids:
        return {}
    rows = (
        sa.select(Answer.question_id)
        .where(Answer.unit_id == unit_id, Answer.question_id.in_(ids), Answer.answered_at > now - LATELY)
        .limit(MOST_ANSWERS)
        .subquery()
    )
    found: dict[str, int] = {}
    counted = sa.select(rows.c.question_id, sa.func.count()).group_by(rows.c.question_id)
    for question_id, count in session.execute(counted):
        found[metrics[question_id]] = found.get(metrics[question_id], 0) + count
    return found


def _invited_before(
    session: Session, survey: Survey, person_ids: Iterable[int], about: str, about_id: str
) -> dict[int, Invitation]:
    ids, found = sorted(person_ids), dict[int, Invitation]()
    for start in range(0, len(ids), AT_ONCE):
        query = sa.select(Invitation).filter_by(template=survey.key, about=about, about_id=about_id)
        for row in session.scalars(query.where(Invitation.person_id.in_(ids[start : start + AT_ONCE]))):
            if row.person_id is not None:
                found[row.person_id] = row
    return found


def _invitation(survey: Survey, context: Context, reason: Reason | None, now: datetime) -> Invitation:
    """A new invitation as far as its template and context say it; who is asked, and what, is added."""
    return Invitation(
        id=new_token(),
        template=survey.key,
        mode=survey.mode,
        channel=Channel.MAIL if survey.pushed else Channel.INLINE,
        state=_first_state(survey, reason),
        reason=str(reason or ""),
        article_id=context.article_id,
        revision_id=context.revision_id,
        service_id=context.service_id,
        unit_id=context.unit_id,
        known=dict(context.known),
        share=context.share,
        created_at=now,
        due_at=now if survey.pushed and reason is None else None,
        sent_at=None if survey.pushed else now,
    )


def _first_state(survey: Survey, reason: Reason | None) -> str:
    if reason is not None:
        return SUPPRESSED
    return PLANNED if survey.pushed else SENT


def _histories(
    session: Session, people: Iterable[int], now: datetime, besides: frozenset[str]
) -> dict[int, list[Earlier]]:
    ids, found = sorted(set(people)), dict[int, list[Earlier]]()
    for start in range(0, len(ids), AT_ONCE):
        query = sa.select(Invitation).where(
            Invitation.person_id.in_(ids[start : start + AT_ONCE]),
            Invitation.channel == Channel.MAIL,
            Invitation.created_at > now - REMEMBERED,
        )
        for row in session.scalars(query):
            ending = _ending(row)
            if ending is not None and row.person_id is not None and row.id not in besides:
                found.setdefault(row.person_id, []).append(Earlier(row.sent_at or row.due_at or row.created_at, ending))
    return found


def _ending(earlier: Invitation) -> Ending | None:
    """What became of an earlier one; nobody knows who answered in an anonymous round, so it was heard."""
    if earlier.state == SUPPRESSED:
        return Ending.SKIPPED if earlier.reason == Reason.IGNORED else None
    if earlier.state in {PLANNED, SENT, OPENED}:
        return Ending.WAITING
    return Ending.IGNORED if earlier.state == EXPIRED and earlier.mode != Mode.ANONYMOUS else Ending.HEARD


def _outages(session: Session, now: datetime) -> dict[str, list[fatigue.Outage]]:
    query = sa.select(Outage).where(
        Outage.began_at <= now, sa.or_(Outage.ended_at.is_(None), Outage.ended_at > now - fatigue.CALM_AFTER_OUTAGE)
    )
    found: dict[str, list[fatigue.Outage]] = {}
    for row in session.scalars(query):
        found.setdefault(row.unit_id, []).append(fatigue.Outage(row.began_at, row.ended_at))
    return found


def units_of(session: Session, person_ids: Iterable[int]) -> dict[int, str | None]:
    """The unit of each person who is here."""
    ids, found = sorted(set(person_ids)), dict[int, str | None]()
    for start in range(0, len(ids), AT_ONCE):
        here = sa.and_(Person.id.in_(ids[start : start + AT_ONCE]), Person.left_at.is_(None))
        for person_id, unit_id in session.execute(sa.select(Person.id, Person.unit_id).where(here)):
            found[person_id] = unit_id
    return found
