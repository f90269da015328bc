"""The fixtures that plugin authors get: what they promise holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pytest

from portal.app import create_app
from portal.core.events import Event, On, emit
from portal.core.hooks import hookimpl
from portal.core.portal import Plugin
from portal.testing import NOON


@dataclass(frozen=True, kw_only=True)
class DoorShut(Event):
    """Somebody shut the door."""

    name: ClassVar[str] = "door.shut"
    door_id: int


def pinch(_session, event: DoorShut) -> None:
    if event.door_id == 13:
        raise OSError("my finger")


class DoorPlugin(Plugin):
    """A door."""

    name = "door"

    @hookimpl
    def events(self) -> list[type[Event]]:
        """One."""
        return [DoorShut]

    @hookimpl
    def subscriptions(self) -> list[On]:
        """One."""
        return [On(DoorShut, pinch)]


@pytest.fixture
def app(instance):
    """The portal with a door."""
    made = create_app({"instance": str(instance)}, environ={}, plugins=[DoorPlugin()])
    yield made
    made.extensions["portal"].close()


def shut(house, door_id: int) -> None:
    with house.db.transaction() as session:
        emit(session, DoorShut(door_id=door_id))


def test_jobs_are_run_to_the_last(house, run_jobs):
    shut(house, 1)
    shut(house, 2)

    assert (run_jobs(), run_jobs()) == (2, 0)


def test_a_job_that_fails_fails_the_test_with_its_error(house, run_jobs):
    shut(house, 13)

    with pytest.raises(pytest.fail.Exception, match="OSError: my finger"):
        run_jobs()


def test_the_clock_of_a_test_stands_at_noon(frozen_clock):
    from portal.core import clock

    assert clock.now() == NOON
