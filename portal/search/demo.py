"""What people looked for in the last two weeks, for `portal demo`."""

from __future__ import annotations

import random
from datetime import timedelta

import sqlalchemy as sa

from portal.accounts.models import Person, PersonRole
from portal.core.clock import now
from portal.core.portal import Portal
from portal.search.askers import askers_of
from portal.search.gap_finding import GapFinding
from portal.search.gap_models import GapState, SearchGap
from portal.search.live import index_of
from portal.search.models import SearchIndex, SearchLog, SearchSynonym

TYPED = (
    ("printer on floor 3", 3), ("got a new phone", 2), ("vpn from home", 1), ("bicycle leasing form", 0),
    ("lost my phone", 2), ("what is the code for", 1), ("nothing comes out", 1), ("drone licence", 0),
)  # fmt: skip


def fill(house: Portal) -> str:
    """Add lines to the search log; nothing when there are some."""
    chance = random.Random(11)  # noqa: S311 - the same each time
    with house.db.transaction() as session:
        if session.scalar(sa.select(SearchLog.id).limit(1)):
            return ""
        plain = sa.select(Person.id).where(~sa.exists().where(PersonRole.person_id == Person.id)).order_by(Person.id)
        marks = [askers_of(house).mark(person) for person in session.scalars(plain.limit(8))] or [""]
        for _ in range(200):
            words, hits = chance.choice(TYPED)
            session.add(
                SearchLog(
                    at=now() - timedelta(minutes=chance.randint(1, 14 * 24 * 60)),
                    words=words,
                    hits=hits,
                    level=chance.choice((0, 0, 1)),
                    language="en",
                    duration_ms=chance.randint(3, 20),
                    asker=chance.choice(marks),
                )
            )
        session.flush()
        GapFinding(index_of(house).sources, askers_of(house)).look(session, now())
        session.execute(sa.update(SearchGap).values(opened_at=now() - timedelta(days=3)))
        missed = session.scalars(sa.select(SearchGap).order_by(SearchGap.id)).all()
        writer = session.scalar(sa.select(Person.id).where(Person.login == "jo"))
        session.add(SearchSynonym(typed=["till"], meant=["cash register"], both=True, service="", changed_at=now()))
        session.add(
            SearchSynonym(typed=["drum"], meant=["toner", "printer"], both=False, service="printing", changed_at=now())
        )
        session.execute(sa.update(SearchIndex).values(synonyms=1))
        for gap in missed[1:2]:
            gap.state, gap.claimed_by, gap.claimed_at = GapState.CLAIMED, writer, now()
    return "Two weeks of searches, synonyms, and what nobody has written yet."
