"""Working days by a party's site: its holidays, its clock, go-live at night, and nights in which clocks are moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.handover.working_days import after_hours, first_days, later, passed
from portal.organisation.calendar import Calendar, parse_hours

BERLIN = Calendar("Europe/Berlin", "DE-BY")
NEW_YORK = Calendar("America/New_York", "US-NY")
KOLKATA = Calendar("Asia/Kolkata", "IN")
DESK = Calendar("Europe/Berlin", "DE-BY", parse_hours("Mon-Fri 08:00-17:00"))


def at(text: str, zone: str = "Europe/Berlin") -> datetime:
    """A moment by the clock of a place."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def test_three_working_days_of_silence_over_a_public_holiday_of_the_site():
    # Worked example E27: 1 May 2026 is a Friday; in Kolkata it is a working day.
    asked = at("2026-04-29T10:00")

    assert later(BERLIN, asked, 3) == at("2026-05-05T10:00")
    assert later(NEW_YORK, asked, 3) == at("2026-05-04T10:00")


@pytest.mark.parametrize(("start", "end", "days"), [
    ("2026-02-02T09:00", "2026-02-04T09:00", 2),
    ("2026-02-02T09:00", "2026-02-04T08:59", 1),
    ("2026-02-06T17:00", "2026-02-09T08:00", 0),  # Friday evening to Monday morning
    ("2026-02-02T09:00", "2026-03-02T09:00", 20),
    ("2026-02-02T09:00", "2026-02-02T17:00", 0),
])  # fmt: skip
def test_whole_working_days_between_two_moments(start: str, end: str, days: int):
    assert passed(BERLIN, at(start), at(end)) == days


def test_the_night_in_which_clocks_are_moved_is_no_hour_longer_or_shorter():
    # Clocks go forward on Sunday 29 March 2026 and back on Sunday 25 October 2026.
    assert later(BERLIN, at("2026-03-27T06:00"), 1) == at("2026-03-30T06:00")
    assert later(BERLIN, at("2026-10-23T06:00"), 1) == at("2026-10-26T06:00")
    assert passed(BERLIN, at("2026-03-27T06:00"), at("2026-03-30T06:00")) == 1


def test_a_go_live_at_night_counts_for_the_day_of_the_site():
    # 23:30 in New York is the morning of the next day in Berlin.
    go_live = at("2026-03-02T23:30", "America/New_York")

    assert first_days(NEW_YORK, go_live, 2)[1] == at("2026-03-04T00:00", "America/New_York")
    assert first_days(BERLIN, go_live, 2)[1] == at("2026-03-05T00:00")


def test_a_go_live_on_a_saturday_is_followed_by_monday_and_tuesday():
    assert first_days(BERLIN, at("2026-03-07T02:00"), 2)[1] == at("2026-03-11T00:00")


@pytest.mark.parametrize(("start", "hours", "end"), [
    ("2026-03-02T09:00", 4, "2026-03-02T13:00"),
    ("2026-03-02T15:00", 4, "2026-03-03T10:00"),
    ("2026-03-06T15:00", 4, "2026-03-09T10:00"),
    ("2026-03-07T12:00", 4, "2026-03-09T12:00"),
])  # fmt: skip
def test_four_working_hours_of_the_desk(start: str, hours: int, end: str):
    assert after_hours(DESK, at(start), hours) == at(end)


def test_where_nobody_opens_hours_are_those_of_the_clock():
    assert after_hours(BERLIN, at("2026-03-07T12:00"), 4) == at("2026-03-07T16:00")


MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis adds it
PLACES = st.sampled_from([BERLIN, NEW_YORK, KOLKATA])


@given(calendar=PLACES, moment=MOMENTS, days=st.integers(1, 60))
def test_so_many_working_days_later_so_many_have_passed(calendar: Calendar, moment: datetime, days: int):
    end = later(calendar, moment, days)

    assert calendar.is_working_day(end.astimezone(ZoneInfo(calendar.time_zone)).date())
    assert abs(passed(calendar, moment, end) - days) <= _skipped_hour(calendar, moment, end)


def _skipped_hour(calendar: Calendar, start: datetime, end: datetime) -> int:
    """A time of the clock that there was not, in the night in which clocks go forward, makes a day one hour off."""
    zone = ZoneInfo(calendar.time_zone)
    return int(start.astimezone(zone).time() != end.astimezone(zone).time())


@given(calendar=PLACES, moment=MOMENTS, more=st.integers(0, 500))
def test_later_moments_have_more_working_days_behind_them(calendar: Calendar, moment: datetime, more: int):
    nearer, further = moment + timedelta(hours=more), moment + timedelta(hours=more + 30)

    assert 0 <= passed(calendar, moment, nearer) <= passed(calendar, moment, further)
