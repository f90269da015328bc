"""Charts: what stands where, and that what was worded anew is parted by a line."""

from datetime import UTC, date, datetime, timedelta

import pytest

from plugins.feedback import charts
from plugins.feedback.shares import share

WEEKS = (date(2026, 2, 16), date(2026, 2, 23))


def test_columns_stand_side_by_side_and_their_parts_one_above_the_other():
    chart = charts.columns(WEEKS, [[("yes", 3), ("no", 1)], [("yes", 0), ("no", 2)]], [])

    assert (chart.top, chart.first, chart.last) == ("4", *WEEKS)
    assert [(bar.kind, bar.x, bar.y, bar.width, bar.height) for bar in chart.bars] == [
        ("yes", 50.0, 75.0, 400.0, 225.0),
        ("no", 50.0, 0.0, 400.0, 75.0),
        ("no", 550.0, 150.0, 400.0, 150.0),
    ]


def test_a_text_that_went_live_is_a_line_at_its_moment():
    at = datetime(2026, 2, 23, 12, tzinfo=UTC)
    chart = charts.columns(WEEKS, [[], []], [(at, "4"), (at - timedelta(weeks=9), "3"), (at + timedelta(weeks=9), "5")])

    assert [(mark.x, mark.label, mark.kind) for mark in chart.marks] == [(535.7, "4", "revision")]


def test_shares_stand_with_their_interval_and_are_parted_where_the_wording_changed():
    half, whole = share(30, 60), share(10, 10)
    chart = charts.over_time([(WEEKS[0], 1, half), (WEEKS[1], 1, whole), (WEEKS[1] + timedelta(weeks=1), 2, half)])

    assert [(point.x, point.y) for point in chart.points] == [(166.7, 150.0), (500.0, 0.0), (833.3, 150.0)]
    assert [(point.high, point.low) for point in chart.points][1] == (0.0, 83.3)
    assert [(mark.x, mark.kind) for mark in chart.marks] == [(666.7, "wording")]


@pytest.mark.parametrize(
    ("most", "top"),
    [(0, "2"), (1, "2"), (3, "4"), (8, "8"), (11, "12"), (17, "20"), (102, "120"), (999, "1000"), (1001, "1200")],
)
def test_the_upper_edge_is_a_number_that_is_easy_to_read(most, top):
    assert charts.columns(WEEKS, [[("yes", most)], []], []).top == top
