"""Errors as pages: what happened, what to do next, nothing lost, nothing told that is not the person's."""

from __future__ import annotations

import html
import logging
import re

import pytest
import sqlalchemy as sa

from portal.app import create_app
from tests.core.workbench import WorkbenchPlugin


@pytest.fixture
def app(instance, app_settings):
    """The portal with the workbench."""
    made = create_app({"instance": str(instance), **app_settings}, environ={}, plugins=[WorkbenchPlugin()])
    yield made
    made.extensions["portal"].close()


def told(answer) -> tuple[int, str, str]:
    """Status, sentence and remedy of an error page."""
    heading = re.search(r"<h1>(.*?)</h1>", answer.text)[1]
    lead = re.search(r'<p class="lead">(.*?)</p>', answer.text, re.DOTALL)
    return answer.status_code, html.unescape(heading), html.unescape(lead[1]) if lead else ""


def typed(answer) -> list[tuple[str, str]]:
    found = re.findall(r"<dt>(.*?)</dt>\s*<dd><pre tabindex=\"0\">(.*?)</pre></dd>", answer.text, re.DOTALL)
    return [(html.unescape(name), html.unescape(text)) for name, text in found]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/bench/refused", (422, "The bench is taken.", "Use the other one.")),
        ("/bench/not-found", (404, "There is no such bench.", "Count them again.")),
        ("/bench/forbidden", (403, "The bench is not yours.", "Ask whose it is.")),
        ("/bench/too-soon", (429, "The bench is still hot.", "Let it cool.")),
        ("/bench/locked", (503, "The portal is busy just now.", "Nothing was lost. Try again in a few seconds.")),
        (
            "/bench/status/413",
            (413, "That was larger than the portal takes.", "Make it smaller, or split it in parts."),
        ),
        ("/bench/status/418", (418, "Something went wrong on our side.", "Try again in a moment.")),
        ("/nowhere", (404, "There is no such page.", "Try the search; the page may have moved.")),
    ],
)
def test_an_error_says_what_happened_and_what_to_do_next(client, address, expected):
    answer = client.get(address)

    assert told(answer) == expected
    assert answer.text.count("<h1>") == 1
    assert 'href="/contact"' in answer.text


def test_who_came_too_soon_is_told_when_to_come_again(client):
    assert client.get("/bench/too-soon").headers["Retry-After"] == "7"


def test_a_wrong_method_names_the_right_ones(client):
    answer = client.post("/healthz")

    assert told(answer)[:2] == (405, "This address answers to a form only.")
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/kb/KB9999-my-phone-is-gone", "KB9999 my phone is gone"),
        ("/reset_my%20password.html/", "reset my password html"),
        ("/wo-ist-mein-schlüssel", "wo ist mein schlüssel"),
        ("/%22%3E%3Cscript%3Ealert(1)%3C/script%3E", "script"),
        ("/42/7", ""),
        ("/" + "word-" * 60, ("word " * 20).rstrip()),
    ],
)
def test_an_address_that_leads_nowhere_becomes_words_to_search_for(client, address, words):
    answer = client.get(address)
    value = re.search(r'<input[^>]*name="q"[^>]*value="([^"]*)"', answer.text)

    assert (answer.status_code, html.unescape(value[1]).strip() if value else "") == (404, words)


def test_a_fault_of_ours_shows_its_number_and_nothing_of_the_inside(client, caplog):
    answer = client.get("/bench/fault", headers={"X-Request-Id": "f00d"})

    assert told(answer) == (
        500,
        "Something went wrong on our side.",
        "Try again in a moment. If it stays, tell the service desk this number: f00d",
    )
    assert [word in answer.text for word in ("Traceback", "ZeroDivisionError", "secret of the bench")] == [False] * 3
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert (record.message, record.path, str(record.exc_info[1])) == (
        "unexpected error",
        "/bench/fault",
        "the secret of the bench",
    )


