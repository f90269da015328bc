"""Whether a text will be found by its sentences: while it is written, and each night."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal.accounts.models import Person
from portal.accounts.rights import rights_of
from portal.articles import asking_finds, found_by, texts
from portal.articles.models import Article, ArticleFind
from portal.search.live import index_of
from portal.testing import NOON
from tests.articles.writing import Desk
from tests.knowledge import put_article

SENTENCES = ["My wumpus stays shut.", "Nothing opens the gate of the garage."]


@pytest.fixture
def desk(house, make_person, run_jobs):
    with house.db.transaction() as session:
        for number in range(1, 6):
            put_article(
                session, f"KB000{number}", f"Wumpus {number}", "The wumpus stays shut. Wumpus, wumpus.", service="mail"
            )
        put_article(session, "KB0009", "Hidden wumpus", "My wumpus stays shut.", readers=["unit:nobody"])
    run_jobs()
    writer = make_person("Wim", roles=("specialist",))
    with house.db.reading() as session:
        return Desk(house, rights_of(session, session.get_one(Person, writer.id)))


def tried(house, desk, revision):
    with house.db.reading() as session:
        article = session.get_one(Article, revision.article_id)
        return found_by.tried(session, index_of(house), texts.stored(revision), article, desk.rights)


def test_a_writer_sees_which_articles_stand_in_the_way(house, desk):
    made = desk.start_new("## Cause\n\nSomething.\n\n## Fix\n\n1. Call.\n", title="A thing", finds=SENTENCES)
    first, second = tried(house, desk, made)

    assert (first.sentence, first.place, first.is_kept) == (SENTENCES[0], 0, False)
    assert [each.title[:7] for each in first.before] == ["Wumpus "] * 3
    assert all(each.path.startswith("/kb/KB000") for each in first.before)
    assert second.before == () or not second.is_kept


def test_better_words_mend_it(house, desk):
    made = desk.start_new("## Fix\n\n1. Call.\n", title="My wumpus stays shut", finds=SENTENCES,
                          words=["nothing opens the gate of the garage"])  # fmt: skip
    assert [each.is_kept for each in tried(house, desk, made)] == [True, True]


def test_the_page_says_it_with_and_without_a_script(house, desk, app, make_person, sign_in):
    made = desk.start_new("## Fix\n\n1. Call.\n", title="A thing", finds=SENTENCES)
    client = sign_in(app.test_client(), _person(house, desk.id))
    page = client.get(f"/write/{made.id}/found-by").text
    assert "“My wumpus stays shut.”:" in page
    assert ">Wumpus 1</a>" in page
    assert "Hidden" not in page
    part = client.get(f"/write/{made.id}/found-by", headers={"HX-Request": "true"}).text
    assert ("</html>" in part, "does not find this page." in part) == (False, True)
    assert f'hx-get="/write/{made.id}/found-by"' in client.get(f"/write/{made.id}").text
    other = sign_in(app.test_client(), make_person("Else", roles=("coach",)))
    assert other.get(f"/write/{made.id}/found-by").status_code == 404


def _person(house, person_id):
    with house.db.reading() as session:
        return session.get_one(Person, person_id)


def test_without_sentences_and_without_an_index_nothing_fails(house, desk, app, sign_in):
    made = desk.start_new("## Fix\n\n1. Call.\n", title="A thing", finds=[])
    assert tried(house, desk, made) == []
    with_some = desk.start_new("## Fix\n\n1. Call.\n", title="A thing", finds=SENTENCES)
    with house.db.transaction() as session:
        session.execute(sa.text("DELETE FROM search_index"))
    page = sign_in(app.test_client(), _person(house, desk.id)).get(f"/write/{with_some.id}/found-by").text
    assert "The search does not answer at the moment" in page


@pytest.fixture
def nightly(house, run_jobs, frozen_clock):
    def run(now=NOON):
        frozen_clock(now)
        run_jobs()  # what was published before is in the index by night
        with house.db.transaction() as session:
            asking_finds.due(session, now)
        run_jobs()

    return run


def found(house):
    with house.db.reading() as session:
        columns = (ArticleFind.sentence, ArticleFind.place, ArticleFind.before, ArticleFind.asked_at)
        return [tuple(row) for row in session.execute(sa.select(*columns).order_by(ArticleFind.position))]


def test_each_night_says_what_stands_before_and_a_coach_sees_it(house, desk, nightly, as_role):
    with house.db.transaction() as session:
        put_article(session, "KB0010", "Stairs", "Up and down.", finds=["wumpus", "Where are the stairs?"])
    nightly(NOON + timedelta(days=1))

    first, second = found(house)
    assert first[0] == "wumpus"
    assert first[1] > 3
    assert len(first[2]) == 3
    assert second == ("Where are the stairs?", 1, [], NOON + timedelta(days=1))

    coach = as_role("coach")
    page = coach.get("/coach/finds").text
    assert "“wumpus” finds it in place" in page
    assert "Where are the stairs?" not in page
    assert "Hidden" not in page
    with house.db.reading() as session:
        assert asking_finds.count(session) == 1


def test_a_sentence_that_is_mended_leaves_the_list(house, desk, nightly, as_role):
    with house.db.transaction() as session:
        put_article(session, "KB0010", "Stairs", "Up and down.", finds=["wumpus"])
    nightly()
    with house.db.transaction() as session:
        put_article(session, "KB0010", "Wumpus wumpus wumpus", "Wumpus wumpus.", words=["wumpus"], finds=["wumpus"])
    assert "Every sentence finds its article." in as_role("coach").get("/coach/finds").text  # not asked yet
    nightly(NOON + timedelta(days=1))
    assert [(place, before) for _sentence, place, before, _at in found(house)] == [(1, [])]


@pytest.mark.parametrize("fields", [{"audience": "specialists"}, {"readers": ["role:lead"]}])
def test_nobody_learns_of_pages_that_are_not_for_them_by_writing_for_others(house, make_person, run_jobs, fields):
    with house.db.transaction() as session:
        put_article(session, "KB0001", "Takeover", "Gloxy plan.", **{name: HIDDEN[name] for name in fields})
        put_article(session, "KB0002", "Lifts", "They go up.", support="Gloxy plan.")
    run_jobs()
    everybody, insider = make_person("Eve"), make_person("Ina", roles=("specialist", "lead"))

    def said(person):
        with house.db.reading() as session:
            desk = Desk(house, rights_of(session, session.get_one(Person, person.id)))
        made = desk.start_new("Text.\n", title="A thing", finds=["Gloxy plan."], **({"audience": "everyone"} | fields))
        return [(each.place, {other.title for other in each.before}) for each in tried(house, desk, made)]

    assert said(everybody) == [(0, set())]
    assert "Takeover" in said(insider)[0][1]


HIDDEN = {"audience": 2, "readers": ["role:lead"]}


def test_a_text_for_support_is_tried_with_its_parts_for_support(house, desk):
    body = "## Fix\n\n1. Call.\n\n::: support\nMy gloxy stays shut.\n:::\n"
    for_all = desk.start_new(body, title="A thing", audience="everyone", finds=["Gloxy."])
    for_support = desk.start_new(body, title="A thing", audience="support", finds=["Gloxy."])

    assert [tried(house, desk, each)[0].place for each in (for_all, for_support)] == [0, 1]
