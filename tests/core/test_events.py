"""Events: written with the change that they tell, or not at all; heard by each listener once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pytest
import sqlalchemy as sa

from portal.core.errors import ConfigError
from portal.core.events import Bus, Event, EventRow, Fact, Job, On, emit, replay
from portal.testing import NOON


@dataclass(frozen=True, kw_only=True)
class LampLit(Event):
    """Somebody lit a lamp."""

    name: ClassVar[str] = "lamp.lit"
    lamp_id: int
    colour: str = "white"


@dataclass(frozen=True, kw_only=True)
class LampBroken(Event):
    """A lamp broke."""

    name: ClassVar[str] = "lamp.broken"
    lamp_id: int


@dataclass(frozen=True, kw_only=True)
class OtherLamp(Event):
    """Takes a name that is taken."""

    name: ClassVar[str] = "lamp.lit"


def note(_session, _event) -> None:
    pass


def remember(_session, _event) -> None:
    pass


def rows(db) -> tuple[list[tuple], list[tuple]]:
    with db.reading() as session:
        events = [(e.name, e.at, e.actor_id, e.payload) for e in session.scalars(sa.select(EventRow))]
        jobs = [(j.listener, j.event_id, j.run_at) for j in session.scalars(sa.select(Job).order_by(Job.id))]
    return events, jobs


def test_an_event_is_written_with_one_job_for_each_listener(db, listen, frozen_clock):
    listen(On(LampLit, note), On(LampLit, remember), On(LampBroken, note), owner="house")
    listen(On("lamp.lit", note), owner="garden")

    with db.transaction() as session:
        event_id = emit(session, LampLit(actor_id=7, lamp_id=1))

    events, jobs = rows(db)
    assert events == [("lamp.lit", NOON, 7, {"lamp_id": 1, "colour": "white"})]
    assert jobs == [(key, event_id, NOON) for key in ("house.note", "house.remember", "garden.note")]


def test_a_change_that_is_rolled_back_leaves_neither_event_nor_job(db, listen):
    listen(On(LampLit, note))

    def light_and_fail() -> None:
        with db.transaction() as session:
            emit(session, LampLit(lamp_id=1))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        light_and_fail()

    assert rows(db) == ([], [])


def test_without_a_bus_the_trail_is_kept_and_nobody_is_told(db, frozen_clock):
    with db.transaction() as session:
        emit(session, LampLit(lamp_id=1))

    assert rows(db) == ([("lamp.lit", NOON, None, {"lamp_id": 1, "colour": "white"})], [])


def test_an_owner_that_is_off_gets_no_job():
    bus = Bus(is_on=lambda owner: owner != "garden")
    bus.declare("house", [LampLit])
    bus.subscribe("house", [On(LampLit, note)])
    bus.subscribe("garden", [On("lamp.lit", note)])

    assert [listener.key for listener in bus.listening("lamp.lit")] == ["house.note"]
    assert (bus.find("house.note", "lamp.lit").owner, bus.find("garden.note", "lamp.lit")) == ("house", None)


def test_events_of_an_owner_that_is_off_are_not_listed():
    bus = Bus(is_on=lambda owner: owner != "garden")
    bus.declare("house", [LampLit])
    bus.declare("garden", [LampBroken])

    assert (bus.live_events(), sorted(bus.events)) == (["lamp.lit"], ["lamp.broken", "lamp.lit"])


def test_two_owners_cannot_declare_one_event():
    bus = Bus()
    bus.declare("house", [LampLit])

    with pytest.raises(ConfigError, match=r"^garden and house both declare the event lamp\.lit\.$"):
        bus.declare("garden", [OtherLamp])


def test_one_owner_cannot_listen_twice_under_one_name():
    bus = Bus()

    with pytest.raises(ConfigError, match=r"^house\.note listens to lamp\.lit twice\.$"):
        bus.subscribe("house", [On(LampLit, note), On("lamp.lit", note)])


def test_an_event_knows_the_names_of_its_payload():
    assert LampLit.keys() == {"lamp_id", "colour"}


def test_a_listener_by_class_gets_the_event_and_one_by_name_gets_a_fact(bus):
    row = EventRow(id=4, name="lamp.lit", at=NOON, actor_id=7, payload={"lamp_id": 1, "colour": "red", "old_key": 2})

    assert bus.revive(row, On(LampLit, note)) == LampLit(actor_id=7, lamp_id=1, colour="red")
    assert bus.revive(row, On("lamp.lit", note)) == Fact(
        id=4, name="lamp.lit", at=NOON, actor_id=7, payload={"lamp_id": 1, "colour": "red", "old_key": 2}
    )


def test_a_replay_queues_past_events_for_one_owner_alone(db, bus, listen):
    with db.transaction() as session:
        ids = [emit(session, event) for event in (LampLit(lamp_id=1), LampBroken(lamp_id=1), LampLit(lamp_id=2))]
    listen(On(LampLit, note), owner="house")
    listen(On(LampLit, note), owner="garden")

    after, steps = 0, []
    while True:
        with db.transaction() as session:
            after = replay(session, bus, "garden", now=NOON, after_id=after, limit=1)
        steps.append(after)
        if not after:
            break

    assert steps == [ids[0], ids[2], 0]
    assert rows(db)[1] == [("garden.note", ids[0], NOON), ("garden.note", ids[2], NOON)]
