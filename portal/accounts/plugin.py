"""What the room `accounts` adds to the portal: people, roles, rights, sign-in."""

from __future__ import annotations

from portal.core.plugins import Room


class AccountsRoom(Room):
    """People, roles, rights, sign-in."""

    name = "accounts"
    paths = ("/people", "/sign-in", "/sign-out", "/language", "/admin/people", "/coach/services")
