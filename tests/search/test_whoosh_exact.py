"""What only the Whoosh engine promises: exact scores, and a clear word when its files are damaged."""

import random
from collections import Counter
from math import log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whoosh.index import open_dir

from portal.core.errors import TooSoon
from portal.search.analysis import term_counts
from portal.search.engine import IndexUnusable
from portal.search.engines.weights import kept_length
from portal.search.engines.whoosh_engine import WhooshEngine
from portal.search.engines.whoosh_layout import NAME
from portal.search.query import parse
from tests.search.samples import EVERYBODY, document, found

VOCABULARY = [f"word{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(120)]
WEIGHTS = [1 / (n + 1) for n in range(len(VOCABULARY))]


@pytest.fixture
def engine(tmp_path):
    engine = WhooshEngine.open(tmp_path / "index", create=True)
    yield engine
    engine.close()


def a_corpus(chance, size):
    def phrase(most):
        return " ".join(chance.choices(VOCABULARY, WEIGHTS, k=chance.randint(1, most)))

    return [
        document(f"KB{n:04}", title=phrase(6), body=phrase(80), words=(phrase(3),), tags=(phrase(2),))
        for n in range(size)
    ]


def every_score(documents, query):
    """BM25 as the handbook tells it, document by document, without an index."""
    scores = dict.fromkeys((d.ref for d in documents), 0.0)
    for field, weight, times in (("content", 1.0, 2), ("title", 0.5, 1)):
        counts = {}
        for d in documents:
            title = term_counts(f"{d.title} {' '.join(d.words)}", "en")
            body = term_counts(f"{d.body} {' '.join(d.tags)}", "en") if field == "content" else Counter()
            counts[d.ref] = Counter({term: times * count for term, count in title.items()}) + body
        average = sum(c.total() for c in counts.values()) / len(counts)
        for stem in query.stems("en"):
            frequency = sum(stem in c for c in counts.values())
            rarity = log(len(counts) / (frequency + 1)) + 1
            for ref, c in counts.items():
                length = 1 - 0.75 + 0.75 * kept_length(c.total()) / average
                scores[ref] += weight * rarity * c[stem] * 2.2 / (c[stem] + 1.2 * length)
    return {ref: score for ref, score in scores.items() if score}


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.integers(1, 150), batches=st.integers(1, 8))
def test_the_top_ten_is_the_top_ten_of_all_scores(tmp_path_factory, seed, size, batches):
    chance = random.Random(seed)
    documents = a_corpus(chance, size)
    engine = WhooshEngine.open(tmp_path_factory.mktemp("index"), create=True)
    for start in range(batches):
        engine.write(documents[start::batches], ())

    for length in (1, 2, 5, 20):
        query = parse(" ".join(chance.choices(VOCABULARY, k=length)))
        page = engine.search(query, EVERYBODY)
        scores = every_score(documents, query)

        best = sorted(scores.values(), reverse=True)[:10]
        assert [hit.score for hit in page.hits] == pytest.approx(best)
        assert [scores[hit.ref] for hit in page.hits] == pytest.approx(best)
        assert page.total == len(scores)
    engine.close()


def test_the_top_ten_stays_exact_through_replacing_deleting_and_merging(engine):
    chance = random.Random(7)
    for round_ in range(30):
        documents = a_corpus(chance, 60)
        engine.write(chance.sample(documents, 12), [("article", f"KB{chance.randrange(60):04}")])
        query = parse(" ".join(chance.choices(VOCABULARY, k=6)))

        everything = engine.search(query, EVERYBODY, limit=1000)
        page = engine.search(query, EVERYBODY)

        assert page.hits == everything.hits[:10], round_
        assert page.total == len(everything.hits)
        assert [h.score for h in everything.hits] == sorted((h.score for h in everything.hits), reverse=True)
    assert engine.count() == len(list(engine.dump()))


def test_many_small_writes_leave_few_segments(engine, tmp_path):
    for number in range(60):
        engine.write([document(f"KB{number:04}", body="printer")], ())

    assert len(open_dir(tmp_path / "index", indexname=NAME).reader().leaf_readers()) <= 12
    assert engine.search(parse("printer"), EVERYBODY).total == 60


def test_a_folder_without_an_index_says_so(tmp_path):
    with pytest.raises(IndexUnusable) as refused:
        WhooshEngine.open(tmp_path)

    assert refused.value.message == "There is no search index yet."
    assert refused.value.hint == "Build it again with: portal search rebuild"


def test_opening_with_create_keeps_what_is_there(engine, tmp_path):
    engine.write([document(body="vpn")], ())

    assert found(WhooshEngine.open(tmp_path / "index", create=True), "vpn") == ["KB0001"]


def segment(folder):
    return max(folder.glob("*.seg"), key=lambda path: path.stat().st_size)


def contents_list(folder):
    return next(folder.glob("*.toc"))


@pytest.mark.parametrize("which", [segment, contents_list])
@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
        lambda path: path.write_bytes(bytes(path.stat().st_size)),
        lambda path: path.write_bytes(b"\xff" * 500),
    ],
    ids=["missing", "empty", "cut short", "zeroed", "overwritten"],
)
def test_a_damaged_index_says_how_to_mend_it(engine, tmp_path, which, damage):
    engine.write([document(f"KB{n:04}", body=f"vpn {n}") for n in range(50)], ())
    damage(which(tmp_path / "index"))

    with pytest.raises(IndexUnusable) as refused:
        WhooshEngine.open(tmp_path / "index")

    assert refused.value.hint == "Build it again with: portal search rebuild"


def test_a_damaged_index_refuses_a_write_and_lets_go_of_its_lock(engine, tmp_path):
    engine.write([document(body="vpn")], ())
    segment(tmp_path / "index").write_bytes(b"\xff" * 500)
    engine.lock_wait = 0.0

    for _ in range(2):
        with pytest.raises(IndexUnusable, match="cannot be read"):
            engine.write([document(body="more")], ())


def test_what_a_killed_writer_left_behind_is_harmless(engine, tmp_path):
    engine.write([document(body="vpn")], ())
    (tmp_path / "index" / f"{NAME}.tmp").mkdir()
    (tmp_path / "index" / f"{NAME}.tmp" / "half.ctmp").write_bytes(b"half")
    (tmp_path / "index" / f"{NAME}_0123456789abcdef.seg").write_bytes(b"half")
    (tmp_path / "index" / f"_{NAME}_99.toc.123.4").write_bytes(b"half")

    again = WhooshEngine.open(tmp_path / "index")
    again.write([document("KB0002", body="vpn")], ())

    assert sorted(found(again, "vpn")) == ["KB0001", "KB0002"]
    assert not list((tmp_path / "index").glob("*0123456789abcdef*"))


def test_a_second_writer_waits_and_is_then_asked_to_come_back(engine, tmp_path):
    other = WhooshEngine.open(tmp_path / "index")
    other.lock_wait = 0.05

    with engine._writer(), pytest.raises(TooSoon) as refused:
        other.write([document(body="vpn")], ())

    assert refused.value.wait_seconds == 1
    other.write([document(body="vpn")], ())
    assert found(other, "vpn") == ["KB0001"]


def test_a_search_after_close_opens_the_index_again(engine):
    engine.write([document(body="vpn")], ())
    engine.close()

    assert found(engine, "vpn") == ["KB0001"]
