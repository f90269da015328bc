"""Synonyms that editors keep: how they are read, where they hold, and what is tried before they do."""

import re

import pytest
import sqlalchemy as sa

from portal.accounts.rights import ANONYMOUS
from portal.app import build
from portal.core.errors import NotFound, Refused
from portal.search import contracts, own_words, trying
from portal.search.answering import answer
from portal.search.engines.tantivy_engine import TantivyEngine
from portal.search.engines.whoosh_engine import WhooshEngine
from portal.search.query import parse
from portal.search.service import find
from portal.search.synonyms import Pair, shipped, with_own
from portal.testing import NOON, csrf_of
from tests.knowledge import put_article
from tests.search.samples import EVERYBODY, document

ENGINES = [WhooshEngine, TantivyEngine]


@pytest.fixture(params=ENGINES, ids=lambda engine: engine.name)
def engine(request, tmp_path):
    engine = request.param.open(tmp_path / "index", create=True)
    engine.write(
        [
            document("KB0001", title="Projector", service="rooms"),
            document("KB0002", title="Projector tickets", service="cinema"),
            document("KB0003", title="Gizmo", service="rooms"),
        ],
        [],
    )
    yield engine
    engine.close()


def found(engine, typed, *pairs, **more):
    page = answer(engine, parse(typed), EVERYBODY, synonyms=with_own(shipped(), pairs), **more)[1]
    return sorted(hit.ref for hit in page.hits)


def test_one_way_goes_one_way_and_both_ways_both(engine):
    one = Pair(typed=("gizmo",), meant=("projector",))
    assert found(engine, "gizmo", one) == ["KB0001", "KB0002", "KB0003"]
    assert found(engine, "projector", one) == ["KB0001", "KB0002"]
    both = Pair(typed=("gizmo",), meant=("projector",), both=True)
    assert found(engine, "projector", both) == ["KB0001", "KB0002", "KB0003"]


def test_for_one_service_it_counts_in_articles_of_that_service_alone(engine):
    pair = Pair(typed=("wumpus",), meant=("projector",), service="rooms")
    assert found(engine, "wumpus", pair) == ["KB0001"]
    assert found(engine, "wumpus", pair, filters={"service": "cinema"}) == []
    assert found(engine, "wumpus", Pair(typed=("wumpus",), meant=("projector",), service="nowhere")) == []


def test_a_phrase_is_read_as_a_whole(engine):
    pair = Pair(typed=("picture thrower",), meant=("projector",))
    assert found(engine, "picture thrower", pair) == ["KB0001", "KB0002"]
    assert found(engine, "thrower", pair) == []


def test_both_engines_weigh_a_word_of_one_service_alike(tmp_path):
    pair = Pair(typed=("gizmo",), meant=("projector", "big projector"), service="cinema")
    scores = []
    for factory in ENGINES:
        engine = factory.open(tmp_path / factory.name, create=True)
        engine.write(
            [document(f"KB000{n}", title=f"Projector {n * 'big '}", service="cinema") for n in range(1, 5)], []
        )
        page = answer(engine, parse("gizmo"), EVERYBODY, synonyms=with_own(shipped(), [pair]))[1]
        scores.append({hit.ref: round(hit.score, 3) for hit in page.hits})
        engine.close()
    assert scores[0] == scores[1]
    assert len(scores[0]) == 4


