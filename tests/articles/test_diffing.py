"""What differs between two texts, as rows for a page."""

import random
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from portal.articles.diffing import Change, FieldChange, compare, compare_fields

SEEDED = settings(deadline=None, derandomize=True)
WORDS = st.sampled_from(["the", "printer", "prints", "nothing", "paper", "don't", ",", ".", "  ", "\n", "\n\n", "- "])
TEXTS = st.one_of(
    st.lists(WORDS, max_size=60).map(" ".join), st.text(st.sampled_from("ab \n.ä\t"), max_size=60), st.text(max_size=20)
)


def shown(before, after):
    """Each row as text: what changed stands in brackets."""

    def written(line):
        return "".join(f"[{piece.text}]" if piece.changed else piece.text for piece in line.pieces) if line else None

    return [
        (row.change.value, written(row.before), written(row.after))
        for row in compare(before, after).rows
        if row.change != Change.SAME
    ]


def lines(text):
    found = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return found if found[-1] else found[:-1]


@SEEDED
@given(TEXTS, TEXTS)
@example("a\n", "a")
@example("", "\n")
def test_both_texts_can_be_read_off_the_rows_with_their_line_numbers(before, after):
    rows = compare(before, after).rows

    for side, text in (("before", before), ("after", after)):
        read = [getattr(row, side) for row in rows if getattr(row, side) is not None]
        assert [line.text for line in read] == lines(text)
        assert [line.number for line in read] == list(range(1, len(read) + 1))


@SEEDED
@given(TEXTS, TEXTS)
def test_every_row_says_what_it_holds(before, after):
    for row in compare(before, after).rows:
        there = (row.before is not None, row.after is not None)
        assert there == {"removed": (True, False), "added": (False, True)}.get(row.change, (True, True))
        if row.change == Change.SAME:
            assert row.before.pieces == row.after.pieces
            assert not any(piece.changed for piece in row.before.pieces)
        elif row.change == Change.CHANGED:
            assert row.before.text != row.after.text


@SEEDED
@given(TEXTS, TEXTS)
def test_what_is_not_marked_is_the_same_on_both_sides(before, after):
    rows = compare(before, after).rows

    def unmarked(side):
        pieces = [piece for row in rows if getattr(row, side) for piece in getattr(row, side).pieces]
        return "".join("".join(piece.text for piece in pieces if not piece.changed).split())

    assert unmarked("before") == unmarked("after")


@SEEDED
@given(TEXTS)
def test_a_text_does_not_differ_from_itself(text):
    found = compare(text, text)

    assert found.is_empty
    assert (found.removed, found.added) == (0, 0)


@SEEDED
@given(TEXTS, TEXTS, st.integers(0, 3))
def test_folding_loses_no_row_and_hides_no_change(before, after, context):
    found = compare(before, after)
    stretches = found.stretches(context)

    assert tuple(row for stretch in stretches for row in stretch.rows) == found.rows
    assert all(row.change == Change.SAME for stretch in stretches if stretch.folded for row in stretch.rows)
    assert all(one.folded != other.folded for one, other in pairwise(stretches))


def test_one_word_is_marked_and_not_its_line():
    assert shown("Wait one minute, then print.\nSame.\n", "Wait five minutes, then print.\nSame.\n") == [
        ("changed", "Wait [one minute], then print.", "Wait [five minutes], then print.")
    ]


def test_a_paragraph_that_was_wrapped_again_shows_only_the_new_word():
    before = "If it is gone, stop here and\ncall the service desk: we have\nto check who you are.\n"
    after = "If it is really gone, stop here\nand call the service desk: we\nhave to check who you are.\n"

    assert shown(before, after) == [
        ("changed", "If it is gone, stop here and", "If it is [really ]gone, stop here"),
        ("changed", "call the service desk: we have", "and call the service desk: we"),
        ("changed", "to check who you are.", "have to check who you are."),
    ]


def test_lines_with_little_in_common_are_marked_as_a_whole():
    assert shown("Restart the laptop at once.\n", "Look at the light of your dock and wait.\n") == [
        ("removed", "[Restart the laptop at once.]", None),
        ("added", None, "[Look at the light of your dock and wait.]"),
    ]


def test_a_line_that_grew_long_shows_what_was_added():
    before = "- what you must finish, and by when\n"
    after = "- what you must finish, and by when. A customer waits, or it is due today? Then call us at once.\n"

    assert shown(before, after) == [
        (
            "changed",
            "- what you must finish, and by when",
            "- what you must finish, and by when[. A customer waits, or it is due today? Then call us at once.]",
        )
    ]


