"""History: each text is read as it may be read today and was then, and an old one comes back as a new one."""

import pytest

from portal.articles import drafts, history
from portal.core.errors import Forbidden, NotFound, Refused
from tests.articles.conftest import EVERYONE
from tests.articles.writing import article, stand

BODY = "Look at the screen of the printer.\n"


def test_an_old_text_comes_back_as_a_new_one_and_all_stay(desk, make_article, house):
    make_article("KB0101", audience="support")
    kim = desk("onsite", grant="contributor")
    kim.publish(kim.save(kim.start("KB0101"), "Worse.\n"), significance="changed")
    with house.db.reading() as session:
        first = history.revisions(session, "KB0101", kim.rights)[0][-1]

    draft = kim.restore(first, why="It was better.")
    with pytest.raises(Refused, match="under way"):
        kim.restore(first)
    live = kim.publish(draft, significance="old_is_wrong", why="It was better.")

    assert stand(house, "KB0101") == [
        (1, "superseded", "\n" + BODY),
        (2, "superseded", "Worse.\n"),
        (3, "live", "\n" + BODY),
    ]
    assert (live.origin_id, article(house, "KB0101").live_revision_id) == (first.id, live.id)
    with pytest.raises(Refused, match="This is the live text"):
        kim.restore(live)


def test_who_does_not_read_all_of_a_text_neither_brings_it_back_nor_reads_why(desk, make_article, house):
    make_article("KB0101", "All.\n\n::: support\n\nSecret.\n\n:::\n")
    ana, pat = desk(), desk("onsite", grant="publisher")
    pat.publish(pat.save(pat.start("KB0101"), "All, new.\n"), significance="changed", why="Secret is wrong.")

    def seen(rights, writer=None):
        with house.db.reading() as session:
            me = drafts.writer_of(session, rights) if writer else None
            return [(each.number, each.note) for each in history.revisions(session, "KB0101", rights, me)[0]]

    assert seen(EVERYONE) == [(2, "Secret is wrong."), (1, "")]
    with house.db.reading() as session:
        first = history.revisions(session, "KB0101", EVERYONE)[0][-1]
        texts = [history.text_at(session, first.id, rights).body for rights in (EVERYONE, pat.rights)]
    assert texts == ["\nAll.\n", "\nAll.\n\n::: support\n\nSecret.\n\n:::\n"]
    with pytest.raises(Forbidden, match="read more than you do"):
        ana.restore(first)


def test_what_was_for_support_once_stays_so(desk, make_article, house):
    make_article("KB0101", audience="support")
    pat = desk("onsite", grant="publisher")
    pat.publish(pat.save(pat.start("KB0101"), "For all.\n", audience="everyone"), significance="changed")

    with house.db.reading() as session:
        found, total = history.revisions(session, "KB0101", EVERYONE)
        everything, _total = history.revisions(session, "KB0101", pat.rights)
        assert ([each.number for each in found], total) == ([2], 1)
        assert [each.number for each in everything] == [2, 1]
        with pytest.raises(NotFound):
            history.text_at(session, everything[-1].id, EVERYONE)
