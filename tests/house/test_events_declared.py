"""Events: whoever listens by name hears something that is told, and no event carries what a person wrote."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from portal.app import build
from portal.core.events import Bus, Event, On
from tests.example_plugin.fixtures import with_example

PLAIN = (int, str, bool, float, types.NoneType)
WRITTEN = {"text", "title", "body", "words", "comment", "reason", "message", "note", "question", "answer"}


@pytest.fixture
def bus(tmp_path):
    """The bus of a portal with every room, every plugin of the tree and the example."""
    house = build({"instance": str(tmp_path / "instance")}, environ={}, plugins=with_example())
    yield house.bus
    house.close()


def is_plain(kind: Any) -> bool:
    """Whether values of this type are ids or plain values: such a type, a choice of them, a tuple of one, or counts."""
    if kind in PLAIN or kind == Mapping[str, int]:
        return True
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return all(map(is_plain, inner))
    return origin is tuple and len(inner) == 2 and inner[1] is ... and inner[0] in PLAIN


def deaf(bus: Bus) -> list[str]:
    """Listeners whose event nobody declares, or that read a key that the event lacks."""
    found = []
    for name, listener in bus.listeners.items():
        told = bus.events.get(listener.on.event_name)
        if told is None:
            found.append(f"{name}: nobody tells this")
        elif not set(listener.on.reads) <= told.keys():
            found.append(f"{name}: reads {sorted(set(listener.on.reads) - told.keys())}")
        elif isinstance(listener.on.event, str) and not listener.on.reads:
            found.append(f"{name}: listens by name and does not say what it reads")
    return found


def talkative(event: type[Event]) -> list[str]:
    """Fields of *event* that are not plain, or that look like something a person wrote."""
    kinds = typing.get_type_hints(event)
    return [
        f"{event.name}.{field.name}"
        for field in dataclasses.fields(event)
        if field.name in WRITTEN or not is_plain(kinds[field.name])
    ]


def misshaped(event: type[Event]) -> list[str]:
    """What is wrong with the class of *event* itself."""
    noun, _, verb = event.name.partition(".")
    faults = {
        "no dataclass of its own": "__dataclass_params__" not in vars(event),
        "not keyword-only": not all(field.kw_only for field in dataclasses.fields(event)),
        "its name": not (noun.isidentifier() and verb.isidentifier() and event.name.islower()),
    }
    return [fault for fault, found in faults.items() if found]


def test_every_listener_hears_an_event_that_somebody_tells_with_the_keys_that_it_reads(bus):
    assert deaf(bus) == []


def test_events_carry_ids_and_plain_values_alone(bus):
    assert [fault for event in bus.events.values() for fault in talkative(event)] == []


def test_events_are_facts_with_named_values_and_a_dotted_name(bus):
    assert {name: misshaped(event) for name, event in bus.events.items() if misshaped(event)} == {}


def test_every_room_and_the_example_are_looked_at(bus):
    owners = set(bus.owners.values())

    assert {"articles", "accounts", "organisation", "example"} <= owners
    assert "article.published" in bus.events
    assert any(isinstance(listener.on.event, str) for listener in bus.listeners.values())


@dataclasses.dataclass(frozen=True, kw_only=True)
class LetterSent(Event):
    """An event that says too much."""

    name: ClassVar[str] = "letter.sent"
    letter_id: int
    to_ids: tuple[int, ...]
    weight: float | None
    body: str
    lines: list[str]
    details: dict[str, str]


@dataclasses.dataclass(frozen=True)
class ByPosition(Event):
    """An event whose values have no names where it is told."""

    name: ClassVar[str] = "letter.lost"
    letter_id: int = 0


class Undecorated(Event):
    """An event that forgot to be a dataclass."""

    name: ClassVar[str] = "Letters"


def hear(_session, _fact) -> None:
    pass


def test_an_event_that_says_too_much_is_found():
    assert talkative(LetterSent) == ["letter.sent.body", "letter.sent.lines", "letter.sent.details"]


def test_an_event_out_of_shape_is_found():
    assert [misshaped(event) for event in (LetterSent, ByPosition, Undecorated)] == [
        [],
        ["not keyword-only"],
        ["no dataclass of its own", "its name"],
    ]


def test_a_listener_that_hears_nothing_is_found():
    bus = Bus()
    bus.declare("post", [LetterSent])
    bus.subscribe("house", [On("letter.sent", hear, reads=("letter_id", "colour")), On("letter.lost", hear)])
    bus.subscribe("garden", [On("letter.sent", hear)])

    assert deaf(bus) == [
        "house.hear@letter.sent: reads ['colour']",
        "house.hear@letter.lost: nobody tells this",
        "garden.hear@letter.sent: listens by name and does not say what it reads",
    ]
