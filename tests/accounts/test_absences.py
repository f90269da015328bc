"""When people are away: a first and a last day, both included, and nothing about why."""

import itertools
import shutil
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.accounts import absences, queries, service
from portal.accounts.models import Absence
from portal.app import build
from portal.core import migrate
from portal.core.errors import NotFound, Refused
from portal.core.events import EventRow
from portal.testing import NOON

TODAY = NOON.date()  # Monday, 2 March 2026
DAY = timedelta(days=1)


@pytest.fixture
def robin(company, make_person):
    return make_person("Robin Bell")


@pytest.fixture
def kim(company, make_person):
    return make_person("Kim Lee")


@pytest.fixture
def db(company, robin, kim):
    with company.db.session() as session:
        yield session


def march(day):
    return date(2026, 3, day)


def add(db, person, first, last, *, by=None, today=TODAY):
    return absences.add(db, queries.person(db, person.id), first, last, by=by, today=today)


def days(db, person):
    query = sa.select(Absence.first_on, Absence.last_on).where(Absence.person_id == person.id)
    return sorted(tuple(row) for row in db.execute(query))


def told(db):
    rows = db.scalars(sa.select(EventRow).where(EventRow.name == "person.absence_changed").order_by(EventRow.id))
    return [(row.actor_id, row.payload) for row in rows]


def test_an_absence_is_kept_and_told_without_its_days(db, robin, kim):
    add(db, robin, march(9), march(13), by=kim.id)

    assert days(db, robin) == [(march(9), march(13))]
    assert told(db) == [(kim.id, {"person_id": robin.id})]


@pytest.mark.parametrize(("day", "away"), [(8, False), (9, True), (11, True), (13, True), (14, False)])
def test_the_first_and_the_last_day_count(db, robin, kim, day, away):
    add(db, robin, march(9), march(13))

    assert absences.is_absent(db, robin.id, march(day)) is away
    assert absences.absent_among(db, [robin.id, kim.id], march(day)) == ({robin.id} if away else set())
    assert not absences.is_absent(db, kim.id, march(day))


def test_a_single_day_is_an_absence(db, robin):
    add(db, robin, march(9), march(9))

    assert [absences.is_absent(db, robin.id, march(day)) for day in (8, 9, 10)] == [False, True, False]


def test_the_days_of_many_people_come_in_order_and_in_few_queries(db, robin, kim, statements):
    add(db, robin, march(20), march(22))
    add(db, robin, march(9), march(13))
    add(db, kim, march(1), march(9))
    statements.clear()

    found = absences.days_of(db, [robin.id, kim.id, *range(10_000, 10_000 + absences.AT_ONCE)], march(8), march(20))

    assert found == {robin.id: [(march(9), march(13)), (march(20), march(22))], kim.id: [(march(1), march(9))]}
    assert len(statements) == 2


def test_nobody_is_away_among_nobody(db):
    assert absences.absent_among(db, [], TODAY) == set()


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (14, 19, [(9, 13), (14, 19), (20, 22)]),  # days that touch stay apart: somebody noted two
        (13, 15, [(9, 15), (20, 22)]),
        (5, 9, [(5, 13), (20, 22)]),
        (10, 21, [(9, 22)]),
        (1, 28, [(1, 28)]),
    ],
)
def test_what_meets_an_absence_becomes_one_with_it(db, robin, first, last, expected):
    add(db, robin, march(9), march(13))
    add(db, robin, march(20), march(22))

    add(db, robin, march(first), march(last))

    assert days(db, robin) == [(march(start), march(end)) for start, end in expected]
    assert len(told(db)) == 3


def test_days_that_are_noted_already_change_and_tell_nothing(db, robin):
    first = add(db, robin, march(9), march(13))

    again = add(db, robin, march(10), march(11))

    assert again is first
    assert days(db, robin) == [(march(9), march(13))]
    assert len(told(db)) == 1


def test_absences_of_others_are_no_business_of_mine(db, robin, kim):
    add(db, robin, march(9), march(13))
    add(db, kim, march(10), march(20))

    assert (days(db, robin), days(db, kim)) == ([(march(9), march(13))], [(march(10), march(20))])


def test_an_absence_can_be_made_shorter_and_longer(db, robin):
    old = add(db, robin, march(9), march(13))
    other = add(db, robin, march(20), march(22)).id

    absences.change(db, old, march(9), march(10), by=robin.id, today=TODAY)
    assert days(db, robin) == [(march(9), march(10)), (march(20), march(22))]

    absences.change(db, old, march(9), march(10), by=robin.id, today=TODAY)
    assert len(told(db)) == 3, "nothing changed the second time"

    absences.change(db, old, march(11), march(20), by=robin.id, today=TODAY)
    assert days(db, robin) == [(march(11), march(22))]
    assert (db.get(Absence, other), db.get(Absence, old.id)) == (None, old)
    assert told(db)[-1] == (robin.id, {"person_id": robin.id})


def test_a_removed_absence_is_gone_and_told(db, robin, kim):
    old = add(db, robin, march(9), march(13))

    absences.remove(db, old, by=kim.id)

    assert days(db, robin) == []
    assert told(db)[1:] == [(kim.id, {"person_id": robin.id})]
    with pytest.raises(NotFound, match="This absence is no longer there"):
        absences.absence(db, robin.id, old.id)


