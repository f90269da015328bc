"""Working days by site, and opening hours through holidays and the nights in which clocks are moved."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from portal.core.errors import Refused
from portal.organisation.calendar import DAYS, NO_HOURS, Calendar, check_holidays, parse_hours

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Calendar("Europe/Berlin", "DE", parse_hours("Mon-Fri 08:00-18:00"))
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia", "UTC")

UNHURRIED = settings(deadline=None)  # a busy machine is no fault of the calendar

days = st.dates(date(2000, 1, 1), date(2060, 12, 31))
moments = st.integers(0, 10 * 365 * 24 * 3600).map(
    lambda seconds: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
places = st.sampled_from(["", "DE", "DE-BY", "US-CA", "SA", "CN"])


@st.composite
def written_hours(draw):
    """Hours as a person writes them: some days, spans that do not meet."""
    parts = []
    for day in DAYS:
        marks = sorted(draw(st.sets(st.integers(0, 96), max_size=6)))
        for start, end in zip(marks[::2], marks[1::2], strict=False):
            parts.append(f"{day} {start // 4:02}:{start % 4 * 15:02}-{end // 4:02}:{end % 4 * 15:02}")
    return ", ".join(parts)


def berlin(*when):
    return datetime(*when, tzinfo=BERLIN).astimezone(UTC)


def test_hours_are_read_day_by_day():
    hours = parse_hours("Mon-Thu 08:00-12:00, Mon-Thu 13:00-18:00, Fri 08:00-12:00")

    long_day = ((480, 720), (780, 1080))
    assert hours.week == (long_day, long_day, long_day, long_day, ((480, 720),), (), ())


def test_a_run_of_days_may_pass_the_weekend():
    assert parse_hours("Sat-Mon 10:00-11:00").week == (((600, 660),), (), (), (), (), ((600, 660),), ((600, 660),))


def test_spans_that_touch_become_one():
    assert str(parse_hours("Mon 12:00-18:00, Mon 08:00-12:00")) == "Mon 08:00-18:00"


def test_no_text_means_no_hours():
    assert parse_hours("  ") == NO_HOURS


@UNHURRIED
@given(written_hours())
def test_hours_written_out_are_read_back_the_same(text):
    hours = parse_hours(text)

    assert parse_hours(str(hours)) == hours


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("nine to five", "The opening hours “nine to five” cannot be read."),
        ("Mon-Fri 8:00-18:00", "The opening hours “Mon-Fri 8:00-18:00” cannot be read."),
        ("Mo-Fr 08:00-18:00", "The opening hours “Mo-Fr 08:00-18:00” cannot be read."),
        ("Mon-Abc 08:00-18:00", "The opening hours “Mon-Abc 08:00-18:00” cannot be read."),
        ("Mon 08:00-18:00,", "The opening hours “” cannot be read."),
        ("Mon 18:00-08:00", "The opening hours “Mon 18:00-08:00” end before they begin."),
        ("Mon 08:00-08:00", "The opening hours “Mon 08:00-08:00” end before they begin."),
        ("Mon 08:60-18:00", "The opening hours “Mon 08:60-18:00” name a time that no clock shows."),
        ("Mon 08:00-24:01", "The opening hours “Mon 08:00-24:01” name a time that no clock shows."),
        (
            "Mon-Wed 08:00-12:00, Tue 11:00-13:00",
            "The opening hours name Tue twice at the same time, in “Tue 11:00-13:00”.",
        ),
    ],
)  # fmt: skip
def test_hours_that_do_not_fit_are_refused_with_a_sentence(text, sentence):
    with pytest.raises(Refused) as refused:
        parse_hours(text)

    assert refused.value.message == sentence
    assert refused.value.hint


def test_public_holidays_and_weekends_are_not_worked_in_germany():
    easter = [date(2026, 4, day) for day in range(1, 9)]

    assert [day for day in easter if OFFICE.is_working_day(day)] == [
        date(2026, 4, 1), date(2026, 4, 2), date(2026, 4, 7), date(2026, 4, 8),
    ]  # fmt: skip


def test_a_part_of_a_country_has_holidays_of_its_own():
    epiphany = date(2026, 1, 6)

    assert Calendar("Europe/Berlin", "DE-BY").is_holiday(epiphany)
    assert not Calendar("Europe/Berlin", "DE").is_holiday(epiphany)


def test_the_weekend_is_the_one_of_the_country():
    friday, sunday = date(2026, 3, 6), date(2026, 3, 8)

    assert not Calendar("Asia/Riyadh", "SA").is_working_day(friday)
    assert Calendar("Asia/Riyadh", "SA").is_working_day(sunday)


def test_without_a_country_only_the_weekend_is_free():
    christmas, saturday = date(2026, 12, 25), date(2026, 12, 26)

    assert Calendar("UTC").is_working_day(christmas)
    assert not Calendar("UTC").is_working_day(saturday)


@pytest.mark.parametrize("code", ["XX", "DE-XX", "de", "Germany", "DE-BY-1"])
def test_holidays_of_nowhere_are_refused(code):
    with pytest.raises(Refused, match="are not known"):
        check_holidays(code)


def test_working_days_are_counted_over_easter():
    assert OFFICE.add_working_days(date(2026, 4, 2), 1) == date(2026, 4, 7)
    assert OFFICE.add_working_days(date(2026, 4, 7), -1) == date(2026, 4, 2)
    assert OFFICE.add_working_days(date(2026, 4, 4), 1) == date(2026, 4, 7)
    assert OFFICE.add_working_days(date(2026, 4, 4), 0) == date(2026, 4, 4)
    assert OFFICE.working_days_between(date(2026, 4, 2), date(2026, 4, 8)) == 2
    assert OFFICE.working_days_between(date(2026, 4, 8), date(2026, 4, 2)) == -2


@UNHURRIED
@given(places, days, st.integers(-300, 300))
def test_counting_undoes_adding(place, day, count):
    calendar = Calendar("UTC", place)

    assert calendar.working_days_between(day, calendar.add_working_days(day, count)) == count


@UNHURRIED
@given(places, days, st.integers(1, 60))
def test_adding_lands_on_a_working_day_and_never_goes_back(place, day, count):
    calendar = Calendar("UTC", place)
    found = calendar.add_working_days(day, count)

    assert calendar.is_working_day(found)
    assert found > day
    assert calendar.add_working_days(day, count + 1) > found


def test_the_desk_is_open_in_its_own_time_zone():
    assert not OFFICE.is_open(datetime(2026, 3, 2, 6, 59, tzinfo=UTC))
    assert OFFICE.is_open(datetime(2026, 3, 2, 7, 0, tzinfo=UTC))
    assert OFFICE.is_open(datetime(2026, 3, 2, 16, 59, tzinfo=UTC))
    assert not OFFICE.is_open(datetime(2026, 3, 2, 17, 0, tzinfo=UTC))


def test_it_says_until_when_and_from_when():
    noon, evening = berlin(2026, 3, 6, 12, 0), berlin(2026, 3, 6, 18, 0)

    assert OFFICE.open_until(noon) == evening
    assert OFFICE.next_opening(noon) == noon
    assert OFFICE.open_until(evening) is None
    assert OFFICE.next_opening(evening) == berlin(2026, 3, 9, 8, 0)


def test_a_public_holiday_keeps_the_desk_closed():
    maundy_thursday_night = berlin(2026, 4, 2, 20, 0)

    assert not OFFICE.is_open(berlin(2026, 4, 3, 12, 0))
    assert OFFICE.next_opening(maundy_thursday_night) == berlin(2026, 4, 7, 8, 0)


def test_hours_in_summer_follow_the_clock_on_the_wall():
    assert OFFICE.next_opening(berlin(2026, 3, 27, 20, 0)) == datetime(2026, 3, 30, 6, 0, tzinfo=UTC)
    assert OFFICE.next_opening(berlin(2026, 10, 23, 20, 0)) == datetime(2026, 10, 26, 7, 0, tzinfo=UTC)


def test_the_night_that_loses_an_hour_is_an_hour_shorter():
    night = Calendar("Europe/Berlin", "", parse_hours("Sat-Sun 00:00-24:00"))
    start = berlin(2026, 3, 28, 0, 0)

    assert night.open_until(start) == start + timedelta(hours=47)


def test_the_night_that_wins_an_hour_is_an_hour_longer():
    night = Calendar("Europe/Berlin", "", parse_hours("Sat-Sun 00:00-24:00"))
    start = berlin(2026, 10, 24, 0, 0)

    assert night.open_until(start) == start + timedelta(hours=49)


def test_hours_that_the_moved_clock_skips_come_right_after():
    lost = Calendar("Europe/Berlin", "", parse_hours("Sun 02:15-02:45"))

    assert lost.next_opening(berlin(2026, 3, 29, 0, 0)) == berlin(2026, 3, 29, 3, 15)
    assert lost.open_until(berlin(2026, 3, 29, 3, 15)) == berlin(2026, 3, 29, 3, 45)


def test_a_night_shift_stays_open_past_midnight():
    shift = Calendar("Europe/Berlin", "", parse_hours("Mon 22:00-24:00, Tue 00:00-06:00"))

    assert shift.open_until(berlin(2026, 3, 2, 23, 0)) == berlin(2026, 3, 3, 6, 0)
    assert shift.is_open(berlin(2026, 3, 3, 0, 0))


def test_a_desk_that_never_closes_has_no_end():
    always = Calendar("Europe/Berlin", "", parse_hours("Mon-Sun 00:00-24:00"))
    now = berlin(2026, 3, 2, 3, 0)

    assert always.is_open(now)
    assert always.open_until(now) is None
    assert always.next_opening(now) == now


def test_without_hours_nothing_ever_opens():
    closed = Calendar("Europe/Berlin", "DE")
    now = berlin(2026, 3, 2, 12, 0)

    assert not closed.is_open(now)
    assert closed.open_until(now) is None
    assert closed.next_opening(now) is None


@UNHURRIED
@given(written_hours(), st.sampled_from(ZONES), moments)
def test_open_closed_until_and_next_never_contradict_each_other(text, zone, now):
    calendar = Calendar(zone, "", parse_hours(text))
    assume(not calendar.hours.is_empty)
    instant = timedelta(microseconds=1)

    opens = calendar.next_opening(now)

    assert opens is not None
    assert calendar.is_open(opens)
    assert calendar.is_open(now) == (opens == now)
    until = calendar.open_until(opens)
    if until is not None:
        assert not calendar.is_open(until)
        assert calendar.is_open(until - instant)
    if opens > now:
        assert not calendar.is_open(opens - instant)


def test_what_is_open_on_working_days_leaves_out_weekends_and_holidays():
    shop = Calendar("Europe/Berlin", "DE", parse_hours("Mon-Sun 08:00-18:00"))

    found = shop.working_openings(berlin(2026, 4, 2, 12, 0), berlin(2026, 4, 7, 9, 0))  # over Easter

    assert found == [
        (berlin(2026, 4, 2, 12, 0), berlin(2026, 4, 2, 18, 0)),
        (berlin(2026, 4, 7, 8, 0), berlin(2026, 4, 7, 9, 0)),
    ]


@UNHURRIED
@given(written_hours(), st.sampled_from(ZONES), places, moments, st.integers(1, 14 * 24))
def test_work_is_where_it_is_open_and_a_working_day(text, zone, place, start, count):
    calendar, end = Calendar(zone, place, parse_hours(text)), start + timedelta(hours=count)
    assume(not calendar.hours.is_empty)

    found = calendar.working_openings(start, end)

    assert all(start <= first < last <= end for first, last in found)
    assert found == sorted(found)
    for first, last in found:
        middle = first + (last - first) / 2
        assert calendar.is_working_day(calendar.today(middle))
        assert calendar.is_open(middle)
    for hour in range(count):
        moment = start + timedelta(hours=hour)
        worked = calendar.is_open(moment) and calendar.is_working_day(calendar.today(moment))
        assert worked == any(first <= moment < last for first, last in found)
