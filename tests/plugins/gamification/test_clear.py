"""When readers rate an article clear, and when no longer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.gamification.clear import is_clear, lower_bound


@pytest.mark.parametrize(("good", "votes"), [(12, 12), (19, 20), (26, 30), (42, 50)])
def test_fewer_good_votes_of_so_many_do_not_make_an_article_clear(good, votes):
    assert is_clear(good, votes, was_clear=False)
    assert not is_clear(good - 1, votes, was_clear=False)


def test_so_few_votes_say_nothing_however_good():
    assert [is_clear(votes, votes, was_clear=False) for votes in (0, 1, 11, 12)] == [False, False, False, True]


def test_what_is_clear_stays_so_until_the_bound_is_below_60_percent():
    assert [round(lower_bound(good, 30), 3) for good in (26, 25, 23, 22)] == [0.703, 0.664, 0.591, 0.556]
    assert [is_clear(good, 30, was_clear=True) for good in (26, 25, 23, 22)] == [True, True, False, False]
    assert [is_clear(good, 30, was_clear=False) for good in (26, 25, 23, 22)] == [True, False, False, False]


def test_votes_that_ran_out_take_it_back_too():
    assert [is_clear(votes, votes, was_clear=True) for votes in (12, 6, 5, 0)] == [True, True, False, False]


@pytest.mark.parametrize(("good", "votes"), [(3, 2), (-1, 4)])
def test_there_are_never_more_good_votes_than_votes(good, votes):
    with pytest.raises(ValueError, match=f"{good} of {votes} votes"):
        lower_bound(good, votes)


@given(st.integers(0, 400), st.integers(0, 400))
def test_the_bound_is_below_the_share_and_grows_with_each_good_vote(good, bad):
    bound = lower_bound(good, good + bad)
    assert 0 <= bound <= (good / (good + bad) if good + bad else 0)
    assert lower_bound(good + 1, good + 1 + bad) > bound
    assert lower_bound(good, good + bad + 1) <= bound
