"""People never read the words that make somebody small; the list says what stands there instead."""

from __future__ import annotations

import html
import re
import tomllib
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask

from tests.house import messages
from tests.house import town as towns

WORDS = tomllib.loads((Path(__file__).parents[1] / "data" / "forbidden_words.toml").read_text())["word"]
PATTERNS = [(re.compile(word["pattern"], re.IGNORECASE), word["instead"]) for word in WORDS]
# The same for German, with what stands there instead and why.
GERMAN_WORDS = [
    (r"\bTickets?\b", "Anfrage: nobody is a number", "Ihr Ticket ist da.", "Ihre Anfrage ist da."),
    (r"\beskal(ier|ation)\w*", "hinzuziehen, weitergeben: nobody is below", "Wir eskalieren das.", "Wir geben weiter."),
    (r"\b(Level|Stufe|Ebene) ?(I{1,3}|[1-3])\b|\b(First|Second|Third)[- ]Level\b|\b[1-3]\. Ebene\b",
     "Anlaufstelle, Support vor Ort, Fachleute: no ranks", "Der Second-Level-Support.", "Weniger Ebenen."),
    (r"\b(Anwender|Benutzer|Bedien)fehler\b", "die Seite half nicht: nobody is blamed", "Ein Bedienfehler.",
     "Ein Fehler."),
    (r"\b(Benutzer|Anwender|Nutzer)(s|n|in)?\b", "Kollegin, Kollege, Person, wer ihn nutzt: people have names",
     "Die Benutzer warten.", "Wer ihn nutzt, wartet."),
    (r"\bPower-?User\b", "Superuser", "Ein Poweruser.", "Eine Superuserin."),
    (r"\b(Rangliste|Bestenliste|Verlierer)\w*", "Saison, gemeinsam", "Die Rangliste.", "Die Saison."),
    (r"\b(Humanressourcen?|Manpower)\b", "Personen, Zeit: people are no stock", "Mehr Manpower.", "Mehr Zeit."),
    (r"\bbekannte[sn]? Probleme?\b", "bekannter Fehler, mit Ausweg", "Ein bekanntes Problem.", "Ein bekannter Fehler."),
    (r"\bungültig\w*", "what belongs there instead", "Eine ungültige Eingabe.", "Kein Datum."),
]  # fmt: skip
GERMAN_PATTERNS = [(re.compile(pattern, re.IGNORECASE), instead) for pattern, instead, _, _ in GERMAN_WORDS]
READ_ATTRIBUTES = {"alt", "title", "placeholder", "aria-label", "content"}


class Read(HTMLParser):
    """Collects what a person reads of a page: texts, and the attributes that are spoken or shown."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in {"script", "style"}
        self.parts += [value for name, value in attrs if name in READ_ATTRIBUTES and value and tag != "meta"]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in {"script", "style"}

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


def faults_of(text: str) -> list[str]:
    return [f"{found.group()!r}: say {instead}" for pattern, instead in PATTERNS if (found := pattern.search(text))]


def read_of(page: str) -> str:
    reader = Read()
    reader.feed(page)
    return html.unescape(" ".join(reader.parts))


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word["fails"])
def test_each_pattern_catches_its_sentence_and_lets_the_other_pass(word: dict[str, str]):
    pattern = re.compile(word["pattern"], re.IGNORECASE)

    assert pattern.search(word["fails"])
    assert not any(each.search(word["passes"]) for each, _ in PATTERNS)


@pytest.mark.parametrize(("pattern", "instead", "fails", "passes"), GERMAN_WORDS, ids=lambda text: text[:20])
def test_each_german_pattern_catches_its_sentence_and_lets_the_other_pass(
    pattern: str, instead: str, fails: str, passes: str
):
    assert re.search(pattern, fails, re.IGNORECASE)
    assert not any(each.search(passes) or each.search(instead) for each, _ in GERMAN_PATTERNS)


def test_the_german_catalogue_holds_no_such_word():
    said = [str(part) for message in messages.read("de") if message.id for part in _parts(message.string)]

    assert [text for text in said if any(pattern.search(text) for pattern, _ in GERMAN_PATTERNS)] == []


def test_no_catalogue_holds_such_a_word():
    said = [str(part) for message in messages.collect() if message.id for part in _parts(message.id)]
    said += [str(part) for message in messages.read("de") if message.id for part in _parts(message.string)]

    faults = {text: faults_of(text) for text in said if faults_of(text)}

    assert len(said) > 400
    assert faults == {}


def test_no_page_says_such_a_word_to_anybody(
    app: Flask, make_person: Callable, tmp_path: Path, run_jobs: Callable[[], int], frozen_clock: object
):
    (tmp_path / "walk").mkdir()
    town = towns.build(app, make_person, tmp_path / "walk", run_jobs)
    faults: dict[str, list[str]] = {}
    seen = 0

    addresses = towns.a_few(town)
    for viewer in ("visitor", "end_user", "superuser_mail", "front_line", "specialist", "outside", "admin", "coach"):
        client = town.client(viewer)
        for address in [*addresses, "/search?q=trouble", "/search?q=zqnothingx"]:
            answer = client.get(address)
            if answer.mimetype == "text/html":
                seen += 1
                found = faults_of(read_of(answer.get_data(as_text=True)))
                faults |= {f"{viewer} {address}": found} if found else {}

    assert seen > 300
    assert faults == {}


def test_no_article_of_ours_says_such_a_word():
    folder = Path(__file__).resolve().parents[2] / "kb_articles"
    files = sorted(folder.rglob("*.md"))

    faults = {file.name: faults_of(_body(file.read_text())) for file in files if faults_of(_body(file.read_text()))}

    assert len(files) >= 8
    assert faults == {}


def _body(text: str) -> str:
    # Front matter holds what people type, which may be anything; the body is what they read.
    return text.split("\n---\n", 1)[1]


def _parts(text: object) -> tuple[object, ...]:
    return text if isinstance(text, tuple) else (text,)
