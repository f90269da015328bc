"""Putting the house together: config, database, rooms and plugins, edges.

The only file that knows every room. It migrates nothing and writes nothing
but the secret key of a first start.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from flask import Flask

from portal.accounts.plugin import AccountsRoom
from portal.articles.plugin import ArticlesRoom
from portal.core import config as settings
from portal.core import error_pages, log, web
from portal.core.db import Database
from portal.core.errors import ConfigError
from portal.core.events import BUS, Bus
from portal.core.plugin import CoreRoom
from portal.core.plugins import admit, all_settings, discover
from portal.core.portal import Plugin, Plugins, Portal, Room, owns
from portal.core.switches import Switches
from portal.core.tally import Tally
from portal.home.plugin import HomeRoom
from portal.notices.plugin import NoticesRoom
from portal.organisation.plugin import OrganisationRoom
from portal.search.plugin import SearchRoom

ROOT = Path(__file__).resolve().parent.parent

ROOMS: tuple[type[Room], ...] = (
    CoreRoom,
    OrganisationRoom,
    AccountsRoom,
    NoticesRoom,
    SearchRoom,
    ArticlesRoom,
    HomeRoom,
)


def build(
    overrides: Mapping[str, Any] | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    plugins: Sequence[Plugin] | None = None,
) -> Portal:
    """Build the portal without its pages: what the worker and the command line need.

    *overrides* win over environment and file; *plugins* replaces the discovered ones.

    Raises:
        ConfigError: a wrong setting, or a plugin that breaks the contract.
    """
    found = discover(ROOT / "plugins") if plugins is None else list(plugins)
    config = settings.load(root=ROOT, environ=environ, plugins=all_settings(found), overrides=overrides)
    session_info: dict[str, Any] = {}
    db = Database(config.database_url, info=session_info)
    members = Plugins(Switches(db))
    bus = session_info[BUS] = Bus(is_on=members.switches.is_on)
    house = Portal(config=config, db=db, bus=bus, plugins=members, tally=Tally(db), root=ROOT)
    for room in ROOMS:
        members.register(room())
    for plugin in found:
        admit(members, plugin)
    members.connect()
    for member in members:
        member.setup(house)
    _collect(house)
    return house


def _collect(house: Portal) -> None:
    for member, events in house.plugins.all("events"):
        house.bus.declare(member.name, events)
    for member, subscriptions in house.plugins.all("subscriptions"):
        house.bus.subscribe(member.name, subscriptions)
    house.schedules = [(member.name, every) for member, all_ in house.plugins.all("schedules") for every in all_]
    for member, links in house.plugins.all("help_links"):
        for place, link in links.items():
            if place in house.help_links:
                raise ConfigError(f"{member.name} says where {place} is explained, and so does another.")
            house.help_links[place] = link
    for member, permissions in house.plugins.all("permissions"):
        for permission in permissions:
            if permission.name in house.permissions:
                raise ConfigError(f"{member.name} declares the permission {permission.name} a second time.")
            house.permissions[permission.name] = permission


class _Application(Flask):
    jinja_environment = web.Pages


def create_app(
    overrides: Mapping[str, Any] | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    plugins: Sequence[Plugin] | None = None,
) -> Flask:
    """Build the web application. Arguments and errors as for :func:`build`."""
    house = build(overrides, environ=environ, plugins=plugins)
    log.configure(fmt=house.config.text("log_format"), level=house.config.text("log_level"))
    app = _Application("portal", static_folder="static", template_folder="templates")
    web.init(app, house)
    for member, blueprints in house.plugins.all("blueprints"):
        for blueprint in blueprints:
            if blueprint.name in app.blueprints:
                raise ConfigError(f"{member.name} has a blueprint {blueprint.name}, and so has another.")
            app.register_blueprint(blueprint)
            _check_paths(app, member, blueprint.name)
    for member in house.plugins:
        member.open_pages(app)
    error_pages.init(app)
    web.check_slots(app)
    web.check_help_links(app)
    return app


def _check_paths(app: Flask, member: Plugin, blueprint: str) -> None:
    for rule in app.url_map.iter_rules():
        if not rule.endpoint.startswith(f"{blueprint}."):
            continue
        if not owns(member, rule.rule):
            raise ConfigError(
                f"{member.name} answers at {rule.rule}, which it does not name in its paths.",
                hint="Add the top path to the plugin's paths, or move the page.",
            )
