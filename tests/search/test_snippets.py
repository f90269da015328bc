import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup, escape

from portal.search.query import parse
from portal.search.snippets import WIDTH, Highlighter

FILLER = "Nothing of interest stands here at all, only a long sentence. "


def mark(typed, text, language="en"):
    return str(Highlighter(parse(typed)).mark(text, language))


def snippet(typed, text, language="en"):
    return str(Highlighter(parse(typed)).snippet(text, language))


@pytest.mark.parametrize(
    ("typed", "text", "expected"),
    [
        ("password", "Reset your passwords", "Reset your <mark>passwords</mark>"),
        ("resetting", "Reset, then RESET.", "<mark>Reset</mark>, then <mark>RESET</mark>."),
        ("signin", "The sign-in page", "The <mark>sign-in</mark> page"),
        ("sign", "The sign-in page", "The <mark>sign</mark>-in page"),
        ("microsoft", "mysignins.microsoft.com", "mysignins.<mark>microsoft</mark>.com"),
        ("cafe", "Le café", "Le <mark>café</mark>"),
        ("user", "the user’s laptop", "the <mark>user’s</mark> laptop"),
        ("kb0026", "see (KB0026)", "see (<mark>KB0026</mark>)"),
        ("print", "printer blueprint", "printer blueprint"),
        ("the printer", "the printer", "the <mark>printer</mark>"),
        ("", "the printer", "the printer"),
    ],
)
def test_words_that_match_are_marked(typed, text, expected):
    assert mark(typed, text) == expected


def test_a_german_text_is_marked_by_german_stems():
    assert mark("Passwort", "Die Passwörter", "de-AT") == "Die <mark>Passwörter</mark>"
    assert mark("Strasse", "In der Straße", "de") == "In der <mark>Straße</mark>"


def test_text_is_escaped_inside_and_outside_of_marks():
    text = "<b onclick='x'>alert</b> & <script>alert(1)</script>"

    marked = mark("alert b", text)

    assert marked == (
        "&lt;<mark>b</mark> onclick=&#39;x&#39;&gt;<mark>alert</mark>&lt;/<mark>b</mark>&gt; &amp; "
        "&lt;script&gt;<mark>alert</mark>(1)&lt;/script&gt;"
    )


def test_a_short_text_is_shown_whole_on_one_line():
    assert snippet("vpn", "  The vpn\n\nis\tdown. ") == "The <mark>vpn</mark> is down."


def test_a_text_without_a_match_shows_its_beginning():
    shown = snippet("vpn", FILLER * 10)

    assert shown.startswith("Nothing of interest")
    assert shown.endswith(" …")
    assert len(shown) <= WIDTH + 2


def test_the_passage_with_most_different_words_is_chosen():
    text = f"vpn vpn vpn vpn. {FILLER * 8}\nOpen the vpn tunnel with your badge. {FILLER * 8}"

    shown = snippet("vpn tunnel badge", text)

    assert "Open the <mark>vpn</mark> <mark>tunnel</mark> with your <mark>badge</mark>." in shown
    assert (shown.startswith("… "), shown.endswith(" …")) == (True, True)


def test_a_passage_begins_with_a_sentence_where_one_is_near():
    shown = snippet("badge", f"{FILLER * 8}Hold your badge to the door. {FILLER * 8}")

    assert shown.startswith("… Nothing of interest")
    assert "Hold your <mark>badge</mark> to the door." in shown


def test_invisible_and_direction_changing_characters_are_not_shown():
    assert mark("vpn", "\u202evpn\u200b b\x07") == "<mark>vpn</mark> b"


def test_one_highlighter_keeps_languages_apart():
    highlighter = Highlighter(parse("Straßen"))

    assert str(highlighter.mark("Straße", "en")) == "Straße"
    assert str(highlighter.mark("Straße", "de")) == "<mark>Straße</mark>"


TEXTS = st.lists(
    st.sampled_from(
        ["vpn", "tunnel", "VPNs", "sign-in", "<mark>", "&amp;", "\n", ". ", "x" * 300, "é", "word", "\u202e"]
    ),
    max_size=120,
).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(
    text=st.one_of(TEXTS, st.text(max_size=400)), typed=st.sampled_from(["vpn tunnel", "signin", "é word", "<mark>"])
)
def test_a_snippet_is_text_of_the_document_with_marks_and_nothing_else(text, typed):
    highlighter = Highlighter(parse(typed))
    shown = highlighter.snippet(text)

    plain = Markup(re.sub(r"</?mark>", "", shown)).unescape()
    assert str(escape(plain)) == re.sub(r"</?mark>", "", shown)
    assert re.sub(r"<mark>[^<>]+</mark>", "", shown).count("<") == 0
    core = plain.removeprefix("… ").removesuffix(" …")
    visible = str(Highlighter(parse("")).mark(text))
    assert core.strip() in " ".join(Markup(visible).unescape().split())
    assert len(core) <= WIDTH + 400
