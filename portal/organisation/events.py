"""What the room of the organisation tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from portal.core.events import Event


@dataclass(frozen=True, kw_only=True)
class OrganisationChanged(Event):
    """A record was added or changed: *kind* is organisation, site, unit, party or service, *ref* its key."""

    name: ClassVar[str] = "organisation.changed"
    kind: str
    ref: str
