"""Which answers make the single figure of a question."""

import pytest

from plugins.feedback import sums
from plugins.feedback.bank import load
from plugins.feedback.sums import Line

BANK = load()


@pytest.mark.parametrize(
    ("question_id", "values", "figure"),
    [
        ("R1", {"1": 1, "2": 2, "3": 3, "4": 4, "5": 10}, (14, 20)),  # happy, very happy
        ("R2", {"1": 1, "2": 1, "3": 1, "4": 2, "5": 3, "6": 4, "7": 8}, (15, 20)),  # rather agree, or more
        ("R10", {"4": 6, "5": 1}, (1, 7)),
        ("P2", {"4": 3, "7": 3}, (3, 6)),
        ("V6", {"yes": 4, "no": 1}, (4, 5)),
        ("R9", {"yes": 6, "no": 3}, (6, 9)),
        ("A1", {"yes": 5, "partly": 2, "no": 3}, (5, 10)),
        ("R11", {"yes": 5, "partly": 2, "no": 3}, (5, 10)),
        ("R5", {"1": 5, "2": 2, "3": 2, "4": 3}, (3, 12)),  # stopped
        ("N2", {"1": 5, "4": 1}, (1, 6)),
        ("R7", {"1": 5, "4": 1}, None),  # each answer by itself
        ("R3", {"1": 5, "4": 1}, None),  # a range of minutes
    ],
)
def test_the_figure_of_a_question_counts_the_answers_that_were_agreed(question_id, values, figure):
    line = Line()
    line.add(sum(values.values()), sum(values.values()), values, None)

    found = sums.figure(BANK.questions[question_id], line)

    assert (found and (found.part, found.whole)) == figure
