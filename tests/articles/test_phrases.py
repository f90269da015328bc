"""What people said becomes phrases that the next one would type."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.articles.phrases import phrases_of

ENGLISH = [
    (
        "My second screen stays dark, since I have the new dock. The laptop was restarted twice!",
        ["second screen stays dark", "new dock", "laptop was restarted"],
    ),
    ("Outlook keeps asking for a password", ["outlook keeps asking for a password"]),
    ("I can’t connect to the VPN from home, it worked yesterday.", ["can't connect to the vpn from home"]),
    (
        "Hi, this is Anna from accounting. I cannot log in to my mailbox since this morning.",
        ["cannot log in to my mailbox"],
    ),
    ("How do I add a printer?", ["add a printer"]),
    (
        "The keyboard and the mouse do not work on the new docking station",
        ["keyboard and the mouse do not work", "new docking station"],
    ),
    ("I forgot my password and now my account is locked", ["forgot my password", "account is locked"]),
    (
        "Please help! The website says error 0x80070005 when I save an invoice",
        ["website says error 0x80070005", "save an invoice"],
    ),
    ("I would like to order a new headset for our trainee.", ["order a new headset for our trainee"]),
    (
        "Word crashes every time I open the template letter.docx",
        ["word crashes", "open the template letter.docx"],
    ),
    ("I do not get any mails from jo@example.org", ["do not get mails"]),
    ("The scanner by the window shows E_52. I need it today!", ["scanner by the window shows e_52"]),
]
GERMAN = [
    ("Der Drucker im zweiten Stock druckt nur leere Seiten", ["drucker im zweiten stock druckt leere seiten"]),
    ("Ich kann mich nicht anmelden", ["nicht anmelden"]),
    ("Outlook fragt ständig nach dem Passwort", ["outlook fragt nach dem passwort"]),
    (
        "Der Bildschirm bleibt schwarz, wenn ich das Notebook an die Dockingstation stecke",
        ["bildschirm bleibt schwarz", "notebook an die dockingstation stecke"],
    ),
    ("Seit gestern ist das WLAN im Lager sehr langsam", ["wlan im lager langsam"]),
    ("Hallo, hier ist Anna aus der Buchhaltung. Ich habe mein Passwort vergessen!", ["passwort vergessen"]),
    ("Ich möchte bitte einen neuen Laptop bestellen", ["neuen laptop bestellen"]),
    (
        "Ich brauche Zugriff auf das Laufwerk der Personalabteilung",
        ["zugriff auf das laufwerk der personalabteilung"],
    ),
    ("Guten Morgen, das VPN bricht zu Hause immer wieder ab", ["vpn bricht zu hause ab"]),
    (
        "Das Programm lässt sich nicht starten, obwohl ich den Rechner schon zweimal neu gestartet habe",
        ["programm lässt sich nicht starten", "rechner neu gestartet"],
    ),
    ("Die Rechnung heißt falsch und ich muss sie heute noch schicken", ["rechnung heißt falsch"]),
]


@pytest.mark.parametrize(("said", "phrases"), [*ENGLISH, *GERMAN])
def test_what_somebody_said_is_cut_into_phrases_without_filler(said, phrases):
    assert phrases_of(said) == tuple(phrases)


@pytest.mark.parametrize(
    ("said", "phrases"),
    [
        ("VPN?", ["vpn"]),
        ("Ausgesperrt!", ["ausgesperrt"]),
        ("It is not there", []),
        ("Hello, please help", []),
        ("https://portal.example/x?y=z", []),
        ("", []),
    ],
)
def test_one_word_stands_alone_only_where_nothing_longer_was_said(said, phrases):
    assert phrases_of(said) == tuple(phrases)


@settings(deadline=None, derandomize=True)
@given(
    st.one_of(
        st.text(),
        st.lists(
            st.sampled_from(("the", "Drucker", "und", "not", "x" * 90, "E_52", ",", "\n", "I", "‘’", "@")), max_size=40
        ).map(" ".join),
    )
)
def test_phrases_are_few_short_and_none_stands_twice(said):
    phrases = phrases_of(said)

    assert len(phrases) <= 8
    assert len(set(phrases)) == len(phrases)
    assert all(0 < len(phrase) <= 80 and phrase == phrase.strip() and phrase.isprintable() for phrase in phrases)


@pytest.mark.parametrize("said", ["b " * 5_000, "x" * 10_000, "a b and " * 1_250, "@" * 10_000, "hi " * 3_000])
def test_a_whole_log_is_cut_at_once(said):
    before = time.perf_counter()

    phrases_of(said)

    assert time.perf_counter() - before < 0.5
