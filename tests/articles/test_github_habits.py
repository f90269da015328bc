"""Lists, quotes and code as people know them from GitHub."""

import re

import pytest

from portal.articles.levels import Level
from portal.articles.rendering import render


def shape(body):
    """The HTML of *body* without line breaks and indentation."""
    html = render(body, Level.EVERYONE).html
    return re.sub(r"\s*\n\s*", "", html).replace(' class="steps"', "")


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("- a\n  - b\n- c\n", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>"),
        ("1. a\n   - b\n   - c\n2. d\n", "<ol><li>a<ul><li>b</li><li>c</li></ul></li><li>d</li></ol>"),
        ("1. a\n    - b\n2. c\n", "<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>"),
        ("* a\n    * b\n        * c\n", "<ul><li>a<ul><li>b<ul><li>c</li></ul></li></ul></li></ul>"),
        ("10. a\n    - b\n11. c\n", '<ol start="10"><li>a<ul><li>b</li></ul></li><li>c</li></ol>'),
        ("1) a\n2) b\n", "<ol><li>a</li><li>b</li></ol>"),
        ("text\n- a\n- b\n", "<p>text</p><ul><li>a</li><li>b</li></ul>"),
        ("It was\n1986. A good year.\n", "<p>It was1986. A good year.</p>"),
        ("- a\n1. b\n", "<ul><li>a</li></ul><ol><li>b</li></ol>"),
        ("- a\nlazily\n", "<ul><li>alazily</li></ul>"),
        ("1. a\n\n   b\n\n2. c\n", "<ol><li><p>a</p><p>b</p></li><li><p>c</p></li></ol>"),
        ("- a\n\n  b\n  - c\n- d\n", "<ul><li><p>a</p><p>b</p><ul><li>c</li></ul></li><li><p>d</p></li></ul>"),
        ("- a\n* * *\n- b\n", "<ul><li>a</li></ul><hr><ul><li>b</li></ul>"),
        ("> - a\n>   - b\n", "<blockquote><ul><li>a<ul><li>b</li></ul></li></ul></blockquote>"),
        ("> a\n\n> b\n", "<blockquote><p>a</p></blockquote><blockquote><p>b</p></blockquote>"),
        ("text\n***\nmore\n", "<p>text</p><hr><p>more</p>"),
        ("#hashtag\n", "<p>#hashtag</p>"),
        ("a_b_c and ~~gone~~\n", "<p>a_b_c and <del>gone</del></p>"),
    ],
)
def test_lists_and_paragraphs(body, html):
    assert shape(body) == html


def test_a_code_block_in_a_step_belongs_to_the_step():
    body = "1. Type this:\n\n   ```sh\n     ls -l\n   ```\n\n2. Done\n"

    assert shape(body) == (
        '<ol><li><p>Type this:</p><div class="highlight"><pre tabindex="0"><code><span class="w">  </span>ls'
        '<span class="w"> </span>-l'
        "</code></pre></div></li><li><p>Done</p></li></ol>"
    )


def test_an_indented_code_block_stays_as_it_is_written():
    assert shape("Text\n\n    # not a heading\n    - not a list\n    ---\n") == (
        '<p>Text</p><pre tabindex="0"><code># not a heading- not a list---</code></pre>'
    )


def test_preformatted_html_stays_as_it_is_written():
    assert "- a\n  - b" in render("<pre>\n- a\n  - b\n</pre>\n", Level.EVERYONE).html


def test_of_the_words_behind_a_code_fence_only_the_language_counts():
    assert shape("```python {linenums=1 .danger} more\nx = 1\n```\n") == shape("```python\nx = 1\n```\n")


def test_a_language_that_nobody_knows_shows_plain_code():
    assert shape("```klingon\nqapla <b>\n```\n") == (
        '<div class="highlight"><pre tabindex="0"><code>qapla &lt;b&gt;</code></pre></div>'
    )


def test_a_table_in_a_step_belongs_to_the_step():
    assert shape("1. a\n\n   | b |\n   | --- |\n   | c |\n") == (
        '<ol><li><p>a</p><div class="table-scroll" role="region" aria-label="Table 1" tabindex="0"><table><thead><tr>'
        '<th scope="col">b</th></tr></thead><tbody><tr><td>c</td></tr></tbody></table></div></li></ol>'
    )


def test_two_trailing_blanks_break_a_line():
    assert shape("a  \nb\n") == "<p>a<br>b</p>"
