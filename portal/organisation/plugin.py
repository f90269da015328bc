"""What the room `organisation` adds to the portal: units, sites, services, support parties, calendars."""

from __future__ import annotations

from portal.core.plugins import Room


class OrganisationRoom(Room):
    """Units, sites, services, support parties, calendars."""

    name = "organisation"
    paths = ("/services", "/units", "/contact", "/admin/organisation")
