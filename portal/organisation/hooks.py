"""What other rooms and plugins add to the pages of services and units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from portal.core.hooks import hookspec

if TYPE_CHECKING:
    from portal.organisation.models import Service, Unit


@hookspec
def service_readable_counts(rights: Any) -> Mapping[str, int]:
    """Return how many things somebody with *rights* can read, by the id of the service.

    Called for each page that lists or shows services. A service without
    anything to read is not shown, as if it did not exist, so count only what
    these rights may read, in one query.
    """


@hookspec
def slot_service_main(service: Service, viewer: Any) -> Markup | None:
    """Return HTML for the page of a service, or ``None`` for nothing: what there is to read about it.

    Called once for each page. Keep it to a fixed number of queries, and show
    only what *viewer* may read.
    """


@hookspec
def slot_unit_main(unit: Unit, viewer: Any) -> Markup | None:
    """Return HTML for the page of a unit, or ``None``: what matters to the people of this unit.

    Called once for each page, for people who are signed in.
    """
