"""What somebody of the town is recognised for: something counts, something does not, and they ask to look again."""

from __future__ import annotations

import sqlalchemy as sa

from plugins.gamification import recording, voiding
from plugins.gamification.models import Contribution
from portal.testing import NOON
from tests.house.markers import Marks, Town


def recognise(town: Town) -> None:
    """Two articles, one of them for few, helped an end user; a coach says that the other one does not count."""
    mark, person = Marks(town, "recognition"), town.people["inside"].id
    read = frozenset({"inside", "coach"})
    reason = mark("why it does not count", read)
    words = mark("what one says about it", read)
    with town.house.db.transaction() as session:
        for ref in ("KB0101", "KB0104"):
            recording.record(
                session, "article.solved", key=f"{ref}:1", occurred_at=NOON, actor_id=town.people["end_user"].id,
                credited=[person], subject=("article", ref), source="articles", now=NOON,
            )  # fmt: skip
        key = f"article.solved:KB0101:1:{person}"
        row = session.scalars(sa.select(Contribution).where(Contribution.dedupe_key == key)).one()
        coach = town.people["coach"].id
        voiding.void(session, row.id, by=coach, reason=f"It was tried out {reason}.", now=NOON)
        taken = session.scalars(sa.select(Contribution.id).where(Contribution.retracts == row.dedupe_key)).one()
        voiding.ask_again(session, person, taken, words=f"Not so {words}.", now=NOON)
