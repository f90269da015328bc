"""What is shown as alike to somebody who types a title: only what they may know of."""

import pytest

from portal.articles import candidates, drafts
from portal.articles.candidates import Close
from portal.search.live import index_of
from portal.testing import NOON

pytestmark = pytest.mark.usefixtures("frozen_clock")


@pytest.fixture
def alike(organised, run_jobs):
    """What is alike for somebody: refs of articles, then titles of texts with their writers."""

    def found(desk, title, **values):
        run_jobs()
        with organised.db.reading() as session:
            me = drafts.writer_of(session, desk.rights)
            close = candidates.close_to(session, index_of(organised), me, title, **({"language": "en"} | values))
        assert close.is_searched
        return [each.ref for each in close.articles], [(each.title, each.writer) for each in close.texts]

    return found


@pytest.fixture(autouse=True)
def index(organised):
    """An index, as a start of the portal makes it."""
    indexing = organised.plugins.get("search").indexing
    for _written in indexing.rebuild(now=NOON):
        pass


def test_live_articles_about_the_same_come_first_by_title_and_words(desk, make_article, alike):
    make_article("KB0101", title="Printing does not work", words=["printer not printing", "stuck in queue", "jam"])
    make_article("KB0102", title="Add a printer", words=["new printer", "install printer", "find a printer"])
    make_article("KB0103", title="Your mailbox is full", words=["no space", "mail comes back", "quota"])

    assert alike(desk("front_line"), "printer prints nothing")[0][0] == "KB0101"
    assert alike(desk("front_line"), "install a new printer")[0][0] == "KB0102"
    assert alike(desk("front_line"), "coffee machine") == ([], [])
    assert alike(desk("front_line"), " ?! ") == ([], [])


def test_an_article_above_ones_level_or_for_others_is_not_named(desk, make_article, alike):
    make_article("KB0101", title="Unlock the vault", audience="specialists")
    make_article("KB0102", title="Unlock the vault door", readers=["party:front-line"])
    make_article("KB0103", title="Unlock the vault lid", confidence="wip")

    assert alike(desk(), "Unlock the vault") == ([], [])
    assert alike(desk("front_line", party_id="front-line"), "Unlock the vault")[0] == ["KB0102", "KB0103"]
    assert sorted(alike(desk("specialist"), "Unlock the vault")[0]) == ["KB0101", "KB0103"]


def test_texts_under_way_are_named_to_their_writer_and_to_those_who_could_decide_alone(desk, alike):
    robin = desk("front_line", name="Robin Bell")
    robin.start_new(title="Scanner sends empty pages", audience="support")
    others = {
        "candidate": desk("front_line"),
        "suggester": desk(),
        "contributor": desk("onsite", grant="contributor"),
        "coach": desk("coach"),
    }
    named = [("Scanner sends empty pages", "Robin Bell")]

    assert alike(robin, "Scanner sends empty pages") == ([], named)
    assert {name: alike(each, "scanner sends empty pages")[1] for name, each in others.items()} == {
        "candidate": [],
        "suggester": [],
        "contributor": named,
        "coach": named,
    }


def test_what_is_put_aside_or_for_specialists_is_not_named_to_others(desk, alike):
    robin, contributor = desk("specialist"), desk("onsite", grant="contributor")
    aside = robin.start_new(title="Scanner sends empty pages")
    robin.discard(aside)
    robin.start_new(title="Scanner sends empty sheets", audience="specialists")

    assert alike(contributor, "Scanner sends empty pages") == ([], [])


def test_the_text_being_written_and_its_article_stay_away_and_for_nobody_else(desk, make_article, alike):
    make_article("KB0101", title="Printing does not work")
    robin, other = desk("front_line"), desk("front_line")
    mine = robin.start("KB0101")

    assert alike(robin, "Printing does not work", but=mine.id) == ([], [])
    assert alike(other, "Printing does not work", but=mine.id) == (["KB0101"], [])


def test_ones_own_text_stands_for_the_article_that_it_changes(desk, make_article, alike):
    make_article("KB0101", title="Printing does not work")
    robin = desk("front_line", name="Robin Bell")
    robin.start("KB0101")

    assert alike(robin, "Printing does not work") == ([], [("Printing does not work", "Robin Bell")])
    assert alike(desk("front_line"), "Printing does not work") == (["KB0101"], [])


def test_without_an_index_texts_are_compared_and_it_is_said(organised, desk):
    robin = desk("front_line")
    robin.start_new(title="Scanner sends empty pages")
    index = index_of(organised)
    index.close()
    index.engine_name = "another"

    with organised.db.reading() as session:
        me = drafts.writer_of(session, robin.rights)
        close = candidates.close_to(session, index, me, "Scanner sends empty pages", language="en")

    assert (close.is_searched, close.articles, [each.title for each in close.texts]) == (
        False, (), ["Scanner sends empty pages"],
    )  # fmt: skip


def test_words_without_meaning_ask_nobody(organised, desk, query_count):
    with organised.db.reading() as session:
        me = drafts.writer_of(session, desk("front_line").rights)
        with query_count() as count:
            found = candidates.close_to(session, index_of(organised), me, "...", language="en")

    assert (found, count()) == (Close(), 0)


def test_however_much_there_is_the_questions_stay_few(organised, desk, make_article, alike, query_count):
    robin = desk("front_line")
    for number in range(12):
        make_article(f"KB01{number:02}", title=f"Printing number {number} does not work")
        robin.start_new(title=f"Printing from place {number} does not work")
    assert len(alike(robin, "Printing does not work")[0]) <= candidates.SHOWN

    with organised.db.reading() as session:
        me = drafts.writer_of(session, robin.rights)
        with query_count() as count:
            close = candidates.close_to(session, index_of(organised), me, "Printing does not work", language="en")

    assert (count(), close.is_empty) == (4, False)
    assert max(len(close.articles), len(close.texts)) <= candidates.SHOWN
