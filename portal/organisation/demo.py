"""Units and sites of an invented company, for `portal demo`."""

from __future__ import annotations

from portal.core.clock import now
from portal.core.portal import Portal
from portal.organisation import loading, service
from portal.organisation.models import Unit

SITE = {"name": "Harbour warehouse", "time_zone": "Europe/Berlin", "holidays": "DE-HH", "address": "Quay 7, Hamburg"}
UNITS = (
    ("sales", "Sales", "company", "main"),
    ("field-sales", "Field sales", "sales", "main"),
    ("purchasing", "Purchasing", "company", "main"),
    ("finance", "Finance", "company", "main"),
    ("people", "People and pay", "company", "main"),
    ("warehouse", "Warehouse", "company", "harbour"),
    ("it", "Information technology", "company", "main"),
)


def fill(house: Portal) -> str:
    """Add the samples of the shipped file, a second site and units; nothing when they are there."""
    with house.db.transaction() as session:
        if session.get(Unit, "sales"):
            return ""
        loading.load(session, loading.read(loading.SHIPPED), samples=True)
        service.add(session, "site", SITE, key="harbour", by=None, now=now())
        for key, name, parent, site in UNITS:
            service.add(session, "unit", {"name": name, "parent": parent, "site": site}, key=key, by=None, now=now())
    return f"Two sites and {len(UNITS)} more units."
