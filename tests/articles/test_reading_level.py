"""How hard a text is to read, by a formula that others publish too."""

import warnings

import pytest

from portal.articles import frontmatter, reading_level
from portal.articles.reading_level import Measured, measure, sentences

HARD = (
    "Organisational administrators unfamiliar with authentication infrastructure occasionally misinterpret "
    "intermittent connectivity interruptions as deliberate configuration alterations."
)
HARDER = "Interdepartmental telecommunication administrators reorganise unsatisfactory configuration documentation."


@pytest.fixture
def check(make_file):
    """Measure the text of a file; returns line, severity and message."""

    def run(body, *, strict=False, **front):
        path = make_file("KB0101", body, **front)
        found = reading_level.check(frontmatter.read_file(path, max_bytes=100_000), strict=strict)
        return [(problem.line, problem.severity, problem.message) for problem in found]

    return run


def test_a_text_in_plain_words_is_no_problem(check):
    assert check("Look at the screen of the printer. Is there a red light?\n") == []


def test_a_hard_text_is_said_with_its_grade_and_its_two_hardest_sentences(check):
    easy = "Look at the screen of the printer."
    [(line, severity, message)] = check(f"{easy} {HARD}\n\n{HARDER}\n")

    told = f"is the limit. Hardest: “{HARDER}” “{HARD}”"
    assert (line, severity, message.split("; 8 ")[1]) == (21, "warning", told)
    assert float(message.split("; 8 ")[0].removeprefix("The text reads like grade ").removesuffix(" of school")) > 8
    assert [severity for _line, severity, _message in check(f"{easy} {HARD}\n\n{HARDER}\n", strict=True)] == ["error"]


@pytest.mark.parametrize(
    ("body", "front"),
    [
        (f"{HARD}\n", {"audience": "support"}),
        (f"{HARD}\n", {"language": "de"}),
        (f"Short.\n\n::: support\n\n{HARD}\n\n:::\n", {}),
        (f"Short.\n\n```\n{HARD}\n```\n", {}),
        (f":::\n{HARD}\n", {}),
        ("", {}),
    ],
)
def test_only_what_everyone_reads_in_english_is_measured(check, body, front):
    assert check(body, strict=True, **front) == []


@pytest.mark.parametrize("language", ["en", "en-GB", "EN"])
def test_english_is_measured_wherever_it_is_spoken(check, language):
    assert len(check(f"{HARD}\n", language=language)) == 1


def test_items_cells_and_headings_end_a_sentence():
    html = (
        '<div class="heading"><h2 id="h-a">A heading</h2><a class="permalink" href="#h-a">#</a></div>'
        "<p>One <strong>bold</strong> line\nof words. “Two?” Three</p>"
        "<ul><li>an item<ul><li>below it</li></ul></li></ul>"
        "<table><tr><th>A cell</th><td>another<br>line</td></tr></table>"
        "<pre><code>no <b>words</b></code></pre><p>End</p>"
    )

    assert sentences(html) == [
        "A heading",
        "One bold line of words.",
        "“Two?",
        "Three",
        "an item",
        "below it",
        "A cell",
        "another",
        "line",
        "End",
    ]


@pytest.mark.parametrize(
    "address", ["https://example.org/a-b", "intranet.example.org", "/ask?x=y", r"\\server\share", "a@example.org"]
)
def test_addresses_are_left_out(address):
    assert sentences(f"<p>Open <code>{address}</code> and wait</p>") == ["Open and wait"]
    assert sentences("<p>Read and/or write, e.g. a note</p>") == ["Read and/or write, e.g. a note"]


def test_a_stop_inside_a_sentence_does_not_end_it():
    assert measure(["Take version 5.3, e.g. from the list of all our tools."]).grade == (
        measure(["Take version 53, eg from the list of all our tools."]).grade
    )


def test_nothing_to_read_has_no_grade():
    assert measure([]) == Measured(0.0)


def test_the_formula_is_the_published_one():
    """Six words of one syllable each; and ten words of fifteen syllables in one sentence."""
    letters = "Seven winter letters from under the paper on the mat"

    assert measure(["The cat sat on the mat"]).grade == pytest.approx(0.39 * 6 + 11.8 * 1 - 15.59, abs=0.06)
    assert measure([letters]).grade == pytest.approx(0.39 * 10 + 11.8 * 1.5 - 15.59, abs=0.06)
    assert measure(["The cat sat on the mat", letters]).grade == pytest.approx(0.39 * 8 + 11.8 * 1.3 - 15.59, abs=0.06)


def test_measuring_warns_of_nothing():
    reading_level._textstat.cache_clear()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        measure(["One two three."])

    assert told == []
