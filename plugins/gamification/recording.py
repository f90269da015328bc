"""Writing the log of contributions: what counted is added once, what is taken back is added as that, nothing changes.

Who acts and who is credited are frozen as they stood when it happened, so that
the same events told again, a year later or after the plugin had been off, give
the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.gamification.events import GamificationRecorded, GamificationVoided
from plugins.gamification.facts import AGAIN, VOID, WITHDRAW
from plugins.gamification.kinds import KINDS, RETRACTED
from plugins.gamification.models import Contribution
from portal.accounts import past
from portal.accounts.past import NOBODY
from portal.core.errors import Refused
from portal.core.events import emit
from portal.core.i18n import gettext as _

NOTHING: Mapping[str, Any] = MappingProxyType({})


def record(
    session: Session,
    kind: str,
    *,
    key: str,
    occurred_at: datetime,
    actor_id: int | None,
    credited: Iterable[int],
    subject: tuple[str, str],
    source: str,
    now: datetime,
    attrs: Mapping[str, Any] = NOTHING,
    reason: str = "",
) -> list[str]:
    """Write down that something helped, once for each person *credited*; return the dedupe keys of the new rows.

    *key* says what happened, without its kind and whom it credits; *subject*
    is its type and id; *reason* are words of whoever gave a badge by hand. What
    stands there already is left alone. Nobody is
    credited for what they did themselves, but for the kinds where that is the
    point, and nobody who is not known.
    """
    about = KINDS[kind]
    actor = None if about.by_system else actor_id
    wanted = {each: f"{kind}:{key}:{each}" for each in sorted(set(credited)) if about.own or each != actor}
    stood = past.stood(session, [*wanted, *([actor] if actor is not None else [])], occurred_at)
    known = set(session.scalars(sa.select(Contribution.dedupe_key).where(Contribution.dedupe_key.in_(wanted.values()))))
    new = []
    for credit, dedupe in wanted.items():
        if credit not in stood or dedupe in known:
            continue
        session.add(
            Contribution(
                kind=kind,
                occurred_at=occurred_at,
                recorded_at=now,
                actor_id=actor,
                credit_id=credit,
                subject_type=subject[0],
                subject_id=subject[1],
                actor_unit_id=stood.get(actor, NOBODY).unit_id if actor is not None else None,
                credit_role=stood[credit].work,
                credit_team_id=stood[credit].party_id,
                attrs={**_of_actor(actor, stood, occurred_at, about.fields), **attrs},
                dedupe_key=dedupe,
                reason=reason,
                source=source,
            )
        )
        session.flush()
        emit(session, GamificationRecorded(actor_id=actor, kind=kind, person_id=credit))
        new.append(dedupe)
    return new


def _of_actor(
    actor: int | None, stood: Mapping[int, past.Then], at: datetime, fields: frozenset[str]
) -> dict[str, Any]:
    if actor is None or actor not in stood:
        return {}
    then = stood[actor]
    found: dict[str, Any] = {"actor_role": then.work}
    if "actor_age_days" in fields:
        found["actor_age_days"] = max((at - then.since).days, 0) if then.since else 0
    return found


def take_back(
    session: Session,
    key: str,
    *,
    credit_id: int,
    mode: str,
    occurred_at: datetime,
    source: str,
    now: datetime,
    by: int | None = None,
    reason: str = "",
) -> str | None:
    """Write down that the contribution with the dedupe *key* is taken back; it may arrive later than this.

    *mode* is ``void`` (it should never have counted) or ``withdraw`` (an honest later change). Returns the dedupe key
    of the retraction, or ``None`` where it stands there already.

    Raises:
        Refused: *key* is that of a retraction, which is never taken back: the fact is written anew.
    """
    if key.startswith(f"{RETRACTED}:"):
        raise Refused(_("What was taken back is not taken back again."), hint=_("Write the contribution anew."))
    dedupe = f"{RETRACTED}:{mode}:{key}"
    if session.scalar(sa.select(Contribution.id).where(Contribution.dedupe_key == dedupe)) is not None:
        return None
    target = session.scalar(sa.select(Contribution).where(Contribution.dedupe_key == key))
    session.add(
        Contribution(
            kind=RETRACTED,
            occurred_at=occurred_at,
            recorded_at=now,
            actor_id=by,
            credit_id=credit_id,
            subject_type=target.subject_type if target else "event",
            subject_id=target.subject_id if target else "",
            actor_unit_id=None,
            credit_role=target.credit_role if target else "end_user",
            credit_team_id=None,
            attrs={},
            dedupe_key=dedupe,
            retracts=key,
            retract_mode=mode,
            reason=reason,
            source=source,
        )
    )
    session.flush()
    emit(session, GamificationRecorded(actor_id=by, kind=target.kind if target else RETRACTED, person_id=credit_id))
    if mode == VOID:
        emit(session, GamificationVoided(actor_id=by, person_id=credit_id, key=dedupe))
    return dedupe


def withdraw(
    session: Session, keys: Mapping[str, int], *, occurred_at: datetime, source: str, now: datetime
) -> list[str]:
    """Take back honest facts that hold no longer: *keys* leads from dedupe keys to the people whom they credit."""
    found = (
        take_back(
            session, key, credit_id=credit, mode=WITHDRAW, occurred_at=occurred_at, source=source, now=now
        )
        for key, credit in keys.items()
    )  # fmt: skip
    return [each for each in found if each is not None]


def write_again(session: Session, row: Contribution, *, now: datetime) -> str:
    """Write the fact of *row* anew after it was taken back by mistake; it counts from when it happened.

    Each time under a key of its own: the key of before, and how often it was written.
    """
    first = row.dedupe_key.partition(AGAIN)[0]
    times = session.scalar(
        sa.select(sa.func.count(Contribution.id)).where(
            Contribution.dedupe_key.startswith(f"{first}{AGAIN}", autoescape=True)
        )
    )
    key = f"{first}{AGAIN}{(times or 0) + 1}"
    copied = ("kind", "occurred_at", "actor_id", "credit_id", "subject_type", "subject_id", "actor_unit_id")
    frozen = ("credit_role", "credit_team_id", "attrs", "reason", "source")
    values = {name: getattr(row, name) for name in (*copied, *frozen)}
    session.add(Contribution(**values, recorded_at=now, dedupe_key=key))
    session.flush()
    emit(session, GamificationRecorded(actor_id=row.actor_id, kind=row.kind, person_id=row.credit_id))
    return key
