"""While somebody types, pages that begin so are offered: only what they may read, and nothing is noted."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from portal.accounts.rights import ANONYMOUS, Rights
from portal.search.completing import complete
from portal.search.models import SearchLog
from tests.knowledge import put_article


@pytest.fixture
def room(house, run_jobs, frozen_clock):
    with house.db.transaction() as session:
        put_article(session, "KB0001", "Café printer: no paper", "Open it.", words=["printer jammed"])
        put_article(session, "KB0002", "“Printing” does not work", "Turn it off.")
        put_article(session, "KB0003", "Printer <b>password</b> for support", "Secret.", audience=1)
    run_jobs()
    return house.plugins.get("search")


def offered(house, room, typed, rights=ANONYMOUS):
    with house.db.reading() as session:
        return [(each.ref, str(each.title)) for each in complete(session, room.index, typed, rights)]


def test_titles_that_begin_so_are_offered_with_what_was_typed_marked(house, room):
    assert offered(house, room, "prin") == [
        ("KB0001", "Café <mark>prin</mark>ter: no paper"),
        ("KB0002", "“<mark>Prin</mark>ting” does not work"),
    ]
    assert offered(house, room, "no cafe pap") == [("KB0001", "<mark>Café</mark> printer: no <mark>pap</mark>er")]
    assert offered(house, room, "jamm") == [("KB0001", "Café printer: no paper")]


def test_only_what_somebody_may_read_is_offered_and_no_markup_of_a_title_lives(house, room):
    support = Rights(person_id=None, level=1)
    assert offered(house, room, "passw") == []
    assert offered(house, room, "passw", support) == [("KB0003", "Printer &lt;b&gt;password&lt;/b&gt; for support")]


def test_a_slip_is_read_as_a_word_that_they_may_read(house, room):
    assert [ref for ref, _title in offered(house, room, "pritner")] == ["KB0001"]
    assert offered(house, room, "pasword") == []


@pytest.mark.parametrize("typed", ["", " ", "p", "?", "\0", "the", "zq" * 5000])
def test_little_and_nothing_offer_nothing(house, room, typed):
    assert offered(house, room, typed) == []


def test_a_script_gets_options_and_the_log_gets_nothing(house, room, client):
    page = client.get("/search/begin?q=printing")

    assert page.text.strip() == (
        '<li role="option" id="begun-1" aria-selected="false" data-href="/kb/KB0002-printing-does-not-work">'
        "“<mark>Printing</mark>” does not work</li>"
    )
    assert client.get("/search/begin").text.strip() == ""
    house.tally.flush()
    with house.db.reading() as session:
        assert session.scalar(sa.select(sa.func.count(SearchLog.id))) == 0
