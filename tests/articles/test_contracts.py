"""Whether sentences find their article, as people get it and by its other words alone."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from portal.articles import contracts, frontmatter
from portal.articles.cli_finds import finds
from portal.search.engines import NAMES, engine_named

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
