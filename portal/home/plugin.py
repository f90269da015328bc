"""What the room `home` adds to the portal: front page and desk page."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint

from portal.core.hooks import HelpLink, NavItem, hookimpl
from portal.core.i18n import lazy_gettext as _l
from portal.core.portal import Room
from portal.home import hooks, views


class HomeRoom(Room):
    """Front page and desk page."""

    name = "home"
    title = _l("Front page and desk")
    paths = ("/", "/desk")
    hookspecs = (hooks,)

    @hookimpl
    def blueprints(self) -> list[Blueprint]:
        """The two pages."""
        return [views.bp]

    @hookimpl
    def help_links(self) -> Mapping[str, HelpLink]:
        """How to find a fix, for oneself and for somebody on the line."""
        return {"home.front": HelpLink("KB9006", "What stops you?"), "home.desk": HelpLink("KB9007", "Desk")}

    @hookimpl
    def navigation(self) -> list[NavItem]:
        """Where most people go."""
        return [
            NavItem("organisation.services", _l("Services"), order=10),
            NavItem("home.desk", _l("Desk"), "desk.use", order=20),
        ]
