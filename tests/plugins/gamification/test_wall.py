"""The thanks wall shows what both people show, and offers only people who can be thanked."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from plugins.gamification import choices, thanks, wall
from plugins.gamification.choices import EVERYONE, NOBODY, TEAM
from plugins.gamification.models import Thanks
from plugins.gamification.wall import Somebody
from portal.accounts import service as accounts
from portal.accounts.models import Person
from portal.accounts.rights import ANONYMOUS, rights_of
from portal.core.errors import NotFound
from portal.testing import NOON

REASON = "You stayed until my phone could sign in again."
HOUR = timedelta(hours=1)


def rights(log, person_id):
    return rights_of(log, log.get_one(Person, person_id))


def say(log, giver, receiver, *, now=NOON, ref=""):
    return thanks.say(
        log, giver_id=giver, receiver_id=receiver, reason=REASON, rights=rights(log, giver), ref=ref, now=now
    )


def page(log, viewer, **values):
    said, total = wall.page_of(log, rights(log, viewer), now=NOON + 2 * HOUR, **values)
    assert total == len(said)
    return said


def pairs(log, viewer, **values):
    return [(each.giver, each.receiver) for each in page(log, viewer, **values)]


@pytest.fixture
def three(log, people):
    """Ana thanked Ben, Ben thanked Cem, and Cem thanked Dia."""
    say(log, people["ana"], people["ben"])
    say(log, people["ben"], people["cem"], now=NOON + HOUR)
    say(log, people["cem"], people["dia"], now=NOON + 2 * HOUR)
    return people


@pytest.fixture
def article(company, make_article):
    return make_article()


ALL = [("Cem", "Dia"), ("Ben", "Cem"), ("Ana", "Ben")]


def test_the_wall_has_the_latest_first(log, three):
    assert pairs(log, three["eva"]) == ALL
    assert pairs(log, three["eva"], receiver_id=three["dia"]) == [("Cem", "Dia")]


def test_visitors_read_nothing(log, three):
    log.execute(sa.update(Thanks).values(giver_id=None))

    assert wall.page_of(log, ANONYMOUS, now=NOON) == ([], 0)


@pytest.mark.parametrize(
    ("shown_to", "stranger", "colleague"), [(TEAM, [("Cem", "Dia")], ALL), (NOBODY, [("Cem", "Dia")], [("Cem", "Dia")])]
)
def test_what_somebody_shows_to_some_holds_for_what_they_gave_and_were_given(log, three, shown_to, stranger, colleague):
    choices.choose(log, three["ben"], is_on=True, shown_to=shown_to, now=NOON)

    assert pairs(log, three["eva"]) == stranger
    assert pairs(log, three["dia"]) == colleague
    assert pairs(log, three["ana"]) == ALL if shown_to == TEAM else [("Cem", "Dia"), ("Ana", "Ben")]
    assert pairs(log, three["ben"]) == ALL


def test_of_who_left_recognition_only_they_themselves_read(log, three):
    choices.choose(log, three["ben"], is_on=False, shown_to=EVERYONE, now=NOON)

    assert pairs(log, three["ben"]) == ALL
    assert pairs(log, three["eva"]) == [("Cem", "Dia")]
    assert pairs(log, three["cem"]) == [("Cem", "Dia")]
    with pytest.raises(NotFound):
        wall.whose(log, three["ben"], rights(log, three["ana"]))
    assert wall.whose(log, three["ben"], rights(log, three["ben"])) == "Ben"


def test_what_one_said_to_who_left_recognition_stays_ones_own_without_the_name(log, three):
    choices.choose(log, three["ben"], is_on=False, shown_to=EVERYONE, now=NOON)

    mine = page(log, three["ana"])[-1]

    assert (mine.giver, mine.receiver, mine.receiver_id, mine.take) == ("Ana", "a colleague", None, "back")
    assert page(log, three["ana"], receiver_id=three["ben"]) == []


def test_what_was_taken_from_the_wall_is_read_by_nobody(log, three):
    log.execute(sa.update(Thanks).values(hidden_at=NOON))

    assert [pairs(log, three[name]) for name in ("ana", "ben", "eva")] == [[], [], []]


def test_who_left_the_company_has_no_name_on_the_wall(log, three):
    accounts.leave(log, log.get_one(Person, three["cem"]), by=None, now=NOON)

    said = page(log, three["eva"])

    assert [(each.giver, each.giver_id, each.receiver, each.receiver_id) for each in said[:2]] == [
        ("a former colleague", None, "Dia", three["dia"]),
        ("Ben", three["ben"], "a former colleague", None),
    ]


def test_each_may_take_what_is_theirs(log, three):
    def take(name, **values):
        return [each.take for each in page(log, three[name], **values)]

    assert take("ana") == ["", "", "back"]
    assert take("ben") == ["", "back", "away"]
    assert take("eva") == ["", "", ""]
    assert take("eva", coaches=True) == ["away", "away", "away"]
    late, _total = wall.page_of(log, rights(log, three["ana"]), coaches=True, now=NOON + 25 * HOUR)
    assert [each.take for each in late] == ["away", "away", ""]


def test_an_article_stands_there_for_who_may_read_it(article, log, people):
    said = say(log, people["ana"], people["ben"])
    said.article_id = article.id
    log.flush()

    (seen,) = page(log, people["eva"])

    assert (seen.article, seen.article_language, seen.path) == (article.title, "en", f"/kb/{article.address}")


def test_a_page_of_the_wall_takes_two_queries_and_the_places_on_other_pages_one(article, log, three):
    viewer, ben, fay = rights(log, three["eva"]), log.get_one(Person, three["ben"]), log.get_one(Person, three["fay"])
    asked = []
    sa.event.listen(log.connection(), "before_cursor_execute", lambda *heard: asked.append(heard[2]))

    def queries(ask):
        asked.clear()
        ask()
        return len(asked)

    assert queries(lambda: wall.page_of(log, viewer, now=NOON, page=1, per_page=2)) == 2
    assert [queries(lambda each=each: wall.latest(log, each, viewer, count=3, now=NOON)) for each in (ben, fay)] == [
        1,
        1,
    ]
    assert queries(lambda: wall.writer_of(log, article.id, viewer.person_id)) == 1


def test_the_latest_thanks_of_somebody_and_whether_one_may_thank_them(log, three):
    def latest(viewer, of):
        said, may = wall.latest(log, log.get_one(Person, three[of]), rights(log, three[viewer]), count=3, now=NOON)
        return [each.giver for each in said], may

    seen = [latest("eva", "ben"), latest("ben", "ben"), latest("eva", "fay")]
    choices.choose(log, three["dia"], is_on=False, shown_to=EVERYONE, now=NOON)
    accounts.leave(log, log.get_one(Person, three["cem"]), by=None, now=NOON)

    assert seen == [(["Ana"], True), (["Ana"], False), ([], True)]
    assert [latest("eva", "dia"), latest("dia", "ben"), latest("eva", "cem")] == [
        ([], False),
        (["Ana"], False),
        ([], False),
    ]


def test_people_are_found_by_parts_of_their_name_unless_they_cannot_be_thanked(log, people):
    accounts.add_person(log, name="Önal Ana Maria", login="oenal", unit_id="sales", now=NOON)
    (sales,) = {each.unit for each in wall.of_name(log, "ana", people["ben"])}

    def found(words):
        return [each.name for each in wall.of_name(log, words, people["ben"])]

    assert sales
    assert [found("an"), found("ANA"), found("önal ana"), found(""), found("ben"), found("100%")] == [
        ["Ana", "Önal Ana Maria"], ["Ana"], ["Önal Ana Maria"], [], [], [],
    ]  # fmt: skip
    choices.choose(log, people["ana"], is_on=False, shown_to=EVERYONE, now=NOON)
    assert (found("ana"), wall.one(log, people["ana"], people["ben"])) == (["Önal Ana Maria"], None)


def test_more_people_than_are_offered_are_not_all_named(log, people):
    for number in range(12):
        accounts.add_person(log, name=f"Robin {number}", login=f"robin-{number}", now=NOON)

    assert len(wall.of_name(log, "robin", people["ana"])) == wall.OFFERED + 1


def test_the_writer_of_an_article_can_be_thanked_from_it(article, log, people):
    from_a_file = wall.writer_of(log, article.id, people["ana"])
    log.execute(sa.text("UPDATE revision SET author_id = :ben"), {"ben": people["ben"]})

    def writer(name):
        return wall.writer_of(log, article.id, people[name])

    found = writer("ana")
    assert from_a_file is None
    assert isinstance(found, Somebody)
    assert (found.id, found.name) == (people["ben"], "Ben")
    assert (writer("ben"), wall.writer_of(log, article.id, None)) == (None, None)
    choices.choose(log, people["ana"], is_on=False, shown_to=EVERYONE, now=NOON)
    assert writer("ana") is None
