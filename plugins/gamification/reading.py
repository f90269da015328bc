"""The log as the rules see it: accounts that became one are one, and what was taken back says so."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.gamification.facts import VOID, Fact, as_one
from plugins.gamification.kinds import KINDS, RETRACTED
from plugins.gamification.models import Contribution, SamePerson

_COLUMNS = (
    Contribution.id,
    Contribution.kind,
    Contribution.occurred_at,
    Contribution.actor_id,
    Contribution.credit_id,
    Contribution.subject_type,
    Contribution.subject_id,
    Contribution.actor_unit_id,
    Contribution.credit_role,
    sa.type_coerce(Contribution.attrs, sa.Text).label("attrs"),
    Contribution.dedupe_key,
)

_CREDITS_THEM = Contribution.credit_id.in_(sa.bindparam("accounts", expanding=True))
# Built once: building them takes as long as asking them, and they are asked at each event.
_FACTS = (
    sa.select(*_COLUMNS)
    .where(_CREDITS_THEM, Contribution.kind.in_(sa.bindparam("kinds", expanding=True)))
    .order_by(Contribution.id)
)
_SAME = sa.select(SamePerson.person_id, SamePerson.is_now)
_TAKEN = sa.select(Contribution.retracts, Contribution.retract_mode).where(
    _CREDITS_THEM, Contribution.kind == RETRACTED
)  # fmt: skip


@lru_cache(maxsize=10_000)
def _attrs(text: str) -> Mapping[str, Any]:
    """Few different ones stand in very many rows; nobody changes what is handed out."""
    found: Mapping[str, Any] = json.loads(text)
    return found


def now_one(session: Session) -> dict[int, int]:
    """Leads from each account that became another one to the one that it is now. One query."""
    session.flush()
    rows = session.connection().execute(_SAME).all()
    step = {row.person_id: row.is_now for row in rows}
    found = {}
    for account in step:
        end, seen = account, {account}
        while end in step and step[end] not in seen:
            end = step[end]
            seen.add(end)
        found[account] = end
    return found


def facts_of(
    session: Session, person_id: int, kinds: Iterable[str] | None = None, same: Mapping[int, int] | None = None
) -> list[Fact]:
    """What credits somebody, of some *kinds* or of all, in the order in which it was written. Three queries.

    *same* is what :func:`now_one` says, where that is known already.
    """
    return facts_of_all(session, [person_id], kinds, same)[person_id]


def facts_of_all(
    session: Session,
    person_ids: Collection[int],
    kinds: Iterable[str] | None = None,
    same: Mapping[int, int] | None = None,
) -> dict[int, list[Fact]]:
    """What credits each of some people (at most some hundred at once), as :func:`facts_of` does. Three queries."""
    same = now_one(session) if same is None else same
    session.flush()
    wanted = set(person_ids)
    accounts = sorted(wanted | {old for old, now in same.items() if now in wanted})
    taken = _taken_back(session, accounts)
    which = {"accounts": accounts, "kinds": sorted(set(KINDS if kinds is None else kinds) - {RETRACTED})}
    people: defaultdict[int, list[Fact]] = defaultdict(list)
    for row in session.connection().execute(_FACTS, which):
        people[same.get(row[4], row[4])].append(
            Fact(
                id=row[0],
                kind=row[1],
                occurred_at=row[2],
                actor_id=row[3],
                credit_id=row[4],
                subject_type=row[5],
                subject_id=row[6],
                unit_id=row[7],
                credit_role=row[8],
                attrs=_attrs(row[9]),
                dedupe_key=row[10],
                retraction=taken.get(row[10], ""),
            )
        )
    return {each: as_one(people[each], same) if same else people[each] for each in person_ids}


def _taken_back(session: Session, accounts: Sequence[int]) -> dict[str, str]:
    """How each contribution was taken back, by its dedupe key; void beats withdraw."""
    found: dict[str, str] = {}
    for key, mode in session.connection().execute(_TAKEN, {"accounts": accounts}):
        if key is not None and found.get(key) != VOID:
            found[key] = mode
    return found


def everybody(session: Session, same: Mapping[int, int]) -> list[int]:
    """Everyone whom anything credits, as the account that it is now; sorted."""
    return sorted({same.get(each, each) for each in session.scalars(sa.select(Contribution.credit_id).distinct())})
