"""Wrong passwords cost time, more each time; a right one ends it; memory stays bounded."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from portal.accounts.waits import SignInWaits, Waits, network_of
from portal.testing import NOON


def later(seconds: float):
    return NOON + timedelta(seconds=seconds)


def test_the_first_tries_are_free_and_then_waits_double_up_to_the_longest():
    waits, at, seen = Waits(free=3, first_seconds=5, longest_seconds=60), NOON, []

    for _try in range(9):
        assert waits.begin("robin", at) == 0
        seen.append(waits.wait_seconds("robin", at))
        at += timedelta(seconds=seen[-1])

    assert seen == [0, 0, 5, 10, 20, 40, 60, 60, 60]


def test_nobody_may_try_during_a_wait_and_trying_does_not_make_it_longer():
    waits = Waits(free=1, first_seconds=10)
    waits.begin("robin", NOON)

    assert [waits.begin("robin", later(second)) for second in (0, 0.5, 4, 9.9)] == [10, 10, 6, 1]
    assert waits.begin("robin", later(10)) == 0


def test_a_right_password_starts_anew():
    waits = Waits(free=2, first_seconds=10)
    waits.begin("robin", NOON)
    waits.begin("robin", NOON)
    assert waits.wait_seconds("robin", NOON) == 10

    waits.begin("robin", later(10))
    waits.right("robin")

    assert (waits.wait_seconds("robin", later(10)), len(waits)) == (0, 0)


def test_tries_of_long_ago_are_forgotten():
    waits = Waits(free=2, first_seconds=10, forget_after=timedelta(minutes=5))
    waits.begin("robin", NOON)

    waits.begin("robin", later(301))

    assert waits.wait_seconds("robin", later(301)) == 0


def test_one_name_does_not_wait_for_another():
    waits = Waits(free=1, first_seconds=10)
    waits.begin("robin", NOON)

    assert waits.begin("ada", NOON) == 0


def test_many_tries_at_once_gain_nothing():
    waits = Waits(free=3, first_seconds=10)

    assert [waits.begin("robin", NOON) for _thread in range(8)] == [0, 0, 0, 10, 10, 10, 10, 10]


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 400)), max_size=120))
def test_never_more_keys_than_allowed_and_never_longer_than_the_longest(tries):
    waits, at = Waits(free=2, first_seconds=5, longest_seconds=300, size=8), NOON

    for key, pause in tries:
        at += timedelta(seconds=pause)
        assert 0 <= waits.begin(str(key), at) <= 300
        assert len(waits) <= 8


def test_a_wait_after_a_million_tries_is_still_the_longest():
    waits = Waits(free=1, first_seconds=5, longest_seconds=900)
    waits.begin("robin", NOON)
    waits._tries["robin"].count = 1_000_000

    waits.begin("robin", later(5))

    assert waits.wait_seconds("robin", later(5)) == 900


def test_an_address_waits_after_many_names():
    waits = SignInWaits()

    answers = [waits.begin(f"name-{number}", "203.0.113.9", NOON) for number in range(21)]

    assert answers == [0] * 20 + [5]
    assert waits.begin("name-0", "203.0.113.10", NOON) == 0


def test_signing_in_oneself_does_not_set_an_address_free():
    waits = SignInWaits()
    for number in range(19):
        waits.begin(f"name-{number}", "203.0.113.9", NOON)
    waits.begin("own", "203.0.113.9", NOON)
    waits.right("own", "203.0.113.9", NOON)

    assert waits.begin("name-20", "203.0.113.9", NOON) == 0
    assert waits.begin("name-21", "203.0.113.9", NOON) == 5


def test_a_household_of_ipv6_addresses_counts_as_one():
    assert network_of("2001:db8:1:2:aaaa::1") == network_of("2001:db8:1:2:bbbb::2") == "2001:db8:1:2::/64"
    assert network_of("::ffff:203.0.113.9") == network_of("203.0.113.9") == "203.0.113.9"
    assert network_of("") == ""
