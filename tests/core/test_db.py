"""The database: times, foreign keys, and two kinds of session."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from portal.core.clock import frozen
from portal.core.db import Database, Json, UtcDateTime
from portal.core.events import EventRow, Job
from portal.core.switches import PortalState, raise_generation
from portal.testing import NOON

BERLIN_SUMMER = timezone(timedelta(hours=2))


def event(**given) -> EventRow:
    return EventRow(**{"name": "thing.done", "at": NOON, "payload": {}, **given})


def test_a_time_comes_back_aware_and_in_utc(db):
    with db.transaction() as session:
        session.add(event(at=datetime(2026, 7, 1, 14, 30, tzinfo=BERLIN_SUMMER)))

    with db.reading() as session:
        at = session.scalars(sa.select(EventRow.at)).one()

    assert (at, at.tzinfo) == (datetime(2026, 7, 1, 12, 30, tzinfo=UTC), UTC)


def test_a_naive_time_is_refused_and_nothing_is_written(db):
    with pytest.raises(sa.exc.StatementError, match="A naive time cannot be stored"), db.transaction() as session:
        session.add(event(at=datetime(2026, 7, 1, 12, 30)))  # noqa: DTZ001 - the point

    with db.reading() as session:
        assert session.scalars(sa.select(EventRow)).all() == []


def test_a_database_that_keeps_zones_gets_and_gives_utc():
    postgres = sa.make_url("postgresql://").get_dialect()()
    column = UtcDateTime()
    stored = column.process_bind_param(datetime(2026, 7, 1, 14, 30, tzinfo=BERLIN_SUMMER), postgres)

    assert (stored, stored.tzinfo) == (datetime(2026, 7, 1, 12, 30, tzinfo=UTC), UTC)
    assert column.process_result_value(datetime(2026, 7, 1, 14, 30, tzinfo=BERLIN_SUMMER), postgres) == stored


def test_plain_values_are_kept_as_text_with_sorted_keys(db):
    with db.transaction() as session:
        session.add(event(payload={"b": [1, None, True], "a": "ü", "at": NOON}))

    with db.reading() as session:
        text = session.execute(sa.text("SELECT payload FROM event")).scalar_one()
        payload = session.scalars(sa.select(EventRow.payload)).one()

    assert text == '{"a":"ü","at":"2026-03-02T12:00:00+00:00","b":[1,null,true]}'
    assert payload == {"a": "ü", "at": "2026-03-02T12:00:00+00:00", "b": [1, None, True]}


def test_a_value_that_is_not_plain_is_refused():
    with pytest.raises(TypeError, match="set is not a plain value"):
        Json().process_bind_param({"a": {1, 2}}, sa.make_url("sqlite://").get_dialect()())


def test_sqlite_is_set_for_acknowledged_writes_that_survive_a_power_cut(db):
    with db.reading() as session:
        pragmas = {
            name: session.execute(sa.text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }

    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}


def test_a_row_that_points_at_nothing_is_refused(db):
    with pytest.raises(sa.exc.IntegrityError, match="FOREIGN KEY"), db.transaction() as session:
        session.add(Job(listener="a.b", event_id=99, run_at=NOON))

    with db.reading() as session:
        assert session.scalars(sa.select(Job)).all() == []


def test_a_transaction_is_rolled_back_by_any_exception(db):
    def write_and_stop() -> None:
        with db.transaction() as session:
            session.add(event())
            session.flush()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_and_stop()

    with db.reading() as session:
        assert session.scalars(sa.select(EventRow)).all() == []


def test_what_was_written_can_still_be_read_after_the_commit(db):
    with db.transaction() as session:
        row = event(payload={"ref": "KB0001"})
        session.add(row)

    assert (row.id, row.payload) == (1, {"ref": "KB0001"})


def test_many_threads_that_read_and_then_write_are_never_told_that_the_database_is_locked(db):
    rounds, writers = 15, 6
    begin = threading.Barrier(writers)

    def count_up(_writer: int) -> None:
        begin.wait()
        for _ in range(rounds):
            with db.transaction() as session:
                raise_generation(session, "counter")

    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(count_up, range(writers)))

    with db.reading() as session:
        assert session.get(PortalState, "counter").value == rounds * writers


def test_a_reader_sees_the_state_from_before_while_somebody_writes(db):
    with db.transaction() as writing:
        raise_generation(writing, "counter")
        with db.reading() as session:
            during = session.get(PortalState, "counter")

    with db.reading() as session:
        assert (during, session.get(PortalState, "counter").value) == (None, 1)


def test_a_new_folder_for_the_database_is_closed_to_others(tmp_path):
    Database(f"sqlite:///{tmp_path / 'instance' / 'portal.sqlite'}").close()

    assert oct((tmp_path / "instance").stat().st_mode & 0o777) == "0o700"


def test_the_clock_stands_still_and_moves_only_when_told():
    with frozen(NOON) as move:
        from portal.core import clock

        first = clock.now()
        move(datetime(2026, 7, 1, 14, 30, tzinfo=BERLIN_SUMMER))

        assert (first, clock.now()) == (NOON, datetime(2026, 7, 1, 12, 30, tzinfo=UTC))
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_naive_moment_cannot_stop_the_clock():
    with pytest.raises(ValueError, match="A frozen clock needs an aware time"), frozen(datetime(2026, 3, 2)):  # noqa: DTZ001
        pass
