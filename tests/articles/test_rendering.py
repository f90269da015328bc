"""From Markdown to the page of each level."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from portal.articles.fences import faults
from portal.articles.levels import Level
from portal.articles.page_parts import Heading
from portal.articles.rendering import MAX_SOURCE_BYTES, Rendered, render, render_levels
from portal.core.errors import Refused
from tests.articles.dangers import dangers

SCRIPT = """```decision
start: ask
nodes:
  ask:
    say: "Does it light up?"
    answers:
      - {if: "No", end: "Give them KB0024.", outcome: solved}
      - {if: "Yes", end: "Send on.", outcome: send_on}
```
"""


def html_of(body, level=Level.EVERYONE, **how):
    return render(body, level, **how).html.strip()


def test_a_text_becomes_html_contents_words_and_links():
    page = render("## Steps\n\nOpen [the other](/kb/KB0002) & *wait*.\n", Level.EVERYONE)

    assert page == Rendered(
        html=(
            '<div class="heading"><h2 id="h-steps">Steps</h2>'
            '<a class="permalink" href="#h-steps" aria-label="Link to this part: Steps">#</a></div>\n'
            '<p>Open <a href="/kb/KB0002">the other</a> &amp; <em>wait</em>.</p>'
        ),
        toc=(Heading("h-steps", "Steps", 1),),
        text="Steps\nOpen the other & wait.",
        links=("KB0002",),
    )


@pytest.mark.parametrize(
    ("body", "ranks"),
    [
        ("## a\n### b\n## c\n", [2, 3, 2]),
        ("### a\n### b\n", [2, 2]),
        ("# a\n## b\n", [2, 3]),
        ("## a\n##### b\n###### c\n", [2, 3, 4]),
        ("### a\n## b\n### c\n", [2, 2, 3]),
        ("<h1>a</h1>\n\n<h6>b</h6>\n", [2, 3]),
    ],
)
def test_headings_begin_at_the_second_rank_and_skip_none(body, ranks):
    page = render(body, Level.EVERYONE)

    assert [int(rank) for rank in re.findall(r"<h(\d)", page.html)] == ranks
    assert [heading.depth for heading in page.toc] == [rank - 1 for rank in ranks]


def test_equal_headings_get_ids_of_their_own():
    page = render("## Über *uns*: was?\n## Über uns was\n## !\n", Level.EVERYONE)

    assert page.toc == (
        Heading("h-über-uns-was", "Über uns: was?", 1),
        Heading("h-über-uns-was-1", "Über uns was", 1),
        Heading("h-part", "!", 1),
    )


def test_a_link_inside_the_page_reaches_the_heading_that_its_author_means():
    assert '<a href="#h-if-it-fails">below</a>' in html_of("[below](#if-it-fails)\n\n## If it fails\n")


def test_a_prefix_stands_before_every_id_and_every_jump():
    body = f"[down](#end)[^1]\n\n## End\n\n<p id='own'>x</p>\n\n{SCRIPT}\n[^1]: Note.\n"
    html = html_of(body, id_prefix="pane-")

    ids = re.findall(r' id="([^"]*)"', html)
    assert ids == ["pane-fnref-1", "pane-h-end", "pane-user-own", "pane-step-1", "pane-fn-1"]
    assert set(re.findall(r'href="#([^"]*)"', html)) == {"pane-fn-1", "pane-fnref-1", "pane-h-end"}


def test_footnotes_lead_there_and_back():
    html = html_of("One[^a] and again[^a].\n\n[^a]: The *note*.\n")

    assert html == (
        '<p>One<sup id="fnref-1"><a class="footnote-ref" href="#fn-1">1</a></sup> and again'
        '<sup id="fnref-1-2"><a class="footnote-ref" href="#fn-1">1</a></sup>.</p>\n'
        '<div class="footnote">\n<hr>\n<ol>\n<li id="fn-1">\n<p>The <em>note</em>.&nbsp;'
        '<a class="footnote-backref" href="#fnref-1" aria-label="Back to the text">↩</a>'
        '<a class="footnote-backref" href="#fnref-1-2" aria-label="Back to the text">↩</a></p>\n</li>\n</ol>\n</div>'
    )


def test_a_callout_of_each_kind_is_named():
    for kind, title in (("NOTE", "Note"), ("TIP", "Tip"), ("IMPORTANT", "Important"), ("WARNING", "Warning")):
        assert html_of(f"> [!{kind}]\n> Text.\n") == (
            f'<div class="callout callout-{kind.lower()}" role="note"><p class="callout-title">{title}</p>\n'
            "<p>Text.</p>\n</div>"
        )
    assert 'callout-caution" role="note"><p class="callout-title">Caution<' in html_of("> [!caution]\n>\n> Text.\n")
    assert html_of("> [!NEWS]\n> Text.\n") == "<blockquote>\n<p>[!NEWS]\nText.</p>\n</blockquote>"


def test_a_task_list_shows_states_and_no_fields():
    assert html_of("- [ ] open\n- [x] **shut**\n- [link](/a)\n") == (
        '<ul>\n<li class="task"><span class="task-box" role="img" aria-label="to do">☐</span> open</li>\n'
        '<li class="task"><span class="task-box" role="img" aria-label="done">☑</span> <strong>shut</strong></li>\n'
        '<li><a href="/a">link</a></li>\n</ul>'
    )


def test_only_numbered_lists_at_the_top_are_steps():
    html = html_of("1. a\n   1. b\n\n> 1. c\n\n::: support\n1. d\n:::\n", Level.SUPPORT)

    assert re.findall(r"<ol[^>]*>\n<li>(.)", html) == ["a", "b", "c", "d"]
    assert re.findall(r"<ol([^>]*)>", html) == [' class="steps"', "", "", ' class="steps"']


def test_a_bar_inside_code_in_a_table_needs_its_backslash_in_the_source_only():
    cells = re.findall(r"<td>(.*?)</td>", html_of("| a | b |\n| --- | --- |\n| `x \\| y` | *`p\\|q`* \\| r |\n"))

    assert cells == ["<code>x | y</code>", "<em><code>p|q</code></em> | r"]
    assert html_of("`x \\| y`\n") == "<p><code>x \\| y</code></p>"


def test_a_table_scrolls_and_has_headed_columns():
    assert html_of("| a | b |\n| :-- | --: |\n| 1 | `2|3` |\n") == (
        '<div class="table-scroll" role="region" aria-label="Table 1" tabindex="0"><table>\n<thead>\n<tr>\n'
        '<th class="align-left" scope="col">a</th>\n<th class="align-right" scope="col">b</th>\n</tr>\n</thead>\n'
        '<tbody>\n<tr>\n<td class="align-left">1</td>\n<td class="align-right"><code>2|3</code></td>\n</tr>\n'
        "</tbody>\n</table></div>"
    )


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("https://a.org/a_b", '<a href="https://a.org/a_b" rel="noopener noreferrer">https://a.org/a_b</a>'),
        ("<https://example.org>", '<a href="https://example.org" rel="noopener noreferrer">https://example.org</a>'),
        ("me@example.org", '<a href="mailto:me@example.org">me@example.org</a>'),
        ("[call](tel:4400)", '<a href="tel:4400">call</a>'),
        ("[ask](/ask?a=1&b=2)", '<a href="/ask?a=1&amp;b=2">ask</a>'),
        ("[elsewhere](//example.org/x)", "elsewhere"),
        ("[elsewhere](/\\example.org/x)", "elsewhere"),
        ("[run](javascript:alert)", "run"),
        ("[file](file:///etc/passwd)", "file"),
        ("![It](/attachments/1/a.png)", '<img src="/attachments/1/a.png" alt="It" loading="lazy">'),
        (
            f"![It](/attachments/{'0' * 32}-640x480.png)",
            f'<img src="/attachments/{"0" * 32}-640x480.png" alt="It" width="640" height="480" loading="lazy">',
        ),
        (
            f'<img src="/attachments/{"0" * 32}.png" alt="It" width="9" height="9">',
            f'<img src="/attachments/{"0" * 32}.png" alt="It" loading="lazy">',
        ),
        ("![It](https://example.org/a.png)", '<a href="https://example.org/a.png" rel="noopener noreferrer">It</a>'),
        ("![It](/people/1)", "It"),
        ("![It](data:image/png;base64,AAAA)", "It"),
        ("[![It](https://example.org/a.png)](/ask)", '<a href="/ask">It</a>'),
    ],
)
def test_addresses_and_pictures(body, html):
    assert html_of(body) == f"<p>{html}</p>"


def test_a_link_to_an_article_that_nobody_has_is_plain_words():
    body = "[one](/kb/KB0001), [two](/kb/KB0002-with-words#part) and [three](/kb/kb0003)\n"

    assert html_of(body, known={"KB0002"}) == '<p>one, <a href="/kb/KB0002-with-words#part">two</a> and three</p>'
    assert render(body, Level.EVERYONE, known={"KB0002"}).links == ("KB0002",)
    assert render(body, Level.EVERYONE, known=lambda ref: ref != "KB0002").links == ("KB0001", "KB0003")
    assert render(body, Level.EVERYONE).links == ("KB0001", "KB0002", "KB0003")


def test_a_part_is_a_section_that_says_who_can_see_it():
    body = "Before.\n\n::: support\nFor the desk.\n:::\n\n::: support\nMore.\n:::\n"

    assert html_of(body, Level.SUPPORT) == (
        "<p>Before.</p>\n"
        '<section class="fence fence-support" aria-label="For support only"><p class="fence-who">For support only</p>\n'
        "<p>For the desk.</p>\n</section>\n"
        '<section class="fence fence-support" aria-label="For support only, part 2">'
        '<p class="fence-who">For support only</p>\n<p>More.</p>\n</section>'
    )
    assert render(body, Level.SUPPORT).text == "Before.\nFor the desk.\nMore."


def test_support_learns_that_specialists_have_more_and_everyone_learns_nothing():
    body = "Text.\n\n::: specialists\nSecret.\n:::\n"

    assert html_of(body) == "<p>Text.</p>"
    assert html_of(body, Level.SUPPORT) == (
        '<p>Text.</p>\n<p class="fence-note">There is a part for specialists here. '
        '<a href="/ask">Ask to read it</a></p>'
    )
    assert render(body, Level.SUPPORT).text == "Text."


def test_definitions_notes_and_headings_of_a_hidden_part_do_not_exist_below():
    body = "[a][x] b[^n]\n\n::: support\n## Hidden\n\n[x]: /secret\n[^n]: Secret.\n:::\n\n## Shown\n"

    low, high = render(body, Level.EVERYONE), render(body, Level.SUPPORT)

    assert low.text == "[a][x] b[^n]\nShown"
    assert [heading.text for heading in low.toc] == ["Shown"]
    assert "secret" not in low.html.lower()
    assert '<a href="/secret">a</a>' in high.html
    assert [heading.text for heading in high.toc] == ["Hidden", "Shown"]


def test_definitions_reach_across_the_parts_that_a_reader_sees():
    body = "::: support\n[inside][x]\n:::\n\n[x]: /far\n"

    assert '<a href="/far">inside</a>' in html_of(body, Level.SUPPORT)


def test_a_part_inside_raw_html_still_ends():
    html = html_of("<div>\n\n::: support\nFor the desk.\n:::\n\n</div>\n\nAfter.\n", Level.SUPPORT)

    assert html.count("<section") == html.count("</section>") == 1
    assert html.endswith("<p>After.</p>")


def test_levels_that_differ_are_rendered_and_no_others():
    both = "a\n\n::: support\nb\n:::\n\n::: specialists\nc\n:::\n"

    assert list(render_levels("a\n", Level.EVERYONE)) == [Level.EVERYONE]
    assert list(render_levels("a\n", Level.SPECIALISTS)) == [Level.SPECIALISTS]
    assert list(render_levels("a\n\n::: support\nb\n:::\n", Level.EVERYONE)) == [Level.EVERYONE, Level.SUPPORT]
    assert render_levels(both, Level.EVERYONE) == {level: render(both, level) for level in Level}
    assert list(render_levels(both, Level.SUPPORT)) == [Level.SUPPORT, Level.SPECIALISTS]


def test_a_decision_script_becomes_a_list_in_its_place():
    page = render(f"Before.\n\n{SCRIPT}\nAfter.\n", Level.EVERYONE)

    assert page.html == (
        '<p>Before.</p>\n<div class="script"><ol class="script-steps"><li class="step" id="step-1">'
        '<p class="say"><strong>Does it light up?</strong></p><ul class="answers">'
        '<li>No: Give them <a href="/kb/KB0024">KB0024</a>. <span class="outcome outcome-solved">Solved</span></li>'
        '<li>Yes: Send on. <span class="outcome outcome-send-on">Send on</span></li></ul></li></ol></div>\n'
        "<p>After.</p>"
    )
    assert page.text == "Before.\nDoes it light up?\nNo\nGive them KB0024.\nYes\nSend on.\nAfter."
    assert page.links == ("KB0024",)


def test_two_scripts_on_one_page_have_ids_of_their_own():
    html = html_of(f"{SCRIPT}\ntext\n\n{SCRIPT}\n")

    assert re.findall(r'id="([^"]*)"', html) == ["step-1", "s2-step-1"]


def test_a_faulty_script_or_fence_is_refused_with_its_line():
    with pytest.raises(Refused, match=r"^Line 5: ask: The step has no answers\."):
        render('text\n\n```decision\nstart: ask\nnodes: {ask: {say: "x"}}\n```\n', Level.EVERYONE)
    with pytest.raises(Refused, match=r"^Line 8: "):
        render("a\n\n::: support\n\n```decision\nstart: ask\nnodes:\n  ask: {say: x}\n```\n:::\n", Level.EVERYONE)
    with pytest.raises(Refused, match=r"^Line 3: ::: closes a part"):
        render("a\n\n:::\n", Level.EVERYONE)


def test_a_text_over_the_limit_is_refused():
    assert render("a" * MAX_SOURCE_BYTES, Level.EVERYONE).text == "a" * MAX_SOURCE_BYTES
    with pytest.raises(Refused, match="longer than 100 KB"):
        render("ä" * MAX_SOURCE_BYTES, Level.EVERYONE)
    with pytest.raises(Refused, match="longer than 1 KB"):
        render("a" * 1025, Level.EVERYONE, max_bytes=1024)


def test_rendering_works_again_after_a_text_that_was_nested_too_deeply():
    with pytest.raises(Refused, match="nested too deeply"):
        render("- " * 20_000 + "a", Level.EVERYONE)

    assert html_of("- a\n") == "<ul>\n<li>a</li>\n</ul>"


def test_control_characters_do_not_get_through():
    assert html_of("a\x00b\x02c\x1dd\x7fe\n") == "<p>abcde</p>"


BITS = [
    *("WORD", "- WORD", "  - WORD", "1. WORD", "> WORD", "## WORD", "    WORD", "| WORD | b |", "| --- | --- |", "---"),
    *("[x]: /WORD", "[WORD][x]", "[^n]: WORD", "see[^n]", "[WORD](/kb/KB0001)", "<b>WORD", "</b>", "<div>", "</div>"),
    *("<!-- WORD", "-->", "<pre>", "</pre>", "`WORD", "**WORD", "\\", "> [!NOTE]", "- [ ] WORD", "", "", ""),
    *("```\nWORD\n```", "~~~ sh\n::: support\nWORD\n:::\n~~~", "1. WORD\n\n   ```\n   WORD\n   ```"),
]
FENCES = ["::: support", "::: specialists", ":::", "```", "~~~", "    ```", "  ::: support", "> :::"]
HIDING = "WORD\n\n::: support\nWORD\n\n<!-- WORD\n:::\nWORD -->\n::: specialists\n`WORD\n:::\nWORD`"

CHAOS = st.lists(st.sampled_from(BITS + FENCES), max_size=25).map("\n".join)
PART = st.tuples(
    st.sampled_from(["", "", "::: support\n", "::: specialists\n"]),
    st.lists(st.sampled_from(BITS), min_size=1, max_size=6).map("\n".join),
)
PARTS = st.lists(PART, max_size=6).map(lambda parts: "\n".join(o + text + "\n:::" * bool(o) for o, text in parts))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.one_of(CHAOS, PARTS))
@example(HIDING)
def test_no_word_of_a_hidden_part_appears_in_the_page_of_a_lower_level(body):
    body = _numbered(body)
    if faults(body):
        with pytest.raises(Refused):
            render(body, Level.EVERYONE)
        return
    for level, page in render_levels(body, Level.EVERYONE).items():
        shown = set(re.findall(r"word\d+q", (page.html + page.text + str(page.toc)).lower()))
        assert shown & _words_above(body, level) == set()
        assert dangers(page.html) == []
        assert "mark" not in page.html


def test_the_words_of_a_part_do_appear_at_its_own_level():
    body = _numbered("WORD\n\n::: support\nWORD\n:::\n\n::: specialists\nWORD\n:::\n")

    pages = render_levels(body, Level.EVERYONE)

    assert {level: set(re.findall(r"word\d+q", page.html)) for level, page in pages.items()} == {
        Level.EVERYONE: {"word0q"},
        Level.SUPPORT: {"word0q", "word1q"},
        Level.SPECIALISTS: {"word0q", "word1q", "word2q"},
    }


def _numbered(body):
    pieces = body.split("WORD")
    return "".join(piece + f"word{number}q" for number, piece in enumerate(pieces[:-1])) + pieces[-1]


def _words_above(body, level):
    """The words inside fences above *level*, found without the code under test; fences in code blocks hide nothing."""
    words, hidden, in_code = set(), Level.EVERYONE, ""
    for line in body.split("\n"):
        tick = re.match(r" {0,3}(```|~~~)", line)
        if tick and not in_code:
            in_code = tick[1]
        elif tick and in_code == tick[1] and not line.strip("`~ "):
            in_code = ""
        elif not in_code and line.startswith(":::"):
            hidden = {"support": Level.SUPPORT, "specialists": Level.SPECIALISTS}.get(line[4:], Level.EVERYONE)
        if hidden > level:
            words |= set(re.findall(r"word\d+q", line))
    return words
