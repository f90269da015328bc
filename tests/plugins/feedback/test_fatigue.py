"""Nobody is asked too often: the limits, the rests, and the moments at which nobody is disturbed."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.feedback.fatigue import LIMITS, Earlier, Ending, Facts, Occasion, Outage, Reason, suppressed
from portal.organisation.calendar import Calendar

SEEDED = settings(deadline=None, derandomize=True)
NOW = datetime(2026, 3, 16, 9, tzinfo=UTC)
DAY = timedelta(days=1)
BERLIN = Calendar("Europe/Berlin", "DE")
FACTS = Facts(BERLIN)
REQUEST = Occasion()


def ago(days, ending=Ending.HEARD):
    return Earlier(NOW - days * DAY, ending)


def answer(*history, occasion=REQUEST, facts=FACTS, now=NOW):
    return suppressed(history, occasion, facts, now)


def test_a_person_who_was_never_asked_may_be():
    assert answer() is None


def test_e23_thirteen_days_after_an_invitation_there_is_none_and_on_day_15_there_is():
    sent = Earlier(NOW, Ending.HEARD)

    assert answer(sent, now=NOW + 13 * DAY) == Reason.QUARANTINE
    assert answer(sent, now=NOW + 15 * DAY) is None
    assert Reason.QUARANTINE == "quarantine"


def test_a_window_of_fourteen_days_ends_to_the_second():
    sent = Earlier(NOW, Ending.WAITING)

    assert answer(sent, now=NOW + 14 * DAY - timedelta(seconds=1)) == Reason.QUARANTINE
    assert answer(sent, now=NOW + 14 * DAY) is None


def test_the_third_in_thirty_days_is_not_sent():
    assert answer(ago(29), ago(15)) == Reason.QUARANTINE
    assert answer(ago(30), ago(15)) is None


def test_the_thirteenth_in_a_year_is_not_sent():
    year = [ago(364 - 30 * number) for number in range(12)]

    assert answer(*year) == Reason.QUARANTINE
    assert answer(*year[1:]) is None


def test_one_that_is_planned_for_later_counts():
    assert answer(Earlier(NOW + DAY, Ending.WAITING)) == Reason.QUARANTINE


def test_after_two_ignored_in_a_row_the_next_two_are_skipped():
    ignored = [ago(60, Ending.IGNORED), ago(40, Ending.IGNORED)]
    one, two = ago(20, Ending.SKIPPED), ago(1, Ending.SKIPPED)

    assert answer(*ignored) == Reason.IGNORED
    assert answer(*ignored, one) == Reason.IGNORED
    assert answer(*ignored, one, two) is None
    assert answer(two, *reversed(ignored), one) is None


def test_an_answer_between_two_ignored_ones_means_that_none_is_skipped():
    assert answer(ago(80, Ending.IGNORED), ago(60, Ending.HEARD), ago(40, Ending.IGNORED)) is None


def test_a_third_one_ignored_after_a_rest_brings_another_rest():
    history = [
        ago(100, Ending.IGNORED),
        ago(80, Ending.IGNORED),
        ago(60, Ending.SKIPPED),
        ago(59, Ending.SKIPPED),
        ago(40, Ending.IGNORED),
    ]

    assert answer(*history) == Reason.IGNORED
    assert answer(*history, ago(20, Ending.SKIPPED), ago(19, Ending.SKIPPED)) is None


def test_what_quarantine_held_back_is_not_counted_as_skipped():
    ignored = [ago(30, Ending.IGNORED), ago(10, Ending.IGNORED)]

    assert answer(*ignored) == Reason.QUARANTINE
    assert answer(*ignored, now=NOW + 10 * DAY) == Reason.IGNORED


@pytest.mark.parametrize(
    ("outage", "expected"),
    [
        (Outage(NOW - 3 * DAY), Reason.OUTAGE),
        (Outage(NOW, None), Reason.OUTAGE),
        (Outage(NOW - 3 * DAY, NOW - DAY + timedelta(seconds=1)), Reason.OUTAGE),
        (Outage(NOW - 3 * DAY, NOW - DAY), None),
        (Outage(NOW + timedelta(hours=1)), None),
    ],
)
def test_nobody_is_asked_during_a_major_incident_of_their_unit_and_for_a_day_after(outage, expected):
    assert answer(facts=Facts(BERLIN, outages=[outage])) == expected


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2026, 3, 16), date(2026, 3, 16), Reason.ABSENT),
        (date(2026, 3, 1), date(2026, 3, 15), None),
        (date(2026, 3, 17), date(2026, 3, 20), None),
    ],
)
def test_nobody_is_asked_while_they_are_absent(first, last, expected):
    assert answer(facts=Facts(BERLIN, absences=[(first, last)])) == expected


def test_an_absence_is_counted_in_days_of_the_place_where_a_person_works():
    late = datetime(2026, 3, 16, 23, 30, tzinfo=UTC)  # the 17th in Berlin
    absences = [(date(2026, 3, 17), date(2026, 3, 17))]

    assert answer(facts=Facts(BERLIN, absences), now=late) == Reason.ABSENT
    assert answer(facts=Facts(Calendar("UTC"), absences), now=late) is None


def test_nobody_is_asked_about_what_they_solved_themselves_or_what_another_opened_for_them():
    assert answer(occasion=Occasion(solved_by_self_service=True)) == Reason.SELF_SERVICE
    assert answer(occasion=Occasion(opened_by_other=True)) == Reason.OPENED_BY_OTHER


def test_the_first_reason_that_holds_is_taken():
    facts = Facts(BERLIN, [(date(2026, 1, 1), date(2026, 12, 31))], [Outage(NOW)])

    assert answer(ago(1), facts=facts, occasion=Occasion(True, True)) == Reason.SELF_SERVICE
    assert answer(ago(1), facts=facts, occasion=Occasion(opened_by_other=True)) == Reason.OPENED_BY_OTHER
    assert answer(ago(1), facts=facts) == Reason.ABSENT
    assert answer(ago(1), facts=Facts(BERLIN, outages=facts.outages)) == Reason.OUTAGE


hours = st.integers(1, 40 * 24)
endings = st.sampled_from([Ending.HEARD, Ending.HEARD, Ending.HEARD, Ending.IGNORED, Ending.WAITING])


@SEEDED
@given(st.lists(st.tuples(hours, endings), max_size=120))
def test_no_life_brings_more_invitations_than_the_limits_allow(life):
    history, now = [], NOW
    for pause, ending in life:
        now += timedelta(hours=pause)
        reason = suppressed(history, REQUEST, FACTS, now)
        if reason is None:
            history.append(Earlier(now, ending))
        elif reason == Reason.IGNORED:
            history.append(Earlier(now, Ending.SKIPPED))

    sent = [each.at for each in history if each.ending != Ending.SKIPPED]
    for most, days in LIMITS:
        for first in sent:
            assert sum(first <= at < first + days * DAY for at in sent) <= most
    for place, (one, two) in enumerate(pairwise(history), start=2):
        if one.ending == two.ending == Ending.IGNORED:
            assert {each.ending for each in history[place : place + 2]} <= {Ending.SKIPPED}


@SEEDED
@given(st.lists(st.tuples(st.integers(0, 400), st.sampled_from(list(Ending))), max_size=20), st.randoms())
def test_the_order_in_which_a_history_comes_does_not_matter(entries, chance):
    history = [ago(days, ending) for days, ending in dict(entries).items()]
    mixed = list(history)
    chance.shuffle(mixed)

    assert answer(*mixed) == answer(*history)
