"""What somebody earned, kept as awards: worked out from the log when something of it changed, and only then.

It may run as often as it likes and beside itself: it ends at what the log says.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from plugins.gamification import choices, fairness, reading, shelf
from plugins.gamification.definitions import Badge
from plugins.gamification.evaluating import DIRECT, Earned, awards_of
from plugins.gamification.events import (
    GamificationBadgeEarned,
    GamificationBadgeRevoked,
    GamificationChoiceChanged,
    GamificationRecorded,
)
from plugins.gamification.facts import Fact
from plugins.gamification.models import Award, AwardNotice, Contribution
from portal.accounts.models import Person
from portal.core.clock import now as clock_now
from portal.core.events import emit

IMPORTED: Final = "import"
BY_RULE: Final = "rule"
"""Why an award went of which no evidence was taken back: the badge is defined in another way, or is gone."""

NEWS_FOR: Final = timedelta(days=2)
"""Whoever earned a badge longer ago than this is not told: somebody caught up, and a mail would come out of nowhere."""

Slot = tuple[str, str]
"""A badge and a key: with the person, what there is one award of."""


@dataclass
class Changes:
    """What :func:`refresh` did: awards that are new, that came back or have another date or evidence, that went."""

    earned: list[Slot] = field(default_factory=list)
    changed: list[Slot] = field(default_factory=list)
    revoked: list[Slot] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Anything changed."""
        return bool(self.earned or self.changed or self.revoked)


@dataclass(frozen=True)
class Held:
    """One award as the log and the rules give it."""

    badge_id: str
    person_id: int
    key: str
    granted_at: datetime
    evidence: tuple[int, ...]
    version: int

    @property
    def slot(self) -> Slot:
        """What there is one award of."""
        return self.badge_id, self.key

    def plain(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "badge": self.badge_id,
            "person": self.person_id,
            "key": self.key,
            "granted_at": self.granted_at.astimezone(UTC).isoformat(),
            "evidence": list(self.evidence),
            "version": self.version,
        }


def canonical(awards: Iterable[Held]) -> str:
    """The awards in one spelling: those that are the same give the same text, byte for byte."""
    ordered = sorted(awards, key=lambda each: (each.person_id, each.badge_id, each.key))
    return "".join(json.dumps(each.plain(), sort_keys=True, ensure_ascii=False) + "\n" for each in ordered)


def standing(session: Session, person_ids: Collection[int] | None = None) -> list[Held]:
    """The awards that are kept and not revoked, of some people or of all."""
    query = sa.select(Award).where(Award.revoked_at.is_(None))
    if person_ids is not None:
        query = query.where(Award.person_id.in_(sorted(person_ids)))
    return [
        Held(row.badge_id, row.person_id, row.key, row.granted_at, tuple(row.evidence), row.definition_version)
        for row in session.scalars(query)
    ]


def worked_out(badges: Iterable[Badge], held: shelf.Held, facts: Sequence[Fact], zone: Any) -> list[Held]:
    """The awards that *facts*, all of which credit one person, give."""
    found = []
    by_kind: defaultdict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        by_kind[fact.kind].append(fact)
    for badge in badges:
        heard = [fact for kind in _heard(badge) for fact in by_kind.get(kind, ())]
        if heard:
            found += [_held(each, held[badge.id][1]) for each in awards_of(badge, heard, zone)]
    return found


def _heard(badge: Badge) -> frozenset[str]:
    return DIRECT.union(*(clause.events for clause in badge.clauses))


def _held(earned: Earned, version: int) -> Held:
    return Held(earned.badge_id, earned.person_id, earned.key, earned.granted_at, earned.evidence, version)


def takes_part() -> sa.ColumnElement[bool]:
    """Whether awards are kept for a person: not for whoever left recognition, nor for whoever was erased."""
    return sa.and_(choices.takes_part(Person.id), Person.name != "")


# Built once: building them takes as long as asking them, and they are asked at each event.
_SOMEONE: Final = (
    sa.select(Person.id).where(Person.id == sa.bindparam("person"), takes_part()).with_for_update(of=Person)
)
_KEPT: Final = sa.select(Award).where(
    Award.person_id == sa.bindparam("person"), Award.badge_id.in_(sa.bindparam("badges", expanding=True))
)


def refresh(
    session: Session, person_id: int, kinds: Iterable[str] | None = None, *, now: datetime, silent: bool = False
) -> Changes:
    """Bring what somebody earned to what the log says, for the badges that listen to *kinds* (or for all).

    Whoever left recognition holds nothing. *silent*: nobody is told of what is new, now or later.
    """
    same = reading.now_one(session)
    person_id = same.get(person_id, person_id)
    session.flush()
    if session.connection().execute(_SOMEONE, {"person": person_id}).scalar() is None:
        session.execute(sa.delete(Award).where(Award.person_id == person_id))
        return Changes()
    now_held = shelf.on(session)
    badges = now_held.hearing(kinds) if kinds is not None else [badge for badge, _version in now_held.held.values()]
    if not badges:
        return Changes()
    heard = frozenset().union(*map(_heard, badges)) if kinds is not None else None
    facts = reading.facts_of(session, person_id, heard, same)
    wanted = worked_out(badges, now_held.held, facts, shelf.zone_of(session))
    which = {"person": person_id, "badges": [badge.id for badge in badges]}
    rows = {(row.badge_id, row.key): row for row in session.scalars(_KEPT, which)}
    return _bring(session, rows, wanted, now=now, silent=silent)


