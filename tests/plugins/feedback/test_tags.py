"""Words suggest tags; people confirm them."""

import time

import pytest

from plugins.feedback import tags

ROWS = {row["id"]: row for row in tags.keywords()}


def test_there_are_the_fourteen_fixed_tags_and_keywords_for_each_in_every_language() -> None:
    assert list(ROWS) == list(tags.TAGS)
    assert len(tags.TAGS) == 14
    assert {key for row in ROWS.values() for key in row} == {"id", "en", "de", "example_en", "example_de"}
    assert [row["id"] for row in ROWS.values() if not (row["en"] and row["de"])] == []


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("tag", sorted(tags.TAGS))
def test_each_tag_is_suggested_for_its_example(tag: str, language: str) -> None:
    assert tag in tags.suggest(ROWS[tag][f"example_{language}"], language)


@pytest.mark.parametrize(
    ("text", "language", "suggested"),
    [
        ("", "en", []),
        ("The awaiting list of thanksgiving", "en", []),
        ("WAITED, then told\nthe same   story; it’s not fixed: it isn’t fixed", "en",
         ["waiting", "explained_often", "not_fixed"]),
        ("Zugriffsrechte fehlen", "de-AT", ["access"]),
        ("Zugriffsrechte fehlen", "en", []),
        ("Der Login geht nicht", "de", ["not_fixed", "access"]),
        ("J’ai attendu", "fr", []),
    ],
)  # fmt: skip
def test_tags_come_from_whole_words_in_the_language_and_in_english(
    text: str, language: str, suggested: list[str]
) -> None:
    assert tags.suggest(text, language) == suggested


def test_a_text_of_hostile_length_is_read_at_once() -> None:
    before = time.process_time()
    assert tags.suggest("wait " * 1000 + "a" * 20_000 + " " * 20_000, "en") == ["waiting"]
    assert time.process_time() - before < 0.5
