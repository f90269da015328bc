"""Awards and progress where the worked examples say nothing."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from plugins.gamification.definitions import LONGEST_WINDOW, Badge, Clause, Range
from plugins.gamification.evaluating import Earned, Progress, listening, progress_of
from plugins.gamification.facts import VOID, WITHDRAW, Fact
from portal.core.i18n import speaking
from tests.plugins.gamification.made import BADGES, START, WRITER, ZONE, day, earned, fact, keys, reuses


def badge(*clauses: Clause, **more: object) -> Badge:
    """A badge with these conditions."""
    return Badge(id="own", name="Own", tier="gold", track="team", text="Own.", clauses=clauses, **more)


def solved(*at: tuple[int, float], **more: object) -> list[Fact]:
    """For each pair of person and day: they were helped by a superuser."""
    return [
        fact(number, "request.superuser_solved", moment, actor_id=actor, subject_id=str(number), **more)
        for number, (actor, moment) in enumerate(at, start=1)
    ]


def given(kind: str, **more: object) -> Fact:
    """An event that gives an award directly."""
    attrs = {"badge": "thanked", "key": "once", "granted_at": "2025-11-03T08:00:00+00:00"} | more
    return fact(1, kind, 0, actor_id=50 if kind == "award.granted_by_hand" else None, attrs=attrs)


CAPPED = badge(Clause(("request.superuser_solved",), count=4, pair_cap=2))
# Day 0 is the fifth of January: day 27 is the first of February.
OFTEN = solved((7, 0), (7, 1), (7, 2), (8, 3), (7, 27))


def test_only_so_many_events_of_a_pair_count_in_a_month():
    assert earned(CAPPED, OFTEN) == [Earned("own", WRITER, "once", day(27), (1, 2, 4, 5))]
    assert earned(CAPPED, OFTEN[:4]) == []


@pytest.mark.parametrize("retraction", [VOID, WITHDRAW])
def test_what_was_taken_back_keeps_its_place_among_the_events_of_a_pair(retraction):
    loose = replace(CAPPED, sticky=False)
    assert earned(loose, [replace(OFTEN[0], retraction=retraction), *OFTEN[1:]]) == []


def test_what_is_written_anew_has_the_place_that_it_had():
    anew = replace(OFTEN[0], id=9, dedupe_key=f"{OFTEN[0].dedupe_key}:again:1")
    log = [replace(OFTEN[0], retraction=VOID), anew, *OFTEN[1:]]
    assert earned(CAPPED, log) == [Earned("own", WRITER, "once", day(27), (9, 2, 4, 5))]
    assert earned(CAPPED, [replace(anew, retraction=VOID), *log[:1], *log[2:]]) == []


def test_months_are_those_of_the_organisation():
    """The last hour of January in UTC is February in Berlin."""
    late = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
    assert keys(CAPPED, [*OFTEN[:4], fact(9, "request.superuser_solved", late, actor_id=7)]) == ["once"]


def test_the_system_has_no_pairs():
    rule = badge(Clause(("gap.closed", "article.solved"), count=3, pair_cap=1))
    assert keys(rule, [fact(number, "gap.closed", number) for number in (1, 2, 3)]) == ["once"]


def test_years_and_quarters_turn_at_midnight_of_the_organisation():
    at = [datetime(2026, 12, 31, 22, 59, tzinfo=UTC), datetime(2026, 12, 31, 23, 1, tzinfo=UTC)]
    log = [fact(number, "boxer_day.completed", moment) for number, moment in enumerate(at, start=1)]
    assert keys("boxer-day", log) == ["2026", "2027"]
    assert keys(replace(BADGES["boxer-day"], per="quarter"), log) == ["2026-Q4", "2027-Q1"]


def test_a_window_counts_days_of_the_calendar_through_the_change_of_clocks():
    """From nine o'clock to nine o'clock is an hour more when the clocks go back; it is as many days."""
    rule = badge(Clause(("article.reused",), count=2, within_days=2))
    first = datetime(2026, 10, 24, 7, tzinfo=UTC)
    for last, found in ((datetime(2026, 10, 26, 22, 59, tzinfo=UTC), 1), (datetime(2026, 10, 26, 23, tzinfo=UTC), 0)):
        assert len(earned(rule, [fact(1, "article.reused", first), fact(2, "article.reused", last)])) == found


def test_what_says_nothing_in_a_counted_field_counts_nowhere_there():
    rule = badge(Clause(("article.reused",), count=2, min_distinct={"unit": 2}))
    nowhere = replace(reuses(1)[0], unit_id=None)
    assert earned(rule, [*reuses(0), replace(nowhere, id=8)]) == []
    assert keys(rule, [*reuses(0), replace(nowhere, id=8), fact(9, "article.reused", 2, unit_id="hr")]) == ["once"]


def test_votes_and_thanks_of_new_accounts_do_not_count():
    ages = [6, 7, 400, 400, 400, 400]
    log = [
        fact(number, "thanks.received", number, unit_id=f"unit {number % 2}", attrs={"actor_age_days": age})
        for number, age in enumerate(ages, start=1)
    ]
    assert [award.evidence for award in earned("thanked", log)] == [(2, 3, 4, 5, 6)]
    assert earned("thanked", log[:5]) == []


def test_what_one_does_oneself_counts_for_the_kinds_of_care_only():
    both = badge(Clause(("article.kept_fresh", "article.reused"), count=1, own=True))
    assert keys(both, [fact(1, "article.kept_fresh", 0, actor_id=WRITER)]) == ["once"]
    assert keys(both, [fact(1, "article.reused", 0, actor_id=WRITER)]) == []


def test_events_may_be_asked_by_amount_and_by_what_they_are_about():
    some = [fact(number, "challenge.completed", 0, attrs={"parties": number}) for number in (1, 2, 3, 4)]
    rule = badge(Clause(("challenge.completed",), where={"parties": Range(2, 3)}), per="every")
    assert [award.evidence for award in earned(rule, some)] == [(2,), (3,)]
    most = badge(Clause(("challenge.completed",), where={"parties": Range(None, 1)}))
    assert [award.evidence for award in earned(most, some)] == [(1,)]
    about = badge(Clause(("article.reused",), where={"subject": ("KB8",)}))
    assert keys(about, reuses(0)) == []
    assert keys(about, reuses(0, subject_id="KB8")) == ["once"]
    unsaid = fact(9, "challenge.completed", 0)
    assert keys(rule, [unsaid]) == []


def test_of_events_of_one_moment_the_first_that_was_written_comes_first():
    same = [fact(number, "article.reused", 0) for number in (3, 1, 2)]
    assert [award.evidence for award in earned("first-answer", same)] == [(1,)]
    assert [award.evidence for award in earned(badge(Clause(("article.reused",), count=2)), same)] == [(1, 2)]


def test_again_and_again_begins_anew_after_each_success():
    rule = badge(Clause(("article.reused",), count=2, within_days=10), per="every")
    assert [(award.key, award.evidence) for award in earned(rule, reuses(0, 1, 2, 3, 20, 31, 32))] == [
        ("1", (1, 2)),
        ("2", (3, 4)),
        ("3", (6, 7)),
    ]


def test_at_most_fifty_events_are_kept_as_evidence_the_last_ones():
    log = [fact(number, "article.reused", number, unit_id=f"unit {min(number, 61) // 61}") for number in range(1, 70)]
    assert [award.evidence for award in earned("well-worn", log)] == [tuple(range(12, 62))]


def test_each_of_several_conditions_has_its_part_of_the_evidence():
    rule = badge(Clause(("article.reused",), count=40), Clause(("article.solved",), count=2))
    log = [*reuses(*range(40)), fact(41, "article.solved", 0.5), fact(42, "article.solved", 60)]
    assert [award.evidence for award in earned(rule, log)] == [(41, *range(16, 41), 42)]


def test_an_award_is_given_by_hand_or_kept_as_the_event_says():
    moment = datetime(2025, 11, 3, 8, tzinfo=UTC)
    for kind in ("award.granted_by_hand", "award.grandfathered"):
        assert earned("thanked", [given(kind)]) == [Earned("thanked", WRITER, "once", moment, (1,))]
        assert earned("appreciated", [given(kind)]) == []
        assert earned("thanked", [replace(given(kind), retraction=VOID)]) == []
    manual = badge(manual=True)
    assert keys(manual, [given("award.granted_by_hand", badge="own", key="for the move")]) == ["for the move"]


def test_nobody_gives_themselves_a_badge():
    assert earned("thanked", [replace(given("award.granted_by_hand"), actor_id=WRITER)]) == []


@pytest.mark.parametrize("said", [None, "yesterday", "2025-11-03T08:00:00"])
def test_an_award_without_a_moment_of_its_own_was_given_when_it_was_said(said):
    assert earned("thanked", [given("award.grandfathered", granted_at=said, key=None)]) == [
        Earned("thanked", WRITER, "once", START, (1,))
    ]


def test_of_a_kept_and_an_earned_award_the_earlier_one_stands():
    five = reuses(0, 20, 40, 60, 90)
    kept = replace(given("award.grandfathered", badge="passed-on", key="KB7"), id=9)
    assert [award.evidence for award in earned("passed-on", [*five, kept])] == [(9,)]
    later = replace(kept, attrs={**kept.attrs, "granted_at": "2026-08-01T00:00:00+00:00"})
    assert [award.evidence for award in earned("passed-on", [*five, later])] == [(1, 2, 3, 4, 5)]


def test_an_event_concerns_the_badges_that_ask_for_its_kind():
    found = listening(BADGES.values())
    direct = {"award.granted_by_hand", "award.grandfathered"}
    assert {kind: [each.id for each in listeners] for kind, listeners in found.items() if kind not in direct} == {
        kind: [each.id for each in BADGES.values() if any(kind in clause.events for clause in each.clauses)]
        for kind in {event for each in BADGES.values() for clause in each.clauses for event in clause.events}
    }
    assert [each.id for each in found["gap.closed"]] == ["gap-closer", "gap-hunter", "trailblazer", "taught-a-town"]
    assert {kind: found[kind] for kind in direct} == dict.fromkeys(direct, tuple(BADGES.values()))


def progress(name: str, log: list[Fact], now: float = 100) -> Progress | None:
    """How far the writer is with a badge of ours."""
    return progress_of(BADGES[name], log, ZONE, day(now))


def test_progress_is_told_in_people_from_two_fifths_of_the_way():
    two, three = reuses(20, 40), reuses(20, 40, 60)
    assert progress("passed-on", three) == Progress(3, 5, "KB7", "actor")
    assert progress("passed-on", reuses(20)) == Progress(1, 5, "KB7", "actor")
    assert [progress("passed-on", log).shown for log in (reuses(20), two, three)] == [False, True, True]
    assert progress("passed-on", three).said() == "3 of 5 colleagues"
    with speaking("de"):
        assert progress("passed-on", three).said() == "3 von 5 Kolleginnen und Kollegen"


def test_there_is_no_progress_where_nothing_is_on_the_way():
    assert progress("passed-on", []) is None
    assert progress("passed-on", [replace(each, retraction=VOID) for each in reuses(0)]) is None
    assert progress("passed-on", reuses(0, 20, 40, 60, 90)) is None
    assert progress_of(badge(manual=True), [], ZONE, START) is None
    given_by_hand = [*reuses(50), replace(given("award.grandfathered", badge="passed-on", key="KB7"), id=9)]
    assert progress("passed-on", given_by_hand) is None


def test_what_is_too_old_by_now_leads_nowhere():
    assert progress("passed-on", reuses(0, 20, 40), now=90) == Progress(3, 5, "KB7", "actor")
    assert progress("passed-on", reuses(0, 20, 40), now=111) == Progress(1, 5, "KB7", "actor")
    assert progress("passed-on", reuses(0, 20, 40), now=131) is None


def test_of_several_articles_the_one_that_is_furthest_is_told():
    other = [replace(each, id=each.id + 10, subject_id="KB8") for each in reuses(20, 30)]
    assert progress("passed-on", reuses(20, 30, 40) + other) == Progress(3, 5, "KB7", "actor")
    done = [replace(each, id=each.id + 20, subject_id="KB9") for each in reuses(1, 2, 3, 4, 5)]
    assert progress("passed-on", done + other) == Progress(2, 5, "KB8", "actor")


def test_when_there_are_enough_what_is_missing_besides_is_told():
    assert progress("well-worn", reuses(*range(20))) == Progress(1, 2, "KB7", "unit")
    assert progress("well-worn", reuses(*range(20))).said() == "1 of 2 units"


def test_of_several_conditions_the_one_that_wants_most_is_told():
    kept = [
        fact(number, "article.kept_fresh", number, actor_id=WRITER, subject_id=str(number)) for number in range(1, 19)
    ]
    merged = [
        fact(number, "article.merged", number, actor_id=WRITER, subject_id=str(number)) for number in range(30, 34)
    ]
    assert progress("head-gardener", kept + merged[:2]) == Progress(2, 3, "once", "article")
    assert progress("head-gardener", kept + merged) == Progress(18, 20, "once", "article")
    assert progress("head-gardener", kept) is None


def test_a_condition_that_was_met_once_stays_met_on_the_way():
    merged = [fact(number, "article.merged", 0, actor_id=WRITER, subject_id=str(number)) for number in (1, 2, 3)]
    kept = [fact(9, "article.kept_fresh", 900, actor_id=WRITER)]
    assert progress("head-gardener", merged + kept, now=901) == Progress(1, 20, "once", "article")


def test_progress_of_a_year_or_of_the_next_time_begins_anew():
    yearly = badge(Clause(("article.reused",), count=4), per="year")
    log = reuses(0, 1, 370, 371, 372)
    assert progress_of(yearly, log, ZONE, day(373)) == Progress(3, 4, "2027", "events")
    again = badge(Clause(("article.reused",), count=2), per="every")
    assert progress_of(again, log, ZONE, day(373)) == Progress(1, 2, "3", "events")
    assert progress_of(again, log[:4], ZONE, day(373)) is None


def test_every_field_that_can_be_counted_has_its_words():
    fields = {clause.distinct for each in BADGES.values() for clause in each.clauses}
    fields |= {name for each in BADGES.values() for clause in each.clauses for name in clause.min_distinct}
    subjects = {"article", "gap", "pack", "visit", "lesson", "improvement"}
    named = (fields - {"", "subject"}) | subjects | {"events"}
    assert {of for of in named if Progress(2, 5, "once", of).said() == "2 of 5"} == set()
    assert Progress(2, LONGEST_WINDOW, "once", "prevention").said() == "2 of 1,460"