def test_a_line_between_alike_ones_is_added_alone():
    before = "1. Open the panel.\n2. Choose the tray.\n"
    after = "1. Open the front panel.\n2. Wait.\n3. Choose the tray.\n"

    assert shown(before, after) == [
        ("changed", "1. Open the panel.", "1. Open the [front ]panel."),
        ("added", None, "[2. Wait.]"),
        ("changed", "[2]. Choose the tray.", "[3]. Choose the tray."),
    ]


def test_blanks_that_mean_something_are_marked():
    assert shown("- one\n  - two\n", "- one\n- two\n") == [("changed", "[  ]- two", "- two")]
    assert shown("one line\n", "one line  \n") == [("changed", "one line", "one line[  ]")]


def test_nothing_is_escaped_and_nothing_is_lost_of_code():
    assert shown("`<b>` & x\n", "`<i>` & x\n") == [("changed", "`<[b]>` & x", "`<[i]>` & x")]


def test_unchanged_lines_far_from_a_change_fold_away():
    text = [f"Line {number}." for number in range(1, 21)]
    after = [*text[:9], "Line ten.", *text[10:]]

    stretches = compare("\n".join(text), "\n".join(after)).stretches()

    numbers = [(stretch.folded, stretch.rows[0].before.number, stretch.rows[-1].before.number) for stretch in stretches]
    assert numbers == [(True, 1, 6), (False, 7, 13), (True, 14, 20)]


def test_three_unchanged_lines_are_not_worth_folding():
    text = [f"Line {number}." for number in range(1, 11)]
    after = ["First.", *text[1:9], "Last."]

    assert [stretch.folded for stretch in compare("\n".join(text), "\n".join(after)).stretches()] == [False]


def test_lines_are_counted_on_both_sides():
    found = compare("one\ntwo\nsame\n", "same\nthree\n")

    assert (found.removed, found.added, found.is_empty) == (2, 1, False)


def test_fields_that_differ_are_named_with_both_values():
    before = {"title": "Old", "tags": ["a"], "known_error": {"status": "analysed", "since": None}, "readers": []}
    after = {"title": "New", "tags": ["a"], "known_error": {"status": "fixed", "since": None}, "sample": True}

    assert compare_fields(before, after) == [
        FieldChange("title", "Old", "New"),
        FieldChange("known_error.status", "analysed", "fixed"),
        FieldChange("readers", [], None),
        FieldChange("sample", None, True),
    ]


SIZE = 100 * 1024
DICE = random.Random(7)


def by_chance(pieces, glue):
    text = glue.join(DICE.choices(pieces, k=SIZE))
    return text[:SIZE]


HARD = {
    "empty lines": ("\n" * SIZE, "x\n" + "\n" * (SIZE // 2) + "y"),
    "two lines by chance": (by_chance("ab", "\n"), by_chance("ab", "\n")),
    "letters on lines": (by_chance("abcdefgh", "\n"), by_chance("abcdefgh", "\n")),
    "one line of short words": (by_chance("ab", " "), by_chance("ab", " ")),
    "one line of dots": ("." * SIZE, "x" + "." * (SIZE // 2) + "y"),
    "sentences": (
        by_chance(["the", "of", "paper", "printer", "it", ".\n"], " "),
        by_chance(["the", "of", "paper", "printer", "it", ".\n"], " "),
    ),
    "one endless word": ("a" * SIZE, "a" * (SIZE - 1) + "b"),
    "marks above a letter": ("e" + "\u0301" * SIZE, "e" + "\u0301" * (SIZE // 2) + "x"),
}


@pytest.mark.parametrize("case", HARD)
def test_both_texts_can_be_read_off_the_rows_of_hard_texts_of_100_kb(case):
    rows = compare(*HARD[case]).rows

    for side, text in zip(("before", "after"), HARD[case], strict=True):
        assert [getattr(row, side).text for row in rows if getattr(row, side) is not None] == lines(text)


def test_of_a_real_article_only_the_lines_that_changed_differ():
    text = Path("kb_articles/KB0054-write-an-article-people-can-use.md").read_text(encoding="utf-8")
    after = text.replace("people", "colleagues").replace("## Steps", "## The steps")

    found = compare(text, after)

    differing = sum(one != other for one, other in zip(lines(text), lines(after), strict=True))
    assert (found.removed, found.added) == (differing, differing)
