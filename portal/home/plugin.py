"""What the room `home` adds to the portal: front page and desk page."""

from __future__ import annotations

from portal.core.plugins import Room


class HomeRoom(Room):
    """Front page and desk page."""

    name = "home"
    paths = ("/", "/desk")
