"""A search for the smallest log that earns a badge: begin with more than enough, take away what is not needed."""

from dataclasses import replace
from datetime import timedelta

from plugins.gamification.definitions import Badge, Clause, Range
from plugins.gamification.facts import Fact
from plugins.gamification.kinds import KINDS
from tests.plugins.gamification.made import START, WRITER, earned

SPARE = 3
LONG = 400.0
"""Days between two events where a rule sets no limit: enough for another year each time."""


def smallest(badge: Badge) -> list[Fact]:
    """Events that earn *badge*, of which none could be left out."""
    log = plenty(badge)
    assert earned(badge, log), f"{badge.id} cannot be earned"
    for fact in list(log):
        without = [each for each in log if each is not fact]
        if earned(badge, without):
            log = without
    return log


def plenty(badge: Badge) -> list[Fact]:
    """More events than each clause wants, as different from each other as its groups allow."""
    log: list[Fact] = []
    for clause in badge.clauses:
        many = max(clause.count, *clause.min_distinct.values(), 1) + SPARE
        span = LONG * many if clause.within_days is None else clause.within_days
        step = timedelta(days=span / many if badge.per not in {"year", "quarter"} else 1 / many)
        log += [_fact(badge, clause, len(log) + place, START + place * step, place) for place in range(1, many + 1)]
    return log


def _fact(badge: Badge, clause: Clause, number: int, at: object, place: int) -> Fact:
    kind = KINDS[clause.events[place % len(clause.events)]]
    attrs: dict[str, object] = {name: f"{name} {place}" for name in kind.attrs}
    if kind.cheap:
        attrs["actor_age_days"] = 400
    for name, wanted in clause.where.items():
        attrs[name] = (wanted.min or wanted.max) if isinstance(wanted, Range) else wanted[0]
    someone = WRITER if kind.own else 1000 + number
    return Fact(
        id=number,
        kind=kind.name,
        occurred_at=at,  # type: ignore[arg-type]
        actor_id=None if kind.by_system else someone,
        credit_id=WRITER,
        subject_type=kind.subject_type,
        subject_id="7" if badge.per == "subject" else str(number),
        unit_id=None if kind.by_system else f"unit {place}",
        credit_role=badge.earn[0] if badge.earn else "end_user",
        attrs=attrs,
    )


def with_value(fact: Fact, name: str, like: Fact) -> Fact:
    """*fact* with the value of *like* in the field *name*; weeks and years are those of the moment."""
    if name == "actor":
        return replace(fact, actor_id=like.actor_id)
    if name == "unit":
        return replace(fact, unit_id=like.unit_id)
    if name == "subject":
        return replace(fact, subject_id=like.subject_id)
    if name in {"week", "year"}:
        return replace(fact, occurred_at=like.occurred_at)
    return replace(fact, attrs={**fact.attrs, name: like.attrs[name]})
