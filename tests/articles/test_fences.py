"""Parts for support and specialists: who gets which lines, and which fences are refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.articles import fences
from portal.articles.fences import Part
from portal.articles.levels import Level
from portal.core.errors import Refused

BODY = """Before.

::: support
For the desk.
:::

Between.

::: specialists
For few.
:::

After.
"""


def lines_with_faults(body):
    return [fault.line for fault in fences.faults(body)]


def test_a_body_is_split_at_its_fences_with_the_line_of_each_part():
    assert fences.parts(BODY) == [
        Part(Level.EVERYONE, 1, "Before.\n\n"),
        Part(Level.SUPPORT, 4, "For the desk.\n"),
        Part(Level.EVERYONE, 6, "\nBetween.\n\n"),
        Part(Level.SPECIALISTS, 10, "For few.\n"),
        Part(Level.EVERYONE, 12, "\nAfter.\n"),
    ]


def test_everyone_gets_a_source_without_any_trace_of_the_parts():
    assert fences.cut(BODY, Level.EVERYONE) == "Before.\n\nBetween.\n\nAfter.\n"


def test_support_gets_its_part_with_its_fence_and_no_trace_of_the_other():
    assert fences.cut(BODY, Level.SUPPORT) == ("Before.\n\n::: support\nFor the desk.\n:::\n\nBetween.\n\nAfter.\n")


def test_specialists_get_everything():
    assert fences.cut(BODY, Level.SPECIALISTS) == BODY


def test_a_hidden_part_at_either_end_leaves_no_blank_lines():
    body = "::: support\nSecret.\n:::\n\nText.\n\n::: specialists\nSecret.\n:::\n"

    assert fences.cut(body, Level.EVERYONE) == "Text.\n"


def test_paragraphs_around_a_hidden_part_do_not_grow_together():
    assert fences.cut("One\n::: support\nSecret.\n:::\ntwo\n", Level.EVERYONE) == "One\n\ntwo\n"


def test_an_article_of_hidden_parts_alone_is_empty_below():
    assert fences.cut("::: support\nSecret.\n:::\n", Level.EVERYONE) == ""


def test_tabs_and_line_ends_of_other_systems_are_understood():
    body = "a\r\n::: support  \r\n\tx\r\n:::\t\r\nb\r\n"

    assert fences.cut(body, Level.EVERYONE) == "a\n\nb\n"
    assert fences.parts(body)[1] == Part(Level.SUPPORT, 3, "\tx\n")


def test_levels_used_names_the_levels_that_have_a_part():
    assert fences.levels_used(BODY) == {Level.SUPPORT, Level.SPECIALISTS}
    assert fences.levels_used("Text.\n") == set()


@pytest.mark.parametrize(
    "code",
    [
        "```\n::: support\n:::\n```\n",
        "~~~~ markdown\n::: support\n```\n~~~~\n",
        "1. Step\n\n   ```\n   ::: support\n   ```\n",
        "> ```\n> ::: support\n> ```\n",
        "Text\n\n    ::: support\n    :::\n",
    ],
)
def test_inside_a_code_block_a_fence_is_text(code):
    assert fences.faults(code) == []
    assert fences.cut(code, Level.EVERYONE) == code


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("::: suport\nx\n:::\n", [1, 3]),
        ("::: Support\nx\n:::\n", [1, 3]),
        (":::support\nx\n:::\n", [1, 3]),
        (":::: support\nx\n::::\n", [1, 3]),
        ("::: support only\nx\n:::\n", [1, 3]),
        ("::: support\nx\n", [1]),
        ("text\n:::\n", [2]),
        ("::: support\n::: specialists\nx\n:::\n:::\n", [2, 5]),
        ("- item\n\n  ::: support\n  x\n  :::\n", [3, 5]),
        ("- item\n\n    ::: support\n    x\n    :::\n", [3, 5]),
        ("> ::: support\n> x\n> :::\n", [1, 3]),
        ("- ::: support\n", [1]),
        ("\u200b::: support\nx\n\u00a0:::\n", [1, 3]),
        ("```\ncode\n\n::: support\nx\n:::\n", [1]),
        ("  ```\n::: support\nx\n:::\n  ```\n", [1]),
    ],
)
def test_what_looks_like_a_fence_and_is_none_is_refused_with_its_line(body, lines):
    assert lines_with_faults(body) == lines
    with pytest.raises(Refused, match=f"^Line {lines[0]}: "):
        fences.cut(body, Level.SPECIALISTS)


def test_a_fault_says_what_to_do():
    [fault] = fences.faults("::: support\nx\n")

    assert fault.message == "The part for support that begins here is never closed."
    assert fault.remedy == "Put ::: alone on a line behind its last line."


LINES = st.sampled_from(
    [
        *("", "text", "- item", "1. step", "  more", "    code", "\tcode", "> quote", "# Title", "| a | b |", "---"),
        *("```", "``` sh", "~~~", "    ```", "  ~~~", "::: support", "::: specialists", ":::", " ::: support", "> :::"),
        *("[x]: /y", "[^1]: note", "<div>", "</div>", "<!--", "-->", "<pre>", "\\", "::: nobody", "- ```", "> ```"),
    ]
)


@settings(deadline=None, derandomize=True)
@given(st.lists(LINES, max_size=30))
def test_cutting_shows_only_lines_of_the_level_or_refuses(lines):
    body = "\n".join(lines)
    if fences.faults(body):
        with pytest.raises(Refused):
            fences.cut(body, Level.EVERYONE)
        return
    for level in Level:
        source = fences.cut(body, level)
        shown = [line for part in fences.parts(body) if part.level <= level for line in part.text.split("\n") if line]
        fence_lines = {"::: support", "::: specialists", ":::"}
        assert [line for line in source.split("\n") if line and line not in fence_lines] == [
            line for line in shown if line not in fence_lines
        ]


@settings(deadline=None, derandomize=True)
@given(st.lists(LINES, max_size=30), st.sampled_from(Level))
def test_cutting_twice_is_cutting_once(lines, level):
    body = "\n".join(lines)
    if not fences.faults(body):
        once = fences.cut(body, level)
        assert fences.faults(once) == []
        assert fences.cut(once, level) == once
