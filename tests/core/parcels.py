"""Something that happens, and how often it was delivered: for tests of the worker."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from portal.core.events import Event
from portal.core.switches import PortalState
from portal.testing import NOON


@dataclass(frozen=True, kw_only=True)
class ParcelSent(Event):
    """A parcel is on its way."""

    name: ClassVar[str] = "parcel.sent"
    number: int


def count_of(db) -> int:
    with db.reading() as session:
        row = session.get(PortalState, "delivered")
        return row.value if row else 0


def after(seconds: float):
    return NOON + timedelta(seconds=seconds)
