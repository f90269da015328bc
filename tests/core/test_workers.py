"""Workers: schedules that one of them runs, what they say of themselves, and how they end."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal.core import jobs
from portal.core.events import On
from portal.core.jobs import Every, JobFigures, WorkerRow, figures
from portal.core.switches import raise_generation
from portal.testing import NOON
from tests.core.parcels import ParcelSent, after, count_of


@pytest.fixture(autouse=True)
def _at_noon(frozen_clock):
    """Every test of this file begins at noon."""


def test_a_schedule_runs_again_when_its_time_has_passed_and_in_one_worker_only(db, make_worker):
    ran = []

    def tidy(_session, now) -> None:
        ran.append(now)

    schedule = ("house", Every("tidy", 60, tidy))
    first, second = make_worker("first", schedule), make_worker("second", schedule)

    counts = [worker.run_schedules(after(at)) for at in (0, 59, 60) for worker in (first, second)]

    assert (counts, ran) == ([1, 0, 0, 0, 1, 0], [after(0), after(60)])


def test_two_workers_at_once_run_a_schedule_once(db, make_worker):
    def tidy(session, _now) -> None:
        raise_generation(session, "delivered")

    begin = threading.Barrier(4)
    workers = [make_worker(f"worker {number}", ("house", Every("tidy", 60, tidy))) for number in range(4)]

    def work(worker) -> None:
        begin.wait()
        worker.run_schedules(NOON)

    with ThreadPoolExecutor(len(workers)) as pool:
        list(pool.map(work, workers))

    assert count_of(db) == 1


def test_a_schedule_that_fails_writes_nothing_and_stops_no_other(db, make_worker):
    def stumble(session, _now) -> None:
        raise_generation(session, "delivered")
        raise OSError

    def tidy(session, _now) -> None:
        raise_generation(session, "delivered")

    worker = make_worker("worker", ("house", Every("stumble", 60, stumble)), ("house", Every("tidy", 60, tidy)))

    assert (worker.run_schedules(NOON), count_of(db)) == (1, 1)


def test_a_schedule_of_an_owner_that_is_off_does_not_run(db, make_worker):
    worker = make_worker(
        "worker", ("garden", Every("tidy", 60, lambda *_: None)), is_on=lambda owner: owner != "garden"
    )

    assert worker.run_schedules(NOON) == 0


def test_the_figures_tell_what_waits_and_when_a_worker_was_seen(db, bus, listen, send, make_worker):
    def stumble(_session, event) -> None:
        if event.number == 1:
            raise OSError

    listen(On(ParcelSent, stumble))
    send(1)
    worker = make_worker(tries=1)
    worker.run_due(NOON)
    send(2)
    worker._beat(NOON, after(10))

    with db.reading() as session:
        assert figures(session, bus) == JobFigures(waiting=1, parked=1, oldest_waiting=NOON, worker_seen_at=after(10))


def test_jobs_that_a_plugin_left_behind_when_it_went_off_are_not_counted(db, bus, listen, send):
    off = set()
    bus._is_on = lambda owner: owner not in off

    def deliver(_session, _event) -> None:
        pass

    listen(On(ParcelSent, deliver), owner="garden")
    send(1)
    counts = []
    for names in (set(), {"garden"}):
        off |= names
        with db.reading() as session:
            counts.append(figures(session, bus).waiting)

    assert counts == [1, 0]


def test_a_worker_that_ended_long_ago_is_forgotten(db, make_worker):
    make_worker("old")._beat(NOON, NOON)
    make_worker("new")._beat(after(400), after(400))

    with db.reading() as session:
        assert session.scalars(sa.select(WorkerRow.name)).all() == ["new"]


def test_a_worker_works_until_it_is_stopped_and_says_that_it_lives(db, listen, send, make_worker, jobs_left):
    stop, delivered = threading.Event(), threading.Event()

    def deliver(_session, _event) -> None:
        delivered.set()

    listen(On(ParcelSent, deliver))
    thread = threading.Thread(target=make_worker("the worker").run_forever, args=(stop,), kwargs={"poll_seconds": 0.01})
    thread.start()
    send(1)
    heard = delivered.wait(10)
    with db.reading() as session:
        alive = session.scalars(sa.select(WorkerRow)).all()
    stop.set()
    thread.join(10)

    with db.reading() as session:
        gone = session.scalars(sa.select(WorkerRow)).all()
    assert (heard, [(row.name, row.seen_at) for row in alive], gone, jobs_left()) == (
        True,
        [("the worker", NOON)],
        [],
        [],
    )


def test_a_worker_is_seen_again_every_few_seconds(db, make_worker, frozen_clock):
    stop = threading.Event()
    seen = []

    def look(session, now) -> None:
        seen.append(session.scalars(sa.select(WorkerRow.seen_at)).one())
        frozen_clock(now + timedelta(seconds=6))
        if len(seen) == 5:
            stop.set()

    worker = make_worker("worker", ("house", Every("look", 1, look)))
    worker.run_forever(stop, poll_seconds=0)

    assert seen == [after(0), after(0), after(12), after(12), after(24)]


def test_a_worker_gives_itself_a_name_that_no_other_has(db, bus):
    names = {jobs.Worker(db, bus).name}
    thread = threading.Thread(target=lambda: names.add(jobs.Worker(db, bus).name))
    thread.start()
    thread.join()

    assert len(names) == 2
