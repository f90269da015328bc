"""Facts that a room tells, and who listens to them.

An event is written in the transaction of the change that it tells, with one
job row for each listener. Roll back, and neither exists. The worker
(``jobs.py``) delivers after the commit. The event table is also the audit
trail and what a plugin that was just switched on catches up from.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.core import clock
from portal.core.db import IntPk, Json, Model, add_row, insert_into
from portal.core.errors import ConfigError

BUS = "portal.bus"


@dataclass(frozen=True, kw_only=True)
class Event:
    """A fact in the past tense, made of ids and plain values; never text that a person wrote."""

    name: ClassVar[str]
    actor_id: int | None = None

    @classmethod
    def keys(cls) -> frozenset[str]:
        """Names of the values in the payload."""
        return frozenset(field.name for field in dataclasses.fields(cls)) - {"actor_id"}


@dataclass(frozen=True, kw_only=True)
class Fact:
    """An event as a listener by name gets it."""

    id: int
    name: str
    at: datetime
    actor_id: int | None
    payload: Mapping[str, Any]


@dataclass(frozen=True)
class On:
    """A subscription: call *handler* once for each *event*, in a job of its own.

    Subscribe by class to events of the own or of a lower room; the handler is
    called with ``(session, event)``. Subscribe by name to those of a room above
    or of another plugin; the handler gets ``(session, fact)`` and *reads* names
    the payload keys that it uses, so that a test can hold both sides together.

    With *batch* above 1 the handler gets a list instead, at most so many.
    With *outside* it writes elsewhere than in the database: it gets a session
    for reading, holds no lock, and its jobs are closed afterwards. Handlers are
    idempotent in every case.

    Jobs of one *lane* wait for each other; those of another do not. The lane
    ``mail`` is for what waits for a mail server, so that nothing else does.
    """

    event: type[Event] | str
    handler: Callable[[Session, Any], None]
    reads: tuple[str, ...] = ()
    batch: int = 1
    outside: bool = False
    lane: str = ""

    @property
    def event_name(self) -> str:
        """Dotted name of the event."""
        return self.event if isinstance(self.event, str) else self.event.name


@dataclass(frozen=True)
class Listener:
    """A subscription together with the room or plugin that made it."""

    owner: str
    on: On

    @property
    def key(self) -> str:
        """Stable name, kept in job rows: ``search.index_documents``."""
        return f"{self.owner}.{self.on.handler.__name__}"


class EventRow(Model):
    """One fact, for ever."""

    __tablename__ = "event"

    id: Mapped[IntPk]
    name: Mapped[str] = mapped_column(sa.String(80), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None]
    payload: Mapped[dict[str, Any]] = mapped_column(Json)

    def fact(self) -> Fact:
        """The row as listeners by name get it."""
        return Fact(id=self.id, name=self.name, at=self.at, actor_id=self.actor_id, payload=self.payload)


class Job(Model):
    """One thing that the worker has to do; the row goes when it is done."""

    __tablename__ = "job"

    id: Mapped[IntPk]
    listener: Mapped[str] = mapped_column(sa.String(120), index=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id", ondelete="CASCADE"), index=True)
    run_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]
    taken_by: Mapped[str | None] = mapped_column(sa.String(80))
    tries: Mapped[int] = mapped_column(default=0)
    parked_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(sa.Text)

    __table_args__ = (sa.Index("ix_job_due", "parked_at", "run_at", "id"),)


class Bus:
    """Which events exist, and who listens; built once at start."""

    def __init__(self, *, is_on: Callable[[str], bool] = lambda _owner: True) -> None:
        """Start empty; *is_on* tells whether an owner is switched on."""
        self._is_on = is_on
        self.events: dict[str, type[Event]] = {}
        self.owners: dict[str, str] = {}
        self.listeners: dict[str, Listener] = {}
        self._by_event: dict[str, list[Listener]] = defaultdict(list)

    def declare(self, owner: str, events: Iterable[type[Event]]) -> None:
        """Add the events of one room. Raises ``ConfigError`` for a name taken twice."""
        for event in events:
            if event.name in self.events and self.events[event.name] is not event:
                raise ConfigError(f"{owner} and {self.owners[event.name]} both declare the event {event.name}.")
            self.events[event.name] = event
            self.owners[event.name] = owner

    def subscribe(self, owner: str, subscriptions: Iterable[On]) -> None:
        """Add the listeners of one room. Raises ``ConfigError`` for two under one name and event."""
        for on in subscriptions:
            listener = Listener(owner, on)
            if any(other.key == listener.key for other in self._by_event[on.event_name]):
                raise ConfigError(f"{listener.key} listens to {on.event_name} twice.")
            self.listeners[f"{listener.key}@{on.event_name}"] = listener
            self._by_event[on.event_name].append(listener)

    def live_events(self) -> list[str]:
        """Names of the events whose rooms and plugins are switched on, sorted."""
        return sorted(name for name, owner in self.owners.items() if self._is_on(owner))

    def live_listeners(self, lane: str | None = None) -> list[str]:
        """Keys of the listeners whose rooms and plugins are switched on, sorted; of one *lane* or of all."""
        live = (ear for ear in self.listeners.values() if lane is None or ear.on.lane == lane)
        return sorted({ear.key for ear in live if self._is_on(ear.owner)})

    def listening(self, event_name: str) -> list[Listener]:
        """The listeners of an event whose owners are switched on."""
        return [listener for listener in self._by_event.get(event_name, []) if self._is_on(listener.owner)]

    def find(self, key: str, event_name: str) -> Listener | None:
        """One listener by the name kept in a job row; ``None`` when it is gone or off."""
        listener = self.listeners.get(f"{key}@{event_name}")
        return listener if listener and self._is_on(listener.owner) else None

    def revive(self, row: EventRow, on: On) -> Any:
        """Turn a row into what the handler of *on* expects: its class, or a fact."""
        if isinstance(on.event, str):
            return row.fact()
        known = on.event.keys()
        return on.event(actor_id=row.actor_id, **{key: value for key, value in row.payload.items() if key in known})


def is_told(session: Session, event_name: str) -> bool:
    """Whether some room or plugin that is switched on tells the event of this name; not in a session without a bus."""
    bus: Bus | None = session.info.get(BUS)
    return bus is not None and event_name in bus.live_events()


def emit(session: Session, event: Event) -> int:
    """Write *event* and one job for each listener in the caller's transaction; return the event's id.

    A session without a bus (a script, a migration) writes the event alone:
    the trail stays whole, nobody is told.
    """
    payload = dict(vars(event))
    actor_id = payload.pop("actor_id")
    at = clock.now()
    event_id = add_row(session, EventRow, {"name": event.name, "at": at, "actor_id": actor_id, "payload": payload})
    bus: Bus | None = session.info.get(BUS)
    listening = bus.listening(event.name) if bus is not None else []
    if listening:
        jobs = [{"listener": listener.key, "event_id": event_id, "run_at": at} for listener in listening]
        session.connection().execute(insert_into(Job), jobs)
    return event_id


def replay(session: Session, bus: Bus, owner: str, *, now: datetime, after_id: int = 0, limit: int = 1000) -> int:
    """Queue past events again for the listeners of *owner*; return the last event id looked at, 0 at the end.

    Called in a loop, so that each transaction stays short; listeners are idempotent.
    """
    names = [name for name in bus.events if any(ear.owner == owner for ear in bus.listening(name))]
    query = sa.select(EventRow).where(EventRow.id > after_id, EventRow.name.in_(names))
    rows = session.scalars(query.order_by(EventRow.id).limit(limit)).all()
    for row in rows:
        for listener in bus.listening(row.name):
            if listener.owner == owner:
                session.add(Job(listener=listener.key, event_id=row.id, run_at=now))
    return rows[-1].id if rows else 0
