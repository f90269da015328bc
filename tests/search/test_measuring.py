"""How good the search is: collections that are read, figures that are right, and a command that says them."""

import json
import math

import pytest
from click.testing import CliRunner

from portal.cli import command
from portal.core.errors import Refused
from portal.search import judged, measuring
from portal.search.engines.whoosh_engine import WhooshEngine
from portal.search.judged import Asked
from tests.search.samples import document

CORPUS = (
    {"id": "a", "title": "Printer", "text": "The printer does not print."},
    {"id": "b", "title": "Scanner", "text": "Scan to the printer in the cellar."},
    {"id": "c", "title": "Mail", "text": "Nothing comes in."},
)
QUERIES = (
    {"id": "1", "text": "printer", "style": "keywords", "rel": {"a": 2, "b": 1}},
    {"id": "2", "text": "scaner", "style": "typo", "rel": {"b": 2}},
    {"id": "3", "text": "where is lunch", "style": "nothing", "rel": {}},
)


@pytest.fixture
def folder(tmp_path):
    """A small collection; call it with more files."""

    def make(queries=QUERIES, corpus=CORPUS, **files):
        path = tmp_path / "small"
        path.mkdir(exist_ok=True)
        (path / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)))
        if corpus:
            (path / "corpus.jsonl").write_text("\n".join(map(json.dumps, corpus)))
        for name, text in files.items():
            (path / name.replace("_", ".")).write_text(text)
        return path

    return make


def test_a_collection_is_read_with_grades_of_each_query_or_from_their_file(folder):
    by_query = judged.read(folder())
    plain = [{name: row[name] for name in ("id", "text")} for row in QUERIES]
    by_file = judged.read(folder(plain, qrels_tsv="1\t0\ta\t2\n1\t0\tb\t1\n\n2\t0\tb\t2\n"))

    assert (by_query.name, len(by_query.documents), by_query.queries[0].style) == ("small", 3, "keywords")
    assert [each.grades for each in by_query.queries] == [each.grades for each in by_file.queries]
    assert {each.style for each in by_file.queries} == {"plain"}
    assert judged.read(folder([{**plain[0], "kind": "desc", "variant": "typo"}])).queries[0].style == "desc-typo"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("queries.jsonl", "[1]"), ("queries.jsonl", "{"), ("queries.jsonl", '{"id": 1}'), ("queries.jsonl", "3"),
        ("queries.jsonl", ""), ("qrels.tsv", "1 0 a"), ("qrels.tsv", "1 0 a good"), ("corpus.jsonl", '{"title": ""}'),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_read_is_named(folder, name, text):
    path = folder()
    (path / name).write_text(text)

    with pytest.raises(Refused) as refused:
        judged.read(path)
    assert name in refused.value.message


def test_a_folder_without_queries_is_refused(tmp_path):
    with pytest.raises(Refused, match=r"queries\.jsonl cannot be read"):
        judged.read(tmp_path)


def test_the_figures_are_those_of_the_ranks(folder):
    """Worked out by hand: of three documents the second one answers best, the third a little."""
    documents = [
        document("a", title="printer printer", body="printer"),
        document("b", title="printer", body="printer and much more besides"),
        document("c", title="Other", body="a printer somewhere in many other words that say nothing"),
    ]
    asked = Asked("1", "printer", "plain", {"b": 2, "c": 1})

    found = measuring.measure(WhooshEngine, documents, [asked], level=0).all.means

    ideal, gained = 2 + 1 / math.log2(3), 2 / math.log2(3) + 1 / math.log2(4)
    assert found == pytest.approx(
        {"success@1": 0, "success@3": 1, "success@10": 1, "ndcg@10": gained / ideal, "mrr@10": 0.5, "zero": 0}
    )


def test_queries_that_nothing_answers_have_figures_of_their_own(folder):
    collection = judged.read(folder())

    found = measuring.measure(WhooshEngine, collection.documents, collection.queries, level=0)

    assert (found.all.queries, found.all.means["success@1"], found.all.means["zero"]) == (2, 1, 0)
    assert (found.styles["nothing"].queries, found.styles["nothing"].means["zero"]) == (1, 1)
    assert found.styles["typo"].means["mrr@10"] == 1  # slips are read as the portal reads them


def test_the_interval_holds_the_mean_and_is_the_same_at_every_run():
    rows = [dict.fromkeys(measuring.FIGURES, float(place % 3 == 0)) for place in range(60)]

    first, second = (measuring._figures(rows) for _run in range(2))

    low, high = first.intervals["mrr@10"]
    assert first == second
    assert first.means["mrr@10"] == pytest.approx(1 / 3)
    # The exact interval of a mean of 60 draws with p = 1/3 is 1/3 ± 1.96·√(p(1-p)/60).
    assert (low, high) == pytest.approx((1 / 3 - 0.119, 1 / 3 + 0.119), abs=0.03)


def test_only_what_a_reader_of_the_level_may_read_is_found():
    inside = document("a", body="printer", levels=frozenset({1, 2}))
    asked = Asked("1", "printer", "plain", {"a": 1})

    found = [measuring.measure(WhooshEngine, [inside], [asked], level=level).all.means["zero"] for level in (0, 1)]

    assert found == [1, 0]


def test_the_command_says_the_figures_and_writes_them(house, folder, tmp_path):
    to = tmp_path / "figures.json"
    done = CliRunner().invoke(
        command(house), ["search", "measure", str(folder()), "--words-only", "--json", str(to)], obj=house
    )

    assert done.exit_code == 0, done.output
    assert "small: 3 queries, 3 documents" in done.output
    rows = [line.split()[:2] for line in done.output.splitlines()]
    assert all([style, "1"] in rows for style in ("keywords", "typo", "nothing"))
    written = json.loads(to.read_text())
    assert written["all"] == {"queries": 2, "success@1": 1, "success@3": 1, "success@10": 1, "ndcg@10": 1, "mrr@10": 1,
                              "zero": 0}  # fmt: skip
    assert list(written["styles"]) == ["keywords", "typo", "nothing"]


def test_queries_without_documents_are_put_to_the_articles_that_ship(house, folder):
    path = folder([{"id": "1", "text": "my phone is gone", "rel": {"KB0005": 2}}], corpus=())

    done = CliRunner().invoke(command(house), ["search", "measure", str(path), "--level", "everyone"], obj=house)

    assert done.exit_code == 0, done.output
    documents = house.plugins.get("articles").shipped_documents()
    assert len({each.ref for each in documents}) == 60
    assert f"{len(documents)} documents" in done.output
