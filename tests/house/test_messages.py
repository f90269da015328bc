"""Every text has its German, and the compiled catalogue is the written one."""

from __future__ import annotations

import re

from tests.house import messages

# German that is rightly the same as the English. Each must stand in the catalogue, so that the list stays short.
SAME = {
    "Bronze", "Coach", "Code", "Desk", "Gold", "Job", "Jobs", "Link", "Mail", "Name", "Organisation", "Person",
    "Person %(id)s", "Plugin", "Plugins", "Superuser", "Team", "Teams", "Text", "Text %(number)s", "Version",
}  # fmt: skip
HOLDER = re.compile(r"%\((\w+)\)[sd]")
TAG = re.compile(r"<[^>]+>")


def _both(message: object) -> list[tuple[str, str]]:
    ids, strings = message.id, message.string  # type: ignore[attr-defined]
    if isinstance(ids, tuple):
        return [(ids[min(place, 1)], string) for place, string in enumerate(strings or ("", ""))]
    return [(ids, strings or "")]


def test_the_german_catalogue_holds_every_text_and_nothing_else():
    collected = {(message.context, message.id) for message in messages.collect() if message.id}
    written = {(message.context, message.id) for message in messages.read("de") if message.id}

    assert written == collected


def test_every_text_is_translated_and_keeps_its_holders():
    faults, same = [], set()
    for message in messages.read("de"):
        for english, german in _both(message) if message.id else []:
            if not german or message.fuzzy:
                faults.append(f"not translated: {english}")
            elif not isinstance(message.id, tuple) and sorted(HOLDER.findall(german)) != sorted(
                HOLDER.findall(english)
            ):
                faults.append(f"other holders than the English: {german}")
            elif set(HOLDER.findall(german)) - set(HOLDER.findall(english)):
                faults.append(f"invents a holder: {german}")
            elif german == english and re.search(r"[A-Za-z]{3}", HOLDER.sub("", english)):
                same.add(english)

    assert faults == []
    assert same == SAME


def test_german_has_the_marks_of_german():
    """Quotation marks, dashes, ends of sentences, and a blank at the edges as in the English."""
    faults = []
    for message in messages.read("de"):
        for english, german in _both(message) if message.id else []:
            if re.search(r"[”'\"]", TAG.sub("", german)) or german.count("„") != german.count("“"):
                faults.append(f"quotation marks are „…“: {german}")
            if TAG.findall(german) != TAG.findall(english):
                faults.append(f"other tags than the English: {german}")
            if _edges(german) != _edges(english):
                faults.append(f"begins or ends otherwise than the English: {german}")
            if "!" in german.replace("!=", ""):
                faults.append(f"has an exclamation mark: {german}")

    assert faults == []


def test_german_addresses_people_as_sie():
    """Nobody is called „du“ by the portal, and „Sie“ and its forms are written large where nothing else is meant."""
    familiar = re.compile(r"\b(du|dich|dir|dein\w*|euch|euer\w*)\b|\bbitte (sie|ihnen|ihr)\b", re.IGNORECASE)
    said = [german for message in messages.read("de") if message.id for _, german in _both(message)]

    assert [german for german in said if familiar.search(german)] == []
    assert sum("Sie" in german for german in said) > 100


def _edges(text: str) -> tuple[bool, bool, str]:
    return text.startswith(" "), text.endswith(" "), text[-1] if text[-1] in ".?:" else ""


def test_the_compiled_catalogue_is_the_written_one():
    assert messages.path_of("de", "mo").read_bytes() == messages.compiled(messages.read("de"))
