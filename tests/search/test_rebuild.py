import json

import pytest

from portal.accounts.rights import ANONYMOUS
from portal.core.errors import TooSoon
from portal.search.engines import NAMES
from portal.search.live import LiveIndex
from portal.search.models import SearchIndex
from portal.search.service import find
from portal.testing import NOON
from tests.knowledge import archive, put_article


@pytest.fixture
def room(house):
    return house.plugins.get("search")


@pytest.fixture
def live(house, run_jobs, frozen_clock):
    """A live index of three articles."""
    with house.db.transaction() as session:
        put_article(session, "KB0001", "Printer says no")
        put_article(session, "KB0002", "Outlook stays shut")
        put_article(session, "KB0003", "Screen stays dark")
    run_jobs()


@pytest.fixture
def found(house, room):
    def refs(words):
        with house.db.reading() as session:
            return [hit.ref for hit in find(session, room.index, words, ANONYMOUS).hits]

    return refs


@pytest.fixture
def differences(house, room):
    def look():
        with house.db.reading() as session:
            return room.indexing.verify(session)

    return look


def folders(room):
    return sorted(path.name for path in room.index.home.iterdir() if path.is_dir())


def test_a_rebuild_says_how_far_it_is_and_switches_at_its_end(house, room, live, found):
    before = room.index.standing()

    progress = [(step.done, step.total) for step in room.indexing.rebuild(NOON, batch=2)]

    after = room.index.standing()
    assert progress == [(0, 3), (2, 3), (3, 3)]
    assert (before.generation, after.generation) == (1, 2)
    assert folders(room) == [after.folder]
    assert found("printer") == ["KB0001"]
    with house.db.reading() as session:
        row = session.get(SearchIndex, 1)
        assert (row.engine, row.documents, row.built_at) == ("whoosh", 3, NOON)


def test_until_the_switch_the_old_index_answers(room, live, found):
    steps = room.indexing.rebuild(NOON, batch=2)
    next(steps)
    next(steps)

    assert found("outlook") == ["KB0002"]
    assert len(folders(room)) == 2
    steps.close()


def test_what_changes_during_a_rebuild_is_in_the_old_and_in_the_new_index(
    house, room, live, run_jobs, found, differences
):
    steps = room.indexing.rebuild(NOON, batch=1)
    for _step in range(4):
        next(steps)  # all three are read, nothing is switched

    with house.db.transaction() as session:
        put_article(session, "KB0001", "Scanner says no")
        archive(session, "KB0002")
        put_article(session, "KB0004", "Badge opens nothing")
    run_jobs()
    during = [found(word) for word in ("printer", "scanner", "outlook", "badge")]
    list(steps)

    assert during == [[], ["KB0001"], [], ["KB0004"]]
    assert [found(word) for word in ("printer", "scanner", "outlook", "badge")] == during
    assert differences() == []


def test_a_line_of_the_journal_that_was_cut_off_spoils_no_other(house, room, live, run_jobs, differences):
    steps = room.indexing.rebuild(NOON, batch=1)
    for _step in range(4):
        next(steps)
    with (room.index.home / "journal").open("a", encoding="utf-8") as journal:
        journal.write('\n["article", "KB00')
    with house.db.transaction() as session:
        put_article(session, "KB0001", "Scanner says no")
    run_jobs()
    list(steps)

    assert differences() == []


def test_a_rebuild_that_was_killed_leaves_the_old_index_and_can_be_repeated(house, room, live, found, run_jobs):
    before = room.index.standing()
    steps = room.indexing.rebuild(NOON, batch=1)
    next(steps)
    next(steps)
    steps.close()  # what a kill leaves: a second folder and the journal
    with house.db.transaction() as session:
        put_article(session, "KB0001", "Scanner says no")
    run_jobs()

    assert room.index.standing() == before
    assert found("scanner") == ["KB0001"]
    assert len(folders(room)) == 2
    noted = [line for line in (room.index.home / "journal").read_text().splitlines() if line]
    assert [json.loads(line) for line in noted] == [["article", "KB0001"]]

    list(room.indexing.rebuild(NOON))

    assert folders(room) == [room.index.standing().folder]
    assert not (room.index.home / "journal").exists()
    assert found("scanner") == ["KB0001"]


def test_a_second_rebuild_at_the_same_time_is_refused(room, live):
    steps = room.indexing.rebuild(NOON)
    next(steps)
    with pytest.raises(TooSoon, match="being built already"):
        next(room.indexing.rebuild(NOON))
    steps.close()


@pytest.fixture
def app_settings(request):
    return {"search_engine": request.node.callspec.params["engine"]} if hasattr(request.node, "callspec") else {}


@pytest.mark.parametrize("engine", NAMES)
def test_another_process_follows_the_switch_while_it_searches(engine, house, room, live, found, monkeypatch):
    other = LiveIndex(house.db, house.config, room.index.sources)
    with house.db.reading() as session:
        assert [hit.ref for hit in find(session, other, "screen", ANONYMOUS).hits] == ["KB0003"]
    follow = other._follow
    looks = iter([follow()])
    list(room.indexing.rebuild(NOON))
    # It looked just before the switch, so it still believes in the old index; then its folder is gone.
    monkeypatch.setattr(other, "_follow", lambda: next(looks, None) or follow())

    with house.db.reading() as session:
        assert [hit.ref for hit in find(session, other, "screen", ANONYMOUS).hits] == ["KB0003"]


def test_an_index_with_lost_files_is_built_again_at_the_start(house, room, live, found):
    folder = room.index.home / room.index.standing().folder
    for file in folder.iterdir():
        file.unlink()
    room.index.close()
    assert room.indexing.is_needed()

    step = room.start_steps()[-1]
    sentence = step.run()

    assert step.order == 40
    assert sentence.startswith("The search index is built: 3 documents in ")
    assert found("printer") == ["KB0001"]
    assert step.run() == ""
