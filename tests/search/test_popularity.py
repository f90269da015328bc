"""What helped lately stands a little higher, and can bury nothing."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from portal.accounts.rights import ANONYMOUS
from portal.app import build
from portal.search import popularity
from portal.search.engine import Hit, Page
from portal.search.models import SearchOpened, SearchUse
from portal.search.popularity import MOST, Use, factor
from portal.search.service import find
from portal.testing import NOON
from tests.knowledge import put_article


@pytest.fixture
def opened(house):
    def run(ref, *, asker="a", days=0, helped=""):
        with house.db.transaction() as session:
            session.add(
                SearchOpened(
                    at=NOON - timedelta(days=days), words="w", language="en", source="article", ref=ref, asker=asker,
                    helped=helped,
                )
            )  # fmt: skip

    return run


@pytest.fixture
def worth(house):
    def run():
        with house.db.transaction() as session:
            popularity.work_out(session, NOON)
            return {row.ref: row.worth for row in session.scalars(sa.select(SearchUse))}

    return run


def test_each_person_counts_once_a_day_and_old_days_fade(opened, worth):
    for _ in range(5):
        opened("KB0001")
    opened("KB0001", asker="b")
    opened("KB0001", asker="b", days=1, helped="yes")
    opened("KB0002", days=30)
    opened("KB0003", days=91)
    opened("KB0004", helped="no")
    faded = 3 * 0.5 ** (1 / 30)
    assert worth() == {"KB0001": round(2 + faded, 3), "KB0002": 0.5}
    assert worth() == {"KB0001": round(2 + faded, 3), "KB0002": 0.5}  # counted anew, not added


@given(st.floats(0, 1e6))
def test_use_gives_little_and_more_use_never_gives_less(amount):
    assert 1 <= factor(amount) <= factor(amount + 1) <= 1 + MOST


def hit(ref, score):
    return Hit(
        key=ref, source="article", ref=ref, title="", body="", service="", kind="", language="en", updated_at=NOON,
        score=score,
    )  # fmt: skip


SCORES = st.lists(st.floats(0.01, 100), min_size=1, max_size=40)


@given(SCORES, st.dictionaries(st.integers(0, 39), st.floats(0, 1e6)))
def test_nothing_is_put_before_what_fits_better_by_more_than_the_cap(scores, used):
    scores = sorted(scores, reverse=True)
    hits = [hit(str(place), score=score) for place, score in enumerate(scores)]
    use = Use({("article", str(place)): factor(amount) for place, amount in used.items()})
    page = popularity.ordered(Page(hits=tuple(hits), total=len(hits), facets={}), use, offset=0, limit=40)

    assert sorted(each.ref for each in page.hits) == sorted(each.ref for each in hits)
    by_ref = {each.ref: each.score for each in hits}
    for place, one in enumerate(page.hits):
        for other in page.hits[place + 1 :]:
            assert by_ref[other.ref] <= by_ref[one.ref] * (1 + MOST) * 1.000001


def test_pages_of_an_answer_neither_repeat_nor_lose_anything():
    hits = tuple(hit(str(place), score=1 - place / 1000) for place in range(45))
    use = Use({("article", str(place)): factor(1e6) for place in range(0, 45, 3)})
    pages = []
    for offset in range(0, 45, 25):
        most = max(popularity.LOOKED_AT, offset + 25) if offset < popularity.LOOKED_AT else None
        if most is None:
            pages += hits[offset : offset + 25]
        else:
            page = Page(hits=hits[:most], total=45, facets={})
            pages += popularity.ordered(page, use, offset=offset, limit=25).hits
    assert sorted(int(each.ref) for each in pages) == list(range(45))
    assert [int(each.ref) for each in pages[:10]] == list(range(0, 30, 3))


def test_of_two_that_fit_alike_the_one_that_helped_comes_first_and_never_more(house, opened, worth, run_jobs):
    index = house.plugins.get("search").index
    with house.db.transaction() as session:
        put_article(session, "KB0001", "Printer", "Turn it off.")
        put_article(session, "KB0002", "Printer", "Turn it off.")
        put_article(session, "KB0003", "Something else", "A long page about other things, and one printer.")
    run_jobs()

    def found():
        with house.db.reading() as session:
            return [each.ref for each in find(session, index, "printer", ANONYMOUS).hits]

    assert found() == ["KB0001", "KB0002", "KB0003"]
    for day in range(40):
        opened("KB0002", days=day, helped="yes")
        opened("KB0003", days=day, helped="yes")
    worth()
    index.lately.look_again()
    assert found() == ["KB0002", "KB0001", "KB0003"]


def test_it_can_be_switched_off(instance):
    house = build({"instance": str(instance), "search_use": False}, environ={})
    try:
        assert house.plugins.get("search").index.use() is None
    finally:
        house.close()