def _bring(
    session: Session, rows: Mapping[Slot, Award], wanted: Sequence[Held], *, now: datetime, silent: bool
) -> Changes:
    done = Changes()
    new = []
    for each in wanted:
        row = rows.get(each.slot)
        if row is None:
            new.append(each)
        elif row.revoked_at is not None or not _is_same(row, each):
            row.granted_at, row.evidence, row.definition_version = each.granted_at, list(each.evidence), each.version
            row.revoked_at, row.revoke_reason = None, ""
            done.changed.append(each.slot)
    slots = {each.slot for each in wanted}
    for slot, row in rows.items():
        if slot not in slots and row.revoked_at is None:
            row.revoked_at, row.revoke_reason = now, _why(session, row)
            done.revoked.append(slot)
            if not silent:
                revoked = GamificationBadgeRevoked(badge_id=row.badge_id, person_id=row.person_id, key=row.key)
                emit(session, revoked)
    session.flush()
    if silent:
        add_new(session, Award, [_values(each) for each in new])
        _say_nothing(session, new, now)
        done.earned = [each.slot for each in new]
    for each in () if silent else new:
        if add_new(session, Award, [_values(each)]):
            done.earned.append(each.slot)
            _tell(session, each, now)
    return done


def _is_same(row: Award, each: Held) -> bool:
    return (row.granted_at, tuple(row.evidence), row.definition_version) == (
        each.granted_at,
        each.evidence,
        each.version,
    )


def add_new(session: Session, model: type[Any], rows: Sequence[Mapping[str, Any]]) -> bool:
    """Add rows unless one of their key stands there already; say, for a single one, whether it is new."""
    if not rows:
        return False
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(model.__table__).on_conflict_do_nothing()
    return bool(session.connection().execute(statement, rows if len(rows) > 1 else rows[0]).rowcount)


def _values(each: Held) -> dict[str, Any]:
    return {
        "badge_id": each.badge_id,
        "person_id": each.person_id,
        "key": each.key,
        "granted_at": each.granted_at,
        "evidence": list(each.evidence),
        "definition_version": each.version,
        "revoke_reason": "",
    }


def _tell(session: Session, each: Held, now: datetime) -> None:
    if _is_old(session, each, now):
        _say_nothing(session, [each], now)
    else:
        emit(session, GamificationBadgeEarned(badge_id=each.badge_id, person_id=each.person_id, key=each.key))


def _is_old(session: Session, each: Held, now: datetime) -> bool:
    """Whether it is no news.

    It was earned days ago and only found now, it rests on what was imported, or on what was known before the badge
    was defined so.
    """
    if each.granted_at < now - NEWS_FOR:
        return True
    defined = shelf.newest(session).get(each.badge_id)
    query = sa.select(Contribution.recorded_at, Contribution.source, Contribution.id)
    rows = session.execute(query.where(Contribution.id.in_(each.evidence))).all()
    last = {row.id: row.source for row in rows}.get(each.evidence[-1], "")
    known = max((row.recorded_at for row in rows), default=each.granted_at)
    return last == IMPORTED or (defined is not None and defined.version > 1 and known < defined.active_from)


def _say_nothing(session: Session, awards: Sequence[Held], now: datetime) -> None:
    rows = [
        {"badge_id": each.badge_id, "person_id": each.person_id, "key": each.key, "sent_at": now} for each in awards
    ]  # fmt: skip
    add_new(session, AwardNotice, rows)


def _why(session: Session, row: Award) -> str:
    """The words with which the evidence of an award was taken back last; ``rule`` where none was."""
    keys = sa.select(Contribution.dedupe_key).where(Contribution.id.in_(list(row.evidence)))
    query = sa.select(Contribution.reason, Contribution.retract_mode).where(Contribution.retracts.in_(keys))
    found = session.execute(query.order_by(Contribution.id.desc()).limit(1)).one_or_none()
    return (found.reason or found.retract_mode) if found else BY_RULE


def evaluate(session: Session, events: Sequence[GamificationRecorded]) -> None:
    """Work out anew what each person earned of whom something was recorded: once each, however much it was.

    Bursts are said not to count before that, so that no badge comes to go a moment later.
    """
    people: defaultdict[int, set[str]] = defaultdict(set)
    for event in events:
        people[event.person_id].add(event.kind)
    for person_id in sorted(people):
        kinds, now = people[person_id], clock_now()
        if kinds & fairness.CHEAP:
            fairness.void_bursts(session, person_id, now=now)
        refresh(session, person_id, kinds, now=now)


def follow_choice(session: Session, event: GamificationChoiceChanged) -> None:
    """Whoever leaves recognition holds nothing any more; whoever returns holds everything again, silently."""
    refresh(session, event.person_id, now=clock_now(), silent=True)
