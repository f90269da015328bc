"""One's own answers: in the words that were read, a page at a time, without what one may not read any more."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from plugins.feedback import answered, asking, wordings
from portal.accounts.rights import rights_of
from portal.articles.models import Article
from portal.testing import NOON
from tests.plugins.feedback.answers import invitation


@pytest.fixture
def ana(make_person):
    return make_person("Ana Silva")


def say(session, person, number, given, **columns):
    made = invitation(session, "N", ["N1", "N4"], about_id=str(number), person_id=person.id, **columns)
    asking.save_answers(session, made, given, language="en", names=(), now=NOON + timedelta(minutes=number))
    return made


def lines(occasion):
    return [(each.question.said("en"), each.said("en"), each.own) for each in occasion.lines]


def test_answers_are_read_in_the_words_that_were_asked(session, ana):
    say(session, ana, 1, {"N1": ["2"]})
    old = wordings.bank_now(session).questions["N1"]
    changed = replace(old, text={"en": "What went wrong here?", "de": "Was ging hier schief?"})
    wordings.put(session, changed, by=None, now=NOON)
    say(session, ana, 2, {"N1": ["1"], "N4": ["Print <b>labels</b>"]})

    occasions, pages = answered.page_of(session, rights_of(session, ana), page=1)

    assert pages == 1
    assert [lines(each) for each in occasions] == [
        [
            ("What went wrong here?", ["It is not my problem"], ""),
            ("What were you trying to get done?", [], "Print <b>labels</b>"),
        ],
        [("What got in the way?", ["A step did not work"], "")],
    ]
    assert str(occasions[0].who_sees) == (
        "Those who look after this see what you answer, without your name; only who calls you back about it knows."
    )


def test_an_article_is_named_only_to_whom_it_still_opens(session, ana, make_article):
    article = make_article()
    say(session, ana, 1, {"N1": ["2"]}, article_id=article.id)
    rights = rights_of(session, ana)
    named = answered.page_of(session, rights, page=1)[0][0].article

    session.execute(sa.update(Article).values(audience=2))

    assert named is not None
    assert named.ref == "KB0101"
    assert answered.page_of(session, rights, page=1)[0][0].article is None


def test_answers_that_were_taken_back_and_those_of_others_are_not_there(session, ana, make_person):
    other = make_person("Ben Adler")
    taken_back = say(session, ana, 1, {"N1": ["2"]})
    asking.save_answers(session, taken_back, {}, language="en", names=(), now=NOON + timedelta(hours=1))
    say(session, other, 2, {"N1": ["1"]})

    assert answered.page_of(session, rights_of(session, ana), page=1) == ([], 1)


def test_a_long_list_has_pages_and_takes_as_many_reads_as_a_short_one(house, session, ana):
    counted = []

    def note(_connection, _cursor, statement, *_rest):
        counted.append(statement)

    reads, found = [], []
    rights = rights_of(session, ana)
    for start, end in ((0, 2), (2, 25)):
        for number in range(start, end):
            say(session, ana, number, {"N1": ["2"], "N4": ["The tray is empty"]})
        session.expire_all()
        counted.clear()
        sa.event.listen(house.db.engine, "before_cursor_execute", note)
        occasions, pages = answered.page_of(session, rights, page=1)
        sa.event.remove(house.db.engine, "before_cursor_execute", note)
        reads.append(len(counted))
        found.append((len(occasions), pages))

    assert found == [(2, 1), (20, 2)]
    assert reads[0] == reads[1] <= 7
    assert len(answered.page_of(session, rights, page=2)[0]) == 5
