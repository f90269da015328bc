"""What happens in other rooms and asks for questions, told as events: a request was closed, a visit is over.

Whether somebody is asked follows from the event, from the rules of fatigue and
from lots; whoever did the work neither sees nor brings about an invitation,
and is not asked about it themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.feedback import asked_notices, inviting, moments, sampling
from plugins.feedback.fatigue import Occasion
from plugins.feedback.inviting import Context
from plugins.feedback.models import Closures, Invitation, Outage, Season
from plugins.feedback.ordering import HANDLED_BY, SOLVED_ALONE, URGENCY
from plugins.feedback.sampling import Closure
from plugins.feedback.surveys import Survey, survey_now
from plugins.feedback.tokens import new_secret
from plugins.feedback.wordings import bank_now
from portal.accounts.models import Person
from portal.core.events import Fact, On
from portal.organisation.models import Unit

LIVE_DAYS: Final = (3, 5, 20)
"""Days after a change went live; each person is asked on one of them."""
BY_ROLE: Final[Mapping[str, str]] = {"visitor": "VV", "host": "VH", "stint": "VD"}
MOST_ASKED: Final = 5_000


def subscriptions(declared: Container[str]) -> list[On]:
    """What stands at the bus: a listener for each moment that some room or plugin tells of, and none for the others."""
    handlers: Mapping[str, Callable[[Session, Fact], None]] = {
        "request.closed": request_closed,
        "referral.ended": referral_ended,
        "change.live_day": change_live,
        "pack.acknowledged": pack_acknowledged,
        "visit.done": visit_done,
    }
    outages: Mapping[str, Callable[[Session, Fact], None]] = {
        moments.OUTAGE_BEGAN: outage_began,
        moments.OUTAGE_ENDED: outage_ended,
    }
    found = [On(name, each, reads=moments.MOMENTS[name].values) for name, each in handlers.items() if name in declared]
    return found + [On(name, each, reads=moments.OUTAGE_VALUES) for name, each in outages.items() if name in declared]


def request_closed(session: Session, fact: Fact) -> None:
    """Ask whoever had the trouble: always where it hurt, otherwise by lot."""
    told = fact.payload
    survey = _in_use(session, "R")
    expected = _expected(session, told["unit_id"], fact.at)
    _count(session, told["unit_id"], fact.at)
    if survey is None or told["person_id"] in {None, fact.actor_id}:
        return
    closure = Closure(
        request_id=told["request_id"],
        priority=told["priority"],
        lost_minutes=told["lost_minutes"],
        reopened=told["reopened"],
        first_contact_ever=told["first_contact_ever"],
        referral=told["referral"],
        complaint=told["complaint"],
    )
    secret = season_secret(session, fact.at)
    drawn = sampling.sampled(closure, template=survey.key, secret=secret, expected=expected)
    if drawn.because is None:
        return
    known = {SOLVED_ALONE: "yes" if told["solved_alone"] else "no", **_helper(fact)}
    if told["urgency"]:
        known[URGENCY] = str(told["urgency"])
    inviting.invite(
        session,
        survey,
        person_id=told["person_id"],
        about="request",
        about_id=str(told["request_id"]),
        context=Context(service_id=told["service_id"], unit_id=told["unit_id"], share=drawn.share, known=known),
        occasion=Occasion(
            solved_by_self_service=bool(told["solved_alone"]), opened_by_other=bool(told["opened_by_other"])
        ),
        now=fact.at,
    )


def referral_ended(session: Session, fact: Fact) -> None:
    """Ask whoever was referred; not the colleague who helped."""
    _ask_one(session, fact, "U", about="referral", about_id=str(fact.payload["referral_id"]))


def pack_acknowledged(session: Session, fact: Fact) -> None:
    """Ask whoever read a handover whether they could support it; it is their own doing, so they are asked."""
    _ask_one(session, fact, "H", about="pack", about_id=str(fact.payload["pack_id"]), is_judged=False)


def visit_done(session: Session, fact: Fact) -> None:
    """Ask whoever visited, was visited, or sat at the desk."""
    key = BY_ROLE.get(fact.payload["role"])
    if key is not None:
        _ask_one(session, fact, key, about="visit", about_id=str(fact.payload["visit_id"]), is_judged=False)


def change_live(session: Session, fact: Fact) -> None:
    """Ask the people of the units that a change reached; lots divide them among the days, each is asked once."""
    told = fact.payload
    survey = _in_use(session, "C")
    if survey is None or told["day"] not in LIVE_DAYS:
        return
    units = _with_those_below(session, told["unit_ids"])
    here = sa.select(Person.id, Person.unit_id).where(Person.left_at.is_(None), Person.unit_id.in_(units))
    people = {
        person_id: Context(service_id=told["service_id"], unit_id=unit_id)
        for person_id, unit_id in session.execute(here.order_by(Person.id).limit(MOST_ASKED))
        if person_id != fact.actor_id and live_day_of(str(told["change_id"]), person_id) == told["day"]
    }
    about_id = str(told["change_id"])
    inviting.invite_all(session, survey, people, about="change", about_id=about_id, occasion=Occasion(), now=fact.at)


def live_day_of(change_id: str, person_id: int) -> int:
    """The day on which somebody is asked about a change: always the same."""
    drawn = sha256(f"{change_id}\n{person_id}".encode()).digest()
    return LIVE_DAYS[int.from_bytes(drawn[:4], "big") % len(LIVE_DAYS)]


def outage_began(session: Session, fact: Fact) -> None:
    """Keep questions away from the people of these units."""
    known = set(session.scalars(sa.select(Outage.unit_id).filter_by(outage_id=str(fact.payload["outage_id"]))))
    units = sa.select(Unit.id).where(Unit.id.in_(_with_those_below(session, fact.payload["unit_ids"])))
    for unit_id in session.scalars(units):
        if unit_id not in known:
            session.add(Outage(outage_id=str(fact.payload["outage_id"]), unit_id=unit_id, began_at=fact.at))


def outage_ended(session: Session, fact: Fact) -> None:
    """A day later they may be asked again."""
    mine = Outage.outage_id == str(fact.payload["outage_id"])
    session.execute(sa.update(Outage).where(mine, Outage.ended_at.is_(None)).values(ended_at=fact.at))


def season_of(at: datetime) -> str:
    """The half-year of a moment, such as ``2026-1``."""
    return f"{at.year}-{1 if at.month <= 6 else 2}"


def season_secret(session: Session, at: datetime) -> bytes:
    """The secret from which lots are drawn in a half-year; made when the first one is drawn."""
    found = session.get(Season, season_of(at))
    if found is None:
        found = Season(name=season_of(at), secret=new_secret())
        session.add(found)
        session.flush()
    return found.secret


def _ask_one(
    session: Session, fact: Fact, key: str, *, about: str, about_id: str, is_judged: bool = True
) -> Invitation | None:
    told: Mapping[str, Any] = fact.payload
    survey = _in_use(session, key)
    person_id = told["person_id"]
    if survey is None or person_id is None or (is_judged and person_id == fact.actor_id):
        return None
    known = _helper(fact) if is_judged else {}
    context = Context(service_id=told.get("service_id"), unit_id=told.get("unit_id"), known=known)
    made = inviting.invite(
        session,
        survey,
        person_id=person_id,
        about=about,
        about_id=about_id,
        context=context,
        occasion=Occasion(),
        now=fact.at,
    )
    if made.state == inviting.SENT and not survey.pushed:
        asked_notices.tell(session, made, now=fact.at)
    return made


def _helper(fact: Fact) -> dict[str, str | int]:
    """Whoever ended it is taken to have helped, so that somebody else calls back."""
    return {} if fact.actor_id is None else {HANDLED_BY: fact.actor_id}


def _in_use(session: Session, key: str) -> Survey | None:
    survey = survey_now(session, bank_now(session), key)
    return survey if survey.in_use() and survey.question_ids else None


def _monday(at: datetime) -> date:
    return at.date() - timedelta(days=at.weekday())


def _count(session: Session, unit_id: str | None, at: datetime) -> None:
    row = session.get(Closures, (unit_id or "", _monday(at)))
    if row is None:
        session.add(Closures(unit_id=unit_id or "", monday=_monday(at), closed=1))
    else:
        row.closed += 1


def _expected(session: Session, unit_id: str | None, at: datetime) -> float:
    """How many requests of the unit are closed in a week, by the weeks before this one."""
    first = _monday(at) - timedelta(weeks=sampling.WEEKS_LOOKED_AT)
    query = sa.select(Closures.monday, Closures.closed).where(Closures.unit_id == (unit_id or ""))
    counts = {row.monday: row.closed for row in session.execute(query.where(Closures.monday >= first))}
    counts.pop(_monday(at), None)
    if not counts:
        return 0.0
    weeks = (_monday(at) - min(counts)).days // 7
    return sampling.expected_closures([counts.get(min(counts) + timedelta(weeks=week), 0) for week in range(weeks)])


def _with_those_below(session: Session, unit_ids: list[str]) -> set[str]:
    rows = session.execute(sa.select(Unit.id, Unit.parent_id)).all()
    found = set(unit_ids)
    while more := {row.id for row in rows if row.parent_id in found} - found:
        found |= more
    return found
