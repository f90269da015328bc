"""What the room `accounts` adds to the portal: people, roles, rights, sign-in."""

from __future__ import annotations

from portal.accounts import events, models, roles  # noqa: F401 - the tables
from portal.core.events import Event
from portal.core.hooks import Permission, hookimpl
from portal.core.plugins import Room


class AccountsRoom(Room):
    """People, roles, rights, sign-in."""

    name = "accounts"
    paths = ("/people", "/sign-in", "/sign-out", "/language", "/admin/people", "/coach/services")

    @hookimpl
    def events(self) -> list[type[Event]]:
        """What is told about people."""
        return list(events.ALL)

    @hookimpl
    def permissions(self) -> list[Permission]:
        """The matrix of all rooms of the core."""
        return list(roles.MATRIX)
