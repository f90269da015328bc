"""Two people changed the same text, and nothing of either is lost."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.articles.merging import (
    Conflict,
    FieldConflict,
    Merged,
    MergedFields,
    Taken,
    as_lines,
    as_text,
    merge,
    merge_fields,
)

SEEDED = settings(deadline=None, derandomize=True)
LINES = st.lists(st.sampled_from(["", "one", "two", "three", "four", "five"]), max_size=12)
TEXTS = LINES.map("\n".join)
FLIPPED = {Taken.MINE: Taken.THEIRS, Taken.THEIRS: Taken.MINE}


@st.composite
def edited(draw):
    """A text and two edits of it, as people make them: some lines gone, some new."""
    base = draw(LINES)

    def edit():
        lines = []
        for line in base:
            lines += draw(st.lists(st.sampled_from(["new", "more", ""]), max_size=1))
            lines += [line] if draw(st.integers(0, 4)) else []
        return "\n".join(lines)

    return "\n".join(base), edit(), edit()


@SEEDED
@given(TEXTS, TEXTS)
def test_who_changed_nothing_gets_the_others_text(base, theirs):
    assert merge(base, base, theirs).text() == theirs
    assert merge(base, theirs, base).text() == theirs


@SEEDED
@given(TEXTS, TEXTS)
def test_the_same_change_is_taken_once(base, changed):
    assert merge(base, changed, changed).text() == changed


@SEEDED
@given(edited())
def test_it_does_not_matter_who_was_quicker(texts):
    base, mine, theirs = texts

    turned = [
        Merged(part.lines, FLIPPED.get(part.taken, part.taken))
        if isinstance(part, Merged)
        else Conflict(part.base, part.theirs, part.mine)
        for part in merge(base, theirs, mine).parts
    ]

    assert list(merge(base, mine, theirs).parts) == turned


@SEEDED
@given(edited())
def test_every_line_that_somebody_wrote_is_in_the_result_or_in_a_conflict(texts):
    base, mine, theirs = texts
    merged = merge(base, mine, theirs)

    for side, text in (("mine", mine), ("theirs", theirs)):
        kept = Counter(
            line for part in merged.parts for line in (part.lines if isinstance(part, Merged) else getattr(part, side))
        )
        assert Counter(text.split("\n")) - Counter(base.split("\n")) <= kept


@SEEDED
@given(edited())
def test_a_conflict_holds_three_different_texts_and_a_clean_merge_needs_no_answers(texts):
    merged = merge(*texts)

    assert all(len({each.base, each.mine, each.theirs}) == 3 for each in merged.conflicts)
    assert merged.is_clean is (not any(isinstance(part, Conflict) for part in merged.parts))


@SEEDED
@given(edited())
def test_whoever_answers_all_conflicts_with_their_own_lines_loses_only_what_the_other_took_away(texts):
    base, mine, theirs = texts
    merged = merge(base, mine, theirs)
    answered = merged.text([conflict.mine for conflict in merged.conflicts])

    assert Counter(mine.split("\n")) - Counter(base.split("\n")) <= Counter(answered.split("\n"))


def test_changes_at_different_places_are_both_taken():
    base = "# Title\n\nOne.\nTwo.\nThree.\n"
    mine = "# Better title\n\nOne.\nTwo.\nThree.\n"
    theirs = "# Title\n\nOne.\nTwo.\nThree.\nFour.\n"

    merged = merge(base, mine, theirs)

    assert merged.parts == (
        Merged(("# Better title",), Taken.MINE),
        Merged(("", "One.", "Two.", "Three."), Taken.UNCHANGED),
        Merged(("Four.",), Taken.THEIRS),
        Merged(("",), Taken.UNCHANGED),
    )
    assert merged.text() == "# Better title\n\nOne.\nTwo.\nThree.\nFour.\n"


def test_changes_of_one_line_are_a_conflict_with_all_three_texts():
    merged = merge("Wait.\nPrint.\n", "Wait a minute.\nPrint.\n", "Wait two minutes.\nPrint.\n")

    assert merged.conflicts == (Conflict(("Wait.",), ("Wait a minute.",), ("Wait two minutes.",)),)
    assert not merged.is_clean
    assert merged.text([("Wait one or two minutes.",)]) == "Wait one or two minutes.\nPrint.\n"
    assert merged.text([()]) == "Print.\n"


def test_what_one_changes_and_the_other_takes_away_is_a_conflict():
    merged = merge("a\nb\nc", "a\nc", "a\nb, better\nc")

    assert merged.conflicts == (Conflict(("b",), (), ("b, better",)),)


def test_neighbouring_lines_count_as_the_same_place():
    assert merge("a\nb", "A\nb", "a\nB").conflicts == (Conflict(("a", "b"), ("A", "b"), ("a", "B")),)


def test_a_text_with_conflicts_is_not_given_out_without_answers():
    merged = merge("a", "b", "c")

    with pytest.raises(ValueError, match="1 conflicts, 0 answers"):
        merged.text()


@SEEDED
@given(st.lists(st.text(st.characters(exclude_characters="\r\n"))).map(tuple))
def test_the_lines_of_a_conflict_survive_a_text_field(lines):
    assert as_lines(as_text(lines)) == lines
    assert as_lines(as_text(lines).replace("\n", "\r\n")) == lines


FRONT = {"title": "Old", "tags": ["a", "b"], "words": ["x"], "finds": ["One.", "Two."], "known_error": None}


def test_fields_that_one_side_changed_are_taken():
    merged = merge_fields(FRONT, FRONT | {"title": "New"}, FRONT | {"finds": ["1", "2"], "sample": True})

    assert merged == MergedFields(FRONT | {"title": "New", "finds": ["1", "2"], "sample": True}, ())
    assert merged.is_clean


def test_a_field_that_both_changed_is_a_conflict_and_mine_stands_in_for_it():
    merged = merge_fields(FRONT, FRONT | {"title": "Mine"}, FRONT | {"title": "Theirs"})

    assert merged == MergedFields(FRONT | {"title": "Mine"}, (FieldConflict("title", "Old", "Mine", "Theirs"),))
    assert merged.resolved({"title": "Both"}) == FRONT | {"title": "Both"}


def test_tags_and_words_are_merged_one_by_one():
    merged = merge_fields(FRONT, FRONT | {"tags": ["b", "mine"]}, FRONT | {"tags": ["theirs", "a", "b"]})

    assert merged == MergedFields(FRONT | {"tags": ["theirs", "b", "mine"]}, ())


def test_readers_are_never_merged_by_themselves():
    base, mine, theirs = ({"readers": readers} for readers in (["unit:a"], ["unit:a", "unit:b"], []))

    merged = merge_fields(base, mine, theirs)

    assert merged.conflicts == (FieldConflict("readers", ["unit:a"], ["unit:a", "unit:b"], []),)


def test_a_block_inside_is_merged_by_its_own_fields():
    base, mine, theirs = (
        {"known_error": {"status": status, "since": None, "problem_ref": ref}}
        for status, ref in (("analysed", None), ("workaround", "PRB-1"), ("fixed", None))
    )

    merged = merge_fields(base, mine, theirs)

    assert merged == MergedFields(mine, (FieldConflict("known_error.status", "analysed", "workaround", "fixed"),))
    assert merged.resolved({"known_error.status": "fixed"}) == {
        "known_error": {"status": "fixed", "since": None, "problem_ref": "PRB-1"}
    }


def test_a_block_that_one_took_away_and_the_other_changed_is_a_conflict_of_the_whole():
    base, theirs = {"known_error": {"status": "analysed"}}, {"known_error": {"status": "fixed"}}

    merged = merge_fields(base, {}, theirs)

    assert merged == MergedFields(
        {}, (FieldConflict("known_error", {"status": "analysed"}, None, {"status": "fixed"}),)
    )
    assert merged.resolved({"known_error": None}) == {}


def test_fields_are_not_given_out_with_conflicts_left_or_answers_to_nothing():
    merged = merge_fields({"title": "a"}, {"title": "b"}, {"title": "c"})

    with pytest.raises(ValueError, match="conflicts"):
        merged.resolved({})
    with pytest.raises(ValueError, match="conflicts"):
        merged.resolved({"title": "d", "kind": "faq"})


FIELDS = st.dictionaries(st.sampled_from(["title", "tags", "readers"]), st.lists(st.sampled_from("abc"), unique=True))


@SEEDED
@given(FIELDS, FIELDS)
def test_fields_of_who_changed_nothing_become_the_others(base, theirs):
    assert merge_fields(base, base, theirs) == merge_fields(base, theirs, base) == MergedFields(theirs, ())
    assert merge_fields(base, theirs, theirs) == MergedFields(theirs, ())
