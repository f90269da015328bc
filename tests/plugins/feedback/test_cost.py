"""What trouble cost in working time, as a range."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.feedback.cost import ALONE, NOTHING, Range, impact, total
from portal.core.i18n import speaking

ONE_TO_TWO_HOURS = Range(60, 90, 120)
TWO_TO_FIVE_PEOPLE = Range(2, 3, 5)
RANGES = st.lists(st.integers(0, 2_000), min_size=3, max_size=3).map(lambda three: Range(*sorted(three)))
PEOPLE = st.lists(st.integers(1, 100), min_size=3, max_size=3).map(lambda three: Range(*sorted(three)))


def test_e32_own_time_counts_in_full_and_that_of_others_by_half():
    cost = impact(ONE_TO_TWO_HOURS, TWO_TO_FIVE_PEOPLE)

    assert cost == Range(90, 180, 360)
    assert str(cost) == "about 3 hours (1½ to 6)"


def test_alone_only_ones_own_time_counts():
    assert impact(ONE_TO_TWO_HOURS) == impact(ONE_TO_TWO_HOURS, ALONE) == ONE_TO_TWO_HOURS


@pytest.mark.parametrize(
    ("cost", "said"),
    [
        (NOTHING, "no time"),
        (ONE_TO_TWO_HOURS, "about 90 min (60–120)"),
        (Range(1, 5, 10), "about 5 min (1–10)"),
        (Range(1.5, 32.5, 104.5), "about 33 min (1–105)"),
        (Range(0, 119, 300), "about 119 min (0–300)"),
        (Range(20, 120, 130), "about 2 hours (0 to 2½)"),
        (Range(45, 150, 590), "about 2½ hours (½ to 10)"),
        (Range(599, 700, 721), "about 12 hours (9½ to 13)"),
        (Range(30_000, 75_000, 120_000), "about 1,250 hours (500 to 2,000)"),
    ],
)
def test_a_range_is_said_in_words(cost, said):
    assert str(cost) == said


def test_a_range_is_said_in_german():
    with speaking("de"):
        said = [str(Range(90, 180, 360)), str(ONE_TO_TWO_HOURS), str(NOTHING), str(Range(30_000, 75_000, 120_000))]

    assert said == [
        "etwa 3 Stunden (1½ bis 6)",
        "etwa 90 Min. (60–120)",
        "keine Zeit",
        "etwa 1.250 Stunden (500 bis 2.000)",
    ]


def test_ranges_add_up_bound_by_bound():
    assert total([ONE_TO_TWO_HOURS, Range(90, 180, 360), NOTHING]) == Range(150, 270, 480)
    assert total([]) == NOTHING


@given(st.lists(st.tuples(RANGES, PEOPLE), max_size=20))
def test_ranges_stay_in_order_and_never_cost_less_than_ones_own_time(answers):
    costs = [impact(lost, people) for lost, people in answers]

    for cost in [*costs, total(costs)]:
        assert cost.low <= cost.mid <= cost.high
    assert all(cost.mid >= lost.mid for cost, (lost, _people) in zip(costs, answers, strict=True))
    assert total(costs) == total(reversed(costs))
