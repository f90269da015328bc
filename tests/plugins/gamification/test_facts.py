"""Days, weeks, months, quarters and years of the organisation; what an event says; accounts that became one."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from plugins.gamification.facts import VOID, calendar, value_of
from plugins.gamification.facts import as_one as one
from plugins.gamification.kinds import BY_HAND, COUNTED, GRANDFATHERED, KINDS, RETRACTED
from tests.plugins.gamification.made import START, ZONE, fact, reuses


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-12-31T22:59", ("2026-W53", "2026-12", "2026-Q4", "2026")),
        ("2026-12-31T23:01", ("2026-W53", "2027-01", "2027-Q1", "2027")),
        ("2026-03-31T21:59", ("2026-W14", "2026-03", "2026-Q1", "2026")),
        ("2026-03-31T22:01", ("2026-W14", "2026-04", "2026-Q2", "2026")),
        ("2026-09-30T22:00", ("2026-W40", "2026-10", "2026-Q4", "2026")),
        ("2024-12-29T23:00", ("2025-W01", "2024-12", "2024-Q4", "2024")),
    ],
)
def test_the_calendar_is_that_of_the_organisation(moment, said):
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    dates = calendar(ZONE)
    assert (dates.week(at), dates.month(at), dates.quarter(at), dates.year(at)) == said


def test_days_are_numbered_one_after_the_other():
    late, early = datetime(2026, 10, 25, 22, 59, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC)
    assert calendar(ZONE).day(early) - calendar(ZONE).day(late) == 1
    assert calendar(UTC).day(early) == calendar(UTC).day(late)
    assert calendar(ZoneInfo("Pacific/Auckland")).day(late) == calendar(ZONE).day(early)


def test_an_event_says_what_its_columns_and_attrs_hold():
    used = fact(3, "referral.solved", START, attrs={"superuser": 7, "service": "mail", "actor_role": "end_user"})
    assert {name: value_of(used, name, calendar(ZONE)) for name in sorted(KINDS["referral.solved"].fields)} == {
        "actor": 103,
        "actor_role": "end_user",
        "month": "2026-01",
        "quarter": "2026-Q1",
        "service": "mail",
        "subject": ("request", "KB7"),
        "superuser": 7,
        "unit": "sales",
        "week": "2026-W02",
        "year": "2026",
    }
    assert value_of(used, "size", calendar(ZONE)) is None


def test_accounts_that_became_one_are_credited_once_for_a_deed():
    (used,) = reuses(0)
    twice = replace(used, id=2, credit_id=9)
    by_the_other = replace(used, id=3, actor_id=9)
    other = replace(used, id=4, credit_id=9, subject_id="KB8")
    assert one([other, by_the_other, twice, used], {9: 1}) == [
        used,
        replace(by_the_other, actor_id=1),
        replace(other, credit_id=1),
    ]


def test_two_deeds_of_one_moment_stay_two():
    answers = [fact(number, "handover.question_useful", 0, actor_id=7) for number in (1, 2)]
    assert one(answers, {9: 1}) == answers


def test_what_was_taken_back_from_both_accounts_stays_so():
    (used,) = reuses(0)
    assert one([replace(used, retraction=VOID), replace(used, id=2, credit_id=9)], {9: 1}) == [
        replace(used, retraction=VOID)
    ]


def test_each_kind_says_whence_it_comes_or_what_it_waits_for():
    assert [kind.name for kind in KINDS.values() if kind.source and kind.waits_for] == []
    written_here = [kind.name for kind in KINDS.values() if not kind.source and not kind.waits_for]
    assert written_here == ["thanks.received", RETRACTED, BY_HAND, GRANDFATHERED]
    assert [kind.name for kind in KINDS.values() if not kind.waits_for] == [
        *("article.solved", "article.helpful", "article.rated_clear", "article.improved", "article.reviewed"),
        *("article.merged", "gap.closed", "handover.question_useful", "handover.question_answered"),
        *("handover.accepted_in_time", "handover.all_acknowledged", "handover.clean_landing"),
        *("improvement.delivered", "thanks.received"),
        *("proficiency.granted", RETRACTED, BY_HAND, GRANDFATHERED),
    ]
    assert len(KINDS) == 36
    assert set(KINDS) - COUNTED == {RETRACTED, BY_HAND, GRANDFATHERED}


def test_an_event_keeps_what_does_not_follow_from_its_columns():
    assert {name: sorted(KINDS[name].attrs) for name in ("article.reused", "gap.closed", "thanks.received")} == {
        "article.reused": ["actor_role"],
        "gap.closed": ["service"],
        "thanks.received": ["actor_age_days", "actor_role"],
    }
    assert [kind.name for kind in KINDS.values() if kind.own] == ["article.kept_fresh", "article.merged"]
    assert [kind.name for kind in KINDS.values() if kind.cheap] == ["article.helpful", "thanks.received"]
