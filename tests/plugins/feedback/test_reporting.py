"""No figure from which a single person's answer can be read."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.feedback import reporting
from plugins.feedback.reporting import Table, Tally, protect
from portal.core.errors import Refused

SEEDED = settings(deadline=None, derandomize=True, max_examples=2_000)
LABELS = st.sampled_from(["Sales", "HR", "Legal", "IT", "Plant", "Canteen"])
CELLS = st.dictionaries(
    LABELS,
    st.tuples(st.integers(0, 14), st.integers(1, 14)).map(lambda pair: Tally(pair[0], min(pair))),
)
LEAST = st.sampled_from([reporting.FIGURES, reporting.WORDS])


def each_by_one(**answers):
    return {label: Tally(count, count) for label, count in answers.items()}


@pytest.mark.parametrize(
    ("answers", "shown", "hidden", "total"),
    [
        ({"Sales": 12, "HR": 4, "Legal": 3}, {"Sales"}, ("HR", "Legal"), 19),
        ({"Sales": 12, "HR": 4, "Legal": 9}, {"Sales"}, ("HR", "Legal"), 25),
        ({"Sales": 3, "HR": 1}, set(), ("Sales", "HR"), None),
        ({"Sales": 6, "HR": 5, "Legal": 0}, {"Sales", "HR"}, ("Legal",), 11),
        # Beyond E20: all are small, but nobody is found in their total; an empty cell protects nobody.
        ({"HR": 4, "Legal": 3}, set(), ("HR", "Legal"), 7),
        ({"Sales": 12, "HR": 4, "Legal": 0}, set(), ("Sales", "HR", "Legal"), 16),
        ({}, set(), (), None),
    ],
)
def test_e20_small_cells_and_what_would_give_them_away_are_hidden(answers, shown, hidden, total):
    table = protect(each_by_one(**answers), one_cell_each=True)

    assert table == Table(
        shown=each_by_one(**{label: answers[label] for label in shown}),
        hidden=hidden,
        total=total and Tally(total, total),
    )


def test_many_answers_by_few_people_are_few():
    table = protect({"Sales": Tally(20, 8), "HR": Tally(30, 4), "Legal": Tally(9, 6)}, one_cell_each=True)

    assert table == Table({"Sales": Tally(20, 8)}, ("HR", "Legal"), Tally(59, 18))


def test_people_who_may_stand_in_several_cells_are_not_added_up():
    cells = {"Mail": Tally(9, 9), "Print": Tally(4, 4), "Network": Tally(3, 3)}

    assert protect(cells, one_cell_each=True) == Table({"Mail": Tally(9, 9)}, ("Print", "Network"), Tally(16, 16))
    assert protect(cells, one_cell_each=False) == Table({}, ("Mail", "Print", "Network"), Tally(16, 9))


def test_words_of_anonymous_rounds_and_literacy_need_ten():
    cells = each_by_one(Sales=12, HR=9, Legal=3)

    assert [reporting.least_for(), reporting.least_for(anonymous_words=True), reporting.least_for(literacy=True)] == [
        5,
        10,
        10,
    ]
    assert protect(cells, one_cell_each=True, least=10) == Table(each_by_one(Sales=12), ("HR", "Legal"), Tally(24, 24))


@SEEDED
@given(CELLS, LEAST)
def test_nothing_small_is_shown_or_follows_from_the_total(cells, least):
    table = protect(cells, one_cell_each=True, least=least)

    assert all(tally.answers >= least and tally.people >= least for tally in table.shown.values())
    assert {*table.shown, *table.hidden} == {*cells}
    assert len(table.shown) + len(table.hidden) == len(cells)
    if table.total:
        rest = table.total.answers - sum(tally.answers for tally in table.shown.values())
        others = table.total.people - sum(tally.people for tally in table.shown.values())
        assert min(table.total.answers, table.total.people) >= least
        assert rest == 0 or (rest >= least and others >= least)


@SEEDED
@given(CELLS, LEAST)
def test_no_more_is_hidden_than_the_rule_asks_for(cells, least):
    table = protect(cells, one_cell_each=True, least=least)

    large = [label for label in table.hidden if cells[label].reaches(least)]
    if large:
        # Without the last one that was hidden for the others, those would have been too few.
        last = max(
            large, key=lambda label: (min(cells[label].answers, cells[label].people), cells[label].answers, label)
        )
        others = [cells[label] for label in table.hidden if label != last]
        assert sum(tally.answers for tally in others) < least or sum(tally.people for tally in others) < least


def test_two_filters_pass_and_a_third_is_refused():
    reporting.check_filters(["service", "unit"])

    with pytest.raises(Refused) as refused:
        reporting.check_filters(["service", "unit", "period"])

    assert (refused.value.message, refused.value.hint) == (
        "Figures can be filtered by two things at once, and not by more.",
        "Take a filter away. Smaller groups could show what a single person answered.",
    )
