"""What the room `search` adds to the portal: finding."""

from __future__ import annotations

from portal.core.plugins import Room


class SearchRoom(Room):
    """Finding."""

    name = "search"
    paths = ("/search",)
