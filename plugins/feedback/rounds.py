"""Rounds: the same questions to many people at once, from the first mail to what was done about the answers.

A round of an anonymous template keeps a secret while it is open, from which
the tokens of its people follow. When it closes, the secret goes, and with it
everything that says who was asked (``anonymity.py`` has the rest).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.feedback import anonymity, fatigue, inviting, ordering, tokens
from plugins.feedback.anonymity import Keys
from plugins.feedback.events import FeedbackRoundClosed, FeedbackRoundPublished
from plugins.feedback.loop_models import Improvement, ImprovementSource
from plugins.feedback.models import Invitation
from plugins.feedback.round_models import Invited, Round, RoundUnit, UsedToken
from plugins.feedback.surveys import Channel, Mode, Survey
from plugins.feedback.tokens import new_token
from plugins.feedback.wordings import bank_now
from portal.accounts.models import Person, PersonRole
from portal.accounts.roles import SUPERUSER
from portal.core.errors import NotFound, Refused
from portal.core.events import emit
from portal.core.i18n import gettext as _
from portal.organisation.models import Unit

MOMENT: Final = "pulse.round"
KEPT_UNIT: Final = 10
"""So many people have to be invited in a unit for an answer to carry it."""
ACTION_WITHIN: Final = timedelta(days=30)
SHORTEST, LONGEST = timedelta(days=1), timedelta(days=60)
OPEN_FOR: Final = timedelta(days=14)
LONGEST_REASON: Final = 500
DONE_ABOUT: Final = frozenset({"accepted", "doing", "delivered", "checked"})
"""States of an improvement that somebody has taken on."""


class State(StrEnum):
    """How a round stands. The words are stored."""

    OPEN = "open"
    CLOSED = "closed"
    PUBLISHED = "published"


@dataclass(frozen=True, kw_only=True)
class Block:
    """Why no round begins now, and whether an administrator may begin one all the same, with a reason."""

    sentence: str
    may_override: bool


def begin(
    session: Session, survey: Survey, *, by: int | None, closes_at: datetime, now: datetime, override: str = ""
) -> Round:
    """Begin a round: everybody who is here (or every superuser) is invited; the mails follow.

    *override* is the reason for asking again although nothing was done about
    the last round; it is kept.

    Raises:
        Refused: something stands against it; see :func:`blocked_because`. Or it would be open too long or too briefly.
    """
    override = _checked(session, survey, closes_at=closes_at, now=now, override=override.strip())
    asked = Round(
        template=survey.key,
        state=State.OPEN,
        secret=tokens.new_secret() if survey.mode == Mode.ANONYMOUS else None,
        form=[],
        opens_at=now,
        closes_at=closes_at,
        override=override,
        made_by=by,
        made_at=now,
    )
    session.add(asked)
    session.flush()
    bank = bank_now(session)
    questions = [bank.questions[each] for each in survey.question_ids]
    asked.form = list(ordering.order(questions, {}, known={}, seed=_seed(asked)))[: survey.most_shown]
    people = _people(session, survey)
    reasons = inviting.reasons_of(session, people, now)
    for person_id, unit_id in people.items():
        session.add(_invitation(asked, survey, person_id, unit_id, reasons[person_id]))
    taking_part = {each: unit for each, unit in people.items() if _takes_part(reasons[each])}
    asked.invited = len(taking_part)
    if survey.mode == Mode.ANONYMOUS:
        _keep_invited(session, asked, taking_part)
    session.flush()
    return asked


def blocked_because(session: Session, survey: Survey, now: datetime) -> Block | None:
    """Why no round of this template begins now, or ``None`` when one may."""
    if MOMENT not in survey.moments:
        return Block(sentence=_("These questions are not asked in rounds."), may_override=False)
    if not survey.in_use() or not survey.question_ids:
        return Block(sentence=_("This survey template is not in use."), may_override=False)
    last = session.scalar(sa.select(Round).where(Round.template == survey.key).order_by(Round.id.desc()).limit(1))
    if last is None or last.state == State.PUBLISHED:
        return None
    if last.state == State.OPEN:
        return Block(sentence=_("A round of these questions is still open."), may_override=False)
    if last.closed_at is not None and now <= last.closed_at + ACTION_WITHIN:
        return None
    return Block(
        sentence=_("Nothing was told yet about what is done with the answers of the last round."), may_override=True
    )


def stop_asking(session: Session, asked: Round) -> None:
    """End the invitations of a round: nobody is written to, reminded, or answers for the first time any more.

    One that was never sent was not ignored either.
    """
    mine = sa.update(Invitation).where(Invitation.round_id == asked.id)
    never = {"state": inviting.SUPPRESSED, "reason": str(fatigue.Reason.ABSENT), "due_at": None}
    session.execute(mine.where(Invitation.state == inviting.PLANNED).values(never))
    sent = Invitation.state.in_((inviting.SENT, inviting.OPENED))
    session.execute(mine.where(sent).values(state=inviting.EXPIRED))


def close(session: Session, round_id: int, *, keys: Keys, now: datetime) -> Round:
    """End a round: what is still sealed is opened and mixed; who was asked, and who answered, is forgotten.

    Raises:
        NotFound: there is no such round.
        Refused: it is over.
    """
    asked = round_of(session, round_id, lock=True)
    if asked.state != State.OPEN:
        raise Refused(_("This round is over."))
    if asked.secret is not None:
        asked.answered = _count(session, sa.select(UsedToken.mark).where(UsedToken.round_id == asked.id))
        anonymity.open_rest(session, asked, keys)
    else:
        done = Invitation.state.in_((inviting.ANSWERED, inviting.PARTLY))
        asked.answered = _count(session, sa.select(Invitation.id).where(Invitation.round_id == asked.id, done))
    stop_asking(session, asked)
    session.execute(sa.delete(Invited).where(Invited.round_id == asked.id))
    session.execute(sa.delete(UsedToken).where(UsedToken.round_id == asked.id))
    asked.secret, asked.state, asked.closed_at = None, State.CLOSED, now
    session.flush()
    emit(
        session,
        FeedbackRoundClosed(
            round_id=asked.id, template=asked.template, invited=asked.invited, answered=asked.answered or 0
        ),
    )
    return asked


def publish(session: Session, round_id: int, improvement_id: int, *, by: int | None, now: datetime) -> Round:
    """Let what came out of a round be told together with one thing, at least, that is done about it.

    Raises:
        NotFound: there is no such round or improvement.
        Refused: it is still open, was published, or nobody has taken on the improvement.
    """
    asked = round_of(session, round_id, lock=True)
    if asked.state == State.OPEN:
        raise Refused(_("This round is still open."), hint=_("Close it first, or wait for its last day."))
    if asked.state == State.PUBLISHED:
        raise Refused(_("This round was published."))
    improvement = session.get(Improvement, improvement_id)
    if improvement is None:
        raise NotFound(_("There is no such improvement."))
    if improvement.state not in DONE_ABOUT:
        raise Refused(
            _("Nobody has taken on this improvement yet."),
            hint=_("Choose one that is accepted, under way or delivered."),
            field="improvement_id",
        )
    known = sa.select(ImprovementSource.id).where(
        ImprovementSource.improvement_id == improvement_id, ImprovementSource.round_id == round_id
    )
    if session.scalar(known) is None:
        session.add(ImprovementSource(improvement_id=improvement_id, round_id=round_id))
    asked.state, asked.published_at = State.PUBLISHED, now
    session.flush()
    emit(session, FeedbackRoundPublished(actor_id=by, round_id=round_id, improvement_id=improvement_id))
    return asked


def round_of(session: Session, round_id: int, *, lock: bool = False) -> Round:
    """One round. Raises ``NotFound``."""
    query = sa.select(Round).where(Round.id == round_id)
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound(_("There is no such round."))
    return found


def is_due(session: Session, survey: Survey, *, weeks: int, now: datetime) -> bool:
    """Whether the next round begins by itself: *weeks* after the one before, unless something stands against it.

    The first one is begun by an administrator; 0 weeks let them begin each.
    """
    last = session.scalar(sa.select(sa.func.max(Round.opens_at)).where(Round.template == survey.key))
    if not weeks or last is None or now < last + timedelta(weeks=weeks):
        return False
    return blocked_because(session, survey, now) is None


def over(session: Session, now: datetime) -> Sequence[int]:
    """The rounds whose last day has passed and that are still open."""
    query = sa.select(Round.id).where(Round.state == State.OPEN, Round.closes_at <= now)
    return session.scalars(query.order_by(Round.id)).all()


def units_kept(people: Mapping[int, str | None], parents: Mapping[str, str | None]) -> dict[int, str | None]:
    """The unit that an answer of each person may carry: theirs, or the nearest above it, with ten people invited.

    *people* has the unit of each person, *parents* the unit above each. Those
    of a unit that is too small are counted with the ones above it.
    """
    carried = dict(people)
    below: dict[str, int] = Counter(unit for unit in carried.values() if unit is not None)
    for unit in sorted(parents, key=lambda each: (-_depth(each, parents), each)):
        if 0 < below[unit] < KEPT_UNIT:
            above = parents[unit]
            if above is not None:
                below[above] += below[unit]
            carried = {person: above if here == unit else here for person, here in carried.items()}
    return carried


def _depth(unit: str, parents: Mapping[str, str | None]) -> int:
    seen: list[str] = [unit]
    while (above := parents.get(seen[-1])) is not None and above not in seen:
        seen.append(above)
    return len(seen)


def _people(session: Session, survey: Survey) -> dict[int, str | None]:
    """Who is asked: everybody who is here, or in a pulse of the superusers these; by id with their unit."""
    query = sa.select(Person.id, Person.unit_id).where(Person.left_at.is_(None)).order_by(Person.id)
    if survey.trigger == "superuser_pulse":
        query = query.where(Person.id.in_(sa.select(PersonRole.person_id).where(PersonRole.role == SUPERUSER)))
    return {row.id: row.unit_id for row in session.execute(query)}


def _takes_part(reason: fatigue.Reason | None) -> bool:
    """Who is away, or has an outage, is written to later; who was asked enough is left alone this time."""
    return reason is None or reason in inviting.PASSING


def _checked(session: Session, survey: Survey, *, closes_at: datetime, now: datetime, override: str) -> str:
    """Refuse what must not begin; return the reason that is kept, if one was needed."""
    if not SHORTEST <= closes_at - now <= LONGEST:
        raise Refused(
            _("A round is open from one day to sixty days."),
            hint=_("Choose another last day. Two weeks are usual."),
            field="closes_at",
        )
    blocked = blocked_because(session, survey, now)
    if blocked is None:
        return ""
    if not (blocked.may_override and override):
        hint = _("If it has to be, give a reason; it is kept beside the round.") if blocked.may_override else ""
        raise Refused(blocked.sentence, hint=hint, field="override" if blocked.may_override else "")
    if len(override) > LONGEST_REASON:
        message = _("Please say the reason in %(most)s characters or fewer.", most=LONGEST_REASON)
        raise Refused(message, field="override")
    return override


def _seed(asked: Round) -> str:
    return f"{asked.template}:round:{asked.id}"


def _invitation(
    asked: Round, survey: Survey, person_id: int, unit_id: str | None, reason: fatigue.Reason | None
) -> Invitation:
    """Plan one mail, or note why it is not sent."""
    goes = _takes_part(reason)
    return Invitation(
        id=new_token(),
        template=survey.key,
        mode=survey.mode,
        channel=Channel.MAIL,
        state=inviting.PLANNED if goes else inviting.SUPPRESSED,
        reason="" if goes else str(reason),
        person_id=person_id,
        round_id=asked.id,
        about="round",
        about_id=str(asked.id),
        unit_id=None if survey.mode == Mode.ANONYMOUS else unit_id,
        form=list(asked.form),
        known={},
        seed=_seed(asked),
        created_at=asked.made_at,
        due_at=asked.opens_at if goes else None,
        expires_at=asked.closes_at,
    )


def _keep_invited(session: Session, asked: Round, people: Mapping[int, str | None]) -> None:
    units = session.execute(sa.select(Unit.id, Unit.parent_id))
    carried = units_kept(people, {unit.id: unit.parent_id for unit in units})
    for person_id, unit_id in carried.items():
        session.add(Invited(round_id=asked.id, person_id=person_id, unit_id=unit_id))
    for unit_id, count in Counter(unit for unit in carried.values() if unit is not None).items():
        session.add(RoundUnit(round_id=asked.id, unit_id=unit_id, invited=count))


def _count(session: Session, rows: sa.Select[Any]) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(rows.subquery())) or 0
