"""Whether a text will be found by its sentences: while it is written, and each night."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal.accounts.models import Person
from portal.accounts.rights import rights_of
from portal.articles import asking_finds, found_by, notice_words, texts, watching
from portal.articles.models import Article, ArticleFind
from portal.notices import queries
from portal.notices.models import Notice
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


STAIRS = {"title": "Stairs", "text": "Up and down.", "finds": ["wumpus", "Where are the stairs?"]}


@pytest.fixture
def soon(house, run_jobs):
    """What happens some minutes after texts went live."""

    def run():
        run_jobs()
        asking = asking_finds.AskingFinds(index_of(house))
        with house.db.transaction() as session:
            asking.due_by_now(session, NOON)
        return run_jobs()

    return run


def test_what_went_live_is_asked_for_soon_and_once(house, desk, frozen_clock, soon):
    with house.db.transaction() as session:
        put_article(session, "KB0010", **STAIRS)
    assert soon() > 0

    assert [place for _sentence, place, *_rest in found(house)] == [6, 1]
    assert soon() == 0


def test_nothing_is_asked_before_the_search_has_followed_or_while_it_is_away(house, desk, frozen_clock, run_jobs):
    asking = asking_finds.AskingFinds(index_of(house))
    with house.db.transaction() as session:
        put_article(session, "KB0010", **STAIRS)
        asking.due_by_now(session, NOON)
    run_jobs()
    with house.db.transaction() as session:
        kept = session.execute(sa.text("SELECT * FROM search_index")).mappings().one()
        session.execute(sa.text("DELETE FROM search_index"))
    with house.db.transaction() as session:
        asking.due_by_now(session, NOON)
    run_jobs()
    assert [place for _sentence, place, *_rest in found(house)] == [None, None]
    assert kept["folder"]


def notices(house, person):
    with house.db.reading() as session:
        rights = rights_of(session, session.get_one(Person, person.id))
        told, _pages = queries.page_of(session, rights)
    return [(each.line.text, each.line.path) for each in told if each.kind.name == KIND]


def watches(house, person, ref):
    with house.db.transaction() as session:
        rights = rights_of(session, session.get_one(Person, person.id))
        watching.watch(session, rights, ref=ref, now=NOON - timedelta(hours=1))


KIND = notice_words.NOT_FOUND
LINE = ("“Stairs”: A sentence that has to find it finds other pages first.", "/kb/KB0010-stairs")


def test_writers_who_watch_are_told_once_and_again_only_if_it_was_found_in_between(
    house, desk, make_person, frozen_clock, soon, nightly
):
    with house.db.transaction() as session:
        put_article(session, "KB0010", **STAIRS)
    writer, reader = make_person("Wanda", roles=("specialist",)), make_person("Rita")
    for person in (writer, reader):
        watches(house, person, "KB0010")

    soon()
    for day in (1, 2):
        nightly(NOON + timedelta(days=day))
    assert notices(house, writer) == [LINE]
    assert notices(house, reader) == []

    with house.db.transaction() as session:
        put_article(session, "KB0010", **STAIRS, words=["wumpus wumpus"])
    nightly(NOON + timedelta(days=3))
    assert notices(house, writer) == []
    with house.db.transaction() as session:
        put_article(session, "KB0010", **STAIRS)
    nightly(NOON + timedelta(days=4))
    nightly(NOON + timedelta(days=5))
    assert notices(house, writer) == [LINE]
    with house.db.reading() as session:
        keys = session.scalars(sa.select(Notice.key).where(Notice.person_id == writer.id, Notice.kind == KIND)).all()
    assert keys == ["missed:7:20260302120000", "missed:7:20260306120000"]


def test_it_stands_beside_the_article_for_those_who_write_with_what_they_may_read(
    house, desk, frozen_clock, soon, as_role
):
    with house.db.transaction() as session:
        put_article(session, "KB0009", "Hidden wumpus", "Wumpus.", words=["wumpus"], readers=["role:lead"])
        put_article(session, "KB0010", **STAIRS, readers=["role:lead", "role:specialist"])
    soon()

    page = as_role("specialist").get("/kb/KB0010-stairs").text
    assert "“wumpus” finds it in place 7 only." in page
    assert "a page for other readers" in page
    assert "Hidden" not in page
    assert "Where are the stairs?" not in page
    assert "Hidden wumpus" in as_role("lead").get("/kb/KB0010-stairs").text


def test_readers_see_nothing_of_it_beside_an_article(house, desk, frozen_clock, soon, as_role):
    with house.db.transaction() as session:
        put_article(session, "KB0010", **STAIRS)
    soon()

    pages = {role: as_role(role).get("/kb/KB0010-stairs").text for role in ("end_user", "visitor", "specialist")}

    assert {role: "Hard to find" in page for role, page in pages.items()} == {
        "end_user": False,
        "visitor": False,
        "specialist": True,
    }


def test_a_coach_looks_at_one_service(house, desk, frozen_clock, soon, as_role):
    with house.db.transaction() as session:
        put_article(session, "KB0010", **STAIRS, service="printing")
        put_article(session, "KB0011", "Lift", "Up.", finds=["wumpus wumpus"], service="mail")
    soon()
    coach = as_role("coach")

    both, one = coach.get("/coach/finds").text, coach.get("/coach/finds?service=printing").text

    assert [">Stairs</a>" in both, ">Lift</a>" in both] == [True, True]
    assert [">Stairs</a>" in one, ">Lift</a>" in one] == [True, False]
    assert 'href="/coach/finds?service=mail"' in one
    assert 'aria-current="true"' in one
