"""What somebody of the town is recognised for: something counts, something does not, and they ask to look again."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.gamification import recording, voiding
from plugins.gamification.models import Contribution, Thanks
from portal.articles.models import Article
from portal.testing import NOON
from tests.house.markers import VIEWERS, Marks, Town


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
        _thank(town, session, mark)
        taken = session.scalars(sa.select(Contribution.id).where(Contribution.retracts == row.dedupe_key)).one()
        voiding.ask_again(session, person, taken, words=f"Not so {words}.", now=NOON)


def _thank(town: Town, session: Session, mark: Marks) -> None:
    """Thanks about articles, which lead there who may read them; of what was taken away nobody reads a word."""
    giver, receiver = town.people["coach"].id, town.people["inside"].id
    words = mark("thanks on the wall", frozenset(VIEWERS) - {"visitor"})
    gone = mark("thanks that were taken from the wall", frozenset())
    for article_id in session.scalars(sa.select(Article.id).order_by(Article.id).limit(12)):
        values = {"giver_id": giver, "receiver_id": receiver, "article_id": article_id, "said_at": NOON}
        session.add(Thanks(reason=f"It helped all of us {words}.", **values))
    session.add(Thanks(giver_id=giver, receiver_id=receiver, reason=f"Not so {gone}.", said_at=NOON, hidden_at=NOON))
    session.flush()
