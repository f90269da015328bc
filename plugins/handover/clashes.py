"""What else happens in the units of a change at its go-live: campaigns, month ends and freezes (G12)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from plugins.handover.gate import Clash
from plugins.handover.models import Pack


def clashes_of(session: Session, pack: Pack) -> tuple[Clash, ...] | None:
    """What the go-live falls into, each with the key under which the unit's contact agrees to it.

    ``None`` while no list of such times is kept: then somebody looks, and answers for it by name.
    """
    del session, pack
    return None
