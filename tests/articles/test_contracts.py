"""Whether sentences find their article, as people get it and by its other words alone."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from portal.articles import contracts, frontmatter
from portal.articles.cli_finds import finds
from portal.search.engines import NAMES, engine_named
from portal.search.live import index_of
from tests.knowledge import put_article

OWN = ["The machine by the window swallows my envelopes.", "Grey stripes run across each sheet."]


@pytest.fixture
def paths(make_file):
    own = make_file("KB0101", "Stripes on a sheet.\n", finds=OWN, title="Drum", words=["a b", "c d", "e f"])
    others = [
        make_file(f"KB010{number}", "The machine by the window swallows it.\n", title=f"Other {number}")
        for number in range(2, 6)
    ]
    return own, others


@pytest.mark.parametrize("name", NAMES)
def test_a_sentence_is_asked_with_and_without_itself(paths, name):
    own, others = paths
    files = [frontmatter.read_file(path, max_bytes=100_000) for path in (own, *others)]

    one, two = contracts.look(files[:1], contracts.documents_of(files), engine=engine_named(name), meaning=None)

    assert (one.sentence, one.place, one.alone, one.is_kept, one.is_kept_alone) == (OWN[0], 1, 0, True, False)
    assert one.before == ("KB0102", "KB0103", "KB0104")
    assert (two.place, two.alone, two.before) == (1, 1, ())


def test_the_command_says_both_shares_and_what_stands_in_the_way(house, paths):
    said = CliRunner().invoke(finds, [str(paths[0].parent)], obj=house)

    assert said.exit_code == 0
    lines = said.output.splitlines()
    assert lines[0] == f"KB0101: not found without itself, after KB0102, KB0103, KB0104: “{OWN[0]}”"
    assert lines[-1].startswith("By words: 10 of 10 sentences find their article, ")


def put_rivals(house, run_jobs):
    with house.db.transaction() as session:
        put_article(session, "KB0101", "Drum", "Stripes on a sheet.", finds=OWN)
        for number in range(2, 6):
            put_article(session, f"KB010{number}", f"Other {number}", "The machine by the window swallows it.")
    run_jobs()


def test_what_is_live_is_asked_as_people_get_it_and_without_itself(house, run_jobs):
    put_rivals(house, run_jobs)
    index = index_of(house)
    before = sorted(index.engine().dump())

    with house.db.reading() as session:
        one, two = contracts.look_live(session, index)

    assert (one.sentence, one.place, one.alone, one.before) == (OWN[0], 1, 0, ("KB0102", "KB0103", "KB0104"))
    assert (two.sentence, two.place, two.alone) == (OWN[1], 1, 1)
    assert sorted(index.engine().dump()) == before


def test_the_command_says_both_shares_of_what_is_live(house, run_jobs):
    put_rivals(house, run_jobs)

    said = CliRunner().invoke(finds, ["--live"], obj=house)
    both = CliRunner().invoke(finds, ["--live", "--words-only"], obj=house)

    assert (said.exit_code, both.exit_code) == (0, 2)
    first, last = said.output.splitlines()
    assert first == f"KB0101: not found without itself, after KB0102, KB0103, KB0104: “{OWN[0]}”"
    assert last.endswith(": 2 of 2 sentences find their article, 1 of them without themselves.")


def test_what_people_do_not_find_fails_the_command(house, run_jobs):
    with house.db.transaction() as session:
        put_article(session, "KB0101", "Drum", "Nothing here.", finds=["wumpus"])
        for number in range(2, 6):
            put_article(session, f"KB010{number}", "Wumpus wumpus", "Wumpus.", words=["wumpus"])
    run_jobs()

    said = CliRunner().invoke(finds, ["--live"], obj=house)

    assert said.exit_code == 1
    assert "KB0101: place 5 as people get it: “wumpus”" in said.output.splitlines()
