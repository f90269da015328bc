"""Rooms and plugins: one contract, found, checked, registered and switched.

Core rooms register through the very hooks that plugins get; they are always
on. A plugin that asks for another version of the portal is left out with its
reason; one that breaks the contract stops the start with a sentence.
"""

from __future__ import annotations

import importlib
import inspect
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar

import pluggy
import sqlalchemy as sa
from flask import Flask
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal import __version__
from portal.core import hooks
from portal.core.config import Setting
from portal.core.db import Database, Model
from portal.core.errors import ConfigError, NotFound

if TYPE_CHECKING:
    from portal.core.portal import Portal

GROUP = "portal.plugins"
SWITCH_CHECK_SECONDS = 1.0


class Plugin:
    """Base of every plugin (and room): what it is, on one screen. Hooks are methods marked ``hookimpl``."""

    name: ClassVar[str]
    title: ClassVar[Any] = ""
    about: ClassVar[Any] = ""
    version: ClassVar[str] = __version__
    requires_portal: ClassVar[str] = ">=1.0,<2"
    settings: ClassVar[tuple[Setting, ...]] = ()
    paths: ClassVar[tuple[str, ...]] = ()
    default_on: ClassVar[bool] = True
    hookspecs: ClassVar[tuple[ModuleType, ...]] = ()

    portal: Portal

    def setup(self, portal: Portal) -> None:
        """Keep what the portal offers; called once, before any hook. Extend it to prepare things of your own."""
        self.portal = portal

    def open_pages(self, app: Flask) -> None:
        """Prepare the web application, when there is one; called once, after all blueprints."""

    @property
    def folder(self) -> Path:
        """Folder of the plugin's code, where ``templates/`` and ``migrations/`` stand."""
        return Path(inspect.getfile(type(self))).parent

    @property
    def package(self) -> str:
        """Dotted name of the package that the plugin stands in."""
        return type(self).__module__.rpartition(".")[0]


class Room(Plugin):
    """A room of the house: registered like a plugin, never switched off."""


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
            raise NotFound(f"There is no plugin {name}.", hint="The admin page lists them.")
        session.merge(PluginSwitch(name=name, is_on=on, changed_at=now, changed_by=by))
        raise_generation(session, "switches")
        self._looked_at = float("-inf")


@dataclass(frozen=True)
class LeftOut:
    """A plugin that was found and cannot be used, with the reason for the admin page."""

    name: str
    reason: str


class Plugins:
    """All rooms and plugins of one portal, behind one pluggy manager."""

    def __init__(self, switches: Switches) -> None:
        """Start with the structural hooks alone."""
        self.switches = switches
        self.left_out: list[LeftOut] = []
        self._manager = pluggy.PluginManager(hooks.PROJECT)
        self._manager.add_hookspecs(hooks)
        self._members: dict[str, Plugin] = {}

    def __iter__(self) -> Iterator[Plugin]:
        """Walk rooms first, then plugins, in the order of registration."""
        return iter(self._members.values())

    def __contains__(self, name: str) -> bool:
        """Whether a room or plugin of this name is registered."""
        return name in self._members

    def get(self, name: str) -> Plugin:
        """Return one by name. Raises ``NotFound``."""
        if name not in self._members:
            raise NotFound(f"There is no plugin {name}.")
        return self._members[name]

    @property
    def switchable(self) -> list[Plugin]:
        """The plugins, without the rooms."""
        return [member for member in self if not isinstance(member, Room)]

    def register(self, member: Plugin) -> None:
        """Add a room or plugin. Raises ``ConfigError`` when it breaks the contract."""
        if member.name in self._members:
            raise ConfigError(f"Two plugins are called {member.name}.", hint="Remove one of them.")
        if not isinstance(member, Room):
            reason = _version_fault(member)
            if reason:
                self.left_out.append(LeftOut(member.name, reason))
                return
            _check_tables(member)
            self.switches.declare(member.name, default=member.default_on)
        for module in member.hookspecs:
            self._manager.add_hookspecs(module)
        self._members[member.name] = member

    def connect(self) -> None:
        """Connect all hooks, when every specification is known.

        Raises:
            ConfigError: a hook nobody declared, or one with an argument that its declaration lacks.
        """
        for member in self:
            try:
                self._manager.register(member, member.name)
            except pluggy.PluginValidationError as fault:
                raise ConfigError(f"The plugin {member.name} does not fit: {fault}.") from fault
        try:
            self._manager.check_pending()
        except pluggy.PluginValidationError as fault:
            raise ConfigError(f"A plugin offers something nobody asks for: {fault}.", hint="Is it misspelt?") from fault
        self._check_paths()

    def all(self, hook: str, **values: Any) -> list[tuple[Plugin, Any]]:
        """Ask every member, on or off, one by one; for what is set up once at start."""
        answers = []
        for member in self:
            answers += [(member, answer) for answer in self.one(member, hook, **values)]
        return answers

    def on(self, hook: str, **values: Any) -> list[Any]:
        """Ask the members that are switched on, in order of registration; ``None`` is left out."""
        off = [member for member in self if not self.switches.is_on(member.name)]
        caller = self._manager.subset_hook_caller(hook, off) if off else getattr(self._manager.hook, hook)
        answers: list[Any] = caller(**values)
        answers.reverse()  # pluggy asks the last registered first
        return answers

    def one(self, member: Plugin, hook: str, **values: Any) -> list[Any]:
        """Ask a single member."""
        caller = self._manager.subset_hook_caller(hook, [other for other in self if other is not member])
        answers: list[Any] = caller(**values)
        return answers

    def arguments(self, hook: str) -> frozenset[str] | None:
        """The argument names of a hook; ``None`` when nobody declared it."""
        caller = getattr(self._manager.hook, hook, None)
        return None if caller is None or caller.spec is None else frozenset(caller.spec.argnames)

    def declared_hooks(self) -> list[str]:
        """Names of all hooks, for the handbook and its test."""
        names = vars(self._manager.hook)
        return sorted(name for name in names if not name.startswith("_") and self.arguments(name) is not None)

    def _check_paths(self) -> None:
        owners: dict[str, str] = {}
        for member in self:
            for path in member.paths:
                if path in owners:
                    raise ConfigError(f"{owners[path]} and {member.name} both want the pages under {path}.")
                owners[path] = member.name


