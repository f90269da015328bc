"""Switches: kept in the database, and seen by every process within two seconds."""

from __future__ import annotations

import time

import pytest
import sqlalchemy as sa

from portal.core.db import Database
from portal.core.errors import NotFound
from portal.core.switches import PluginSwitch, Switches, raise_generation
from portal.testing import NOON


@pytest.fixture
def make_switches(db):
    """The switches as one process sees them, with the plugins ``badges`` (on) and ``trial`` (off)."""

    def make() -> Switches:
        made = Switches(db)
        made.declare("badges", default=True)
        made.declare("trial", default=False)
        return made

    return make


def turn(db, switches: Switches, name: str, *, on: bool) -> None:
    with db.transaction() as session:
        switches.switch(session, name, on=on, by=7, now=NOON)


def test_a_plugin_follows_its_default_until_somebody_switches_it(make_switches):
    switches = make_switches()

    assert [switches.is_on(name) for name in ("badges", "trial", "a room")] == [True, False, True]


def test_a_switch_is_kept_with_who_and_when(db, make_switches):
    turn(db, make_switches(), "badges", on=False)

    with db.reading() as session:
        rows = session.scalars(sa.select(PluginSwitch)).all()
    assert [(row.name, row.is_on, row.changed_at, row.changed_by) for row in rows] == [("badges", False, NOON, 7)]
    assert make_switches().is_on("badges") is False


def test_off_and_on_again_is_a_round_trip(db, make_switches):
    switches, seen = make_switches(), []
    for on in (False, True, False):
        turn(db, switches, "badges", on=on)
        seen.append(switches.is_on("badges"))

    assert seen == [False, True, False]


def test_another_process_sees_the_change_within_two_seconds(db, make_switches):
    here, there = make_switches(), make_switches()
    assert there.is_on("badges")
    turn(db, here, "badges", on=False)
    begin = time.monotonic()
    while there.is_on("badges") and time.monotonic() - begin < 5:
        time.sleep(0.02)

    assert time.monotonic() - begin < 2


def test_the_database_is_asked_at_most_once_a_second(db, make_switches):
    switches, statements = make_switches(), []
    switches.is_on("badges")
    sa.event.listen(db.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))

    for _ in range(50):
        switches.is_on("badges")

    assert statements == []


def test_a_switch_that_was_rolled_back_changes_nothing(db, make_switches):
    switches = make_switches()

    def switch_and_fail() -> None:
        with db.transaction() as session:
            switches.switch(session, "badges", on=False, by=None, now=NOON)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        switch_and_fail()

    assert switches.is_on("badges") is True


def test_what_is_no_plugin_cannot_be_switched(db, make_switches):
    with pytest.raises(NotFound) as caught:
        turn(db, make_switches(), "articles", on=False)

    assert (caught.value.message, caught.value.hint) == ("There is no plugin articles.", "The admin page lists them.")


def test_before_the_first_migration_the_defaults_stand(tmp_path):
    empty = Database(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    switches = Switches(empty)
    switches.declare("badges", default=True)

    assert switches.is_on("badges") is True
    empty.close()


def test_a_shared_number_counts_up_across_transactions(db):
    values = []
    for _ in range(3):
        with db.transaction() as session:
            values.append(raise_generation(session, "switches"))

    assert values == [1, 2, 3]
