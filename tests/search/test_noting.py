"""What people searched, opened and said is noted as it was meant, and by nobody's name."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal.core.events import Fact
from portal.search.askers import Askers, askers_of
from portal.search.models import SearchLog, SearchOpened
from portal.search.noting import Helped, forget, note_opened, note_searches
from portal.testing import NOON, csrf_of
from tests.knowledge import put_article

LINE = {
    "hits": 2, "service": "", "kind": "", "level": 0, "language": "en", "duration_ms": 3, "asker": "a", "writes": False
}  # fmt: skip


def line(seconds, words, **more):
    return {**LINE, "at": NOON + timedelta(seconds=seconds), "words": words, **more}


@pytest.fixture
def noted(house):
    def run(*batches):
        for batch in batches:
            with house.db.transaction() as session:
                note_searches(session, batch)
        with house.db.reading() as session:
            rows = session.execute(sa.select(SearchLog.words, SearchLog.hits).order_by(SearchLog.at, SearchLog.id))
            return [tuple(row) for row in rows]

    return run


TYPING = [line(0, "prin", hits=0), line(5, "Printer", hits=3), line(12, "printer says no", hits=1)]


def test_whoever_goes_on_typing_has_searched_once(noted):
    assert noted(TYPING) == [("printer says no", 1)]


def test_it_does_not_matter_how_the_typing_was_cut_into_batches(noted):
    assert noted(*([each] for each in TYPING)) == [("printer says no", 1)]


def test_letters_taken_back_are_the_same_search(noted):
    assert noted([line(0, "printer says")], [line(8, "printer")]) == [("printer", 2)]


@pytest.mark.parametrize(
    "second",
    [
        line(31, "printer says"),  # later
        line(5, "scanner"),  # something else
        line(5, "printer says", asker="b"),  # somebody else
        line(5, "printer", service="mail"),  # in another place
        line(5, "printer", language="de"),
    ],
)
def test_what_does_not_go_on_is_a_search_of_its_own(noted, second):
    assert len(noted([line(0, "printer")], [second])) == 2


def test_marks_tell_people_apart_and_nothing_else():
    first, second = Askers(b"one key"), Askers(b"another key")
    marks = {askers.mark(person) for askers in (first, second) for person in (1, 2)}

    assert (first.mark(None), len(marks), {len(mark) for mark in marks}) == ("", 4, {32})
    assert first.mark(1) == Askers(b"one key").mark(1)


def test_searches_carry_a_mark_and_no_person(house, as_role, run_jobs):
    with house.db.transaction() as session:
        put_article(session, "KB0001", "Printer", "Turn it off.")
    run_jobs()
    as_role("end_user").get("/search?q=printer")
    house.tally.flush()

    with house.db.reading() as session:
        row = session.scalars(sa.select(SearchLog)).one()
    assert (len(row.asker), row.writes) == (32, False)


def opened(house):
    with house.db.reading() as session:
        columns = (SearchOpened.ref, SearchOpened.words, SearchOpened.helped)
        return [tuple(row) for row in session.execute(sa.select(*columns).order_by(SearchOpened.id))]


def test_what_is_opened_from_results_is_noted_with_whether_it_helped(house, as_role, run_jobs):
    with house.db.transaction() as session:
        put_article(session, "KB0001", "Printer", "Turn it off.")
    run_jobs()
    client = as_role("end_user")
    client.get("/kb/KB0001-printer?q=Printer%20%20says no")
    client.get("/kb/KB0001-printer")  # from elsewhere
    house.tally.flush()
    assert opened(house) == [("KB0001", "Printer says no", "")]

    token = csrf_of(client)
    client.post("/kb/KB0001-printer/verdict?q=printer", data={"csrf_token": token, "verdict": "yes"})
    run_jobs()
    assert opened(house) == [("KB0001", "Printer says no", "yes")]

    client.post("/kb/KB0001-printer/verdict?q=printer", data={"csrf_token": token, "verdict": "no"})
    run_jobs()
    assert opened(house) == [("KB0001", "Printer says no", "no")]


def test_a_verdict_is_about_the_last_opening_within_a_day(house):
    askers = askers_of(house)
    row = {"words": "w", "language": "en", "source": "article", "ref": "KB0001", "writes": False}
    ages = [("hours=30", 30, askers.mark(1)), ("3", 3, askers.mark(1)), ("2", 2, askers.mark(1)), ("1", 1, "else")]
    with house.db.transaction() as session:
        rows = [row | {"at": NOON - timedelta(hours=age), "asker": mark, "words": name} for name, age, mark in ages]
        note_opened(session, rows)
        fact = Fact(id=1, name="v", at=NOON, actor_id=1, payload={"ref": "KB0001", "value": "no"})
        visitor = Fact(id=2, name="v", at=NOON, actor_id=None, payload={"ref": "KB0001", "value": "yes"})
        Helped(askers).verdict_given(session, [fact, visitor])

    assert [(words, helped) for _ref, words, helped in opened(house)] == [
        ("hours=30", ""), ("3", ""), ("2", "no"), ("1", ""),
    ]  # fmt: skip


def test_after_ninety_days_nothing_says_that_two_searches_were_of_one_person(house):
    ages = (0, 89, 91, 401)
    with house.db.transaction() as session:
        rows = [{**LINE, "at": NOON - timedelta(days=age), "words": f"{age} days"} for age in ages]
        note_searches(session, rows)
        note_opened(
            session,
            [
                {"at": row["at"], "words": row["words"], "language": "en", "source": "article", "ref": "KB0001",
                 "asker": "a", "writes": False}
                for row in rows
            ],
        )  # fmt: skip
    with house.db.transaction() as session:
        forget(session, NOON)

    with house.db.reading() as session:
        log = session.execute(sa.select(SearchLog.words, SearchLog.asker).order_by(SearchLog.at.desc())).all()
    assert [tuple(row) for row in log] == [("0 days", "a"), ("89 days", "a"), ("91 days", "")]
    assert [words for _ref, words, _helped in opened(house)] == ["0 days", "89 days"]
