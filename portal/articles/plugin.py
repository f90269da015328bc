"""What the room `articles` adds to the portal: the knowledge."""

from __future__ import annotations

from portal.core.plugins import Room


class ArticlesRoom(Room):
    """The knowledge."""

    name = "articles"
    paths = ("/kb", "/coach/withheld", "/ask")
