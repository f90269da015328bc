"""The first looks of `portal doctor`: database, migrations, worker, jobs, room on the disk, rights of files."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.core import clock, jobs, migrate, smtp
from portal.core.events import Bus
from portal.core.hooks import Check
from portal.core.portal import Portal

LEAST_FREE_BYTES = 500 * 1024 * 1024
WORKER_SILENT = timedelta(minutes=1)
JOB_LATE = timedelta(minutes=10)


def checks(house: Portal) -> list[Check]:
    """The looks of the ground floor, in the order in which a fault explains the next."""

    def migrations(_session: Session) -> Sequence[str]:
        stands = [migrate.standing(house.db, owner) for owner in migrate.owners(house.root, house.plugins)]
        return [
            f"{where.owner} stands at {where.present or 'nothing'}, and {where.head} is the newest. "
            "Run `portal db upgrade`."
            for where in stands
            if not where.is_current
        ]

    def files(_session: Session) -> Sequence[str]:
        key = house.config.instance / "secret_key"
        if key.exists() and key.stat().st_mode & 0o077:
            return [f"{key} can be read by others. Run `chmod 600 {key}`."]
        return []

    def disk(_session: Session) -> Sequence[str]:
        free = shutil.disk_usage(house.config.instance).free
        return [f"Only {free // 2**20} MB are free beside the database."] if free < LEAST_FREE_BYTES else []

    def mail(_session: Session) -> Sequence[str]:
        postbox = smtp.postbox_of(house.config)
        fault = postbox.look() if postbox else ""
        return [fault] if fault else []

    def plugins(_session: Session) -> Sequence[str]:
        return [f"{left.name} was left out. {left.reason}" for left in house.plugins.left_out]

    return [
        Check("migrations are up to date", migrations),
        Check("the database is whole", lambda session: _database(session, is_sqlite=house.db.is_sqlite)),
        Check("a worker is running", _worker),
        Check("no job is parked or late", lambda session: _jobs(session, house.bus)),
        Check("the secret key is private", files),
        Check("there is room on the disk", disk),
        Check("every plugin fits", plugins),
        Check("mail can be sent", mail),
    ]


def _database(session: Session, *, is_sqlite: bool) -> Sequence[str]:
    if not is_sqlite:
        session.execute(sa.text("SELECT 1"))
        return []
    state = session.execute(sa.text("PRAGMA quick_check")).scalar_one()
    broken = session.execute(sa.text("PRAGMA foreign_key_check")).first()
    faults = [] if state == "ok" else [f"SQLite says: {state}. Restore a backup."]
    return faults + ([f"A row in {broken[0]} points at nothing."] if broken else [])


def _worker(session: Session) -> Sequence[str]:
    seen = jobs.worker_seen_at(session)
    if seen is None or clock.now() - seen > WORKER_SILENT:
        return ["No worker was seen in the last minute: start `portal worker`, or `make run`."]
    return []


def _jobs(session: Session, bus: Bus) -> Sequence[str]:
    figures = jobs.figures(session, bus)
    found = []
    if figures.parked:
        found.append(f"{figures.parked} jobs are parked. See `portal jobs list`, then `portal jobs retry`.")
    if figures.oldest_waiting and clock.now() - figures.oldest_waiting > JOB_LATE:
        found.append(f"A job waits since {figures.oldest_waiting:%Y-%m-%d %H:%M} UTC.")
    return found
