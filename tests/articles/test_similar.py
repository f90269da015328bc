"""Somebody wrote this already."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.articles import frontmatter
from portal.articles.similar import Candidate, Similar, similar

SEEDED = settings(deadline=None, derandomize=True)
PRINTING = Candidate("a", "Printing does not work", ("printer not printing", "stuck in queue"))
ADDING = Candidate("b", "Add a printer", ("new printer", "install printer"))
MAILBOX = Candidate("c", "Your mailbox is full", ("no space for mail",))
ALL = (PRINTING, ADDING, MAILBOX)
WORDS = st.lists(st.sampled_from(["the", "printer", "add", "queue", "mail", "full", "it"]), max_size=5).map(" ".join)


@pytest.fixture(scope="module")
def starters():
    files = [frontmatter.read_file(path, max_bytes=200_000) for path in sorted(Path("kb_articles").glob("KB*.md"))]
    return [Candidate(file.front.id, file.front.title, file.front.words) for file in files]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("Move authenticator to a new phone", "KB0004"),
        ("printer prints nothing", "KB0026"),
        ("Outlook asks for my password again and again", "KB0012"),
        ("Add shared mailbox in Outlook", "KB0013"),
        ("get a deleted file back", "KB0036"),
        ("docking station forgets screens", "KB0035"),
        ("blue screens", "KB0032"),
    ],
)
def test_the_starter_article_about_the_same_thing_comes_first(starters, typed, first):
    assert similar(typed, starters)[0].candidate.key == first


@pytest.mark.parametrize("typed", ["The coffee machine is broken", "Parking permits", "it is not", "", "?!"])
def test_what_nobody_wrote_about_is_like_nothing(starters, typed):
    assert similar(typed, starters) == []


def test_the_same_words_are_wholly_alike():
    assert similar("add a PRINTER", ALL)[0] == Similar(ADDING, 1.0)


def test_no_more_are_named_than_asked_for_and_equal_ones_by_their_keys():
    found = similar("printer", ALL, least=0.01)

    assert [each.candidate for each in found] == [PRINTING, ADDING]
    assert [each.candidate for each in similar("printer", ALL, least=0.01, limit=1)] == [PRINTING]


def test_a_rare_word_says_more_than_a_common_one():
    devices = [Candidate(str(number), f"Laptop of kind {number}") for number in range(20)]
    scanner = Candidate("scanner", "Scanner of the reception")

    found = similar("laptop scanner", [*devices, scanner], least=0.0)

    assert found[0].candidate == scanner


def test_words_are_read_in_the_language_of_each_text():
    german = Candidate("de", "Drucker einrichten", language="de")

    assert [each.candidate for each in similar("Drucker einrichten", [german], language="de")] == [german]


@SEEDED
@given(WORDS, st.lists(st.tuples(WORDS, WORDS), max_size=6))
def test_scores_lie_between_nothing_and_the_same(typed, written):
    candidates = [Candidate(str(key), title, (phrase,)) for key, (title, phrase) in enumerate(written)]

    found = similar(typed, candidates, least=0.0, limit=10)

    assert all(0 <= each.score <= 1 for each in found)
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    assert len(found) == len(candidates)
