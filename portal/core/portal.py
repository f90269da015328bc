"""What one running portal consists of, handed to every room at start."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from portal.core.config import Config
from portal.core.db import Database
from portal.core.events import Bus
from portal.core.hooks import Permission
from portal.core.jobs import Every, Worker
from portal.core.plugins import Plugins
from portal.core.tally import Tally


class Viewer(Protocol):
    """Who looks at a page, as far as the ground floor needs to know."""

    @property
    def person_id(self) -> int | None:
        """Id of the person; ``None`` for somebody who is signed out."""

    @property
    def is_authenticated(self) -> bool:
        """Whether the person is signed in."""

    def may(self, permission: str) -> bool:
        """Whether they have the permission of this name."""


class Nobody:
    """A viewer without any right; stands in until the room of accounts says who is asking."""

    person_id: int | None = None
    is_authenticated = False

    def may(self, permission: str) -> bool:  # noqa: ARG002
        """Nothing at all."""
        return False


@dataclass
class Portal:
    """One portal: settings, database, events, plugins, and who is asking."""

    config: Config
    db: Database
    bus: Bus
    plugins: Plugins
    tally: Tally
    root: Path
    permissions: dict[str, Permission] = field(default_factory=dict)
    schedules: Sequence[tuple[str, Every]] = ()
    who_asks: Callable[[], Viewer] = Nobody
    readiness: dict[str, Callable[[], str]] = field(default_factory=dict)

    def worker(self, *, name: str | None = None) -> Worker:
        """Return a worker with this portal's settings."""
        return Worker(
            self.db,
            self.bus,
            self.schedules,
            lease_seconds=self.config.number("job_lease_seconds"),
            tries=self.config.number("job_tries"),
            is_on=self.plugins.switches.is_on,
            name=name,
        )

    def close(self) -> None:
        """Write what is still in the queue and give back the database."""
        self.tally.stop()
        self.db.close()
