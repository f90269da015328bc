"""Every text has its German, and the compiled catalogue is the written one."""

from __future__ import annotations

import re

from tests.house import messages

# German that is rightly the same as the English.
SAME = {
    "OK", "Version", "Name", "Portal", "Plugin", "Plugins", "Frontline", "Job", "Jobs", "Status", "Details", "Links",
    "Team", "Text", "Administrator", "Organisation", "Service", "Services", "Desk", "FAQ", "E-Mail", "Superuser",
}  # fmt: skip
HOLDER = re.compile(r"%\((\w+)\)[sd]")


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
    faults = []
    for message in messages.read("de"):
        for english, german in _both(message) if message.id else []:
            if not german or message.fuzzy:
                faults.append(f"not translated: {english}")
            elif set(HOLDER.findall(german)) - set(HOLDER.findall(english)):
                faults.append(f"invents a holder: {german}")
            elif not isinstance(message.id, tuple) and set(HOLDER.findall(german)) != set(HOLDER.findall(english)):
                faults.append(f"loses a holder: {german}")
            elif german == english and english not in SAME and re.search(r"[A-Za-z]{3}", HOLDER.sub("", english)):
                faults.append(f"the same as the English: {english}")

    assert faults == []


def test_the_compiled_catalogue_is_the_written_one():
    assert messages.path_of("de", "mo").read_bytes() == messages.compiled(messages.read("de"))
