"""Workers that die, are late, or work side by side: each job is done once all the same."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from portal.core.events import Job, On
from portal.core.switches import raise_generation
from portal.testing import NOON
from tests.core.parcels import ParcelSent, after, count_of


@pytest.fixture(autouse=True)
def _at_noon(frozen_clock):
    """Every test of this file begins at noon."""


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
