"""Mails in words: from templates of any room, in the language of who gets them, with nothing that is fetched."""

from __future__ import annotations

import re

import jinja2
import pytest

from portal.core.letters import Letters
from portal.core.smtp import Letter
from portal.testing import NOON

NEWS_TEXT = """{{ _("Subject") }}: {{ title }}

{{ title }}, {{ day|dateformat }}.

{% include "mail/foot.txt" %}
"""
NEWS_HTML = """{% extends "mail/base.html" %}
{% block heading %}{{ title }}{% endblock %}
{% block content %}<p>{{ title }}</p>{% endblock %}
"""
PREFERENCES = "https://help.example.org/preferences?person=1&from=mail"


@pytest.fixture
def letters(house, tmp_path):
    """The letters of a room that writes news, in the frame of all mails."""
    folder = tmp_path / "templates" / "news"
    folder.mkdir(parents=True)
    (folder / "news.txt").write_text(NEWS_TEXT, encoding="utf-8")
    (folder / "news.html").write_text(NEWS_HTML, encoding="utf-8")
    (folder / "plain.txt").write_text("Plain\n\nOne line.\n", encoding="utf-8")
    (folder / "broken.txt").write_text("Broken\n\nOne line.\n", encoding="utf-8")
    (folder / "broken.html").write_text('{% extends "mail/none.html" %}', encoding="utf-8")
    shared = house.root / "portal" / "templates"
    return Letters([shared, folder.parent], site_name="Help & more", home="https://help.example.org", spoken="de")


def test_a_mail_has_a_subject_a_text_and_html(letters):
    letter = letters.render("news/news", "en", title="Tea <b>& scones", day=NOON.date(), unsubscribe=PREFERENCES)

    assert (letter.subject, letter.unsubscribe) == ("Subject: Tea <b>& scones", PREFERENCES)
    assert letter.text == (
        "Tea <b>& scones, 2 Mar 2026.\n\n"
        "-- \n"
        "Help & more wrote this mail by itself.\n"
        "https://help.example.org\n"
        f"Choose what you get by mail: {PREFERENCES}\n"
    )
    assert '<html lang="en">' in letter.html
    assert "<title>Tea &lt;b&gt;&amp; scones</title>" in letter.html
    assert "<p>Tea &lt;b&gt;&amp; scones</p>" in letter.html
    assert f'<a href="{PREFERENCES.replace("&", "&amp;")}">Choose what you get by mail</a>' in letter.html


def test_a_mail_is_written_in_the_language_of_who_gets_it_or_of_the_portal(letters):
    german, chosen_none, unknown = (
        letters.render("news/news", language, title="Tee", day=NOON.date()) for language in ("de", "", "pt-BR")
    )

    assert german == chosen_none
    assert german.subject == "Betreff: Tee"
    assert "Tee, 02.03.2026." in german.text
    assert "hat diese Mail von selbst geschrieben" in german.html
    assert '<html lang="de">' in german.html
    assert "Choose" not in german.text + german.html
    assert unknown.subject == "Subject: Tee"


def test_a_mail_without_html_has_none(letters):
    assert letters.render("news/plain", "en") == Letter("Plain", "One line.\n")


def test_what_is_missing_is_no_empty_place(letters):
    with pytest.raises(jinja2.UndefinedError, match="'title' is undefined"):
        letters.render("news/news", "en")
    with pytest.raises(jinja2.TemplateNotFound, match=r"none\.html"):
        letters.render("news/broken", "en")
    with pytest.raises(jinja2.TemplateNotFound, match=r"news/nothing\.txt"):
        letters.render("news/nothing", "en")


def test_the_frame_fetches_nothing_runs_nothing_and_knows_light_and_dark(house):
    letter = house.render_mail("core/mail/trial", "en", unsubscribe=PREFERENCES)
    page = letter.html

    assert re.findall(r"<(script|img|link|iframe|object|embed|form|base|svg|video|audio)\b", page) == []
    assert re.findall(r"url\(|@import|\son\w+=|javascript:", page) == []
    assert re.findall(r'(?:href|src)="([^"]*)"', page) == [PREFERENCES.replace("&", "&amp;")]
    assert '<meta name="color-scheme" content="light dark">' in page
    assert "@media (prefers-color-scheme: dark)" in page
    assert set(re.findall(r'class="(mail-[a-z]+)', page)) == set(re.findall(r"\.(mail-[a-z]+)", page))


def test_the_colours_of_the_frame_can_be_told_apart_in_light_and_dark(house):
    page = house.render_mail("core/mail/trial", "en").html
    light, dark = {"page": "#fbfaf7", "sheet": "#ffffff"}, {"page": "#121716", "sheet": "#1a211f"}

    for grounds, words in ((light, ("#1c2321", "#55605b", "#0f5c55")), (dark, ("#e9ece8", "#a5b0ab", "#74c7bb"))):
        for colour in (*grounds.values(), *words):
            assert colour in page
        assert [w for w in words for ground in grounds.values() if _contrast(w, ground) < 4.5] == []


def test_the_trial_mail_has_its_words_in_every_language(house):
    letters = [house.render_mail("core/mail/trial", language) for language in ("en", "de")]

    assert [letter.subject for letter in letters] == ["A trial mail from Frontline", "Eine Probemail von Frontline"]
    lines = [letter.text.splitlines()[2] for letter in letters]
    assert lines == ["There is nothing for you to do.", "Sie müssen nichts tun."]


def _contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)
