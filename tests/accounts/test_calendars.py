"""Reading calendar files: what is understood of them, and what hostile ones cost."""

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.accounts import calendars
from portal.accounts.event_times import AHEAD, LONGEST
from portal.core.errors import Refused
from portal.testing import NOON
from tests.accounts.rosters import calendar, utc

BERLIN = "Europe/Berlin"
ZONES = (BERLIN, "America/New_York", "Asia/Kolkata")


def read(text, *, zone=BERLIN, now=NOON):
    return calendars.read(text, zone=zone, now=now)


def times(text, **more):
    return [(each.starts_at, each.ends_at) for each in read(text, **more).planned]


def whys(text, **more):
    return [(each.line, each.why) for each in read(text, **more).problems]


def test_a_shift_is_read_with_who_may_be_meant():
    found = read(calendar("UID:a\nSUMMARY:Early (robin)\nATTENDEE;CN=R:MAILTO:robin@example.org"))

    (shift,) = found.planned
    assert (shift.line, shift.uid, shift.occurrence) == (3, "a", "")
    assert (shift.mails, shift.words) == (("robin@example.org",), ("Early", "robin"))
    assert (shift.starts_at, shift.ends_at) == (utc("2026-03-03T07:00"), utc("2026-03-03T15:00"))
    assert (found.uids, found.problems) == ({"a"}, [])


@pytest.mark.parametrize(
    ("start", "first"),
    [
        ("DTSTART:20260303T080000", "2026-03-03T07:00"),
        ("DTSTART:20260303T080000Z", "2026-03-03T08:00"),
        ("DTSTART;TZID=America/New_York:20260303T080000", "2026-03-03T13:00"),
        ("DTSTART;TZID=Eastern Standard Time:20260303T080000", "2026-03-03T13:00"),
        ("DTSTART;TZID=/publisher.example/Asia/Kolkata:20260303T080000", "2026-03-03T02:30"),
    ],
)
def test_clock_times_mean_their_zone_or_that_of_the_site(start, first):
    assert times(calendar(f"{start}\nDURATION:PT8H")) == [(utc(first), utc(first) + timedelta(hours=8))]


def test_whole_days_are_days_of_the_site():
    found = read(calendar("DTSTART;VALUE=DATE:20260328\nDTEND;VALUE=DATE:20260330"))

    assert [each.occurrence for each in found.planned] == ["2026-03-28", "2026-03-29"]
    assert [(each.starts_at, each.ends_at) for each in found.planned] == [
        (utc("2026-03-27T23:00"), utc("2026-03-28T23:00")),
        (utc("2026-03-28T23:00"), utc("2026-03-29T22:00")),  # 23 hours
    ]


def test_what_repeats_is_written_out_for_120_days_without_what_is_left_out():
    weekly = "DTSTART:20200106T080000\nDTEND:20200106T160000\nRRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE"
    found = times(calendar(f"{weekly}\nEXDATE:20260309T080000"))

    assert found[:2] == [
        (utc("2026-03-11T07:00"), utc("2026-03-11T15:00")),
        (utc("2026-03-23T07:00"), utc("2026-03-23T15:00")),
    ]
    assert max(found)[0] <= NOON + AHEAD


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=DAILY;COUNT=3", [3, 4, 5]),
        ("FREQ=DAILY;UNTIL=20260304T070000Z", [3, 4]),
        ("FREQ=DAILY;UNTIL=20260304", [3, 4]),
        ("FREQ=DAILY;INTERVAL=2;COUNT=2", [3, 5]),
        ("FREQ=DAILY;BYDAY=TU,FR;COUNT=3", [3, 6, 10]),
        ("FREQ=WEEKLY;COUNT=2", [3, 10]),
        ("FREQ=DAILY;COUNT=0", []),
    ],
)
def test_a_rule_says_on_which_days(rule, days):
    assert [start.day for start, _end in times(calendar(f"RRULE:{rule}"))] == days


def test_one_of_a_series_may_stand_elsewhere_or_be_cancelled():
    found = read(
        calendar(
            "UID:a\nRRULE:FREQ=WEEKLY;COUNT=3",
            "UID:a\nRECURRENCE-ID:20260310T080000\nDTSTART:20260311T090000\nDTEND:20260311T170000",
            "UID:a\nRECURRENCE-ID:20260317T080000\nSTATUS:CANCELLED",
        )
    )

    assert [(each.occurrence, each.starts_at) for each in found.planned] == [
        ("20260303T070000Z", utc("2026-03-03T07:00")),
        ("20260310T070000Z", utc("2026-03-11T08:00")),
    ]
    assert found.gone == {("a", "20260317T070000Z")}