@pytest.mark.parametrize(
    ("typed", "meant", "field", "message"),
    [
        ("", "projector", "typed", "There are no words."),
        (" , ;\n", "projector", "typed", "There are no words."),
        ("beamer", "\u202e \x00", "meant", "There are no words."),
        ("the, beamer", "projector", "typed", "“the” has no word that a search looks for."),
        ("?!", "projector", "typed", "“?!” has no word that a search looks for."),
        ("Beamer", "projector, beamer", "meant", "“beamer” stands on both sides."),
        ("one two three four five six", "x-ray", "typed", "“one two three four five six” is too long."),
        ("b" * 10_000, "projector", "typed", f"“{'b' * 60}” is too long."),
        (",".join(map(str, range(9))), "projector", "typed", "There are more than 8 phrases."),
        ("beamer", "projector", "service", "There is no such service."),
    ],
)
def test_what_no_search_could_use_is_refused_in_a_sentence(session, typed, meant, field, message):
    with pytest.raises(Refused) as refused:
        own_words.read(session, typed=typed, meant=meant, both=False, service="nothing" if field == "service" else "")
    assert str(refused.value).startswith(message)
    assert (refused.value.field, bool(refused.value.hint)) == (field, True)


@pytest.mark.parametrize("typed", ["a AND b", '"x" OR *', "ключ", "密码", "x" * 60, "a\x00b\u200dc"])
def test_anything_else_is_words(session, typed):
    pair = own_words.read(session, typed=typed, meant="projector, big screen", both=True, service="")
    assert (len(pair.typed), pair.meant) == (1, ("projector", "big screen"))


@pytest.fixture
def index(house, run_jobs):
    with house.db.transaction() as session:
        put_article(session, "KB0001", "Projector", "Turn it on.", finds=["The beamer stays dark."])
        put_article(session, "KB0002", "Badge", "Beep.", finds=["The gate shuts before me."])
        for number in range(3, 8):
            put_article(
                session, f"KB000{number}", f"Torch torch {number}", "Torch torch torch.", words=["dark", "torch"]
            )
    run_jobs()
    return house.plugins.get("search").index


def write(house, pair, row_id=None):
    with house.db.transaction() as session:
        own_words.write(session, row_id, pair, seen=own_words.changes(session), person_id=None, now=NOON)


def refs(house, index, words):
    with house.db.reading() as session:
        return [hit.ref for hit in find(session, index, words, ANONYMOUS).hits]


def test_it_holds_from_the_next_search_on_in_every_process(house, index):
    other = build({"instance": str(house.config.instance)}, environ={})
    theirs = other.plugins.get("search").index
    try:
        assert (refs(house, index, "wumpus"), refs(other, theirs, "wumpus")) == ([], [])
        write(house, Pair(typed=("wumpus",), meant=("projector",)))
        assert (refs(house, index, "wumpus"), refs(other, theirs, "wumpus")) == (["KB0001"], ["KB0001"])
        write(house, Pair(typed=("wumpus",), meant=("badge",)), row_id=1)
        assert refs(other, theirs, "wumpus") == ["KB0002"]
        write(house, None, row_id=1)
        assert (refs(house, index, "wumpus"), refs(other, theirs, "wumpus")) == ([], [])
    finally:
        other.close()


def test_who_comes_too_late_is_told_and_nothing_is_written_twice(house, index):
    pair = Pair(typed=("wumpus",), meant=("projector",))
    with house.db.transaction() as session:
        seen = own_words.changes(session)
    write(house, pair)
    for more in (pair, Pair(typed=("gizmo",), meant=("projector",))):
        with house.db.transaction() as session, pytest.raises(Refused, match="meanwhile"):
            own_words.write(session, None, more, seen=seen, person_id=None, now=NOON)
    with pytest.raises(Refused, match="already"):
        write(house, pair)
    with pytest.raises(NotFound):
        write(house, Pair(typed=("gizmo",), meant=("badge",)), row_id=7)


def test_only_sentences_that_are_read_differently_are_tried(house, index):
    now = shipped()
    harmless = with_own(now, [Pair(typed=("wumpus",), meant=("torch",))])
    harmful = with_own(now, [Pair(typed=("beamer",), meant=("torch",))])
    with house.db.reading() as session:
        assert trying.broken(session, index, now, harmless) == []
        broken = trying.broken(session, index, now, harmful)
        kept = [each for each in contracts.every(session, index.sources) if each.ref == "KB0001"]
        assert contracts.ask(index.engine(), kept[0], synonyms=now).is_kept
    assert broken == []  # it has the words of its sentence, so that it still comes first


