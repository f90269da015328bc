"""Shares with the interval in which the true one may lie."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.feedback.shares import Share, share


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998), 857-872, table I, method 3: score, no continuity correction.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_the_published_one(part, whole, low, high):
    found = share(part, whole)

    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (45, 60, "75% (63–84)"),
        (4, 5, "80% (38–96)"),
        (0, 20, "0% (0–16)"),
        (5, 5, "100% (57–100)"),
        (1, 8, "13% (2–47)"),
    ],
)
def test_a_share_is_said_with_its_interval(part, whole, said):
    found = share(part, whole)

    assert str(found) == said


def test_where_nobody_answered_there_is_no_share():
    assert share(0, 0) is None


@pytest.mark.parametrize(("part", "whole"), [(2, 1), (-1, 4), (0, -1)])
def test_what_is_no_part_is_refused(part, whole):
    with pytest.raises(ValueError, match=f"{part} is no part of {whole}"):
        share(part, whole)


@given(st.integers(1, 100_000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
def test_the_interval_holds_the_share_and_mirrors_that_of_the_others(answers):
    part, whole = answers
    found, others = share(part, whole), share(whole - part, whole)

    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.low == pytest.approx(1 - others.high)
    assert found == Share(part, whole, found.low, found.high)