@pytest.mark.parametrize("text", [calendar("UID:a\nSTATUS:CANCELLED"), calendar("UID:a", head="METHOD:CANCEL\r\n")])
def test_a_cancelled_event_is_known_and_no_shift(text):
    found = read(text)

    assert (found.planned, found.problems) == ([], [])


def test_what_is_long_over_is_passed_over():
    assert read(calendar("UID:a\nDTSTART:20240303T080000\nDTEND:20240303T160000")) == calendars.CalendarFile()


@pytest.mark.parametrize(
    ("event", "why"),
    [
        ("DTSTART:19991231T080000\nDTEND:19991231T160000", "It begins before the year 2000."),
        ("DTSTART:20290303T080000\nDTEND:20290303T160000", "It begins more than two years from now."),
        ("DTSTART:20260303T080000\nDTEND:20260304T080100", "It is longer than 24 hours."),
        ("DTSTART:20260303T080000", "It does not say when it ends, or ends before it begins."),
        (
            "DTSTART:20260303T080000\nDTEND:20260303T080000",
            "It does not say when it ends, or ends before it begins.",
        ),
        (
            "DTSTART;VALUE=DATE:20260303\nDTEND;VALUE=DATE:20260503",
            "An event of whole days takes 31 days at most.",
        ),
        ("DTSTART;TZID=Mars/Olympus:20260303T080000\nDURATION:PT8H", "Its time zone “Mars/Olympus” is not known."),
        ("DTSTART;TZID=../../etc/passwd:20260303T080000", "Its time zone “../../etc/passwd” is not known."),
        ("DTSTART:20261303T080000", "A date, a time or a rule in it cannot be read."),
        ("UID:a\nUID:b", "A date, a time or a rule in it cannot be read."),
        ("RRULE:FREQ=;;=", "A date, a time or a rule in it cannot be read."),
        ("SUMMARY:" + "a" * 5000, "A line of it is too long to be one that says who is on shift."),
        *(
            (f"RRULE:{rule}", "It repeats in a way that is not understood; each so many days or weeks is.")
            for rule in (
                "FREQ=SECONDLY",
                "FREQ=MONTHLY",
                "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
                "FREQ=WEEKLY;BYDAY=1MO",
                "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
                "FREQ=DAILY;INTERVAL=0",
                "FREQ=DAILY;INTERVAL=367",
            )
        ),
    ],
)
def test_an_event_that_is_not_understood_is_named_with_its_line(event, why):
    text = calendar("UID:good", event)

    assert whys(text) == [(8, why)]
    assert [each.uid for each in read(text).planned] == ["good"]


NO_CALENDAR = "This is no calendar file that can be read. Export the calendar as iCalendar (.ics) and choose that file."
TOO_MANY = "This calendar holds more than 5000 shifts. Export fewer months, or this team alone."
TOO_LARGE = "This calendar is larger than 1 MB. Export fewer months, or this team alone."


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", NO_CALENDAR),
        ("<html>", NO_CALENDAR),
        ("BEGIN:VCALENDAR", NO_CALENDAR),
        ("BEGIN:VCALENDAR\nEND:VEVENT", NO_CALENDAR),
        ("BEGIN:VCARD\nEND:VCARD", NO_CALENDAR),
        (calendar("SUMMARY:\0"), NO_CALENDAR),
        ("BEGIN:VCALENDAR\n" + "BEGIN:VEVENT\n" * 50_000, NO_CALENDAR),
        (calendar(*["SUMMARY:x"] * 5001), TOO_MANY),
        (calendar(*["RRULE:FREQ=DAILY"] * 50), TOO_MANY),
        (calendar(*["DTSTART:20000101T080000\nDURATION:PT8H\nRRULE:FREQ=DAILY;COUNT=9000"] * 6), TOO_MANY),
        (calendar("SUMMARY:" + "a" * 1_000_000), TOO_LARGE),
        (calendar("SUMMARY:" + "ä" * 500_000), TOO_LARGE),
    ],
)
def test_a_file_that_is_none_of_a_roster_gets_one_sentence(text, sentence):
    with pytest.raises(Refused) as refused:
        read(text)

    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (
            calendar("SUMMARY:Jörg").encode("latin-1"),
            "This file is not written in UTF-8, so names in it would be wrong.",
        ),
        (
            calendar("SUMMARY:Jörg").encode("utf-16"),
            "This file is not written in UTF-8, so names in it would be wrong.",
        ),
        (b"\xff" * 10_000_000, "This calendar is larger than 1 MB."),
    ],
)
def test_a_file_in_another_writing_is_refused(data, sentence):
    with pytest.raises(Refused) as refused:
        calendars.decoded(data)

    assert refused.value.message == sentence


