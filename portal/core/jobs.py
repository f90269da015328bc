"""The worker: claims jobs, runs listeners, retries, parks, and keeps schedules.

A job is claimed by an update that looks at the row count, so that several
workers share one table. Each listener has a transaction of its own; the row
goes in the same transaction, so that a kill leaves either both or neither. A
job whose worker died is taken again after a lease.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.core import clock
from portal.core.db import Database, Model
from portal.core.events import Bus, EventRow, Job, Listener

log = logging.getLogger(__name__)

BACK_OFF_SECONDS = (2, 10, 60, 300, 1800)
CLAIM_AT_ONCE = 500
LANES = ("", "mail", "meaning")
SLOW_LANES = ("meaning",)
"""What is done in these takes a while, and nobody waits for it."""
CLAIM_OUTSIDE = 10  # in a lane beside: each job waits for somebody outside, and all are to be done within the lease
LOOK_AGAIN_SECONDS = 60


@dataclass(frozen=True)
class Every:
    """Something to do again and again: *handler* is called with ``(session, now)`` in a transaction.

    Runs when *seconds* have passed since the last run, in one worker only.
    """

    name: str
    seconds: int
    handler: Callable[[Session, datetime], None]


class ScheduleRow(Model):
    """When a schedule ran last."""

    __tablename__ = "schedule"

    name: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    ran_at: Mapped[datetime]


class WorkerRow(Model):
    """A worker that lives, and when it was last seen."""

    __tablename__ = "worker"

    name: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class LeaseLost(Exception):
    """A handler took longer than its lease and another worker has the job now: what it wrote is rolled back."""


@dataclass(frozen=True)
class _Claim:
    job: Job
    event: EventRow
    alone: bool = False

    @property
    def kind(self) -> tuple[bool, str, str]:
        """What is run together; a job that was lost once runs by itself, after the others."""
        return self.alone, self.job.listener, self.event.name


class Worker:
    """Does what is due. One in each process that works; tests call :meth:`run_due`."""

    def __init__(  # the settings of a worker are its identity
        self,
        db: Database,
        bus: Bus,
        schedules: Sequence[tuple[str, Every]] = (),
        *,
        lease_seconds: int = 300,
        tries: int = 6,
        is_on: Callable[[str], bool] = lambda _owner: True,
        name: str | None = None,
        lane: str | None = None,
    ) -> None:
        """Work on *db* for the listeners of *bus*, of one *lane* or of all, and the *schedules* (owner, what)."""
        self.db, self.bus, self.schedules, self.is_on = db, bus, schedules, is_on
        self.lease, self.tries = timedelta(seconds=lease_seconds), tries
        self.lane = lane
        own = f"{socket.gethostname()[:40]}:{os.getpid()}:{threading.get_ident() % 10000}"
        self.name = name or (f"{own}:{lane}" if lane else own)

    def run_due(self, now: datetime, stop: threading.Event | None = None) -> int:
        """Run everything due at *now* once; return how many jobs were done or put off.

        Once *stop* is set the job under way is finished, and the others wait for the next worker.
        """
        done = 0
        claims = self._claim(now)
        for (_alone, key, name), group in groupby(claims, key=lambda claim: claim.kind):
            listener = self.bus.find(key, name)
            same = list(group)
            done += len(same)
            if listener is None:
                # It went off between claim and run, or hears this event no more: leave the job for its return.
                self._let_go(same, run_at=now + timedelta(seconds=LOOK_AGAIN_SECONDS))
                continue
            for start in range(0, len(same), listener.on.batch):
                if stop is not None and stop.is_set():
                    self._let_go(same[start:], run_at=None)
                    break
                self._run(listener, same[start : start + listener.on.batch])
        return done

    def run_schedules(self, now: datetime) -> int:
        """Run the schedules that are due; return how many."""
        ran = 0
        for owner, every in self.schedules:
            if not self.is_on(owner) or not self._take_turn(f"{owner}.{every.name}", every.seconds, now):
                continue
            try:
                with self.db.transaction() as session:
                    every.handler(session, now)
                ran += 1
            except Exception:
                log.exception("schedule failed", extra={"schedule": f"{owner}.{every.name}"})
        return ran

    def run_forever(self, stop: threading.Event, *, poll_seconds: float = 0.25) -> None:
        """Work until *stop* is set; a job under way is finished first."""
        started = beat = clock.now()
        self._beat(started, started)
        while not stop.is_set():
            try:
                now = clock.now()
                if now - beat > timedelta(seconds=10):
                    beat = now
                    self._beat(started, now)
                busy = self.run_due(now, stop) + self.run_schedules(now)
            except Exception:
                # The database may be away for a moment (a restore, a full disk): wait, then go on.
                log.exception("worker could not work")
                busy = 0
                stop.wait(2)
            if not busy:
                stop.wait(poll_seconds)
        with self.db.transaction() as session:
            session.execute(sa.delete(WorkerRow).where(WorkerRow.name == self.name))

    def _claim(self, now: datetime) -> list[_Claim]:
        # What a switched-off plugin left behind must not be looked at in each round.
        live = self.bus.live_listeners(self.lane)
        due = sa.and_(Job.parked_at.is_(None), Job.run_at <= now, Job.listener.in_(live))
        most = CLAIM_OUTSIDE if self.lane else CLAIM_AT_ONCE
        free, lost = sa.and_(due, Job.taken_at.is_(None)), sa.and_(due, Job.taken_at < now - self.lease)
        with self.db.reading() as session:
            ids = session.scalars(sa.select(Job.id).where(free).order_by(Job.id).limit(most)).all()
            # One at a time and alone: the job that brings its worker down must be the only one that counts it.
            lost_id = session.scalar(sa.select(Job.id).where(lost).order_by(Job.id).limit(1))
        if not ids and lost_id is None:
            return []
        values = {"taken_at": now, "taken_by": self.name}
        with self.db.transaction() as session:
            taken = [id_ for id_ in ids if _changed(session, sa.and_(Job.id == id_, free), values)]
            if lost_id is not None and self._take_over(session, sa.and_(Job.id == lost_id, lost), now):
                taken.append(lost_id)
            rows = session.execute(
                sa.select(Job, EventRow).join(EventRow, EventRow.id == Job.event_id).where(Job.id.in_(taken))
            ).all()
            claims = [_Claim(job, event, alone=job.id == lost_id) for job, event in rows]
        return sorted(claims, key=lambda claim: (claim.kind, claim.job.id))

    def _take_over(self, session: Session, which: sa.ColumnElement[bool], now: datetime) -> bool:
        """Take a job whose worker died, which counts as a try; after the last it is parked instead."""
        again = sa.and_(which, Job.tries < self.tries - 1)
        if _changed(session, again, {"taken_at": now, "taken_by": self.name, "tries": Job.tries + 1}):
            return True
        error = "Its worker died each time: it was killed, or used more memory or time than it may."
        parked = {"taken_at": None, "taken_by": None, "parked_at": now, "tries": Job.tries + 1, "error": error}
        if _changed(session, which, parked):
            log.error("job parked, its worker died each time")
        return False

    def _run(self, listener: Listener, claims: list[_Claim]) -> None:
        try:
            events = [self.bus.revive(claim.event, listener.on) for claim in claims]
            argument = events if listener.on.batch > 1 else events[0]
            if listener.on.outside:
                with self.db.reading() as session:
                    listener.on.handler(session, argument)
                with self.db.transaction() as session:
                    self._close(session, claims)
            else:
                with self.db.transaction() as session:
                    listener.on.handler(session, argument)
                    self._close(session, claims)
        except Exception as fault:  # noqa: BLE001 - whatever a listener raises is its own affair
            if len(claims) > 1:
                for claim in claims:  # find the one that spoils the batch
                    self._run(listener, [claim])
            else:
                self._put_off(claims[0], fault)

    def _close(self, session: Session, claims: list[_Claim]) -> None:
        ids = [claim.job.id for claim in claims]
        mine = sa.and_(Job.id.in_(ids), Job.taken_by == self.name, Job.taken_at == claims[0].job.taken_at)
        gone: int = session.execute(sa.delete(Job).where(mine)).rowcount  # type: ignore[attr-defined]
        if gone != len(ids):
            raise LeaseLost(f"{len(ids) - gone} of {len(ids)} jobs were taken by another worker meanwhile.")

    def _put_off(self, claim: _Claim, fault: Exception) -> None:
        now, tries = clock.now(), claim.job.tries + 1
        wait = BACK_OFF_SECONDS[min(tries, len(BACK_OFF_SECONDS)) - 1]
        parked = now if tries >= self.tries else None
        log.warning(
            "job failed",
            extra={"job": claim.job.id, "listener": claim.job.listener, "tries": tries, "parked": bool(parked)},
            exc_info=fault,
        )
        values = {
            "tries": tries,
            "taken_at": None,
            "taken_by": None,
            "run_at": now + timedelta(seconds=wait),
            "parked_at": parked,
            "error": "".join(traceback.format_exception(fault))[-4000:],
        }
        mine = sa.and_(Job.id == claim.job.id, Job.taken_by == self.name, Job.taken_at == claim.job.taken_at)
        with self.db.transaction() as session:
            session.execute(sa.update(Job).where(mine).values(**values))

    def _let_go(self, claims: list[_Claim], *, run_at: datetime | None) -> None:
        """Give claimed jobs back that were not begun, for *run_at*, or for the time at which they were due."""
        values: dict[str, Any] = {"taken_at": None, "taken_by": None} | ({"run_at": run_at} if run_at else {})
        with self.db.transaction() as session:
            mine = sa.and_(Job.id.in_([claim.job.id for claim in claims]), Job.taken_by == self.name)
            session.execute(sa.update(Job).where(mine).values(**values))

    def _take_turn(self, name: str, seconds: int, now: datetime) -> bool:
        with self.db.reading() as session:
            row = session.get(ScheduleRow, name)
            if row is not None and row.ran_at + timedelta(seconds=seconds) > now:
                return False
        with self.db.transaction() as session:
            row = session.get(ScheduleRow, name)
            if row is None:
                session.add(ScheduleRow(name=name, ran_at=now))
                return True
            if row.ran_at + timedelta(seconds=seconds) > now:
                return False
            row.ran_at = now
            return True

    def _beat(self, started: datetime, now: datetime) -> None:
        with self.db.transaction() as session:
            session.execute(sa.delete(WorkerRow).where(WorkerRow.seen_at < now - timedelta(minutes=5)))
            session.merge(WorkerRow(name=self.name, started_at=started, seen_at=now))


def work_in_lanes(make: Callable[[str], Worker], stop: threading.Event) -> None:
    """Run one worker in each lane until *stop* is set; *make* builds the one of a lane. One that ends ends all."""

    def work(lane: str) -> None:
        try:
            make(lane).run_forever(stop)
        finally:
            stop.set()

    beside = [threading.Thread(target=work, args=(lane,), name=f"worker-{lane}") for lane in LANES[1:]]
    for thread in beside:
        thread.start()
    try:
        work(LANES[0])
    finally:
        for thread in beside:
            thread.join()


def _changed(session: Session, which: sa.ColumnElement[bool], values: dict[str, Any]) -> bool:
    """Update the one job that *which* names; whether it was still as it says."""
    return bool(session.execute(sa.update(Job).where(which).values(**values)).rowcount)  # type: ignore[attr-defined]


def retry_parked(session: Session, now: datetime, *, job_id: int | None = None) -> int:
    """Make parked jobs (all, or one) due again; return how many."""
    query = sa.update(Job).where(Job.parked_at.is_not(None))
    if job_id is not None:
        query = query.where(Job.id == job_id)
    result = session.execute(query.values(parked_at=None, tries=0, run_at=now, taken_at=None, taken_by=None))
    return int(result.rowcount)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class JobFigures:
    """How the worker stands: counts of jobs, and when a worker was last seen."""

    waiting: int
    parked: int
    oldest_waiting: datetime | None
    worker_seen_at: datetime | None


def figures(session: Session, bus: Bus) -> JobFigures:
    """Read the figures for the admin page, ``portal doctor`` and ``/readyz``.

    What a plugin that is off left behind waits for no worker and is not counted.
    """
    live = Job.listener.in_(bus.live_listeners())
    waiting, oldest = session.execute(
        sa.select(sa.func.count(Job.id), sa.func.min(Job.run_at)).where(Job.parked_at.is_(None), live)
    ).one()
    parked = session.scalar(sa.select(sa.func.count(Job.id)).where(Job.parked_at.is_not(None), live)) or 0
    return JobFigures(waiting=waiting, parked=parked, oldest_waiting=oldest, worker_seen_at=worker_seen_at(session))


def worker_seen_at(session: Session) -> datetime | None:
    """When a worker was last seen; ``None`` when none is running."""
    return session.scalar(sa.select(sa.func.max(WorkerRow.seen_at)))
