"""What the room `organisation` adds to the portal: units, sites, services, support parties, calendars."""

from __future__ import annotations

from collections.abc import Mapping

import click
from flask import Blueprint, Flask

from portal.core.clock import now
from portal.core.events import Event
from portal.core.hooks import Check, HelpLink, NavItem, Step, hookimpl
from portal.core.i18n import lazy_gettext as _l
from portal.core.plugins import Room
from portal.organisation import admin, cli, demo, doctor, hooks, views
from portal.organisation.contact import DeskCache
from portal.organisation.events import OrganisationChanged


class OrganisationRoom(Room):
    """Units, sites, services, support parties, calendars; how to reach people."""

    name = "organisation"
    title = _l("Organisation")
    paths = ("/services", "/units", "/contact", "/admin/organisation")
    hookspecs = (hooks,)

    def open_pages(self, app: Flask) -> None:
        """Give every template `contact`, how the service desk is reached right now, and visitors its time zone."""
        desk = app.extensions["organisation_desk"] = DeskCache(self.portal.db)
        self.portal.time_zone = desk.time_zone
        app.context_processor(lambda: {"contact": desk.contact(now())})

    @hookimpl
    def blueprints(self) -> list[Blueprint]:
        """Pages."""
        return [views.bp, admin.bp]

    @hookimpl
    def events(self) -> list[type[Event]]:
        """What this room tells."""
        return [OrganisationChanged]

    @hookimpl
    def navigation(self) -> list[NavItem]:
        """An entry of the admin page."""
        about = _l("Units, sites, services, teams, opening hours.")
        return [NavItem("organisation_admin.overview", _l("Organisation"), admin.PERMISSION, "admin", 20, about)]

    @hookimpl
    def help_links(self) -> Mapping[str, HelpLink]:
        """Services, units, ways to people; and for those who keep them right."""
        services = HelpLink("KB9006", "Services")
        return {
            "organisation.services": services,
            "organisation.service": services,
            "organisation.unit": HelpLink("KB9006", "Units"),
            "organisation.contact": HelpLink("KB9006", "How to reach us"),
            "organisation_admin": HelpLink("KB9001", "Organisation"),
        }

    @hookimpl
    def commands(self) -> list[click.Command]:
        """`portal organisation`."""
        return [cli.organisation]

    @hookimpl
    def checks(self) -> list[Check]:
        """Looks of `portal doctor`."""
        return doctor.checks()

    @hookimpl
    def start_steps(self) -> list[Step]:
        """The organisation that comes with the portal is loaded when there is none."""
        return [Step(10, lambda: cli.load_when_empty(self.portal))]

    @hookimpl
    def demo_steps(self) -> list[Step]:
        """Units and sites of an invented company."""
        return [Step(10, lambda: demo.fill(self.portal))]