def test_a_file_with_a_mark_of_its_writing_is_read():
    assert len(read(calendars.decoded(calendar("UID:a").encode("utf-8-sig"))).planned) == 1


def test_a_slim_file_says_the_same():
    text = calendar(
        "UID:a\nDESCRIPTION:secret\nSUMMARY:long\n folded\nRRULE:FREQ=DAILY;COUNT=2",
        "UID:b\nBEGIN:VALARM\nSUMMARY:secret\nTRIGGER:-PT5M\nEND:VALARM",
        head="X-WR-CALNAME:secret\r\nBEGIN:VTIMEZONE\r\nTZID:secret\r\nEND:VTIMEZONE\r\n",
    )
    slim = calendars.slimmed(text)

    assert "secret" not in slim
    first, second = (
        [(each.uid, each.occurrence, each.starts_at, each.words) for each in read(each).planned]
        for each in (text, slim)
    )
    assert first == second
    assert len(first) == 3


LINES = st.one_of(
    st.text(max_size=30),
    st.builds(
        "{}{}:{}".format,
        st.sampled_from(["DTSTART", "DTEND", "RRULE", "EXDATE", "RDATE", "RECURRENCE-ID", "DURATION", "UID"]),
        st.sampled_from(["", ";VALUE=DATE", ";TZID=Europe/Berlin", ";TZID=Europe", ';X="', ";VALUE=PERIOD"]),
        st.sampled_from(
            ["20260303T080000", "20260303", "FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO;UNTIL=20260401", "PT8H", "-P1D", "",
             "99991231T235959", "00010101T000000Z", "20260303T080000Z/PT8H", "FREQ=DAILY;COUNT=-1", "mailto:a@b"]
        ),
    ),
)  # fmt: skip


@given(st.lists(st.lists(LINES, max_size=8), max_size=4))
@example([["DTSTART:00010101T000000Z", "DURATION:PT8H", "RRULE:FREQ=DAILY"]])
def test_whatever_stands_in_events_leads_to_shifts_or_problems_or_a_sentence(events):
    body = "".join("\n".join(["BEGIN:VEVENT", *lines, "END:VEVENT", ""]) for lines in events)
    found = calendars.CalendarFile()
    with suppress(Refused):
        found = read(f"BEGIN:VCALENDAR\n{body}END:VCALENDAR\n")

    assert all(max(each.starts_at, NOON - calendars.KEPT) < each.ends_at for each in found.planned)
    assert all(each.line > 1 and each.why for each in found.problems)


@given(
    zone=st.sampled_from(ZONES),
    day=st.dates(date(2026, 1, 1), date(2027, 12, 1)),
    start=st.integers(0, 23 * 60 + 59),
    length=st.integers(60, 24 * 60),
)
@example(zone=BERLIN, day=date(2026, 3, 28), start=22 * 60, length=8 * 60)
@example(zone=BERLIN, day=date(2026, 10, 24), start=22 * 60, length=8 * 60)
@example(zone="America/New_York", day=date(2026, 11, 1), start=0, length=24 * 60)
def test_a_shift_begins_and_ends_when_the_clock_on_the_wall_says(zone, day, start, length):
    midnight = datetime.combine(day, time())
    begins = midnight + timedelta(minutes=start)
    ends = begins + timedelta(minutes=length)
    text = calendar(f"DTSTART:{begins:%Y%m%dT%H%M%S}\nDTEND:{ends:%Y%m%dT%H%M%S}\nRRULE:FREQ=DAILY;COUNT=3")

    found = times(text, zone=zone, now=midnight.replace(tzinfo=UTC))

    for number, (first, last) in enumerate(found):
        assert wall(first, zone) == really(begins + timedelta(days=number), zone)
        assert wall(last, zone) == really(ends + timedelta(days=number), zone)
        assert timedelta(minutes=length) - timedelta(hours=1) <= last - first <= LONGEST + timedelta(hours=1)
    assert len(found) == 3


def wall(moment, zone):
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def really(clock, zone):
    """What the clock shows: in the hour that is left out in spring it is an hour later."""
    return wall(clock.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC), zone)
