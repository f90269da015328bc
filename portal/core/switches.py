"""Which plugins are on: kept in the database, followed by every process within two seconds."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.core.db import Database, Model
from portal.core.errors import NotFound
from portal.core.i18n import gettext as _

SWITCH_CHECK_SECONDS = 1.0


class PluginSwitch(Model):
    """What an administrator switched, and when; a plugin without a row follows its default."""

    __tablename__ = "plugin_switch"

    name: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    is_on: Mapped[bool]
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None]


class PortalState(Model):
    """Small numbers that all processes share, such as the generation of the switches."""

    __tablename__ = "portal_state"

    key: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    value: Mapped[int]


def raise_generation(session: Session, key: str) -> int:
    """Count the shared number *key* up by one and return it; waiting processes see the new one."""
    row = session.get(PortalState, key)
    if row is None:
        row = PortalState(key=key, value=0)
        session.add(row)
    row.value += 1
    session.flush()
    return row.value


class Switches:
    """Which plugins are on, read again within two seconds of a change in any process."""

    def __init__(self, db: Database) -> None:
        """Read from *db*, at most once a second."""
        self._db = db
        self._states: dict[str, bool] = {}
        self._defaults: dict[str, bool] = {}
        self._generation = -1
        self._looked_at = float("-inf")

    def declare(self, name: str, *, default: bool) -> None:
        """Add a plugin that can be switched."""
        self._defaults[name] = default

    def is_on(self, name: str) -> bool:
        """Whether *name* is on; rooms, which nobody declared as switchable, always are."""
        if name not in self._defaults:
            return True
        if time.monotonic() - self._looked_at > SWITCH_CHECK_SECONDS:
            self.look()
        return self._states.get(name, self._defaults[name])

    def look(self) -> None:
        """Read the switches again if their generation changed."""
        self._looked_at = time.monotonic()
        # A database without the table is one before its first migration: defaults stand.
        with suppress(sa.exc.OperationalError, sa.exc.ProgrammingError), self._db.reading() as session:
            row = session.get(PortalState, "switches")
            generation = row.value if row else 0
            if generation != self._generation:
                self._states = {switch.name: switch.is_on for switch in session.scalars(sa.select(PluginSwitch))}
                self._generation = generation

    def switch(self, session: Session, name: str, *, on: bool, by: int | None, now: datetime) -> None:
        """Turn a plugin on or off. Raises ``NotFound`` for a name that is no plugin."""
        if name not in self._defaults:
            raise NotFound(_("There is no plugin %(name)s.", name=name), hint=_("The admin page lists them."))
        session.merge(PluginSwitch(name=name, is_on=on, changed_at=now, changed_by=by))
        raise_generation(session, "switches")
        self._looked_at = float("-inf")
