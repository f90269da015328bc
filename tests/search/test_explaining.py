"""Why results stand where they do, and how searches went."""

from datetime import timedelta

import pytest

from portal.accounts.rights import ANONYMOUS, Rights
from portal.search import figures
from portal.search.explaining import explain
from portal.search.figures import Summary
from portal.search.models import SearchLog, SearchUse
from portal.testing import NOON
from tests.knowledge import put_article

SUPPORT = Rights(person_id=7, level=1)


@pytest.fixture
def why(house, run_jobs):
    index = house.plugins.get("search").index
    with house.db.transaction() as session:
        put_article(session, "KB0001", "Printer", "The printer in the cellar eats paper.")
        put_article(session, "KB0002", "Paper", "Where paper is.")
        put_article(session, "KB0003", "Printer for support", "Printer.", audience=1)
        session.add(SearchUse(source="article", ref="KB0002", worth=10.0))
    run_jobs()
    index.lately.look_again()

    def run(words, rights=ANONYMOUS):
        with house.db.reading() as session:
            return explain(session, index, words, rights)

    return run


def test_what_single_words_gave_adds_up_to_the_score(why):
    found = why("printer paper cellar")
    assert [each.ref for each in found.reasons] == ["KB0001", "KB0002"]
    first, second = found.reasons
    assert sum(first.each) == pytest.approx(first.score)
    assert second.each[0] == second.each[2] == 0.0
    assert sum(second.each) * second.use == pytest.approx(second.score)
    assert (first.words, first.use, second.use) == (1.0, 1.0, 1.025)
    assert 0 < second.words < 1
    assert (found.total, found.fits, found.share) == (2, True, None)


def test_it_says_how_words_were_read(why):
    found = why("printter pw")
    assert [(each.word, each.read_as) for each in found.asked] == [("printter", "printer"), ("pw", "")]
    assert "password" in found.asked[1].also
    assert "wi-fi" in why("wlan").asked[0].also


def test_what_somebody_may_not_read_is_not_explained(why):
    assert [each.ref for each in why("printer").reasons] == ["KB0001"]
    assert {each.ref for each in why("printer", SUPPORT).reasons} == {"KB0001", "KB0003"}


@pytest.mark.parametrize("typed", ["", "  ", "?!", "zqzqzq"])
def test_what_finds_nothing_is_explained_too(why, typed):
    found = why(typed)
    assert (found.reasons, found.total) == ((), 0)


@pytest.fixture
def log(house):
    def run(*rows):
        with house.db.transaction() as session:
            for asker, words, hits, ms, *days in rows:
                at = NOON - timedelta(days=days[0] if days else 0)
                session.add(
                    SearchLog(at=at, words=words, hits=hits, level=0, language="en", duration_ms=ms, asker=asker)
                )

    return run


def test_the_summary_counts_thirty_days(house, log):
    with house.db.reading() as session:
        assert figures.summary(session, NOON) == Summary(searches=0, nothing=0, median_ms=0, high_ms=0)
    log(*((f"{number}", f"w{number}", number % 4, number) for number in range(100)), ("a", "w", 0, 9999, 31))
    with house.db.reading() as session:
        found = figures.summary(session, NOON)
    assert (found, found.share) == (Summary(searches=100, nothing=25, median_ms=50, high_ms=95), 0.25)


def test_words_are_told_only_where_three_people_typed_the_same(house, log):
    log(*((asker, "Order gone", 0, 5) for asker in "abca"), *((asker, "my salary", 0, 70) for asker in "aab"))
    log(*(("", "visitors type this", 0, 80) for _ in range(5)), ("d", "order gone", 0, 90))
    with house.db.reading() as session:
        empty, total = figures.empty(session, NOON, page=1, per_page=10)
        slow, searches = figures.slow(session, NOON, page=1, per_page=3)

    assert ([(each.words, each.people, each.times) for each in empty], total) == ([("order gone", 4, 5)], 1)
    assert searches == 13
    assert [(each.duration_ms, each.words, each.word_count, each.letters) for each in slow] == [
        (90, "order gone", 2, 10), (80, "", 3, 18), (80, "", 3, 18),
    ]  # fmt: skip


def test_the_pages_in_a_browser(house, why, log, as_role):
    log(*((asker, "order gone", 0, 5) for asker in "abc"))
    coach = as_role("coach")
    assert "order gone" not in coach.get("/search/figures").text  # of March; the clock goes on
    explained = coach.get("/search/why?q=printter paper").text
    assert "stands nowhere, read as printer" in explained
    assert "/kb/KB0002-paper" in explained
    assert "+2.5 %" in explained
    assert "Why these?" in coach.get("/search?q=printer").text
    assert "Why these?" not in as_role("end_user").get("/search?q=printer").text
    assert as_role("end_user").get("/search/why?q=printer").status_code == 403
    assert coach.get("/search/why?q=" + "(" * 10_000).status_code == 200
