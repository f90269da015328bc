"""What people of the town searched, and what nobody has written yet."""

from __future__ import annotations

from portal.search.askers import askers_of
from portal.search.gap_models import GapState, SearchGap
from portal.search.models import SearchLog, SearchSynonym
from portal.testing import NOON
from tests.house.markers import WRITERS, Marks, Town


def search(town: Town) -> None:
    """Three people miss the same, one misses something of their own; gaps in each state."""
    mark = Marks(town, "search")
    alone = mark("what one person typed", frozenset())
    common = mark("what three people typed", frozenset({"coach", "admin"}))
    with town.house.db.transaction() as session:
        for place, viewer in enumerate(("end_user", "inside", "outside")):
            asker = askers_of(town.house).mark(town.people[viewer].id)
            for words in [f"about {common}", *([f"about {alone}"] if place == 0 else [])]:
                session.add(
                    SearchLog(
                        at=NOON, words=words, hits=0, level=0, language="en", duration_ms=900 + place, asker=asker
                    )
                )  # fmt: skip
        typed, meant = (mark(f"a synonym, {side}", frozenset({"coach"})) for side in ("typed", "meant"))
        session.add(
            SearchSynonym(typed=[typed], meant=[meant], both=False, service="mail", changed_at=NOON, changed_by=None)
        )
        for state in GapState:
            words = mark(f"words of a gap that is {state}", WRITERS)
            reason = mark("why nothing has to be written", WRITERS) if state == GapState.REJECTED else ""
            person = town.people["specialist"].id
            session.add(
                SearchGap(
                    state=state, words=words, stems=[words], language="en", people=3, times=4, asked_at=NOON,
                    opened_at=NOON, claimed_by=person, claimed_at=NOON, source="article", ref="KB0104",
                    answered_by=person, answered_at=NOON, closed_at=NOON, reason=reason,
                )
            )  # fmt: skip
