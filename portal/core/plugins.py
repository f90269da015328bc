"""Finding plugins and checking that they keep the contract.

A plugin that asks for another version of the portal is left out with its
reason; one that breaks the contract stops the start with a sentence.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterable
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import sqlalchemy as sa
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from portal import __version__
from portal.core.config import Setting
from portal.core.db import Model
from portal.core.errors import ConfigError
from portal.core.i18n import lazy_gettext as _l
from portal.core.portal import LeftOut, Plugin, Plugins, Room

__all__ = ["Plugin", "Room", "admit", "all_settings", "discover", "tables_of"]

GROUP = "portal.plugins"


def admit(members: Plugins, member: Plugin) -> None:
    """Register *member*, or leave it out when it asks for another version of the portal.

    Raises:
        ConfigError: it breaks the contract of tables, or its name is taken.
    """
    reason = _version_fault(member)
    if reason:
        members.left_out.append(LeftOut(member.name, reason))
        return
    _check_tables(member)
    members.register(member)


def discover(folder: Path) -> list[Plugin]:
    """Find the plugins of the tree (``plugins/<name>/plugin.py``) and those that are installed (entry points)."""
    found: list[Plugin] = []
    for path in sorted(folder.glob("*/plugin.py")):
        found += _plugins_of(importlib.import_module(f"plugins.{path.parent.name}.plugin"))
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        loaded = entry.load()
        found += [cast("Plugin", loaded())] if inspect.isclass(loaded) else _plugins_of(loaded)
    return found


def _plugins_of(module: ModuleType) -> list[Plugin]:
    own: list[type[Plugin]] = [
        thing
        for thing in vars(module).values()
        if inspect.isclass(thing) and issubclass(thing, Plugin) and thing.__module__ == module.__name__
    ]
    if len(own) != 1:
        raise ConfigError(f"{module.__name__} must hold exactly one subclass of Plugin, and holds {len(own)}.")
    return [own[0]()]


def _version_fault(member: Plugin) -> Any:
    try:
        fits = __version__ in SpecifierSet(member.requires_portal)
    except InvalidSpecifier:
        asked = member.requires_portal
        return _l("It asks for the portal “%(asked)s”, which is not a range of versions.", asked=asked)
    if fits:
        return ""
    return _l(
        "It asks for the portal %(asked)s; this is %(version)s.", asked=member.requires_portal, version=__version__
    )


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
