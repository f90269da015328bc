"""The ground floor as a room: its pages, commands and looks."""

from __future__ import annotations

from collections.abc import Mapping

import click
from flask import Blueprint

from portal.core import cli, clock, doctor, views
from portal.core.hooks import Check, HelpLink, NavItem, Step, hookimpl
from portal.core.i18n import lazy_gettext as _l
from portal.core.plugins import Room


class CoreRoom(Room):
    """Health, the admin page, switches, jobs, events."""

    name = "core"
    title = _l("Core")
    paths = ("/healthz", "/readyz", "/admin")

    @hookimpl
    def blueprints(self) -> list[Blueprint]:
        """Pages."""
        return [views.bp]

    @hookimpl
    def navigation(self) -> list[NavItem]:
        """Entries of the admin page."""
        return [
            NavItem("core.admin", _l("Admin"), "portal.admin", order=90),
            NavItem("core.plugins", _l("Plugins"), "portal.admin", "admin", 10, _l("Switch parts on and off.")),
            NavItem("core.job_list", _l("Jobs"), "portal.admin", "admin", 80, _l("Work that failed, with its error.")),
            NavItem("core.event_list", _l("Events"), "portal.admin", "admin", 85, _l("Who did what, and when.")),
        ]

    @hookimpl
    def help_links(self) -> Mapping[str, HelpLink]:
        """The chapter on looking after the portal."""
        plugins, jobs = HelpLink("KB9001", "Plugins"), HelpLink("KB9001", "Jobs")
        return {
            "core.admin": HelpLink("KB9001", "Looking after the portal"),
            "core.plugins": plugins,
            "core.switch_plugin": plugins,
            "core.job_list": jobs,
            "core.retry_jobs": jobs,
            "core.event_list": HelpLink("KB9001", "Events"),
        }

    @hookimpl
    def commands(self) -> list[click.Command]:
        """Start, serve, work, migrate, look after."""
        return cli.COMMANDS

    @hookimpl
    def checks(self) -> list[Check]:
        """Database, worker, jobs, disk, rights of files."""
        return doctor.checks(self.portal)

    @hookimpl
    def demo_steps(self) -> list[Step]:
        """What the other steps left for the worker is done at once."""
        return [Step(90, self._work)]

    def _work(self) -> str:
        worker, done = self.portal.worker(), 0
        while count := worker.run_due(clock.now()):
            done += count
        return f"{done} jobs done."
