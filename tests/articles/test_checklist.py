"""Ten points, one of which may be missing, and never the seventh."""

import re
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.articles.checklist import POINTS, Answer, Verdict, verdict
from portal.articles.levels import Kind

SEEDED = settings(deadline=None, derandomize=True)
YES, NO, NOT_APPLICABLE = Answer.YES, Answer.NO, Answer.NOT_APPLICABLE
ALL = tuple(range(1, 11))
ANSWERS = st.dictionaries(st.sampled_from(ALL), st.sampled_from(Answer))


def answers(**changed):
    """Yes to everything, but for what is given as ``p4=NO``."""
    return dict.fromkeys(ALL, YES) | {int(point[1:]): answer for point, answer in changed.items()}


def test_there_are_ten_points_each_with_a_question_and_a_yes():
    assert tuple(point.id for point in POINTS) == ALL
    assert all(str(point.question).endswith("?") and str(point.yes_when).endswith(".") for point in POINTS)


def test_what_does_not_apply_to_a_kind_is_suggested():
    suggested = {kind: [point.id for point in POINTS if point.suggestion(kind) == NOT_APPLICABLE] for kind in Kind}

    assert suggested == {
        Kind.HOW_TO: [],
        Kind.TROUBLESHOOTING: [],
        Kind.KNOWN_ERROR: [],
        Kind.SUPPORT_SCRIPT: [4],
        Kind.HANDOVER_NOTE: [3, 4, 5],
        Kind.FAQ: [4, 5],
        Kind.POLICY: [4, 5],
    }


def test_a_script_is_looked_at_for_its_ends_instead_of_its_steps():
    found = {point.id: str(point.instead[Kind.SUPPORT_SCRIPT]) for point in POINTS if point.instead}

    assert found == {4: "Look instead whether every answer leads to an end."}


@pytest.mark.parametrize(
    ("given_answers", "expected", "accepted"),
    [
        (answers(), Verdict(ALL, (), ()), True),
        (answers(p4=NO), Verdict(ALL, (4,), ()), True),
        (answers(p4=NO, p10=NO), Verdict(ALL, (4, 10), ()), False),
        (answers(p7=NO), Verdict(ALL, (7,), ()), False),
        (answers(p7=NOT_APPLICABLE), Verdict(ALL, (7,), ()), False),
        (answers(p4=NOT_APPLICABLE, p5=NOT_APPLICABLE, p6=NO), Verdict((1, 2, 3, 6, 7, 8, 9, 10), (6,), ()), True),
        (answers(p4=NOT_APPLICABLE, p5=NO, p6=NO), Verdict((1, 2, 3, 5, 6, 7, 8, 9, 10), (5, 6), ()), False),
        ({1: YES, 7: YES}, Verdict((1, 7), (), (2, 3, 4, 5, 6, 8, 9, 10)), False),
        ({}, Verdict((), (), ALL), False),
    ],
)
def test_verdicts(given_answers, expected, accepted):
    found = verdict(given_answers)

    assert found == expected
    assert found.accepted is accepted
    assert found.is_complete is (not expected.unanswered)


def test_nine_of_ten_are_enough_and_eight_are_not():
    for first, second in product(ALL, ALL):
        found = verdict(answers() | {first: NO, second: NO})

        assert found.kept == (9 if first == second else 8)
        assert found.accepted is (first == second != 7)


@SEEDED
@given(ANSWERS)
def test_every_point_is_answered_or_said_to_be_open(given_answers):
    found = verdict(given_answers)

    assert set(found.missing) <= set(found.applicable)
    assert set(found.unanswered) == set(ALL) - given_answers.keys()
    assert found.kept + len(found.missing) == len(found.applicable)


@SEEDED
@given(ANSWERS, st.sampled_from(ALL))
def test_a_better_answer_never_makes_a_verdict_worse(given_answers, point):
    assert verdict(given_answers | {point: YES}).accepted >= verdict(given_answers).accepted


def test_an_answer_to_no_point_is_an_error():
    with pytest.raises(ValueError, match="no such points"):
        verdict(answers() | {11: YES})


def test_the_article_about_the_checklist_says_the_same():
    article = Path("kb_articles/KB0055-the-content-checklist.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.+?) \| (.+?) \|", article, re.MULTILINE)
    kinds = {
        "Questions and answers": Kind.FAQ,
        "Rule": Kind.POLICY,
        "Change handed over": Kind.HANDOVER_NOTE,
        "Script with a decision block": Kind.SUPPORT_SCRIPT,
    }

    assert [int(number) for number, _point in rows if number.isdigit()] == list(ALL)
    said = {
        kinds[name]: {int(number) for number in re.findall(r"\d+", points)} for name, points in rows if name in kinds
    }
    assert said == {kind: {point.id for point in POINTS if kind in point.not_for} for kind in kinds.values()}
