"""What two sequences have in common: right for any input, shortest where there is time, bounded where there is none."""

import difflib
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.articles.matching import Block, Effort, blocks

SEEDED = settings(deadline=None, derandomize=True)
FEW = st.lists(st.sampled_from("abcd"), max_size=40)


def total(found):
    return sum(block.length for block in found)


def longest_common(before, after):
    """The textbook table, slow and plain."""
    row = [0] * (len(after) + 1)
    for item in before:
        diagonal = 0
        for at, other in enumerate(after, start=1):
            diagonal, row[at] = row[at], diagonal + 1 if item == other else max(row[at], row[at - 1])
    return row[-1]


@SEEDED
@given(FEW, FEW, st.booleans(), st.integers(-1, 60))
def test_blocks_are_equal_in_order_and_as_long_as_they_can_be(before, after, anchors_first, steps):
    found = blocks(before, after, Effort(steps), anchors_first=anchors_first)

    ends = (0, 0)
    for at, block in enumerate(found):
        assert block.length > 0
        assert block.before >= ends[0]
        assert block.after >= ends[1]
        assert at == 0 or (block.before, block.after) != ends
        ends = (block.before + block.length, block.after + block.length)
        assert before[block.before : ends[0]] == after[block.after : ends[1]]
    assert ends[0] <= len(before)
    assert ends[1] <= len(after)


@SEEDED
@given(FEW, FEW)
def test_without_anchors_the_longest_common_part_is_found(before, after):
    assert total(blocks(before, after, anchors_first=False)) == longest_common(before, after)


@SEEDED
@given(FEW, FEW)
def test_what_was_only_added_is_never_taken_for_a_change(before, added):
    after = [*before, *added]

    assert total(blocks(before, after)) == len(before)
    assert total(blocks(after, before)) == len(before)


def test_equal_sequences_are_one_block_and_empty_ones_none():
    assert blocks("abc", "abc") == [Block(0, 0, 3)]
    assert blocks("", "abc") == blocks("abc", "") == blocks("", "") == []


def test_a_line_that_occurs_once_holds_the_others_in_place():
    before = ["", "one", "", "two", ""]
    after = ["", "two", "", "", "one", "", ""]

    assert blocks(before, after) == [Block(0, 0, 1), Block(3, 1, 1), Block(4, 6, 1)]


def test_when_the_effort_is_spent_what_was_found_so_far_counts():
    dice = random.Random(4)
    before, after = ([*dice.choices("abcd", k=200)] for _ in range(2))

    spent = blocks(before, after, Effort(300), anchors_first=False)

    assert 0 < total(spent) < longest_common(before, after)


SIZE = 50_000
DICE = random.Random(4)
HARD = {
    "equal lines": (["x"] * SIZE, ["y", *["x"] * (SIZE // 2), "z"]),
    "two lines in turn": (["a", "b"] * SIZE, ["b", "a"] * SIZE),
    "two lines by chance": (DICE.choices("ab", k=SIZE), DICE.choices("ab", k=SIZE)),
    "many lines by chance": (DICE.choices(range(500), k=SIZE), DICE.choices(range(500), k=SIZE)),
    "all lines moved": (list(range(SIZE)), DICE.sample(range(SIZE), SIZE)),
    "nothing in common": (list(range(SIZE)), list(range(SIZE, 2 * SIZE))),
    "runs of equal lines": ([*("x" * 400 + "y") * 100], [*("x" * 399 + "y") * 100]),
}


@pytest.mark.parametrize("anchors_first", [True, False])
@pytest.mark.parametrize("case", HARD)
def test_no_comparison_takes_many_more_steps_than_it_was_given(case, anchors_first):
    before, after = HARD[case]
    effort = Effort(50_000)

    found = blocks(before, after, effort, anchors_first=anchors_first)

    assert effort.left > -3 * (len(before) + len(after))
    assert all(
        before[one.before : one.before + one.length] == after[one.after : one.after + one.length] for one in found
    )


def test_the_standard_library_agrees_on_a_real_change():
    before = ["one", "two", "three", "four", "five", "six", "seven"]
    after = ["one", "three", "four", "4½", "five", "seven", "eight"]
    agreed = difflib.SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()[:-1]

    assert [(each.before, each.after, each.length) for each in blocks(before, after)] == [
        tuple(each) for each in agreed
    ]
