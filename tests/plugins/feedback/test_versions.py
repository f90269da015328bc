"""A changed wording begins a new series; a changed blank does not."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.feedback.bank import Band, load
from plugins.feedback.versions import Part, revised, reworded, starts_series, words_of

SEEDED = settings(deadline=None, derandomize=True)
BANK = load()
R3, R7 = BANK.questions["R3"], BANK.questions["R7"]


def said(text, language="en"):
    return replace(R7, text={**R7.text, language: text})


@pytest.mark.parametrize(
    "text",
    [
        "Did a customer notice?",
        "  Did a  customer\u00a0notice ?",
        "did a customer notice?",
        "Did a “customer” notice?",
        "Did a cus\u00adtomer, notice?\u200b",
        "Did a customer notice…?",
    ],
)
def test_blanks_and_typography_are_no_wording(text):
    assert reworded(R7, said(text)) == ()
    assert revised(R7, said(text)) == said(text)


@pytest.mark.parametrize(
    "text",
    [
        "Did a client notice?",
        "Did any customer notice?",
        "Did a customer notice",
        "Did notice a customer?",
        "Did a Customer notice?",
        "Did a customer notice {superuser}?",
    ],
)
def test_another_word_or_another_order_is_a_new_version(text):
    assert reworded(R7, said(text)) == (Part.TEXT,)
    assert revised(R7, said(text)).version == 2


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("10–30 minutes", "10-30 minutes", True),
        ("It isn’t slow.", "It isn't slow", True),
        ("now...", "now…", True),
        ("1.5 hours", "15 hours", False),
        ("Under 10", "Under 10%", False),
        ("IT helps", "It helps", False),
        ("re-sign", "resign", False),
        ("cafe\u0301", "café", True),
        ("It was easy.", "It was easy?", False),
        ("🙂", "🙁", False),
    ],
)
def test_what_counts_as_the_same_words(one, other, same):
    assert (words_of(one) == words_of(other)) is same


def test_changed_german_is_changed_wording():
    assert reworded(R7, said("Hat ein Kunde etwas gemerkt?", "de")) == (Part.TEXT,)


def test_a_language_that_is_added_changes_nothing_for_whoever_answered():
    only_english = replace(R7, text={"en": R7.text["en"]})

    assert reworded(only_english, R7) == ()
    assert reworded(R7, said("Un client a-t-il remarqué ?", "fr")) == ()


def test_choices_in_another_order_or_number_or_words_are_changed_wording():
    first, second, *others = R7.choices
    swapped = replace(first, text=second.text), replace(second, text=first.text), *others
    reworded_one = replace(first, text={**first.text, "de": "Nein, niemand"}), second, *others

    assert reworded(R7, replace(R7, choices=swapped)) == (Part.CHOICES,)
    assert reworded(R7, replace(R7, choices=R7.choices[:-1])) == (Part.CHOICES, Part.BANDS)
    assert reworded(R7, replace(R7, choices=reworded_one)) == (Part.CHOICES,)


def test_another_range_or_scale_is_a_new_version():
    longer = (*R3.choices[:-1], replace(R3.choices[-1], band=Band(300, 600, 1200)))

    assert reworded(R3, replace(R3, choices=longer)) == (Part.BANDS,)
    agree, face = BANK.questions["R10"], BANK.questions["R1"]
    assert reworded(agree, replace(agree, type=face.type, choices=face.choices)) == (
        *(Part.TYPE, Part.CHOICES, Part.BANDS),
    )


def test_what_people_do_not_read_is_no_wording():
    quiet = replace(R7, metric="other", first=True, trigger="pulse", steps=True, rest="", max_chars=9, version=7)

    assert reworded(R7, quiet) == ()
    assert revised(replace(R7, version=3), quiet).version == 3


def test_a_series_begins_with_the_first_version_and_with_each_new_wording():
    assert [starts_series(None, R7), starts_series(R7, R7), starts_series(R7, said("Did anybody notice?"))] == [
        *(True, False, True),
    ]


def test_versions_of_two_questions_are_not_compared():
    with pytest.raises(ValueError, match="R3 is no version of R7"):
        reworded(R7, R3)


@SEEDED
@given(st.text(max_size=60), st.sampled_from([" ", "\n", "\u00a0", "\t"]))
def test_words_are_the_same_with_more_room_between_them(text, blank):
    assert words_of(f"{blank}{text}{blank}") == words_of(text)


@SEEDED
@given(st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), min_size=1, max_size=8))
def test_every_word_counts(words):
    assert words_of(" ".join(words)) == tuple(words)
    assert words_of(", ".join(words)) == tuple(words)
