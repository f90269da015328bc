"""What one running portal consists of: its members (rooms and plugins) and what they all share.

Core rooms register through the very hooks that plugins get; they are always
on. How plugins are found and checked stands in ``plugins.py``.
"""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar, Protocol

import pluggy
from flask import Flask

from portal import __version__
from portal.core import hooks
from portal.core.config import Config, Setting
from portal.core.db import Database
from portal.core.errors import ConfigError, NotFound
from portal.core.events import Bus
from portal.core.hooks import HelpLink, Permission
from portal.core.i18n import gettext as _
from portal.core.jobs import Every, Worker
from portal.core.smtp import Letter
from portal.core.switches import Switches
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


def owns(member: Plugin, path: str) -> bool:
    """Whether *path* is one of the top paths of *member*, or stands under one; ``/`` means the front page alone."""
    return any(path == top or (top != "/" and path.startswith(f"{top}/")) for top in member.paths)


class Room(Plugin):
    """A room of the house: registered like a plugin, never switched off."""


@dataclass(frozen=True)
class LeftOut:
    """A plugin that was found and cannot be used, with the reason for the admin page."""

    name: str
    reason: Any


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
            raise NotFound(_("There is no plugin %(name)s.", name=name))
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
                reason = " ".join(str(fault).split())
                raise ConfigError(
                    f"The plugin {member.name} does not fit: {reason}.",
                    hint="The hook's declaration says what it takes.",
                ) from fault
            self._check_hooks(member)
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

    def is_off_at(self, path: str) -> bool:
        """Whether the pages at *path* belong to a plugin that is switched off."""
        return any(owns(member, path) and not self.switches.is_on(member.name) for member in self.switchable)

    def declared_hooks(self) -> list[str]:
        """Names of all hooks, for the handbook and its test."""
        names = vars(self._manager.hook)
        return sorted(name for name in names if not name.startswith("_") and self.arguments(name) is not None)

    def _check_hooks(self, member: Plugin) -> None:
        for caller in self._manager.get_hookcallers(member) or ():
            if self.arguments(caller.name) is None:
                near = difflib.get_close_matches(caller.name, self.declared_hooks(), n=1)
                raise ConfigError(
                    f"The plugin {member.name} offers {caller.name}, which nobody asks for.",
                    hint=f"Did you mean {near[0]}?" if near else "The handbook lists all hooks.",
                )

    def _check_paths(self) -> None:
        owners: dict[str, str] = {}
        for member in self:
            for path in member.paths:
                if not path.startswith("/") or (path.endswith("/") and path != "/"):
                    raise ConfigError(f"{member.name} names the path {path!r}.", hint="Write it like /badges.")
                if path in owners:
                    raise ConfigError(f"{owners[path]} and {member.name} both want the pages under {path}.")
                owners[path] = member.name


def _no_letters(template: str, _language: str, **_values: Any) -> Letter:
    """Stand in for the templates of mails until the ground floor is set up."""
    raise LookupError(template)


@dataclass(frozen=True)
class HandbookPage:
    """Where something is explained: the address, and the code of the language that it is written in."""

    address: str
    language: str


def _nowhere(_ref: str, _heading: str) -> None:
    """Stand in for the handbook until the room that keeps it is there."""


@dataclass
class Portal:
    """One portal: settings, database, events, plugins, and who is asking.

    *time_zone* answers with the zone of whoever has chosen none, such as
    ``Europe/Berlin``, or with nothing. *help_links* say where pages are
    explained, by endpoint or blueprint; *handbook* answers an article's id and
    one of its headings with the place, or with nothing when whoever asks
    cannot read it. *render_mail* is ``Letters.render``: the name of a template,
    a language, and the values that the template wants.
    """

    config: Config
    db: Database
    bus: Bus
    plugins: Plugins
    tally: Tally
    root: Path
    permissions: dict[str, Permission] = field(default_factory=dict)
    schedules: Sequence[tuple[str, Every]] = ()
    who_asks: Callable[[], Viewer] = Nobody
    time_zone: Callable[[], str] = str
    help_links: dict[str, HelpLink] = field(default_factory=dict)
    handbook: Callable[[str, str], HandbookPage | None] = _nowhere
    render_mail: Callable[..., Letter] = _no_letters
    readiness: dict[str, Callable[[], str]] = field(default_factory=dict)

    def worker(self, *, name: str | None = None, lane: str | None = None) -> Worker:
        """Return a worker with this portal's settings, for all jobs or those of one *lane*; the first keeps time."""
        return Worker(
            self.db,
            self.bus,
            [] if lane else self.schedules,
            lease_seconds=self.config.number("job_lease_seconds"),
            tries=self.config.number("job_tries"),
            is_on=self.plugins.switches.is_on,
            name=name,
            lane=lane,
        )

    def close(self) -> None:
        """Write what is still in the queue and give back the database."""
        self.tally.stop()
        self.db.close()
