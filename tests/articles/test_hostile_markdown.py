"""Texts that take bad parsers for ever: ours renders or refuses them, and ordinary articles notice nothing."""

import contextlib
import gzip
import json
import time
from pathlib import Path

import pytest
from markdown import Markdown

from portal.articles.levels import Level
from portal.articles.markdown_budget import LinkBudgetExtension
from portal.articles.rendering import MAX_SOURCE_BYTES, render
from portal.core.errors import Refused
from tests.articles.dangers import dangers

HOSTILE = Path(__file__).parent.parent / "data" / "hostile" / "markdown_pathological.json.gz"
with gzip.open(HOSTILE, "rt", encoding="utf-8") as _file:
    CASES = json.load(_file)["cases"]
SIZE = 20_000
SECONDS = 3

# Found by repeating small pieces: each took between ten seconds and minutes at 100 KB before it had a limit.
REPEATED = [
    *("<b ", '<b a="', "<a@", "<b", "[^1]: a\n[^1]", "x[^a", "<div>"),
    *("# a\n", "a\n=\n", "- - -\n", "--\n", "```\n```\n"),
]


def seconds_for(body):
    """Seconds of the processor, so that a busy machine does not count."""
    start, html = time.thread_time(), ""
    with contextlib.suppress(Refused):
        html = render(body, Level.SPECIALISTS).html
    seconds = time.thread_time() - start
    assert dangers(html) == []
    return seconds


def test_all_cases_are_there():
    assert len(CASES) == 25


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_pathological_text_is_rendered_or_refused_in_time(name):
    assert seconds_for(CASES[name][:SIZE]) < SECONDS


@pytest.mark.parametrize("piece", REPEATED)
def test_a_piece_repeated_is_rendered_or_refused_in_time(piece):
    assert seconds_for(piece * (SIZE // len(piece))) < SECONDS


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("<b " * 300, "opening angle brackets that nothing closes"),
        ("a[^1]" * 501, "more than 500 footnote marks"),
        ("```\n```\n" * 1_001, "more than 1000 code blocks"),
        ("<div>" * 600, "nested too deeply"),
        ("a" * (MAX_SOURCE_BYTES + 1), "longer than 100 KB"),
    ],
)
def test_what_is_over_a_limit_is_refused_with_the_reason(body, message):
    with pytest.raises(Refused, match=message):
        render(body, Level.EVERYONE)


ORDINARY = """# Title

[A link](/kb/KB0001 "title"), [another][ref], [ref], ![picture](/attachments/1/a.png), ![pic][ref] and [not a link].

- [nested [brackets] in](https://example.org/a_(b)) a list
- `[code](/x)` and \\[escaped\\](/y)

| a [x](/b) | c |
| --- | --- |
| [d](<e f> 'g') | [h](i "j) k") |

[ref]: https://example.org "Reference"
"""


def test_the_budget_changes_nothing_in_ordinary_articles():
    articles = [ORDINARY, ORDINARY * 20]
    plain = Markdown(extensions=["tables"])
    budgeted = Markdown(extensions=["tables", LinkBudgetExtension()])

    assert [budgeted.reset().convert(text) for text in articles] == [plain.reset().convert(text) for text in articles]


def test_a_spent_budget_leaves_brackets_as_text_and_the_next_text_is_fresh():
    budgeted = Markdown(extensions=[LinkBudgetExtension()])
    greedy = "[a" * 5_000 + " [link](/x)"

    assert budgeted.convert(greedy) == f"<p>{greedy}</p>"
    assert budgeted.reset().convert("[link](/x)") == '<p><a href="/x">link</a></p>'
