"""No difference of two figures tells what fewer than five people said: units, weeks, services, articles."""

from collections import Counter
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.feedback import groups
from plugins.feedback.groups import MIXED, TOP, Given, Tree, sort

UNITS = Tree(
    {"company": TOP, "sales": "company", "hr": "company", "legal": "company", "field": "sales", "shop": "sales"}
)
NUMBERS = count()


def said(unit, number, *, service="mail", person=None, **more):
    return [
        Given(
            key=f"a{next(NUMBERS)}",
            value="1",
            service=service,
            unit=unit,
            person=person or 1000 + next(NUMBERS),
            **more,
        )
        for _ in range(number)
    ]


def figures(found, tree=UNITS):
    """What the page of each unit shows."""
    shown = Counter()
    for group in found:
        for unit in tree.path(group.unit):
            shown[unit] += len(group.answers)
    return dict(shown)


@pytest.mark.parametrize(
    ("answers", "shown"),
    [
        ({"sales": 12, "hr": 4, "legal": 3}, {"sales": 12, "company": 19}),
        ({"sales": 12, "hr": 4, "legal": 9}, {"sales": 12, "company": 25}),
        ({"sales": 3, "hr": 1}, {}),
        ({"sales": 6, "hr": 5, "legal": 0}, {"sales": 6, "hr": 5, "company": 11}),
    ],
)
def test_e20_as_the_pages_of_the_units_show_it(answers, shown):
    found, waiting = sort(
        [each for unit, number in answers.items() for each in said(unit, number)], UNITS, least=5, folds=True
    )

    assert {unit: number for unit, number in figures(found).items() if unit != TOP} == shown
    assert len(waiting) == (0 if shown else 4)


def test_a_small_unit_waits_for_more_and_then_shows_all_of_it():
    first, waiting = sort([*said("sales", 6), *said("hr", 3)], UNITS, least=5)
    second, rest = sort([*waiting, *said("hr", 2)], UNITS, least=5)

    assert figures(first) == {"sales": 6, "company": 6, TOP: 6}
    assert figures(second) == {"hr": 5, "company": 5, TOP: 5}
    assert not rest


def test_what_waited_too_long_counts_for_the_unit_above_alone():
    found, waiting = sort([*said("field", 3, is_old=True), *said("shop", 3, is_old=True)], UNITS, least=5)

    assert (figures(found), waiting) == ({"sales": 6, "company": 6, TOP: 6}, [])


def test_many_answers_of_few_people_make_no_group():
    found, waiting = sort(said("sales", 20, person=7), UNITS, least=5)

    assert (found, len(waiting)) == ([], 20)


def test_what_is_too_small_in_every_service_goes_together_and_is_no_service_s():
    found, waiting = sort([*said("hr", 3), *said("hr", 3, service="print")], UNITS, least=5, folds=True)

    assert [(group.service, group.unit, len(group.answers)) for group in found] == [(MIXED, "hr", 6)]
    assert not waiting


def test_an_article_with_enough_answers_is_a_group_and_its_rest_is_not_lost():
    answers = [*said("sales", 3, article=4), *said("hr", 3, article=4), *said("hr", 2, article=5)]
    found, waiting = sort(answers, UNITS, least=5, by_article=True)

    assert [(group.article, group.unit, len(group.answers)) for group in found] == [(4, "company", 6)]
    assert len(waiting) == 2


PERSON = st.one_of(st.none(), st.integers(1, 9))
ANSWERS = st.lists(
    st.tuples(
        st.sampled_from([TOP, "gone", *UNITS.above]),
        st.sampled_from(["", "mail", "print"]),
        PERSON,
        st.sampled_from([None, 4, 5]),
        st.booleans(),
    ),
    max_size=40,
)
WEEKS = st.lists(st.tuples(ANSWERS, st.booleans()), min_size=1, max_size=4)


@settings(deadline=None, derandomize=True, max_examples=600)
@given(WEEKS, st.sampled_from([5, 10]), st.booleans())
def test_nothing_under_five_follows_from_any_figures(weeks, least, by_article):
    """Each figure is a sum of groups, so it is enough that no group is small and that no answer is in two."""
    waiting, found, every = [], [], []
    for answers, folds in weeks:
        new = [
            Given(
                key=f"a{next(NUMBERS)}",
                value="1",
                unit=unit,
                service=service,
                person=person,
                article=article,
                is_old=old,
            )
            for unit, service, person, article, old in answers
        ]
        every += new
        more, waiting = sort([*waiting, *new], UNITS, least=least, folds=folds, by_article=by_article)
        found += more

    assert all(group.tally.reaches(least) for group in found)
    assert Counter(each.key for group in found for each in group.answers) + Counter(
        each.key for each in waiting
    ) == Counter(each.key for each in every)
    for group in found:
        assert all(group.unit in UNITS.path(each.unit) for each in group.answers)
        assert group.service == MIXED or {each.service for each in group.answers} == {group.service}
        assert group.article is None or {each.article for each in group.answers} == {group.article}


def test_the_pages_of_four_weeks_subtracted_from_each_other():
    """The same with the numbers that people see, and no knowledge of groups: parent less parts, week less week."""
    weeks = [{"field": 4, "shop": 7, "hr": 6}, {"field": 3, "hr": 2, "legal": 5}, {"legal": 1, "company": 9}, {"hr": 3}]
    waiting, pages, shown = [], [], Counter()
    for number, week in enumerate(weeks):
        new = [each for unit, size in week.items() for each in said(unit, size)]
        found, waiting = sort([*waiting, *new], UNITS, least=5, folds=number == 0)
        shown += Counter(figures(found))
        pages.append(dict(shown))

    for place, page in enumerate(pages):
        for parent, below in (("company", ("sales", "hr", "legal")), ("sales", ("field", "shop"))):
            rest = page.get(parent, 0) - sum(page.get(each, 0) for each in below)
            assert rest == 0 or rest >= 5
        for earlier in pages[:place]:
            gained = {unit: page[unit] - earlier.get(unit, 0) for unit in page}
            assert all(more == 0 or more >= 5 for more in gained.values())
    assert pages[-1] == {"company": 36, "sales": 11, "hr": 11, "legal": 5, TOP: 36}


def test_a_circle_of_units_ends_at_the_top():
    assert Tree({"one": "two", "two": "one"}).path("one") == ["one", "two", groups.TOP]