def discover(folder: Path) -> list[Plugin]:
    """Find the plugins of the tree (``plugins/<name>/plugin.py``) and those that are installed (entry points)."""
    found: list[Plugin] = []
    for path in sorted(folder.glob("*/plugin.py")):
        found += _plugins_of(importlib.import_module(f"plugins.{path.parent.name}.plugin"))
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        loaded = entry.load()
        found += [loaded()] if inspect.isclass(loaded) else _plugins_of(loaded)
    return found


def _plugins_of(module: ModuleType) -> list[Plugin]:
    own = [
        thing
        for thing in vars(module).values()
        if inspect.isclass(thing) and issubclass(thing, Plugin) and thing.__module__ == module.__name__
    ]
    if len(own) != 1:
        raise ConfigError(f"{module.__name__} must hold exactly one subclass of Plugin, and holds {len(own)}.")
    return [own[0]()]


def _version_fault(member: Plugin) -> str:
    try:
        fits = __version__ in SpecifierSet(member.requires_portal)
    except InvalidSpecifier:
        return f"It asks for the portal {member.requires_portal!r}, which is not a range of versions."
    return "" if fits else f"It asks for the portal {member.requires_portal}; this is {__version__}."


def tables_of(member: Plugin) -> list[sa.Table]:
    """The tables whose models stand in the package of *member*."""
    return [
        mapper.local_table
        for mapper in Model.registry.mappers
        if mapper.class_.__module__.startswith(member.package + ".") and isinstance(mapper.local_table, sa.Table)
    ]


def _check_tables(member: Plugin) -> None:
    core = {
        mapper.local_table.name
        for mapper in Model.registry.mappers
        if mapper.class_.__module__.startswith("portal.") and isinstance(mapper.local_table, sa.Table)
    }
    own = f"{member.name}_"
    for table in tables_of(member):
        if not table.name.startswith(own):
            raise ConfigError(
                f"The plugin {member.name} has a table {table.name}.", hint=f"Name it {own}{table.name}, or alike."
            )
        for key in table.foreign_keys:
            target = key.target_fullname.partition(".")[0]
            if not (target.startswith(own) or target in core):
                raise ConfigError(
                    f"{table.name} of the plugin {member.name} points at {target}, which belongs to another plugin.",
                    hint="Point at tables of the portal only; listen to the other plugin's events instead.",
                )


def all_settings(members: Iterable[Plugin]) -> dict[str, tuple[Setting, ...]]:
    """The settings that each member declares, by its name."""
    return {member.name: member.settings for member in members if member.settings}