def test_the_log_line_of_a_fault_has_the_number_that_the_page_shows(client, capfd):
    number = re.search(r"number: ([0-9a-f]{16})", client.get("/bench/fault").text)[1]

    (line,) = [line for line in capfd.readouterr().err.splitlines() if "unexpected error" in line]
    assert line.split()[1:4] == ["ERROR", "portal.core.error_pages", number]


def test_a_form_that_was_forged_or_too_old_saves_nothing_and_loses_nothing(client):
    answer = client.post(
        "/bench/form",
        data={
            "title": "My <b>phone</b> is gone",
            "body": "line one\nline two",
            "tags": ["phone", "lost"],
            "empty": "  ",
            "saves": "7",
            "do": "send_back",
            "password": "correct horse battery staple",
            "new_password_again": "correct horse battery staple",
            "csrf_token": "forged",
            "api_token": "abc",
            "Client-Secret": "xyz",
        },
    )

    assert told(answer) == (
        400,
        "This form was open too long, or came from another place, so nothing was saved.",
        "Go back, load the page again and send it once more. What you typed stands below, to copy.",
    )
    assert typed(answer) == [
        ("title", "My <b>phone</b> is gone"),
        ("body", "line one\nline two"),
        ("tags", "phone"),
        ("tags", "lost"),
    ]
    assert [word in answer.text for word in ("correct horse", "forged", "abc", "xyz")] == [False] * 4


def test_the_page_of_a_forged_form_has_an_id_as_every_other(client):
    answer = client.post("/bench/form", headers={"X-Request-Id": "f00d"})

    assert (answer.status_code, answer.headers["X-Request-Id"]) == (400, "f00d")


def test_a_form_with_its_token_comes_through(client):
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/sign-in").text)[1]

    answer = client.post("/bench/form", data={"csrf_token": token, "title": "My phone"})

    assert (answer.status_code, answer.json["title"]) == (200, ["My phone"])


@pytest.mark.parametrize(
    ("head", "size", "content_type"),
    [
        (b"body=", 2_100_000, "application/x-www-form-urlencoded"),
        (b'--b\r\nContent-Disposition: form-data; name="body"\r\n\r\n', 1_100_000, "multipart/form-data; boundary=b"),
    ],
)
def test_a_form_that_is_too_large_is_refused_with_a_page(client, head, size, content_type):
    answer = client.post("/bench/form", data=head + b"x" * size, content_type=content_type)

    assert told(answer) == (
        413,
        "That was larger than the portal takes.",
        "Make it smaller, or split it in parts.",
    )


@pytest.mark.parametrize("language", ["de", "de-AT,de;q=0.9,en;q=0.1"])
def test_an_error_is_told_in_the_language_of_the_person(client, language):
    answer = client.get("/nowhere", headers={"Accept-Language": language})

    assert '<html lang="de">' in answer.text


@pytest.mark.parametrize("role", ["visitor", "admin"])
def test_when_the_database_is_gone_a_sentence_still_comes_through(house, as_role, role):
    browser = as_role(role)
    with house.db.transaction() as session:
        for table in sa.inspect(session.connection()).get_table_names():
            session.execute(sa.text(f"ALTER TABLE {table} RENAME TO {table}_away"))

    answer = browser.get("/services", headers={"X-Request-Id": "f00d"})

    assert (answer.status_code, answer.headers["X-Request-Id"]) == (503, "f00d")
    assert re.search(r"<h1>(.*?)</h1>\s*<p[^>]*>(.*?)</p>", answer.text).groups() == (
        "The portal is busy just now.",
        "Nothing was lost. Try again in a few seconds.",
    )
    assert "Traceback" not in answer.text


def test_a_file_that_is_no_database_any_more_is_told_as_a_fault_with_a_number(app, house, client):
    house.db.close()
    house.db.path.write_bytes(b"garbage" * 1000)

    answer = client.get("/services", headers={"X-Request-Id": "f00d"})

    assert (answer.status_code, "f00d" in answer.text, "Traceback" in answer.text) == (500, True, False)
    assert "<h1>Something went wrong on our side.</h1>" in answer.text
