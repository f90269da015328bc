"""A database with the ground floor's tables alone, for tests that need no room above it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from portal.core.db import Database, Model
from portal.core.events import BUS, Bus, EventRow, Job, On, emit
from portal.core.jobs import Every, ScheduleRow, Worker, WorkerRow
from portal.core.switches import PluginSwitch, PortalState
from tests.core.parcels import ParcelSent

GROUND = [model.__table__ for model in (EventRow, Job, ScheduleRow, WorkerRow, PluginSwitch, PortalState)]


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """A SQLite file with the tables of events, jobs and switches, and no bus."""
    database = Database(f"sqlite:///{tmp_path / 'ground.sqlite'}")
    Model.metadata.create_all(database.engine, tables=GROUND)
    yield database
    database.close()


@pytest.fixture
def bus(db: Database) -> Bus:
    """A bus that every session of ``db`` tells."""
    made = db.info[BUS] = Bus()
    return made


@pytest.fixture
def listen(bus: Bus) -> Callable[..., None]:
    """Subscribe to events: ``listen(On(…), owner="search")``."""

    def add(*subscriptions: On, owner: str = "tests") -> None:
        bus.declare(owner, [on.event for on in subscriptions if not isinstance(on.event, str)])
        bus.subscribe(owner, subscriptions)

    return add


@pytest.fixture
def make_worker(db: Database, bus: Bus) -> Callable[..., Worker]:
    """A worker on ``db``: ``make_worker("first", tries=3)``."""

    def make(name: str = "worker", *schedules: tuple[str, Every], **settings) -> Worker:
        return Worker(db, bus, schedules, name=name, **settings)

    return make


@pytest.fixture
def jobs_left(db: Database) -> Callable[[], list[Job]]:
    """The rows of the job table, in order."""

    def look() -> list[Job]:
        with db.reading() as session:
            return list(session.scalars(sa.select(Job).order_by(Job.id)))

    return look


@pytest.fixture
def send(db, listen):
    """Emit one event for each number, in a transaction of its own."""

    def emit_all(*numbers: int) -> None:
        for number in numbers:
            with db.transaction() as session:
                emit(session, ParcelSent(number=number))

    return emit_all
