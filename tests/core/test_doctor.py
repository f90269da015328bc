"""The first looks of `portal doctor`: each finds its fault, and finds none where all is well."""

from __future__ import annotations

import shutil
from datetime import timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from portal.app import build
from portal.core import doctor, migrate
from portal.core.events import EventRow, Job
from portal.core.jobs import WorkerRow
from portal.core.portal import LeftOut
from portal.testing import NOON

pytestmark = pytest.mark.usefixtures("frozen_clock")

LOOKS = (
    "migrations are up to date",
    "the database is whole",
    "a worker is running",
    "no job is parked or late",
    "the secret key is private",
    "there is room on the disk",
    "every plugin fits",
    "mail can be sent",
)


@pytest.fixture
def look(house):
    """What the look of this name says."""

    def ask(name: str) -> list[str]:
        checks = {check.name: check.run for check in doctor.checks(house)}
        assert tuple(checks) == LOOKS
        with house.db.reading() as session:
            return list(checks[name](session))

    return ask


@pytest.fixture
def working(house):
    """A worker was seen just now."""
    with house.db.transaction() as session:
        session.add(WorkerRow(name="worker", started_at=NOON, seen_at=NOON))


def add_job(house, **values) -> None:
    with house.db.transaction() as session:
        event = EventRow(name="lamp.lit", at=NOON, payload={})
        session.add(event)
        session.flush()
        session.add(Job(**{"listener": "search.index_documents", "event_id": event.id, "run_at": NOON, **values}))


@pytest.mark.usefixtures("working")
@pytest.mark.parametrize("name", LOOKS)
def test_a_portal_that_is_well_has_no_fault(look, name):
    assert look(name) == []


def test_a_database_without_its_migrations_is_found(house, look, tmp_path):
    head = migrate.standing(house.db, migrate.owners(house.root, house.plugins)[0]).head
    with house.db.transaction() as session:
        session.execute(sa.text("DROP TABLE IF EXISTS alembic_version"))

    expected = [f"core stands at nothing, and {head} is the newest. Run `portal db upgrade`."] if head else []
    assert look("migrations are up to date") == expected


def test_a_row_that_points_at_nothing_is_found(house, look):
    with house.db.engine.connect() as connection:
        raw = connection.connection.driver_connection
        raw.execute("PRAGMA foreign_keys=OFF")
        raw.execute("INSERT INTO job (listener, event_id, run_at, tries) VALUES ('a.b', 99, '2026-03-02 12:00:00', 0)")
        raw.execute("PRAGMA foreign_keys=ON")

    assert look("the database is whole") == ["A row in job points at nothing."]


@pytest.mark.parametrize(("ago", "silent"), [(59, False), (61, True)])
def test_a_worker_that_was_not_seen_for_a_minute_is_missed(house, look, ago, silent):
    with house.db.transaction() as session:
        session.add(WorkerRow(name="worker", started_at=NOON, seen_at=NOON - timedelta(seconds=ago)))

    missed = "No worker was seen in the last minute: start `portal worker`, or `make run`."
    assert look("a worker is running") == ([missed] if silent else [])


def test_that_no_worker_was_ever_seen_is_told(look):
    assert look("a worker is running") == [
        "No worker was seen in the last minute: start `portal worker`, or `make run`."
    ]


def test_parked_and_late_jobs_are_found(house, look):
    add_job(house, parked_at=NOON, tries=6)
    add_job(house, run_at=NOON - timedelta(minutes=11))

    assert look("no job is parked or late") == [
        "1 jobs are parked. See `portal jobs list`, then `portal jobs retry`.",
        "A job waits since 2026-03-02 11:49 UTC.",
    ]


def test_a_job_that_waits_its_turn_is_no_fault(house, look):
    add_job(house, run_at=NOON - timedelta(minutes=9))

    assert look("no job is parked or late") == []


def test_a_secret_key_that_others_can_read_is_found(house, look):
    key = house.config.instance / "secret_key"
    key.chmod(0o640)

    assert look("the secret key is private") == [f"{key} can be read by others. Run `chmod 600 {key}`."]


def test_a_full_disk_is_told_before_it_is_full(monkeypatch, look):
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=100 * 2**20))

    assert look("there is room on the disk") == ["Only 100 MB are free beside the database."]


def test_a_plugin_that_was_left_out_is_named(house, look):
    house.plugins.left_out.append(LeftOut("odd", "It asks for the portal >=2; this is 1.0.0."))

    assert look("every plugin fits") == ["odd was left out. It asks for the portal >=2; this is 1.0.0."]


def test_a_damaged_database_is_found(house, look):
    with house.db.reading() as session:
        page = session.execute(sa.text("SELECT rootpage FROM sqlite_master WHERE name = 'ix_event_name'")).scalar_one()
        size = session.execute(sa.text("PRAGMA page_size")).scalar_one()
    house.db.close()
    with house.db.path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)

    (said,) = look("the database is whole")
    assert said.startswith("SQLite says: ")
    assert said.endswith(" Restore a backup.")


def test_a_house_without_pages_can_be_looked_at_too(tmp_path):
    house = build({"instance": str(tmp_path / "instance")}, environ={}, plugins=[])

    assert [check.name for checks in house.plugins.on("checks") for check in checks][: len(LOOKS)] == list(LOOKS)
    house.close()
