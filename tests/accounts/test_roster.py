"""Who is on shift when: by hand, from a calendar file, and in teams that keep no roster."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from portal.accounts import absences, queries, roster, rostering, service
from portal.accounts.models import Person, Shift
from portal.accounts.roster import Stay
from portal.core import migrate
from portal.core.errors import NotFound, Refused
from portal.core.events import EventRow
from portal.organisation.models import Party
from portal.testing import NOON
from tests.accounts.rosters import calendar, utc

TEAM = "front-line"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TUESDAY = utc("2026-03-03T00:00")


@pytest.fixture
def robin(company, make_person):
    return make_person("Robin Bell", login="robin", party_id=TEAM)


@pytest.fixture
def kim(company, make_person):
    return make_person("Kim Lee", login="kim", party_id=TEAM)


@pytest.fixture
def olga(company, make_person):
    return make_person("Olga Ost", login="olga", party_id="network")


@pytest.fixture
def db(company, robin, kim, olga):
    with company.db.session() as session:
        session.get(Person, robin.id).mail = "Robin@example.org"
        session.get(Party, TEAM).site.time_zone = "Europe/Berlin"
        session.get(Party, TEAM).site.holidays = "DE"
        session.get(Party, TEAM).hours = "Mon-Fri 08:00-12:00, Mon-Sat 13:00-18:00"
        session.flush()
        yield session


def put(db, person, start, end, *, note="", by=None, now=NOON):
    known, team = queries.person(db, person.id), roster.party(db, TEAM)
    return roster.put_shift(db, known, team, utc(start), utc(end), note=note, by=by, now=now)


def bring(db, *events, dry_run=False, now=NOON):
    found = rostering.import_calendar(db, roster.party(db, TEAM), calendar(*events), now, by=None, dry_run=dry_run)
    return (found.came, found.changed, found.went), [(each.line, each.why) for each in found.problems]


def kept(db):
    query = sa.select(Shift.person_id, Shift.starts_at, Shift.ends_at).order_by(Shift.starts_at, Shift.person_id)
    return [tuple(row) for row in db.execute(query)]


def told(db):
    rows = db.scalars(sa.select(EventRow).where(EventRow.name == "roster.changed").order_by(EventRow.id))
    return [(row.actor_id, row.payload) for row in rows]


def names(people):
    return [person.name for person in people]


def test_a_shift_by_hand_is_kept_once_and_told_without_a_name(db, robin, kim):
    first = put(db, robin, "2026-03-03T07:00", "2026-03-03T15:00", by=kim.id)
    again = put(db, robin, "2026-03-03T07:00", "2026-03-03T15:00", by=kim.id)

    assert again is first
    assert first.is_by_hand
    assert kept(db) == [(robin.id, utc("2026-03-03T07:00"), utc("2026-03-03T15:00"))]
    assert told(db) == [
        (
            kim.id,
            {
                "party_id": TEAM,
                "starts_at": "2026-03-03T07:00:00+00:00",
                "ends_at": "2026-03-03T15:00:00+00:00",
            },
        )
    ]


@pytest.mark.parametrize(
    ("start", "end", "sentence"),
    [
        ("2026-03-03T07:00", "2026-03-03T07:00", "The shift ends before it begins."),
        ("2026-03-03T07:00", "2026-03-04T07:01", "A shift is at most 24 hours long."),
        ("1999-12-31T07:00", "1999-12-31T15:00", "A shift begins after the year 1999, and at most two years from now."),
        ("2029-03-03T07:00", "2029-03-03T15:00", "A shift begins after the year 1999, and at most two years from now."),
        ("2024-03-03T07:00", "2024-03-03T15:00", "Shifts that ended more than 400 days ago are not kept."),
    ],
)
def test_a_shift_that_cannot_be_is_refused_with_a_remedy(db, robin, start, end, sentence):
    with pytest.raises(Refused) as refused:
        put(db, robin, start, end)

    assert refused.value.message == sentence
    assert refused.value.hint
    assert kept(db) == []


def test_24_hours_on_the_clock_are_25_when_clocks_are_moved_back(db, robin):
    put(db, robin, "2026-10-24T22:00", "2026-10-25T23:00")

    with pytest.raises(Refused, match="24 hours"):
        put(db, robin, "2026-10-25T23:00", "2026-10-27T00:00")


def test_a_long_note_is_refused(db, robin):
    with pytest.raises(Refused, match="200"):
        put(db, robin, "2026-03-03T07:00", "2026-03-03T15:00", note="x" * 201)


def test_only_people_of_the_team_are_given_a_shift(db, robin, olga):
    with pytest.raises(Refused, match="Olga Ost does not belong to"):
        put(db, olga, "2026-03-03T07:00", "2026-03-03T15:00")
    service.leave(db, queries.person(db, robin.id), by=None, now=NOON)

    with pytest.raises(Refused, match="Robin Bell does not belong to"):
        put(db, robin, "2026-03-03T07:00", "2026-03-03T15:00")


def test_a_shift_is_removed_and_no_other_team_reaches_it(db, robin):
    old = put(db, robin, "2026-03-03T07:00", "2026-03-03T15:00")

    with pytest.raises(NotFound):
        roster.shift(db, "network", old.id)
    roster.remove_shift(db, roster.shift(db, TEAM, old.id), by=robin.id)

    assert kept(db) == []
    assert [by for by, _payload in told(db)] == [None, robin.id]


def test_who_is_on_shift_between_two_moments(db, robin, kim):
    put(db, robin, "2026-03-03T07:00", "2026-03-03T15:00")
    put(db, kim, "2026-03-03T15:00", "2026-03-03T23:00")

    def on_shift(start, end):
        return names(roster.on_shift(db, [TEAM], utc(start), utc(end)))

    assert on_shift("2026-03-03T06:00", "2026-03-03T07:00") == []
    assert on_shift("2026-03-03T06:00", "2026-03-03T07:01") == ["Robin Bell"]
    assert on_shift("2026-03-03T14:59", "2026-03-03T15:01") == ["Kim Lee", "Robin Bell"]
    assert on_shift("2026-03-03T23:00", "2026-03-04T23:00") == []


def test_a_shift_counts_for_the_team_in_which_it_was(db, robin, kim):
    put(db, robin, "2026-03-03T07:00", "2026-03-03T15:00")
    put(db, kim, "2026-03-04T07:00", "2026-03-04T15:00")
    db.get(Person, robin.id).party_id = "network"
    db.flush()

    assert names(roster.on_shift(db, [TEAM], TUESDAY, TUESDAY + DAY)) == ["Robin Bell"]


def test_a_team_without_a_roster_works_in_its_hours_on_working_days(db, robin, kim, olga):
    week = (TUESDAY, TUESDAY + 5 * DAY)  # to the end of Saturday, in UTC

    found = roster.shifts(db, [TEAM], *week)

    assert [(each.starts_at, each.ends_at) for each in found if each.person_id == robin.id] == [
        (utc(f"2026-03-0{day}T{first}:00"), utc(f"2026-03-0{day}T{last}:00"))
        for day in (3, 4, 5, 6)
        for first, last in (("07", "11"), ("12", "17"))
    ]
    assert {each.person_id for each in found} == {robin.id, kim.id}
    assert names(roster.on_shift(db, [TEAM], *week)) == ["Kim Lee", "Robin Bell"]
    assert roster.on_shift(db, [TEAM], utc("2026-03-07T12:00"), utc("2026-03-07T16:00")) == []  # a Saturday
    assert roster.on_shift(db, [TEAM], utc("2026-04-03T06:00"), utc("2026-04-03T16:00")) == []  # Good Friday
    assert roster.on_shift(db, [TEAM], utc("2026-03-03T11:00"), utc("2026-03-03T12:00")) == []  # noon


def test_one_entry_makes_a_roster_for_all_of_the_team(db, robin, kim):
    put(db, kim, "2026-03-10T07:00", "2026-03-10T15:00")

    assert roster.has_roster(db, TEAM)
    assert roster.on_shift(db, [TEAM], TUESDAY, TUESDAY + DAY) == []
    assert roster.shifts(db, [TEAM], TUESDAY, TUESDAY + DAY) == []


def test_the_hours_of_a_team_without_any_are_those_of_the_desk_or_the_whole_day(db, olga):
    team = roster.party(db, "network")
    team.hours, team.site.time_zone = "", "Asia/Kolkata"
    db.execute(sa.text("UPDATE organisation SET desk_hours = ''"))
    db.flush()
    db.expire_all()

    found = roster.shifts(db, ["network"], TUESDAY, TUESDAY + DAY)

    assert found == [Stay(party_id="network", person_id=olga.id, starts_at=TUESDAY, ends_at=TUESDAY + DAY)]


def test_nobody_is_asked_for_years(db):
    with pytest.raises(ValueError, match="92 days"):
        roster.shifts(db, [TEAM], NOON, NOON + 93 * DAY)
    with pytest.raises(ValueError, match="92 days"):
        roster.on_shift(db, [TEAM], NOON, NOON)


spans = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(1, 2), st.integers(0, 60), st.integers(1, 24)), max_size=12
)


@given(spans)
def test_shifts_that_overlap_are_one_stay(rows):
    stays = [
        Stay(party_id=party, person_id=person, starts_at=NOON + start * HOUR, ends_at=NOON + (start + length) * HOUR)
        for party, person, start, length in rows
    ]

    found = roster.merged(stays)

    def hours(of):
        return {
            (each.party_id, each.person_id, each.starts_at + number * HOUR)
            for each in of
            for number in range((each.ends_at - each.starts_at) // HOUR)
        }

    assert hours(found) == hours(stays)
    assert all(
        one is other
        or (one.party_id, one.person_id) != (other.party_id, other.person_id)
        or one.ends_at < other.starts_at
        or other.ends_at < one.starts_at
        for one in found
        for other in found
    )
    assert roster.merged(found) == found
    assert [each.starts_at for each in found] == sorted(each.starts_at for each in found)


@pytest.mark.parametrize(
    ("days", "away"),
    [
        ([], False),
        ([(3, 4)], True),
        ([(1, 9)], True),
        ([(3, 3)], False),
        ([(4, 4)], False),
        ([(3, 3), (4, 4)], True),
        ([(1, 3), (5, 9)], False),
    ],
)
def test_who_is_away_the_whole_time(db, robin, kim, days, away):
    for first, last in days:
        absences.add(
            db, queries.person(db, robin.id), date(2026, 3, first), date(2026, 3, last), by=None, today=NOON.date()
        )
    people = roster.members(db, TEAM)

    found = roster.away_throughout(db, people, utc("2026-03-03T07:00"), utc("2026-03-04T15:00"))

    assert found == ({robin.id} if away else set())


def test_days_away_are_days_where_the_person_is(db, robin):
    person = queries.person(db, robin.id)
    absences.add(db, person, date(2026, 3, 3), date(2026, 3, 3), by=None, today=NOON.date())
    window = (utc("2026-03-02T12:00"), utc("2026-03-03T09:00"))

    before = roster.away_throughout(db, [person], *window)
    person.time_zone = "Pacific/Auckland"  # where it is 3 March already
    db.flush()

    assert (before, roster.away_throughout(db, [person], *window)) == (set(), {robin.id})


def test_a_file_twice_makes_each_shift_once(db, robin, kim):
    events = ("UID:a\nATTENDEE:mailto:robin@EXAMPLE.org", "UID:b\nSUMMARY:Late KIM")

    assert bring(db, *events, dry_run=True) == ((2, 0, 0), [])
    assert kept(db) == []
    assert bring(db, *events) == ((2, 0, 0), [])
    assert bring(db, *events) == ((0, 0, 0), [])
    assert kept(db) == [(person.id, utc("2026-03-03T07:00"), utc("2026-03-03T15:00")) for person in (robin, kim)]
    assert len(told(db)) == 1


def test_an_event_with_another_time_is_changed_and_with_another_person_moved(db, robin, kim):
    bring(db, "UID:a\nSUMMARY:robin")

    later = "UID:a\nDTSTART:20260303T100000\nDTEND:20260303T180000\nSUMMARY:"
    assert bring(db, later + "robin") == ((0, 1, 0), [])
    assert bring(db, later + "kim") == ((1, 0, 1), [])
    assert kept(db) == [(kim.id, utc("2026-03-03T09:00"), utc("2026-03-03T17:00"))]
    assert told(db)[1][1]["starts_at"] == "2026-03-03T07:00:00+00:00"


def test_a_cancelled_event_goes_and_one_that_is_not_named_stays(db, robin, kim):
    bring(db, "UID:a\nSUMMARY:robin", "UID:b\nSUMMARY:kim")

    assert bring(db, "UID:a\nSUMMARY:robin\nSTATUS:CANCELLED") == ((0, 0, 1), [])
    assert [person for person, *_times in kept(db)] == [kim.id]


def test_of_what_repeats_only_what_is_ahead_goes(db, robin):
    series = "UID:a\nSUMMARY:robin\nRRULE:FREQ=DAILY;COUNT=5"
    bring(db, series)

    assert bring(db, series + "\nEXDATE:20260303T080000\nEXDATE:20260306T080000", now=NOON + 2 * DAY) == ((0, 0, 1), [])
    assert [start.day for _person, start, _end in kept(db)] == [3, 4, 5, 7]


def test_one_of_a_series_is_cancelled_by_a_file_of_its_own(db, robin):
    bring(db, "UID:a\nSUMMARY:robin\nRRULE:FREQ=DAILY;COUNT=3")

    assert bring(db, "UID:a\nRECURRENCE-ID:20260304T080000\nSTATUS:CANCELLED") == ((0, 0, 1), [])
    assert [start.day for _person, start, _end in kept(db)] == [3, 5]


def test_nobody_is_guessed(db, robin, olga):
    bring(db, "UID:a\nSUMMARY:robin")

    found = bring(db, "UID:a\nSUMMARY:olga night", "UID:b\nATTENDEE:mailto:boss@example.org", "UID:c")

    assert found == (
        (0, 0, 0),
        [
            (3, "Nobody of this team has this mail address or sign-in name: olga night."),
            (9, "Nobody of this team has this mail address or sign-in name: boss@example.org."),
            (15, "It does not say who is on shift."),
        ],
    )
    assert len(kept(db)) == 1  # what is not understood changes nothing


def test_a_person_whom_nobody_could_name_is_not_found_by_what_declined(db, robin, kim):
    bring(db, "UID:a\nATTENDEE;PARTSTAT=DECLINED:mailto:robin@example.org\nSUMMARY:kim")

    assert [person for person, *_times in kept(db)] == [kim.id]


def test_keepers_are_the_lead_the_signers_and_who_looks_after_all(db, robin, kim, olga):
    service.name_duty(db, queries.person(db, robin.id), "party_lead", TEAM, by=None, now=NOON)
    service.name_duty(db, queries.person(db, kim.id), "party_signer", TEAM, by=None, now=NOON)
    service.name_duty(db, queries.person(db, olga.id), "party_lead", "network", by=None, now=NOON)

    assert [roster.keeps(db, TEAM, person_id=each.id, may_keep_all=False) for each in (robin, kim, olga)] == [
        True,
        True,
        False,
    ]
    assert roster.keeps(db, TEAM, person_id=olga.id, may_keep_all=True)
    assert not roster.keeps(db, TEAM, person_id=None, may_keep_all=False)


def test_shifts_of_long_ago_are_forgotten(db, robin):
    put(db, robin, "2026-03-03T07:00", "2026-03-03T15:00")
    put(db, robin, "2026-03-04T07:00", "2026-03-04T15:00")

    roster.forget_past(db, utc("2026-03-03T15:01") + 400 * DAY)

    assert [start.day for _person, start, _end in kept(db)] == [4]


def test_the_next_shifts_of_a_person_name_their_team(db, robin, kim):
    for day in (1, 2, 3):
        put(db, robin, f"2026-03-0{day}T07:00", f"2026-03-0{day}T15:00")
    put(db, kim, "2026-03-04T07:00", "2026-03-04T15:00")

    found = roster.of_person(db, robin.id, NOON)

    name = roster.party(db, TEAM).name
    assert [(each.starts_at.day, team) for each, team in found] == [(2, name), (3, name)]


def test_the_step_to_rosters_goes_back_and_forth_with_every_row(house, company, robin):
    with house.db.transaction() as session:
        put(session, robin, "2026-03-03T07:00", "2026-03-03T15:00", note="Phone")
    before = rows_of(house)

    owner = migrate.owners(house.root, house.plugins)[0]
    migrate.downgrade(house.db, owner, "0013")
    down = set(sa.inspect(house.db.engine).get_table_names())
    migrate.upgrade(house.db, [owner], backup_to=None, now=NOON)
    up = set(sa.inspect(house.db.engine).get_table_names())

    assert down & {"shift", "kept_0014_shift"} == {"kept_0014_shift"}
    assert up & {"shift", "kept_0014_shift"} == {"shift"}
    assert rows_of(house) == before
    assert len(before) == 1


def rows_of(house):
    with house.db.reading() as session:
        return [tuple(row) for row in session.execute(sa.select(Shift.__table__))]