def test_an_absence_is_found_under_its_own_person_only(db, robin, kim):
    old = add(db, robin, march(9), march(13))

    assert absences.absence(db, robin.id, old.id) is old
    with pytest.raises(NotFound, match="This absence is no longer there"):
        absences.absence(db, kim.id, old.id)


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        (march(13), march(12), "The last day comes before the first one. For a single day, choose the same one twice."),
        (march(2), date(2029, 3, 6), "An absence is at most 3 years long. Look at the year of both days."),
        (
            date(2206, 3, 9),
            date(2206, 3, 13),
            "These days are more than 3 years away from today. Look at the year of both days.",
        ),
        (
            date(1, 1, 1),
            date(1, 1, 2),
            "These days are more than 3 years away from today. Look at the year of both days.",
        ),
    ],
)
def test_days_that_cannot_be_meant_are_refused_with_a_sentence(db, robin, first, last, sentence):
    old = add(db, robin, march(20), march(22))

    for attempt in (
        lambda: add(db, robin, first, last),
        lambda: absences.change(db, old, first, last, by=None, today=TODAY),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        assert str(refused.value) == sentence
    assert days(db, robin) == [(march(20), march(22))]
    assert len(told(db)) == 1


def test_three_years_are_no_more_than_three_years_and_absences_do_not_grow_past_them(db, robin):
    add(db, robin, march(2), date(2029, 3, 2))

    with pytest.raises(Refused, match="at most 3 years long"):
        add(db, robin, march(2) - 30 * DAY, march(2))

    assert days(db, robin) == [(march(2), date(2029, 3, 2))]


def test_who_has_left_gets_no_absence_and_keeps_those_from_before(db, robin):
    add(db, robin, march(9), march(13))
    service.leave(db, queries.person(db, robin.id), by=None, now=NOON)

    with pytest.raises(Refused, match="Robin Bell is no longer here"):
        add(db, robin, march(20), march(22))

    assert days(db, robin) == [(march(9), march(13))]


def test_the_database_refuses_days_in_the_wrong_order(db, robin):
    db.add(Absence(person_id=robin.id, first_on=march(13), last_on=march(12)))

    with pytest.raises(sa.exc.IntegrityError):
        db.flush()


def test_a_list_is_paged_with_the_latest_first(db, robin, kim):
    for number in range(5):
        add(db, robin, TODAY + 7 * number * DAY, TODAY + 7 * number * DAY)
    add(db, kim, TODAY, TODAY)

    pages = [absences.page_of(db, robin.id, page=page, per_page=2) for page in (0, 2, 9)]

    assert [(each.page, each.pages, each.total) for each in pages] == [(1, 3, 5), (2, 3, 5), (3, 3, 5)]
    assert [[row.first_on for row in each.rows] for each in pages] == [
        [TODAY + 28 * DAY, TODAY + 21 * DAY],
        [TODAY + 14 * DAY, TODAY + 7 * DAY],
        [TODAY],
    ]
    assert absences.page_of(db, -1).rows == []


SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 12)), max_size=12)


@given(spans=SPANS)
@settings(max_examples=60, deadline=None)
def test_whatever_is_added_nobody_is_away_on_another_day_than_they_said(migrated_house, spans):
    house, person_id = migrated_house
    said = {march(1) + n * DAY for first, length in spans for n in range(first, first + length + 1)}

    with house.db.session() as session:
        person = queries.person(session, person_id)
        for first, length in spans:
            start = march(1) + first * DAY
            absences.add(session, person, start, start + length * DAY, by=None, today=TODAY)
        kept = days(session, person)
        away = {n for n in range(80) if absences.is_absent(session, person_id, march(1) + n * DAY)}
        session.rollback()

    assert {march(1) + n * DAY for n in away} == said
    assert all(before[1] < after[0] for before, after in itertools.pairwise(kept))


@pytest.fixture(scope="module")
def migrated_house(migrated, tmp_path_factory):
    """A portal for many examples in a row, and the id of somebody in it."""
    instance = shutil.copytree(migrated, tmp_path_factory.mktemp("absences") / "instance")
    house = build({"instance": str(instance)}, environ={})
    with house.db.transaction() as session:
        person_id = service.add_person(session, name="Robin Bell", login="robin", now=NOON).id
    yield house, person_id
    house.close()


def test_the_step_to_absences_goes_back_and_forth_with_every_row(house, make_person):
    robin = make_person("Robin Bell")
    with house.db.transaction() as session:
        add(session, robin, march(9), march(13))
        add(session, robin, march(20), march(22))
    owner = migrate.owners(house.root, house.plugins)[0]

    migrate.downgrade(house.db, owner, "0007")
    with house.db.engine.connect() as connection:
        before = set(sa.inspect(connection).get_table_names())
    migrate.upgrade(house.db, [owner], backup_to=None, now=NOON)
    with house.db.reading() as session:
        rows = days(session, robin)
        after = set(sa.inspect(session.connection()).get_table_names())

    assert rows == [(march(9), march(13)), (march(20), march(22))]
    assert before & {"absence", "kept_0008_absence"} == {"kept_0008_absence"}
    assert after & {"absence", "kept_0008_absence"} == {"absence"}


def test_an_absence_is_forgotten_thirty_days_after_its_last_day(house, make_person):
    robin = make_person("Robin Bell")
    left = []
    with house.db.transaction() as session:
        add(session, robin, march(2), march(3))
        add(session, robin, march(9), march(13))
        for days_later in (30, 31, 41):
            absences.forget_past(session, datetime(2026, 3, 3, 23, tzinfo=UTC) + timedelta(days=days_later))
            left.append([last for _first, last in days(session, robin)])

    assert left == [[march(3), march(13)], [march(13)], []]
