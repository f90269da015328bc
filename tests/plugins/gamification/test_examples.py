"""The worked examples of the rules, by their numbers."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from plugins.gamification.clear import is_clear, lower_bound
from plugins.gamification.evaluating import Earned
from plugins.gamification.facts import VOID, WITHDRAW
from tests.plugins.gamification.made import WRITER, day, earned, fact, keys, reuses

FIVE = reuses(0, 20, 40, 60, 90)


def test_e1_five_people_within_90_days_pass_an_article_on():
    assert earned("passed-on", FIVE) == [Earned("passed-on", WRITER, "KB7", day(90), (1, 2, 3, 4, 5))]
    assert day(90).date().isoformat() == "2026-04-05"


def test_e2_the_91st_day_is_too_late():
    assert earned("passed-on", reuses(0, 20, 40, 60, 91)) == []


def test_e3_five_times_by_four_people_is_not_five_people():
    assert earned("passed-on", [*FIVE[:4], replace(FIVE[4], actor_id=FIVE[0].actor_id)]) == []


def test_e4_an_honest_later_change_takes_nothing_back():
    changed = [replace(each, retraction=WITHDRAW if each.id == 3 else "") for each in FIVE]
    assert earned("passed-on", changed) == earned("passed-on", FIVE)


def test_e5_what_should_never_have_counted_takes_it_back():
    changed = [replace(each, retraction=VOID if each.id == 3 else "") for each in FIVE]
    assert earned("passed-on", changed) == []


def test_e6_a_late_arrival_moves_the_day_on_which_it_was_earned():
    late = [*FIVE, fact(6, "article.reused", 30)]
    assert earned("passed-on", late) == [Earned("passed-on", WRITER, "KB7", day(60), (1, 2, 6, 3, 4))]
    assert day(60).date().isoformat() == "2026-03-06"


def test_e7_each_article_earns_its_own():
    other = [replace(each, id=each.id + 10, subject_id="KB8") for each in FIVE]
    assert keys("passed-on", FIVE + other) == ["KB7", "KB8"]


def test_e8_boxer_day_is_earned_once_a_year():
    days = [datetime(year, 12, 26, hour, tzinfo=UTC) for year, hour in ((2026, 9), (2026, 13), (2027, 9), (2028, 9))]
    swaps = [fact(number, "boxer_day.completed", at, subject_id=str(number)) for number, at in enumerate(days, start=1)]
    assert keys("boxer-day", swaps) == ["2026", "2027", "2028"]


def test_e9_three_packs_in_time_are_three_early_birds():
    packs = [
        fact(number, "handover.accepted_in_time", number, subject_id=f"CHG{number}", attrs={"size": "M"})
        for number in (1, 2, 3)
    ]
    assert earned("early-bird", packs) == [
        Earned("early-bird", WRITER, str(number), day(number), (number,)) for number in (1, 2, 3)
    ]


def test_e10_read_here_and_landed_there_is_no_clean_change():
    read = fact(1, "handover.all_acknowledged", 0, subject_id="CHG1")
    landed = fact(2, "handover.clean_landing", 9, subject_id="CHG2")
    assert earned("no-surprises", [read, landed]) == []


def test_e11_read_and_landed_is_no_surprise():
    read = fact(1, "handover.all_acknowledged", 0, subject_id="CHG1")
    landed = fact(2, "handover.clean_landing", 9, subject_id="CHG1")
    assert earned("no-surprises", [landed, read]) == [Earned("no-surprises", WRITER, "CHG1", day(9), (1, 2))]


@pytest.mark.parametrize(("role", "found"), [("specialist", ["once"]), ("front_line", [])], ids=["e12", "e13"])
def test_e12_e13_specialists_pour_in_by_the_role_of_that_time(role, found):
    used = [replace(each, credit_role=role, attrs={"actor_role": "front_line"}) for each in FIVE]
    assert keys("poured-in", used) == found


def test_e14_what_the_coach_withdraws_is_gone():
    granted = fact(1, "proficiency.granted", 0, attrs={"level": "publisher"})
    assert keys("kcs-publisher", [granted]) == ["once"]
    assert earned("kcs-publisher", [replace(granted, retraction=WITHDRAW)]) == []


@pytest.mark.parametrize(
    ("good", "votes", "bound", "clear"),
    [(12, 12, 0.758, True), (19, 20, 0.764, True), (25, 30, 0.664, False), (26, 30, 0.703, True)],
)
def test_e22_an_article_is_clear_when_the_votes_leave_little_doubt(good, votes, bound, clear):
    assert round(lower_bound(good, votes), 3) == bound
    assert is_clear(good, votes, was_clear=False) is clear
