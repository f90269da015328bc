"""The worker: each job once, retried with longer and longer waits, and parked."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal.core.events import EventRow, Job, On
from portal.core.jobs import BACK_OFF_SECONDS, retry_parked
from portal.core.switches import raise_generation
from portal.testing import NOON
from tests.core.parcels import ParcelSent, after, count_of


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
