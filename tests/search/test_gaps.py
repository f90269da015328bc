"""What people miss: found, taken on, answered, closed; the rules of 2.4 one by one."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from portal.accounts.rights import Rights
from portal.articles.models import Revision
from portal.core.errors import NotFound, Refused
from portal.core.events import EventRow
from portal.search import gap_moves, gaps
from portal.search.askers import askers_of
from portal.search.gap_models import GapState, SearchGap
from portal.search.gaps import Folding, Said
from portal.search.models import SearchLog, SearchOpened
from portal.search.synonyms import read, shipped
from portal.testing import NOON
from tests.knowledge import put_article

FOLDING = Folding(shipped())
WORDS = "beamer shows no picture"


def days(number):
    return timedelta(days=number)


def said(words, asker, at=NOON, language="en"):
    return Said(words=words, language=language, asker=asker, at=at)


# Taking searches together


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("the beamer shows no picture", "no picture on the beamers?", True),
        ("mfa not working", "OTP is not working", True),  # synonyms
        ("acct locked out", "account locked out", True),  # a short word
        ("wi-fi in the train", "wlan train", True),
        ("beamer picture", "beamer remote", False),  # one of three words: a third
        ("a b c d", "the", False),
        ("printer", "printer paper", False),  # a half
        ("printer paper tray", "printer paper", True),  # two thirds
    ],
)
def test_searches_belong_together_where_they_share_six_tenths(one, other, together):
    found = gaps.clusters([said(one, "a"), said(other, "b")], FOLDING)
    assert (len(found) == 1) == together


def test_german_searches_are_folded_in_german():
    typed = ("Keine Bilder auf den Beamern", "Beamer hat kein Bild")
    found = gaps.clusters([said(words, words[0], language="de") for words in typed], FOLDING)
    assert len(found) == 1


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdef"), st.lists(st.sampled_from(["mouse", "key", "disk", "cable"]))), max_size=12
    )
)
def test_the_order_in_which_searches_are_read_changes_nothing(rows):
    all_said = [
        said(" ".join(words), asker, NOON + timedelta(seconds=place)) for place, (asker, words) in enumerate(rows)
    ]

    def found(of):
        return [(sorted(each.stems), each.askers, len(each.said)) for each in gaps.clusters(of, FOLDING)]

    assert found(all_said) == found(all_said[::-1])
    assert sum(len(each.said) for each in gaps.clusters(all_said, FOLDING)) == sum(
        bool(each.words) for each in all_said
    )


def test_only_what_three_different_people_typed_is_shown():
    rows = [
        said("beamer picture Ada Lovelace", "a"), said("beamer picture Ada Lovelace", "a", NOON + days(1)),
        said("beamer picture", "b"), said("picture of the beamer", "c"), said("beamer picture hall", "b"),
    ]  # fmt: skip
    words, stems = gaps.shown(rows, FOLDING)
    assert (words, stems) == ("beamer picture", frozenset({"beamer", "pictur"}))
    assert gaps.shown(rows[:3], FOLDING) == ("", frozenset())


def test_a_one_way_word_folds_into_what_it_means_and_not_the_other_way_round():
    folding = Folding(read('[short]\nl1 = ["front line"]\n[alike]\nx = ["car", "auto"]'))
    assert folding.stems("l1", "en") == folding.stems("front line", "en")
    assert folding.stems("car", "en") == folding.stems("auto", "en")
    assert folding.stems("line", "en") == {"line"}


# Finding them in the log


@pytest.fixture
def town(house, make_person):
    """Four colleagues by the marks of their searches, and one who writes."""
    people = {name: make_person(name) for name in ("Ann", "Ben", "Cem", "Dov")}
    people["Wim"] = make_person("Wim", roles=("front_line",))
    marks = {name: askers_of(house).mark(person.id) for name, person in people.items()}
    return people, marks


@pytest.fixture
def search(house, town):
    def run(*names, words=WORDS, at=NOON, hits=0, **more):
        with house.db.transaction() as session:
            for name in names:
                values = {"service": "", "kind": "", "level": 0, "language": "en", "duration_ms": 2}
                row = values | {"asker": town[1].get(name, ""), "writes": name == "Wim"} | more
                session.add(SearchLog(at=at, words=words, hits=hits, **row))

    return run


@pytest.fixture
def opened(house, town):
    def run(*names, at, words=WORDS, helped="", ref="KB0001"):
        with house.db.transaction() as session:
            for name in names:
                session.add(
                    SearchOpened(
                        at=at, words=words, language="en", source="article", ref=ref, asker=town[1][name],
                        writes=name == "Wim", helped=helped, helped_at=at if helped else None,
                    )
                )  # fmt: skip

    return run


@pytest.fixture
def look(house):
    def run(now=NOON):
        with house.db.transaction() as session:
            house.plugins.get("search").gap_finding.look(session, now)
        return every(house)

    return run


def every(house):
    columns = (SearchGap.words, SearchGap.state, SearchGap.people, SearchGap.times)
    with house.db.reading() as session:
        return [tuple(row) for row in session.execute(sa.select(*columns).order_by(SearchGap.id))]


def told(house, name):
    with house.db.reading() as session:
        return session.scalars(sa.select(EventRow.payload).where(EventRow.name == name).order_by(EventRow.id)).all()


def test_three_different_people_in_thirty_days_open_a_gap(search, look):
    search("Ann", "Ann", "Ann", "Ben")
    assert look() == []
    search("Cem", words="no picture shows on the Beamer, Ada", at=NOON - days(29))
    assert look() == [(WORDS, "open", 3, 5)]
    assert look() == [(WORDS, "open", 3, 5)]  # the same however often it looks


@pytest.mark.parametrize(
    "third",
    [
        {"names": ("Wim",)},  # writes articles
        {"names": ("visitor",)},  # may be one of the others
        {"names": ("Cem",), "at": NOON - days(31)},
        {"names": ("Cem",), "hits": 4},  # found something
        {"names": ("Cem",), "service": "mail"},  # looked in one place only
        {"names": ("Cem",), "words": "scanner shows no picture to anybody at all"},
    ],
)
def test_otherwise_there_is_none(search, look, third):
    search("Ann", "Ben")
    search(*third.pop("names"), **third)
    assert look() == []


def test_what_was_opened_and_did_not_help_is_missed_too_unless_something_helped_in_the_end(search, opened, look):
    search("Ann", "Ben")
    opened("Cem", at=NOON - days(1), helped="no")
    assert look() == [(WORDS, "open", 3, 3)]
    opened("Cem", at=NOON, helped="yes", ref="KB0002")
    assert look() == [(WORDS, "open", 2, 2)]  # it stays, and says how many miss it still


# What people do about them


@pytest.fixture
def gap_id(house, search, look):
    search("Ann", "Ben", "Cem", at=NOON - days(2))
    look(NOON - days(2))
    with house.db.reading() as session:
        return session.scalars(sa.select(SearchGap.id)).one()


@pytest.fixture
def move(house, town):
    askers, sources = askers_of(house), house.plugins.get("search").index.sources

    def run(step, gap_id, name="Wim", now=NOON, **more):

        me = town[0][name].id
        with house.db.transaction() as session:
            if step == "claim":
                gap_moves.claim(session, askers, gap_id, person_id=me, now=now)
            elif step == "leave":
                gap_moves.leave(session, gap_id, person_id=me)
            elif step == "answer":
                rights = Rights(person_id=me, level=1)
                gap_moves.answer(session, sources, gap_id, rights=rights, person_id=me, now=now, **more)
            else:
                gap_moves.reject(session, gap_id, person_id=me, now=now, **more)

    return run


def state(house, gap_id):
    with house.db.reading() as session:
        return session.get_one(SearchGap, gap_id).state


def test_a_claim_lasts_fourteen_days(house, gap_id, move, look):
    move("claim", gap_id)
    move("claim", gap_id)  # pressed twice
    with pytest.raises(Refused, match="Somebody else"):
        move("claim", gap_id, "Ann")
    with pytest.raises(Refused, match="Somebody else"):
        move("leave", gap_id, "Ann")
    with pytest.raises(Refused, match="Somebody else"):
        move("answer", gap_id, "Ann", ref="KB0001")
    look(NOON + days(13))
    assert state(house, gap_id) == "claimed"
    look(NOON + days(14))
    assert state(house, gap_id) == "open"

    move("claim", gap_id, "Ann")
    move("leave", gap_id, "Ann")
    move("leave", gap_id, "Ann")
    assert state(house, gap_id) == "open"
    with pytest.raises(NotFound):
        move("claim", gap_id + 1)


def test_who_searched_for_it_cannot_claim_it_within_a_day(house, gap_id, search, move):
    search("Wim", words="beamer picture no show", at=NOON - days(2))
    with pytest.raises(Refused, match="not a day old"):
        move("claim", gap_id, now=NOON - days(2) + timedelta(hours=23))
    move("claim", gap_id, now=NOON - days(1))
    assert state(house, gap_id) == "claimed"


@pytest.fixture
def answered(house, gap_id, move, town):
    with house.db.transaction() as session:
        put_article(session, "KB0001", "Beamer", "Choose the source.")
    with pytest.raises(Refused, match="No page that people can read"):
        move("answer", gap_id, ref="KB0002")
    move("answer", gap_id, ref=" kb0001 ")
    return gap_id


def test_it_closes_when_three_people_found_the_answer_and_it_helped_one(house, answered, opened, look):
    opened("Ann", at=NOON + days(1))
    opened("Ann", "Ben", at=NOON + days(2), helped="no")
    opened("Dov", at=NOON + days(3), words="something else entirely", helped="yes")
    look(NOON + days(4))
    assert state(house, answered) == "answered"
    opened("Cem", at=NOON + days(5), words="no picture, beamer shows nothing")
    look(NOON + days(6))
    assert (state(house, answered), told(house, "gap.closed")) == ("answered", [])  # it helped nobody yet
    opened("Dov", at=NOON + days(7), helped="yes")
    look(NOON + days(8))
    look(NOON + days(9))

    assert told(house, "gap.closed") == [{"gap_id": answered, "source": "article", "ref": "KB0001"}]
    with house.db.reading() as session:
        assert session.get_one(SearchGap, answered).closed_at == NOON + days(7)


@pytest.mark.parametrize("who", ["tester", "answerer", "late"])
def test_who_had_a_hand_in_it_and_who_comes_late_does_not_count(house, answered, opened, look, who):
    if who == "tester":
        opened("Cem", at=NOON - days(1))
    opened("Ann", "Ben", at=NOON + days(1), helped="yes")
    opened(*{"tester": ["Cem"], "answerer": ["Wim"], "late": []}[who], at=NOON + days(2), helped="yes")
    if who == "late":
        opened("Cem", at=NOON + days(61), helped="yes")
    look(NOON + days(59))
    assert (state(house, answered), told(house, "gap.closed")) == ("answered", [])


def test_the_writers_of_the_answer_do_not_count(house, answered, opened, look, town):

    opened("Ann", "Ben", "Cem", at=NOON + days(1), helped="yes")
    with house.db.transaction() as session:
        session.execute(sa.update(Revision).values(author_id=town[0]["Ben"].id))
    look(NOON + days(2))
    assert state(house, answered) == "answered"
    opened("Dov", at=NOON + days(2))
    look(NOON + days(3))
    assert state(house, answered) == "closed"


def test_an_answer_that_reaches_nobody_in_sixty_days_opens_the_gap_again(house, answered, look):
    look(NOON + days(59))
    assert state(house, answered) == "answered"
    look(NOON + days(60))
    with house.db.reading() as session:
        gap = session.get_one(SearchGap, answered)
        assert (gap.state, gap.reopened, gap.ref, gap.answered_at) == ("open", 1, "", None)


def test_three_who_miss_it_again_open_it_again(house, answered, opened, search, look):
    opened("Ann", "Ben", "Cem", at=NOON + days(1), helped="yes")
    look(NOON + days(2))
    assert state(house, answered) == "closed"
    search("Ann", "Ben", at=NOON + days(3))
    look(NOON + days(4))
    assert state(house, answered) == "closed"
    search("Dov", at=NOON + days(4))
    look(NOON + days(5))
    assert every(house) == [(WORDS, "open", 3, 3)]


def test_a_gap_that_needs_no_page_says_why_and_does_not_come_back(house, gap_id, search, move, look):
    with pytest.raises(Refused, match="reason"):
        move("reject", gap_id, reason=" no ")
    move("reject", gap_id, reason="It is a film,  not a device.")
    move("reject", gap_id, reason="pressed twice, to be sure")
    search("Ann", "Ben", "Cem", "Dov")
    look()

    with house.db.reading() as session:
        gap = session.get_one(SearchGap, gap_id)
        assert (gap.state, gap.reason) == (GapState.REJECTED, "It is a film, not a device.")
    assert told(house, "gap.rejected") == [{"gap_id": gap_id, "source": "", "ref": ""}]
    for step in ("claim", "leave", "answer"):
        with pytest.raises(Refused, match="moved on"):
            move(step, gap_id, **({"ref": "KB0001"} if step == "answer" else {}))
