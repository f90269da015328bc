"""The log of an article: texts, the article as a whole and set times together, by time, for whoever may know."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal.accounts.models import Person
from portal.articles import drafts, keeping, logbook, timing
from portal.articles.keeping_models import Timing, TimingState
from portal.testing import NOON, sign_in
from tests.articles.writing import Desk

HOUR = timedelta(hours=1)


@pytest.fixture
def log(house):
    """What the log says to somebody: texts by number, what happened, who, and each further word."""

    def read(by, ref="KB0101"):
        with house.db.reading() as session:
            found = logbook.entries(session, ref, drafts.writer_of(session, by.rights))
            return [
                (each.number, each.what, each.person, each.why or each.other_ref or each.until or "") for each in found
            ]

    return read


def end(house, by: Desk, step, *refs, **values):
    with house.db.transaction() as session:
        getattr(keeping, step)(session, drafts.writer_of(session, by.rights), *refs, **values)


def test_the_log_of_moves_says_who_and_why_to_those_who_may_know(desk, house):
    ana, kim, other = desk("onsite", name="Ana"), desk("onsite", grant="contributor", name="Kim"), desk("onsite")
    draft = ana.submit(ana.start_new(), why="New printers.")
    kim.send_back(draft, words="Which?")

    def log(by):
        with house.db.reading() as session:
            steps = logbook.entries(session, "KB1001", drafts.writer_of(session, by.rights))
            return [(step.what, step.person, step.why) for step in steps]

    expected = [("send_back", "Kim", "Which?"), ("submit", "Ana", "New printers."), ("start", "Ana", "")]
    assert (log(ana), log(kim), log(other)) == (expected, expected, [])


def test_texts_and_the_article_as_a_whole_stand_together_by_time(desk, make_article, house, log):
    make_article("KB0101")
    make_article("KB0102", title="Another printer", audience="specialists")
    kim, reader = desk("coach", name="Kim"), desk("onsite")
    draft = kim.start("KB0101")
    kim.publish(kim.save(draft, "The second.\n"), significance="changed", now=NOON + HOUR)
    end(house, kim, "archive", "KB0101", successor="KB0102", now=NOON + 2 * HOUR)
    end(house, kim, "bring_back", "KB0101", why="Still used.", now=NOON + 3 * HOUR)

    lines = [
        (None, "article.bring_back", "Kim", "Still used."),
        (None, "article.archive", "Kim", "KB0102"),
        (2, "publish", "Kim", ""),
        (1, "supersede", "Kim", ""),
        (2, "start", "Kim", ""),
    ]
    assert log(kim) == lines
    assert log(reader) == [lines[0], (None, "article.archive", "Kim", ""), *lines[2:]], "the other one opens for few"


def test_times_that_were_set_dropped_or_failed_are_told_to_those_whom_they_concern(desk, make_article, house, log):
    make_article("KB0101")
    kim, reader = desk("coach", name="Kim"), desk("onsite")
    with house.db.transaction() as session:
        me = drafts.writer_of(session, kim.rights)
        moment = timing.moment_of("2026-03-05", "14:30", "UTC", now=NOON)
        first = timing.retire_at(session, me, "KB0101", moment, why="Old.", now=NOON)
        timing.take_back(session, me, first.id, now=NOON + HOUR)
        timing.retire_at(session, me, "KB0101", moment, why="Very old.", now=NOON + 2 * HOUR)
        waits = sa.update(Timing).where(Timing.state == TimingState.WAITING)
        session.execute(waits.values(state=TimingState.FAILED, ended_at=moment.at, ended_why="It is away."))

    assert log(kim) == [
        (None, "time_ended.failed", "", "It is away."),
        (None, "time.retire", "Kim", "Very old."),
        (None, "time_ended.dropped", "", ""),
        (None, "time.retire", "Kim", "Old."),
    ]
    assert log(reader) == []


def test_reasons_about_the_article_are_for_who_reads_all_of_it(desk, make_article, house, log):
    make_article("KB0101", "All.\n\n::: specialists\n\nMore.\n\n:::\n")
    kim, reader = desk("coach", name="Kim"), desk("onsite")
    end(house, kim, "archive", "KB0101", why="The part for specialists is wrong.", now=NOON)

    assert log(kim) == [(None, "article.archive", "Kim", "The part for specialists is wrong.")]
    assert log(reader) == [(None, "article.archive", "Kim", "")]


def test_the_page_says_what_happened_to_the_article_and_leads_to_the_one_that_follows(app, desk, make_article, house):
    make_article("KB0101")
    make_article("KB0102", title="Another printer")
    kim = desk("coach", name="Kim")
    with house.db.transaction() as session:
        me = drafts.writer_of(session, kim.rights)
        moment = timing.moment_of("2026-03-05", "14:30", "UTC", now=NOON)
        timing.retire_at(session, me, "KB0101", moment, why="Old.", now=NOON)
        keeping.merge(session, me, "KB0101", "KB0102", now=NOON + HOUR)
    with house.db.reading() as session:
        page = sign_in(app.test_client(), session.get_one(Person, kim.id)).get("/kb/KB0101/history").text

    log_of_it = page.partition('id="moves"')[2].partition("</details>")[0]
    lines = [
        " ".join(re.sub("<[^>]+>", " ", each).split()) for each in re.findall(r"<li>(.*?)</li>", log_of_it, re.DOTALL)
    ]
    assert lines == [
        "The article: the set time holds no longer 2 Mar 2026, 14:00",
        "The article: merged into another one: Another printer 2 Mar 2026, 14:00 · Kim",
        "The article: a time set at which it is archived, 5 Mar 2026, 15:30 2 Mar 2026, 13:00 · Kim Old.",
    ]
    assert '<a href="/kb/KB0102">Another printer</a>' in log_of_it
