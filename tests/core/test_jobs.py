"""The worker: each job once, retried, parked, or taken over; schedules by one worker only."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

import pytest
import sqlalchemy as sa

from portal.core import jobs
from portal.core.events import Event, EventRow, Job, On, emit
from portal.core.jobs import BACK_OFF_SECONDS, Every, JobFigures, WorkerRow, figures, retry_parked
from portal.core.switches import PortalState, raise_generation
from portal.testing import NOON


@dataclass(frozen=True, kw_only=True)
class ParcelSent(Event):
    """A parcel is on its way."""

    name: ClassVar[str] = "parcel.sent"
    number: int


@pytest.fixture
def send(db, listen):
    """Emit one event for each number, in a transaction of its own."""

    def emit_all(*numbers: int) -> None:
        for number in numbers:
            with db.transaction() as session:
                emit(session, ParcelSent(number=number))

    return emit_all


def count_of(db) -> int:
    with db.reading() as session:
        row = session.get(PortalState, "delivered")
        return row.value if row else 0


def after(seconds: float):
    return NOON + timedelta(seconds=seconds)


@pytest.fixture(autouse=True)
def _at_noon(frozen_clock):
    """Every test of this file begins at noon."""


def test_a_job_is_done_once_and_its_row_goes(db, listen, send, make_worker, jobs_left):
    heard = []

    def deliver(_session, event) -> None:
        heard.append(event)

    listen(On(ParcelSent, deliver))
    send(1, 2)

    worker = make_worker()

    assert (worker.run_due(NOON), worker.run_due(NOON)) == (2, 0)
    assert (heard, jobs_left()) == ([ParcelSent(number=1), ParcelSent(number=2)], [])


def test_what_a_listener_writes_is_kept_with_the_end_of_its_job(db, listen, send, make_worker):
    def deliver(session, _event) -> None:
        raise_generation(session, "delivered")

    listen(On(ParcelSent, deliver))
    send(1, 2, 3)
    make_worker().run_due(NOON)

    assert count_of(db) == 3


def test_a_job_that_fails_writes_nothing_and_waits_longer_each_time_until_it_is_parked(
    db, listen, send, make_worker, jobs_left, frozen_clock
):
    def stumble(session, _event) -> None:
        raise_generation(session, "delivered")
        raise OSError("no postman today")

    listen(On(ParcelSent, stumble))
    send(1)
    worker, now, waits = make_worker(tries=4), NOON, []

    for _ in range(4):
        frozen_clock(now)
        assert worker.run_due(now) == 1
        (job,) = jobs_left()
        waits.append((job.tries, (job.run_at - now).total_seconds(), job.parked_at))
        assert worker.run_due(job.run_at - timedelta(seconds=1)) == 0
        now = job.run_at

    assert waits == [(1, 2, None), (2, 10, None), (3, 60, None), (4, 300, after(72))]
    assert (worker.run_due(after(9_999_999)), count_of(db)) == (0, 0)
    assert job.error.endswith("OSError: no postman today\n")
    assert (job.taken_at, job.taken_by) == (None, None)


def test_the_back_off_ends_at_half_an_hour(listen, send, make_worker, jobs_left, frozen_clock):
    def stumble(_session, _event) -> None:
        raise OSError

    listen(On(ParcelSent, stumble))
    send(1)
    worker, now, waits = make_worker(tries=99), NOON, []
    for _ in range(7):
        frozen_clock(now)
        worker.run_due(now)
        due = jobs_left()[0].run_at
        waits.append((due - now).total_seconds())
        now = due

    assert waits == [*BACK_OFF_SECONDS, 1800, 1800] == [2, 10, 60, 300, 1800, 1800, 1800]


def test_a_parked_job_is_tried_again_when_somebody_asks(db, listen, send, make_worker, jobs_left):
    heard, broken = [], [True]

    def deliver(_session, event) -> None:
        if broken:
            raise OSError
        heard.append(event.number)

    listen(On(ParcelSent, deliver))
    send(1, 2, 3)
    worker = make_worker(tries=1)
    worker.run_due(NOON)
    broken.clear()
    first, *_rest = jobs_left()

    with db.transaction() as session:
        one = retry_parked(session, after(60), job_id=first.id)
    ran = worker.run_due(after(60))
    with db.transaction() as session:
        rest = retry_parked(session, after(61))
    ran += worker.run_due(after(61))

    assert (one, rest, ran, heard, jobs_left()) == (1, 2, 3, [1, 2, 3], [])


def test_a_listener_that_fails_keeps_no_other_from_its_work(listen, send, make_worker, jobs_left):
    heard = []

    def stumble(_session, _event) -> None:
        raise OSError

    def deliver(_session, event) -> None:
        heard.append(event.number)

    listen(On(ParcelSent, stumble), owner="broken")
    listen(On("parcel.sent", lambda _session, fact: heard.append(fact.payload["number"])), owner="whole")
    listen(On(ParcelSent, deliver), owner="also_whole")
    send(1)
    make_worker().run_due(NOON)

    assert (heard, [job.listener for job in jobs_left()]) == ([1, 1], ["broken.stumble"])


def test_a_row_that_its_event_class_no_longer_fits_is_put_off_alone(db, listen, send, make_worker, jobs_left):
    heard = []

    def deliver(_session, event) -> None:
        heard.append(event.number)

    listen(On(ParcelSent, deliver))
    send(1, 2)
    with db.transaction() as session:
        session.execute(sa.update(EventRow).where(EventRow.id == 1).values(payload={"weight": 3}))
    make_worker().run_due(NOON)

    (left,) = jobs_left()
    assert (heard, left.event_id, left.tries, left.run_at) == ([2], 1, 1, after(2))
    assert "number" in left.error


def test_a_batch_gets_a_list_of_at_most_so_many(listen, send, make_worker):
    heard = []

    def deliver(_session, events) -> None:
        heard.append([event.number for event in events])

    listen(On(ParcelSent, deliver, batch=2))
    send(1, 2, 3)
    make_worker().run_due(NOON)

    assert heard == [[1, 2], [3]]


def test_a_batch_that_fails_is_done_one_by_one_so_that_only_the_bad_one_waits(db, listen, send, make_worker, jobs_left):
    heard = []

    def deliver(session, events) -> None:
        for event in events:
            raise_generation(session, "delivered")
            if event.number == 2:
                raise OSError
        heard.append([event.number for event in events])

    listen(On(ParcelSent, deliver, batch=10))
    send(1, 2, 3)
    make_worker().run_due(NOON)

    assert (heard, count_of(db)) == ([[1], [3]], 2)
    assert [(job.event_id, job.tries) for job in jobs_left()] == [(2, 1)]


def test_a_listener_that_writes_outside_holds_no_lock_and_can_be_repeated(db, listen, send, make_worker, jobs_left):
    heard = []

    def deliver(session, event) -> None:
        with db.transaction() as other:  # nobody waits for this listener
            raise_generation(other, "delivered")
        heard.append((event.number, session.scalar(sa.select(sa.func.count(Job.id)))))
        if len(heard) == 1:
            raise OSError

    listen(On(ParcelSent, deliver, outside=True))
    send(1)
    worker = make_worker()
    worker.run_due(NOON)
    worker.run_due(after(2))

    assert (heard, count_of(db), jobs_left()) == ([(1, 1), (1, 1)], 2, [])


def test_a_job_whose_worker_died_is_taken_again_after_its_lease(db, listen, send, make_worker, jobs_left):
    heard = []

    def deliver(_session, event) -> None:
        heard.append(event.number)

    listen(On(ParcelSent, deliver))
    send(1)
    with db.transaction() as session:
        session.execute(sa.update(Job).values(taken_at=NOON, taken_by="the dead one"))
    worker = make_worker(lease_seconds=300)

    assert (worker.run_due(after(300)), worker.run_due(after(301))) == (0, 1)
    assert (heard, jobs_left()) == ([1], [])


def test_a_job_that_brings_down_every_worker_is_parked_and_takes_no_other_with_it(
    db, listen, send, make_worker, jobs_left
):
    heard = []

    def deliver(_session, event) -> None:
        if event.number == 1:
            raise KeyboardInterrupt  # ends the process, past every care for ordinary faults
        heard.append(event.number)

    listen(On(ParcelSent, deliver))
    send(1, 2)
    with db.transaction() as session:
        session.execute(sa.update(Job).values(taken_at=NOON, taken_by="the dead one"))
    deaths = 0
    for round_ in range(1, 10):
        worker = make_worker(lease_seconds=300, tries=3)
        try:
            while worker.run_due(after(round_ * 301)):
                pass
        except KeyboardInterrupt:
            deaths += 1
    (job,) = jobs_left()

    assert (deaths, heard) == (2, [2])
    assert (job.parked_at is not None, job.tries, job.taken_at) == (True, 3, None)
    assert job.error.startswith("Its worker died each time")


def test_a_worker_that_took_longer_than_its_lease_writes_nothing(db, listen, send, make_worker, jobs_left):
    def deliver(session, _event) -> None:
        raise_generation(session, "delivered")
        # Meanwhile another worker takes the job over, as it would after the lease.
        session.execute(sa.update(Job).values(taken_at=after(301), taken_by="the quick one"))

    listen(On(ParcelSent, deliver))
    send(1)
    make_worker("the slow one").run_due(NOON)
    (job,) = jobs_left()

    # The takeover happened inside the slow one's transaction here, so it went with it.
    assert (count_of(db), job.tries, job.error.splitlines()[-1]) == (
        0,
        1,
        "portal.core.jobs.LeaseLost: 1 of 1 jobs were taken by another worker meanwhile.",
    )


def test_a_job_that_was_taken_over_is_not_put_off_by_its_first_worker(db, listen, send, make_worker, jobs_left):
    def deliver(_session, _event) -> None:
        with db.transaction() as other:
            other.execute(sa.update(Job).values(taken_at=after(301), taken_by="the quick one"))
        raise OSError("too late")

    listen(On(ParcelSent, deliver, outside=True))
    send(1)
    make_worker("the slow one").run_due(NOON)
    (job,) = jobs_left()

    assert (job.taken_by, job.taken_at, job.tries, job.error) == ("the quick one", after(301), 0, None)


def test_two_workers_at_once_do_every_job_exactly_once(db, listen, send, make_worker, jobs_left):
    heard, begin = [], threading.Barrier(3)

    def deliver(session, event) -> None:
        raise_generation(session, "delivered")
        heard.append(event.number)

    listen(On(ParcelSent, deliver))
    send(*range(30))
    workers = [make_worker(f"worker {number}") for number in range(3)]

    def work(worker) -> None:
        begin.wait()
        while worker.run_due(NOON):
            pass

    with ThreadPoolExecutor(len(workers)) as pool:
        list(pool.map(work, workers))

    assert (sorted(heard), count_of(db), jobs_left()) == (list(range(30)), 30, [])


def test_a_listener_that_is_off_or_gone_keeps_its_jobs_and_costs_no_round(
    db, bus, listen, send, make_worker, jobs_left
):
    off = set()
    heard = []

    def deliver(_session, event) -> None:
        heard.append(event.number)

    listen(On(ParcelSent, deliver), owner="garden")
    bus._is_on = lambda owner: owner not in off
    worker = make_worker(is_on=lambda owner: owner not in off)
    send(1)
    off.add("garden")

    while_off = worker.run_due(NOON)
    kept = len(jobs_left())
    off.clear()

    assert (while_off, kept, worker.run_due(NOON), heard) == (0, 1, 1, [1])


def test_a_job_for_an_event_that_its_listener_hears_no_more_does_not_keep_the_worker_spinning(
    db, listen, send, make_worker, jobs_left
):
    def deliver(_session, _event) -> None:
        raise AssertionError("nobody listens to this any more")

    listen(On(ParcelSent, deliver))
    send(1)
    with db.transaction() as session:
        session.execute(sa.update(EventRow).values(name="parcel.sent_before_the_update"))
    worker = make_worker()

    assert (worker.run_due(NOON), worker.run_due(NOON)) == (1, 0)
    assert [(job.run_at, job.taken_by, job.tries) for job in jobs_left()] == [(after(60), None, 0)]


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
