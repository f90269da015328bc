"""Two hundred thousand tables drawn at random: no small cell is shown, and none follows from the total."""

import os
import random

import pytest

from plugins.feedback.reporting import FIGURES, Tally, protect

pytestmark = pytest.mark.proof

TABLES = 200_000 if os.environ.get("PROOF_ROUNDS", "full") == "full" else 20_000


def test_of_two_hundred_thousand_tables_none_shows_fewer_than_five():
    lots, with_total, with_hidden = random.Random(20), 0, 0
    for _number in range(TABLES):
        counts = [lots.choice((0, 1, 2, 3, 4, 5, 6, 9, 15, 40)) for _cell in range(lots.randint(1, 8))]
        table = protect({str(place): Tally(each, each) for place, each in enumerate(counts)}, one_cell_each=True)
        shown = [tally.answers for tally in table.shown.values()]

        assert min(shown, default=FIGURES) >= FIGURES, counts
        if table.total is not None:
            rest = table.total.answers - sum(shown)
            assert rest == 0 or rest >= FIGURES, counts
            with_total += 1
            with_hidden += rest > 0

    assert with_total > TABLES / 2
    assert with_hidden > TABLES / 10
