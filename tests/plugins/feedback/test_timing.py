"""When an invitation is brought to mind, and when it ends: days and working hours of the person's place."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.feedback.timing import Dates, Step, dates, step
from portal.organisation.calendar import Calendar, parse_hours

SEEDED = settings(deadline=None, derandomize=True)
BERLIN = ZoneInfo("Europe/Berlin")
DESK = Calendar("Europe/Berlin", "DE", parse_hours("Mon-Fri 08:00-18:00"))
WITHOUT_HOURS = Calendar("Europe/Berlin", "DE")


def berlin(*when):
    return datetime(*when, tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("sent", "reminder"),
    [
        (berlin(2026, 3, 9, 14, 30), berlin(2026, 3, 12, 14, 30)),  # Monday to Thursday
        (berlin(2026, 3, 9, 19, 0), berlin(2026, 3, 13, 8, 0)),  # sent after hours: Friday morning
        (berlin(2026, 3, 9, 6, 0), berlin(2026, 3, 12, 8, 0)),  # sent before them
        (berlin(2026, 3, 11, 14, 30), berlin(2026, 3, 16, 8, 0)),  # day 3 is a Saturday
        (berlin(2026, 3, 31, 14, 30), berlin(2026, 4, 7, 8, 0)),  # Good Friday to Easter Monday
        (berlin(2026, 3, 27, 14, 30), berlin(2026, 3, 30, 14, 30)),  # clocks go forward in between
    ],
)
def test_the_reminder_comes_on_day_3_or_in_the_next_working_hour(sent, reminder):
    assert dates(sent, DESK).reminder_at == reminder


@pytest.mark.parametrize(
    ("sent", "reminder"),
    [
        (berlin(2026, 3, 9, 14, 30), berlin(2026, 3, 12, 14, 30)),
        (berlin(2026, 3, 9, 19, 0), berlin(2026, 3, 13, 9, 0)),
        (berlin(2026, 3, 11, 14, 30), berlin(2026, 3, 16, 9, 0)),
        (berlin(2026, 3, 31, 14, 30), berlin(2026, 4, 7, 9, 0)),
    ],
)
def test_a_place_without_hours_works_from_nine_to_five_on_its_working_days(sent, reminder):
    assert dates(sent, WITHOUT_HOURS).reminder_at == reminder


def test_an_invitation_ends_on_day_7_and_one_to_a_pulse_on_day_14():
    sent = berlin(2026, 3, 23, 14, 30)  # the clocks are moved on the 29th

    assert dates(sent, DESK) == Dates(berlin(2026, 3, 26, 14, 30), berlin(2026, 3, 30, 14, 30))
    assert dates(sent, DESK, pulse=True) == Dates(berlin(2026, 3, 26, 14, 30), berlin(2026, 4, 6, 14, 30))


def test_where_no_working_hour_is_left_nobody_is_reminded():
    sundays = Calendar("Europe/Berlin", "DE", parse_hours("Sun 10:00-11:00"))
    sent = berlin(2026, 3, 29, 9, 0)

    assert dates(sent, sundays) == Dates(None, berlin(2026, 4, 5, 9, 0))
    assert dates(sent, sundays, pulse=True) == Dates(berlin(2026, 4, 5, 10, 0), berlin(2026, 4, 12, 9, 0))


def test_an_invitation_is_reminded_of_once_and_then_ends():
    planned = dates(berlin(2026, 3, 9, 14, 30), DESK)
    moments = [berlin(2026, 3, 12, 14, 29), berlin(2026, 3, 12, 14, 30), berlin(2026, 3, 16, 14, 30)]

    assert [step(planned, DESK, reminded=False, now=now) for now in moments] == [None, Step.REMIND, Step.EXPIRE]
    assert [step(planned, DESK, reminded=True, now=now) for now in moments] == [None, None, Step.EXPIRE]


@pytest.mark.parametrize(
    ("place", "early"), [(DESK, berlin(2026, 3, 13, 8, 0)), (WITHOUT_HOURS, berlin(2026, 3, 13, 9, 0))]
)
def test_a_reminder_that_was_missed_waits_for_the_next_working_hour(place, early):
    planned = dates(berlin(2026, 3, 9, 14, 30), place)

    assert step(planned, place, reminded=False, now=berlin(2026, 3, 12, 22, 0)) is None
    assert step(planned, place, reminded=False, now=early - timedelta(seconds=1)) is None
    assert step(planned, place, reminded=False, now=early) == Step.REMIND


def test_without_a_reminder_there_is_only_the_end():
    planned = Dates(None, berlin(2026, 3, 16, 14, 30))

    assert step(planned, DESK, reminded=False, now=berlin(2026, 3, 13, 14, 30)) is None
    assert step(planned, DESK, reminded=False, now=berlin(2026, 3, 16, 14, 30)) == Step.EXPIRE


places = st.builds(
    Calendar,
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"]),
    st.sampled_from(["", "DE", "US", "SA"]),
    st.sampled_from(["", "Mon-Fri 08:00-18:00", "Sat-Thu 22:00-24:00", "Wed 10:00-10:30"]).map(parse_hours),
)
moments = st.integers(0, 3 * 365 * 24 * 60).map(lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + minutes * MINUTE)
MINUTE = timedelta(minutes=1)


@SEEDED
@given(places, moments, st.booleans())
def test_a_reminder_lies_in_working_hours_after_day_3_and_before_the_end(place, sent, pulse):
    planned = dates(sent, place, pulse=pulse)

    zone = ZoneInfo(place.time_zone)
    assert (planned.expires_at.astimezone(zone).date() - sent.astimezone(zone).date()).days == (14 if pulse else 7)
    if planned.reminder_at is not None:
        local = planned.reminder_at.astimezone(zone)
        assert (local.date() - sent.astimezone(zone).date()).days >= 3
        assert planned.reminder_at < planned.expires_at
        assert step(planned, place, reminded=False, now=planned.reminder_at) == Step.REMIND
        if place.hours.is_empty:
            assert place.is_working_day(local.date())
            assert 9 <= local.hour < 17
        else:
            assert place.is_open(planned.reminder_at)
