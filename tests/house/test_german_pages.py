"""A German colleague reads German: every page, every error, and after a choice by the button also tomorrow."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from portal.organisation.models import Party, Service, Site, Unit
from portal.testing import send
from tests.house import messages
from tests.house import town as towns
from tests.house.test_messages import HOLDER, TAG
from tests.house.test_words import GERMAN_PATTERNS, READ_ATTRIBUTES
from tests.house.town import Town

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
LONG_ENOUGH = 12  # shorter texts are also parts of German words: "Search" no, but "Name", "Team", "Coach"


class _ReadInGerman(HTMLParser):
    """Collects what is said in German: all that is read, without what says that it is in another language."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.language = ""
        self._languages: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "html":
            self.language = given.get("lang") or ""
        spoken = "silent" if tag in {"script", "style", "pre", "code"} else given.get("lang") or self._now()
        if spoken == "de":
            self.parts += [value for name, value in attrs if name in READ_ATTRIBUTES and value and tag != "meta"]
        if tag not in VOID:
            self._languages.append((tag, spoken))

    def handle_endtag(self, tag: str) -> None:
        while self._languages and self._languages.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._now() == "de":
            self.parts.append(data)

    def _now(self) -> str:
        return self._languages[-1][1] if self._languages else ""


def german_of(page: str) -> tuple[str, str]:
    """The language of *page*, and all of its words that claim to be German, in one line."""
    reader = _ReadInGerman()
    reader.feed(page)
    return reader.language, " ".join(" ".join(reader.parts).split())


def _english_texts(town: Town) -> re.Pattern[str]:
    """What must not stand on a German page: texts of the catalogue that an organisation has not made names."""
    with town.house.db.reading() as session:
        names = {name for model in (Party, Service, Site, Unit) for name in session.scalars(sa.select(model.name))}
    said = [
        english
        for message in messages.read("de")
        if message.id
        for english, german in zip(_all(message.id), _all(message.string), strict=True)
        if english != german
    ]
    long = {words for text in said if text not in names and len(words := _longest_words(text)) > LONG_ENOUGH}
    return re.compile("|".join(map(re.escape, sorted(long, key=len, reverse=True))))


def _longest_words(text: str) -> str:
    parts: list[str] = re.split(f"{HOLDER.pattern}|{TAG.pattern}", text)
    return max((part.strip() for part in parts if part), key=len, default="")


def _all(texts: str | tuple[str, ...]) -> tuple[str, ...]:
    return texts if isinstance(texts, tuple) else (texts,)


def _pages(client: FlaskClient, town: Town) -> Iterator[tuple[str, str]]:
    for address in [*towns.a_few(town), "/search?q=trouble", "/search?q=zqnothingx", "/desk?q=trouble"]:
        answer = client.get(address, headers={"Accept-Language": "de-AT, de;q=0.9, en;q=0.5"})
        if answer.mimetype == "text/html" and not answer.location:
            yield address, answer.get_data(as_text=True)


@pytest.fixture
def town(app: Flask, make_person: Callable, tmp_path: Path, run_jobs: Callable[[], int], frozen_clock: object) -> Town:
    (tmp_path / "walk").mkdir()
    return towns.build(app, make_person, tmp_path / "walk", run_jobs)


def test_no_page_says_english_or_a_word_that_makes_small_to_a_german_reader(town: Town):
    english = _english_texts(town)
    faults: dict[str, list[str]] = {}
    seen = 0

    for viewer in ("visitor", "front_line", "coach", "admin"):
        for address, page in _pages(town.client(viewer), town):
            language, said = german_of(page)
            found = english.findall(said) + [word for word, _ in GERMAN_PATTERNS if word.search(said)]
            found += [] if language == "de" or "<html" not in page else [f"lang is {language!r}"]
            faults |= {f"{viewer} {address}": found} if found else {}
            seen += 1

    assert seen > 150
    assert faults == {}


def test_the_walk_sees_english_where_it_stands(town: Town):
    page = town.client("visitor").get("/contact").get_data(as_text=True)

    found = _english_texts(town).findall(german_of(page.replace('<html lang="en">', '<html lang="de">'))[1])

    assert german_of(page) == ("en", "Deutsch")  # the button, which says its own language
    assert {"How to reach us", "Skip to the content", "Look through the services"} < set(found)
    assert german_of('<html lang="de"><p>How to <i lang="en">see</i></p></html>') == ("de", "How to")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"login": "", "password": "x"}, "Geben Sie Ihren Anmeldenamen ein."),
        ({"login": "nobody", "password": "x"}, "Dieser Name und dieses Passwort passen nicht zusammen."),
    ],
)
def test_what_is_wrong_in_a_form_is_said_in_german(app: Flask, fields: dict[str, str], sentence: str):
    answer = send(app.test_client(), "/sign-in", fields, headers={"Accept-Language": "de"})

    assert answer.status_code == 422
    assert sentence in german_of(answer.text)[1]


def test_what_the_form_library_says_is_german_as_well(app: Flask, as_role: Callable[..., FlaskClient]):
    client = as_role("end_user", language="de")
    address = re.search(r'href="(/people/\d+)"', client.get("/").text)
    assert address is not None

    answer = send(client, f"{address[1]}/settings", {"language": "xx", "time_zone": ""})

    assert answer.status_code == 422
    assert "Keine gültige Auswahl." in german_of(answer.text)[1]


@pytest.mark.parametrize("address", ["/nowhere", "/kb/KB9999999", "/services/nowhere", "/admin"])
def test_errors_are_german_too(as_role: Callable[..., FlaskClient], address: str):
    answer = as_role("end_user", language="de").get(address)

    assert answer.status_code in {403, 404}
    assert german_of(answer.text)[0] == "de"
    assert "So erreichen Sie uns" in german_of(answer.text)[1]


def test_a_visitor_chooses_a_language_by_the_button_and_keeps_it_for_the_session(app: Flask):
    client = app.test_client()

    answer = send(client, "/language", {"language": "de", "next": "/contact?page=1"})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/contact?page=1")
    english_browser = {"Accept-Language": "en"}
    assert german_of(client.get("/contact", headers=english_browser).text)[0] == "de"
    assert german_of(app.test_client().get("/contact", headers=english_browser).text)[0] == "en"


def test_a_person_chooses_a_language_by_the_button_and_finds_it_in_every_browser(
    app: Flask, make_person: Callable, sign_in: Callable
):
    person = make_person()

    send(sign_in(app.test_client(), person), "/language", {"language": "de", "next": "/"})

    assert german_of(sign_in(app.test_client(), person).get("/").text)[0] == "de"


def test_a_language_that_the_portal_does_not_speak_changes_nothing(app: Flask):
    client = app.test_client()

    send(client, "/language", {"language": "xx", "next": "//elsewhere.example"})

    assert german_of(client.get("/contact").text)[0] == "en"
