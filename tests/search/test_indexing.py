import fcntl
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from portal.accounts.rights import ANONYMOUS
from portal.core import clock
from portal.core.events import EventRow, Job
from portal.search import indexing as indexing_module
from portal.search.engine import IndexUnusable
from portal.search.indexing import Difference
from portal.search.service import find
from tests.knowledge import archive, put_article


@pytest.fixture
def room(house):
    return house.plugins.get("search")


@pytest.fixture
def found(house, room):
    def refs(words, rights=ANONYMOUS):
        with house.db.reading() as session:
            return [hit.ref for hit in find(session, room.index, words, rights).hits]

    return refs


@pytest.fixture
def differences(house, room):
    def look():
        with house.db.reading() as session:
            return room.indexing.verify(session)

    return look


def run(steps):
    return [(step.done, step.total) for step in steps]


def test_the_first_change_builds_the_index(house, run_jobs, found, frozen_clock):
    with house.db.transaction() as session:
        put_article(session, "KB0001", "Printer says no", "Turn it off and on.")

    run_jobs()

    assert found("printer") == ["KB0001"]


def test_a_change_and_an_archiving_reach_the_index(house, run_jobs, found, differences, frozen_clock):
    with house.db.transaction() as session:
        put_article(session, "KB0001", "Printer says no", "Turn it off and on.")
        put_article(session, "KB0002", "Outlook stays shut", "Start it with the key pressed.")
    run_jobs()

    with house.db.transaction() as session:
        put_article(session, "KB0001", "Scanner says no", "Turn it off and on.")
        archive(session, "KB0002")
    run_jobs()

    assert (found("printer"), found("scanner"), found("outlook")) == ([], ["KB0001"], [])
    assert differences() == []


def test_all_changes_of_one_moment_are_one_batch(house, room, run_jobs, frozen_clock):
    with house.db.transaction() as session:
        put_article(session, "KB0001", "Printer says no")
    run_jobs()
    before = room.index.engine().generation()

    with house.db.transaction() as session:
        for number in range(2, 8):
            put_article(session, f"KB000{number}", "Printer says no")
    run_jobs()

    assert room.index.engine().generation() == before + 1


def test_differences_are_named_by_document(house, room, run_jobs, differences, frozen_clock):
    with house.db.transaction() as session:
        put_article(session, "KB0001", "Printer says no")
        put_article(session, "KB0002", "Outlook stays shut")
    run_jobs()

    with house.db.transaction() as session:
        put_article(session, "KB0001", "Scanner says no")
        put_article(session, "KB0003", "Screen stays dark")
        archive(session, "KB0002")

    assert differences() == [
        Difference("article:KB0001:0", "outdated"),
        Difference("article:KB0003:0", "missing"),
        Difference("article:KB0002:0", "too many"),
    ]
    with house.db.reading() as session:
        assert room.indexing.is_behind(session)
    run_jobs()
    assert differences() == []
    with house.db.reading() as session:
        assert not room.indexing.is_behind(session)


def test_without_an_index_searching_says_so(house, room, found):
    with pytest.raises(IndexUnusable, match="There is no search index yet"):
        found("printer")
    assert room.indexing.is_needed()
    assert room.index.fault() == "There is no search index yet. Build it again with: portal search rebuild"


def test_a_batch_that_has_to_wait_too_long_is_done_later(house, room, run_jobs, found, frozen_clock, monkeypatch):
    with house.db.transaction() as session:
        put_article(session, "KB0001", "Printer says no")
    run_jobs()
    monkeypatch.setattr(indexing_module, "WRITING_WAIT_SECONDS", 0.1)
    with house.db.transaction() as session:
        put_article(session, "KB0002", "Outlook stays shut")

    with (room.index.home / "writing.lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        house.worker(name="test").run_due(clock.now())
    with house.db.reading() as session:
        job = session.scalars(sa.select(Job)).one()

    assert (job.tries, job.parked_at) == (1, None)
    assert "TooSoon: The search index is being written by another process." in job.error
    assert found("outlook") == []


def test_a_damaged_index_fails_the_job_instead_of_losing_the_change(house, room, run_jobs, frozen_clock):
    with house.db.transaction() as session:
        put_article(session, "KB0001", "Printer says no")
    run_jobs()
    folder = room.index.home / room.index.standing().folder
    for file in folder.iterdir():
        file.unlink()
    room.index.close()
    with house.db.transaction() as session:
        put_article(session, "KB0002", "Outlook stays shut")

    house.worker(name="test").run_due(clock.now())

    with house.db.reading() as session:
        assert "IndexUnusable" in session.scalars(sa.select(Job.error)).one()
    assert room.indexing.is_needed()


def test_two_threads_that_index_at_once_lose_nothing(house, room, run_jobs, differences, frozen_clock):
    with house.db.transaction() as session:
        put_article(session, "KB0001", "Printer says no")
    run_jobs()
    with house.db.transaction() as session:
        for number in range(10, 40):
            put_article(session, f"KB00{number}", f"Printer {number} says no")
    with house.db.reading() as session:
        waiting = sa.select(EventRow).join(Job, Job.event_id == EventRow.id)
        facts = [row.fact() for row in session.scalars(waiting)]

    def index(some):
        with house.db.reading() as session:
            room.indexing.index_documents(session, some)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(index, (facts[start::3] for start in range(3))))

    assert differences() == []
