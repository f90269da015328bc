"""What the questions tell, as contributions: that an improvement is there, and somebody else has seen it.

Who answered is never told by an event, so nothing is made of that here.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy.orm import Session

from plugins.gamification import telling
from plugins.gamification.telling import Deed
from portal.core.clock import now as clock_now
from portal.core.events import Fact

SOURCE: Final = "feedback"


def improvement_checked(session: Session, fact: Fact) -> None:
    """Credit whoever proposed and whoever delivered an improvement that somebody else than the latter checked."""
    about = fact.payload
    if fact.actor_id is None or fact.actor_id == about["owner_id"]:
        return
    theirs = {about["proposer_id"], about["owner_id"]} - {None, fact.actor_id}
    improvement_id = str(about["improvement_id"])
    deed = Deed(
        kind="improvement.delivered",
        key=improvement_id,
        at=fact.at,
        actor_id=None,
        credited=sorted(theirs),
        subject=("improvement", improvement_id),
        source=SOURCE,
    )
    telling.tell(session, deed, now=clock_now())
