"""Answers are made once as long as nothing changes, and never outlive what they were made of."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from portal.accounts.rights import ANONYMOUS, Rights
from portal.search import own_words
from portal.search.answers import Answers
from portal.search.models import SearchUse
from portal.search.service import find
from portal.search.synonyms import Pair
from portal.testing import NOON
from tests.knowledge import archive, put_article

SUPPORT = Rights(person_id=7, level=1)


def test_of_many_at_once_one_asks_and_all_get_its_answer():
    answers, asked, go = Answers(), [], threading.Event()

    def ask():
        asked.append(1)
        assert go.wait(10)
        return "answer"

    with ThreadPoolExecutor(20) as pool:
        waiting = [pool.submit(answers.of, "key", ask) for _ in range(20)]
        while not asked:
            pass
        go.set()
        assert {each.result() for each in waiting} == {"answer"}
    assert len(asked) == 1


def test_an_error_is_told_to_all_who_wait_and_not_kept():
    answers, begun, go = Answers(), threading.Event(), threading.Event()

    def fail():
        begun.set()
        assert go.wait(10)
        raise ValueError("away")

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(answers.of, "key", fail)
        assert begun.wait(10)
        second = pool.submit(answers.of, "key", fail)
        go.set()
        for each in (first, second):
            with pytest.raises(ValueError, match="away"):
                each.result()
    assert answers.of("key", lambda: "there again") == "there again"


def test_only_the_latest_are_kept():
    answers, asked = Answers(2), []
    for key in ("a", "b", "a", "c", "a", "b"):
        answers.of(key, lambda key=key: asked.append(key))
    assert asked == ["a", "b", "c", "b"]


@pytest.fixture
def search(house, run_jobs, monkeypatch):
    """Searches in a portal with one article, and how often the engine was asked for it."""
    index, asked = house.plugins.get("search").index, []
    with house.db.transaction() as session:
        put_article(session, "KB0001", "Printer", "Turn it off.")
        put_article(session, "KB0002", "Printer for support", "Turn it off.", audience=1)
    run_jobs()
    engine = index.engine()
    real = engine.search
    monkeypatch.setattr(engine, "search", lambda *args, **more: (asked.append(1), real(*args, **more))[1])

    def run(words, rights=ANONYMOUS, **more):
        before = len(asked)
        with house.db.reading() as session:
            refs = [hit.ref for hit in find(session, index, words, rights, **more).hits]
        return refs, len(asked) - before

    return run


def test_the_same_is_asked_once_and_what_differs_again(search):
    assert search("printer") == (["KB0001"], 1)
    assert search("printer ") == (["KB0001"], 0)
    assert search("printer", SUPPORT) == (["KB0001", "KB0002"], 1)
    assert search("printer", service="mail") == (["KB0001"], 1)
    assert search("printer", kind="faq") == ([], 1)
    assert search("printer", per_page=1) == (["KB0001"], 1)
    assert search("printer", SUPPORT) == (["KB0001", "KB0002"], 0)


def test_whatever_changes_is_seen_at_once(house, search, run_jobs):
    index = house.plugins.get("search").index
    search("printer")
    with house.db.transaction() as session:
        put_article(session, "KB0003", "Printer", "Turn it off.")
    run_jobs()
    assert search("printer") == (["KB0001", "KB0003"], 1)

    assert search("wumpus") == ([], 1)
    with house.db.transaction() as session:
        pair = Pair(typed=("wumpus",), meant=("printer",))
        own_words.write(session, None, pair, seen=0, person_id=None, now=NOON)
    assert search("wumpus") == (["KB0001", "KB0003"], 1)

    with house.db.transaction() as session:
        session.add(SearchUse(source="article", ref="KB0003", worth=1000.0))
    index.lately.look_again()
    assert search("printer") == (["KB0003", "KB0001"], 1)

    with house.db.transaction() as session:
        archive(session, "KB0003")
    assert search("printer") == (["KB0001"], 0)  # not in the database any more, though the index does not know it yet
    run_jobs()
    assert search("printer") == (["KB0001"], 1)