@pytest.fixture
def coach(as_role):
    return as_role("coach")


def press(coach, path, **fields):
    seen = re.search(r'name="seen" type="hidden" value="([^"]*)"', coach.get(path).text)
    return coach.post(path, data={"csrf_token": csrf_of(coach), "seen": seen[1] if seen else "", **fields})


def test_what_would_lose_an_article_is_refused_with_what_stands_in_the_way(house, index, coach, run_jobs):
    with house.db.transaction() as session:
        put_article(session, "KB0002", "Badge", "Beep.", finds=["The wumpus!"])
        put_article(session, "KB0009", "Hidden torch", "Nothing.", words=["torch"], readers=["unit:nobody"])
    run_jobs()
    answered = press(coach, "/search/words/new", typed="wumpus", meant="torch, big torch", service="")

    assert answered.status_code == 422
    assert "Nothing is changed yet" in answered.text
    assert '“The wumpus!” – <a href="/kb/KB0002-badge">Badge</a>' in answered.text
    assert ">Torch torch 3</a>" in answered.text
    assert "Hidden" not in answered.text
    assert "wumpus</textarea>" in answered.text
    with house.db.reading() as session:
        assert own_words.pairs(session) == {}


def test_from_an_entry_to_its_end(house, index, coach):
    saved = press(coach, "/search/words/new", typed="gizmo, wumpus", meant="projector", both="y", service="")
    assert (saved.status_code, saved.location) == (303, "/search/words")
    listed = coach.get("/search/words").text
    assert "gizmo, wumpus ⇄ projector" in listed
    assert "gizmo, wumpus" not in coach.get("/search/words?q=torch").text
    assert "password" in coach.get("/search/words?q=pw").text  # what came with the portal

    again = press(coach, "/search/words/new", typed="gizmo, wumpus", meant="projector", both="y", service="")
    assert (again.status_code, "This entry is there already." in again.text) == (422, True)
    assert press(coach, "/search/words/1", typed="gizmo", meant="badge", service="").status_code == 303
    assert refs(house, index, "gizmo") == ["KB0002"]
    assert press(coach, "/search/words/1", remove="1").status_code == 303
    assert press(coach, "/search/words/1", remove="1").status_code == 404
    assert coach.get("/search/words/1").status_code == 404
    assert refs(house, index, "gizmo") == []


def test_nobody_writes_over_what_they_have_not_seen(house, index, coach):
    write(house, Pair(typed=("gizmo",), meant=("projector",)))
    opened = coach.get("/search/words/1").text
    seen = re.search(r'name="seen" type="hidden" value="([^"]+)"', opened)[1]
    write(house, Pair(typed=("gizmo",), meant=("torch",), both=True), row_id=1)
    data = {"csrf_token": csrf_of(coach), "seen": seen, "typed": "gizmo", "meant": "badge", "service": ""}

    late = coach.post("/search/words/1", data=data)
    assert (late.status_code, "It says now: gizmo ⇄ torch" in late.text, "badge</textarea>" in late.text) == (
        409, True, True,
    )  # fmt: skip
    data["seen"] = re.search(r'name="seen" type="hidden" value="([^"]+)"', late.text)[1]
    assert coach.post("/search/words/1", data=data).status_code == 303
    assert refs(house, index, "gizmo") == ["KB0002"]


def test_while_the_search_is_away_nothing_is_lost(house, index, coach):
    with house.db.transaction() as session:
        session.execute(sa.text("DELETE FROM search_index"))
    away = press(coach, "/search/words/new", typed="beamer", meant="badge", service="")
    assert (away.status_code, "The search does not answer" in away.text, "beamer</textarea>" in away.text) == (
        503, True, True,
    )  # fmt: skip
