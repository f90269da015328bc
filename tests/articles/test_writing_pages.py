"""The pages of a writer without a script: begin, save, look, and whatever comes back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.accounts.models import Proficiency
from portal.articles import texts
from portal.articles.models import Revision
from portal.core.portal import Portal
from portal.testing import BODY, NOON, MakePerson, send, sign_in
from tests.articles.paper import press, typed_on

Writer = Callable[..., FlaskClient]


@pytest.fixture
def writer(app: Flask, organised: Portal, make_person: MakePerson) -> Writer:
    """The browser of somebody with roles and a proficiency."""

    def made(*roles: str, grant: str = "", **values: Any) -> FlaskClient:
        person = make_person(roles=roles, **values)
        if grant:
            with organised.db.transaction() as session:
                session.add(Proficiency(person_id=person.id, kind=grant, reason="A test.", granted_at=NOON))
        return sign_in(app.test_client(), person)

    return made


def begin(client: FlaskClient, ref: str = "KB0101") -> str:
    """Press the button of an article; the address of the editor."""
    answer = send(client, f"/kb/{ref}/edit")
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def revision_at(house: Portal, address: str) -> Revision:
    with house.db.reading() as session:
        return session.get_one(Revision, int(address.rpartition("/")[2]))


def said(page: str) -> list[str]:
    """What stands on top: messages and the summary of errors."""
    found = re.findall(r'(?s)<p class="flash.*?</p>|<div class="error-summary.*?</div>', page)
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", each)).strip() for each in found]


def test_an_article_is_changed_by_its_button_and_opens_in_the_editor(organised, make_article, writer):
    make_article(audience="support")
    me = writer("onsite")

    address = begin(me)

    typed = typed_on(me.get(address).text)
    typed.pop("csrf_token")
    assert typed == {
        "saves": "0",
        "base_revision_id": "1",
        "title": "Printing does not work",
        "kind": "troubleshooting",
        "service": "printing",
        "audience": "support",
        "body": f"\n{BODY}",
        "words": "no paper comes out\nstuck in queue\nprinter is dead",
        "known_error.status": "analysed",
        "known_error.problem_ref": "",
        "known_error.since": "",
        "known_error.fix_planned_for": "",
        "known_error.business_effect": "",
        "handover.change_ref": "",
        "handover.size": "S",
        "handover.go_live": "",
        "handover.early_life_until": "",
        "handover.parties": "",
        "finds": "Nothing happens at the printer when I press it.\nThe tray of the printer stays empty.",
        "tags": "printer",
        "owner_role": "onsite-team",
        "review_every_days": "180",
        "governance": "experience",
        "language": "en",
        "environment": "",
        "time_needed_minutes": "",
        "needs_tools": "",
        "needs_access": "",
        "readers": "",
        "why": "",
    }


def test_pressing_the_button_again_goes_on_with_the_same_text(make_article, writer):
    make_article()
    me = writer("onsite")

    assert begin(me) == begin(me)


def test_saving_without_a_change_changes_nothing(organised, make_article, writer):
    make_article()
    me = writer("onsite")
    address = begin(me)
    before = revision_at(organised, address)

    answer = press(me, address, "save")

    after = revision_at(organised, address)
    assert (answer.status_code, answer.headers["Location"]) == (303, address)
    assert (after.saves, after.front_text, after.body) == (0, before.front_text, before.body)


def test_what_is_saved_stands_in_the_text_with_all_that_no_field_shows(organised, make_article, writer):
    make_article(environment=["Windows 11, build 26100", "macOS"], old_slugs=["printer-dead"])
    me = writer("onsite")
    address = begin(me)

    words = {"words": "a\r\nb\r\n\r\nc", "tags": "print, paper,", "body": "New.\r\n"}
    press(me, address, "save", title="The printer is silent", **words)

    kept = texts.stored(revision_at(organised, address))
    names = ("title", "words", "tags", "environment", "old_slugs")
    assert {name: kept.fields[name] for name in names} == {
        "title": "The printer is silent",
        "words": ["a", "b", "c"],
        "tags": ["print", "paper"],
        "environment": ["Windows 11, build 26100", "macOS"],
        "old_slugs": ["printer-dead"],
    }
    assert kept.body == "New.\n"


def test_an_older_window_never_writes_over_a_newer_saving(organised, make_article, writer):
    make_article()
    me = writer("onsite")
    address = begin(me)
    old = typed_on(me.get(address).text)
    press(me, address, "save", body="From the newer window.\n")

    answer = me.post(address, data=old | {"do": "save", "body": "From the older window.\n"})

    assert answer.status_code == 409
    assert "From the newer window." in answer.text
    assert "From the older window." in answer.text
    assert revision_at(organised, address).body == "From the newer window.\n"


def test_the_preview_without_a_script_saves_and_shows_the_text_at_the_level_asked_for(organised, make_article, writer):
    make_article()
    me = writer("onsite")
    address = begin(me)
    body = "For all.\n\n::: support\nFor the desk.\n:::\n"

    for_all = press(me, address, "preview", body=body, level="0")
    for_desk = press(me, address, "preview", body=body, level="1")

    assert for_all.text.index('<a class="skip" href="#hand-in">') < for_all.text.index("data-preview-body")
    assert for_all.text.index("data-preview-body") < for_all.text.index('id="hand-in" tabindex="-1"')
    shown = [re.search(r"(?s)data-preview-body>(.*?)</section>", answer.text)[1] for answer in (for_all, for_desk)]
    assert ["For the desk." in each for each in shown] == [False, True]
    assert revision_at(organised, address).body == body


def test_an_outline_goes_into_an_empty_text_only(organised, make_article, writer):
    make_article()
    me = writer("onsite")
    address = begin(me)
    refused = press(me, address, "outline")

    answer = press(me, address, "outline", body=" \n", kind="faq")

    assert refused.status_code == 422
    assert "There is a text already." in refused.text
    assert answer.headers["Location"] == f"{address}#text"
    assert revision_at(organised, address).body.startswith("‹Say in one sentence for whom these answers are.›")


def test_nobody_opens_or_changes_the_text_of_another(organised, make_article, writer):
    make_article()
    address = begin(writer("onsite", name="Ann Lee"))
    other = writer("onsite", name="Bo Kent")
    nothing = other.get("/write/999")

    seen, sent = other.get(address), send(other, address, {"do": "save", "body": "Mine.", "saves": "0"})
    saved = send(other, f"{address}/save", {"body": "Mine.", "saves": "0"})

    assert (seen.status_code, sent.status_code, saved.status_code, nothing.status_code) == (404, 404, 404, 404)
    assert re.sub(r"\W*nonce\W+[\w-]+", "", seen.text).count("There is no such text.") == nothing.text.count(
        "There is no such text."
    )
    assert revision_at(organised, address).body == f"\n{BODY}"


def test_a_part_above_ones_level_is_not_in_the_editor(make_article, writer):
    make_article(body="For all.\n\n::: support\nThe master key.\n:::\n")
    me = writer("end_user")

    address = begin(me)

    assert "The master key." not in me.get(address).text


def test_audiences_are_offered_as_far_as_the_writer_goes(make_article, writer):
    make_article()
    pages = [
        me.get(begin(me)).text
        for me in (
            writer("end_user"),
            writer("front_line"),
            writer("specialist"),
            writer("superuser", services=["printing"]),
        )
    ]

    offered = [re.findall(r'name="audience" type="radio" value="(\w+)"', page) for page in pages]

    support = ["everyone", "support"]
    assert offered == [["everyone"], support, [*support, "specialists"], support]


def test_the_checklist_is_that_of_the_kind(make_article, writer):
    make_article(kind="faq")
    me = writer("onsite")

    page = me.get(begin(me)).text

    assert re.findall(r'<li value="(\d+)">', page) == ["1", "2", "3", "6", "7", "8", "9", "10"]


def test_a_known_fault_has_fields_of_its_own(organised, make_article, writer):
    make_article(audience="support")
    me = writer("onsite", grant="contributor")
    address = begin(me)
    facts = {"known_error.status": "workaround", "known_error.since": "2026-02-01", "review_every_days": "60"}

    answer = press(me, address, "publish", kind="known_error", significance="changed", **facts)

    assert answer.status_code == 303
    assert revision_at(organised, address).front["known_error"] == {
        "status": "workaround",
        "problem_ref": None,
        "since": "2026-02-01",
        "fix_planned_for": None,
        "business_effect": None,
    }
