"""Every badge of ours can be earned, and by nothing less than it says."""

from dataclasses import replace
from datetime import timedelta

import pytest

from plugins.gamification.definitions import Badge, Range
from plugins.gamification.facts import VOID
from plugins.gamification.kinds import KINDS, ROLES
from tests.plugins.gamification.made import BADGES, WRITER, earned, keys
from tests.plugins.gamification.reachable import smallest, with_value

LOGS = {name: smallest(badge) for name, badge in BADGES.items()}
EACH = pytest.mark.parametrize("badge", BADGES.values(), ids=BADGES)
ASKED = [(badge, clause) for badge in BADGES.values() for clause in badge.clauses]


def of_clause(badge: Badge, place: int) -> list:
    """The events of the smallest log that are for one clause of the badge."""
    return [fact for fact in LOGS[badge.id] if fact.kind in badge.clauses[place].events]


@EACH
def test_a_smallest_log_earns_it_and_each_event_of_it_is_needed(badge):
    log = LOGS[badge.id]
    key = {"subject": "7", "year": "2026", "every": "1"}.get(badge.per, "once")
    assert keys(badge, log) == [key]
    assert [fact.id for fact in log if earned(badge, [each for each in log if each is not fact])] == []
    assert [fact.id for fact in log if earned(badge, [replace(f, retraction=VOID * (f is fact)) for f in log])] == []


def test_the_smallest_logs_are_as_long_as_the_rules_say():
    assert {name: len(log) for name, log in LOGS.items()} == {
        name: sum(max([clause.count, *clause.min_distinct.values()]) for clause in badge.clauses)
        for name, badge in BADGES.items()
    }


@EACH
def test_the_award_names_its_evidence_and_its_moment(badge):
    log = LOGS[badge.id]
    (award,) = earned(badge, log)
    last = max(log, key=lambda fact: (fact.occurred_at, fact.id))
    assert (award.granted_at, award.evidence[-1]) == (last.occurred_at, last.id)
    room = 50 // len(badge.clauses)
    assert len(award.evidence) == sum(min(len(of_clause(badge, at)), room) for at in range(len(badge.clauses)))


@EACH
def test_a_day_more_than_the_window_is_too_long(badge):
    for place, clause in enumerate(badge.clauses):
        facts = of_clause(badge, place)
        if clause.within_days is None or len(facts) == 1:
            continue
        first, last = facts[0], facts[-1]
        early = replace(first, occurred_at=last.occurred_at - timedelta(days=clause.within_days + 1))
        just = replace(first, occurred_at=last.occurred_at - timedelta(days=clause.within_days))
        rest = [fact for fact in LOGS[badge.id] if fact is not first]
        assert (keys(badge, [early, *rest]), len(keys(badge, [just, *rest]))) == ([], 1)


@EACH
def test_one_different_value_less_is_too_few(badge):
    for place, clause in enumerate(badge.clauses):
        facts = of_clause(badge, place)
        wanted = {clause.distinct: clause.count, **clause.min_distinct}
        for name, least in wanted.items():
            if not name or least == 1:
                continue
            same = [with_value(fact, name, facts[0]) if at >= least - 1 else fact for at, fact in enumerate(facts)]
            others = [fact for fact in LOGS[badge.id] if fact not in facts]
            assert (name, keys(badge, same + others)) == (name, [])


@EACH
def test_what_the_rule_asks_of_an_event_is_needed(badge):
    log = LOGS[badge.id]
    for clause in badge.clauses:
        for name, wanted in clause.where.items():
            other: object = wanted.min - 1 if isinstance(wanted, Range) else "something else"
            assert keys(badge, [replace(fact, attrs={**fact.attrs, name: other}) for fact in log]) == []


@EACH
def test_another_role_earns_it_only_where_all_do(badge):
    for role in ROLES:
        got = keys(badge, [replace(fact, credit_role=role) for fact in LOGS[badge.id]])
        assert (role, bool(got)) == (role, not badge.earn or role in badge.earn)


@EACH
def test_nobody_earns_it_by_their_own_doing_but_for_the_two_kinds_of_care(badge):
    own = [replace(fact, actor_id=WRITER) for fact in LOGS[badge.id]]
    assert bool(keys(badge, own)) is all(KINDS[fact.kind].own for fact in LOGS[badge.id])
