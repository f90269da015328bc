import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.search import analysis
from portal.search.query import CHARACTER_LIMIT, WORD_LIMIT, Query, Word, parse


def words(typed):
    return [word.text for word in parse(typed).words]


def test_a_sentence_becomes_its_telling_words_with_a_stem_for_each_language():
    assert parse("I forgot my passwords!") == Query(
        text="I forgot my passwords!",
        words=(Word("forgot", ("forgot", "forgot")), Word("passwords", ("password", "password"))),
        shortened=False,
    )


def test_equal_typing_gives_equal_and_hashable_queries():
    assert len({parse("reset  password"), parse(" reset password ")}) == 1


def test_common_words_stay_when_there_is_nothing_else():
    assert words("who are you") == ["who", "are", "you"]
    assert words("who are you printer") == ["printer"]
    assert words("Wo ist der Drucker") == ["drucker"]


def test_every_word_counts_once():
    assert words("vpn VPN Vpn tunnel vpn") == ["vpn", "tunnel"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("sign-in", ["signin", "sign"]),
        ("wi-fi", ["wifi", "wi", "fi"]),
        ("mysignins.microsoft.com", ["mysigninsmicrosoftcom", "mysignins", "microsoft", "com"]),
        ("0x80070005", ["0x80070005"]),
        ("user's laptop", ["user", "laptop"]),
        ("can't print", ["print"]),
        ("Café Straße", ["cafe", "strasse"]),
        ("ﬁle ｆｕｌｌ", ["file", "full"]),
        ("pass\x00word\u200b reset", ["password", "reset"]),
        ("हिन्दी", ["हिन्दी"]),
    ],
)
def test_compounds_marks_and_odd_characters_are_understood(typed, expected):
    assert words(typed) == expected


@pytest.mark.parametrize(
    "typed", ['"exact phrase"', "a* AND (b OR NOT c)", "title:vpn^4", "vpn~2 [a TO z]", "/re.*gex/", "x' OR 1=1 --"]
)
def test_operators_are_only_words(typed):
    assert all(word.text.isalnum() for word in parse(typed).words)


def test_identifiers_are_told_from_words_and_numbers():
    told = {word.text: word.is_identifier for word in parse("KB0026 printer 42 0x80070005").words}

    assert told == {"kb0026": True, "printer": False, "42": False, "0x80070005": True}


def test_identifiers_are_not_stemmed():
    assert parse("kb0026s").words == (Word("kb0026s", ("kb0026s", "kb0026s")),)


def test_long_input_is_cut_and_says_so():
    letters = parse("x" * 10_000)
    many = parse(" ".join(f"w{n}" for n in range(100)))
    short = parse("w " * 100)

    assert (len(letters.text), letters.shortened) == (CHARACTER_LIMIT, True)
    assert [word.text for word in letters.words] == ["x" * analysis.PIECE_LIMIT]
    assert (len(many.words), many.shortened) == (WORD_LIMIT, True)
    assert (len(short.words), short.shortened) == (1, False)


def test_one_character_that_becomes_many_stays_within_the_limit():
    query = parse("\ufdfa" * 400)

    assert (len(query.text) <= CHARACTER_LIMIT, query.shortened) == (True, True)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(), max_size=600))
def test_whatever_is_typed_is_bounded_and_can_be_shown_again(typed):
    query = parse(typed)

    assert len(query.text) <= CHARACTER_LIMIT
    assert len(query.words) <= WORD_LIMIT
    assert not {unicodedata.category(character) for character in query.text} & {"Cc", "Cf", "Cs"}
    assert query.text.encode().decode() == query.text
    assert all(word.text and all(word.stems) for word in query.words)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(), max_size=60), st.sampled_from(analysis.LANGUAGES))
def test_a_text_is_found_by_its_own_words(text, language):
    counts = analysis.term_counts(text, language)

    assert parse(text).stems(language) <= counts.keys()
