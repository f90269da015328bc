"""The pages of handover, without a script: each role makes its moves, and what is refused keeps what was typed."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from plugins.handover import plan
from plugins.handover.models import Pack
from portal.accounts.models import Person
from portal.core.mail import Mail
from portal.testing import send, sign_in
from tests.plugins.handover.company import NOW, Company, filled

Browser = Callable[[str], FlaskClient]


@pytest.fixture
def browser(app: Flask, company: Company, frozen_clock) -> Browser:
    """A browser in which somebody of the company is signed in."""
    frozen_clock(NOW)

    def of(name: str) -> FlaskClient:
        with company.house.db.reading() as session:
            return sign_in(app.test_client(), session.get_one(Person, company.ids[name]))

    return of


def _pack(company: Company, **options) -> int:
    with company.house.db.transaction() as session:
        return filled(session, company, **options).id


def _state(company: Company, pack_id: int) -> str:
    with company.house.db.reading() as session:
        return session.get_one(Pack, pack_id).state


def test_a_change_is_recorded_and_its_pack_is_written(browser: Browser, company: Company):
    ana = browser("ana")

    told = {"title": "Payroll portal", "kind": "change", "go_live_at": "2026-03-02T06:00", "people_affected": "320"}
    made = send(ana, "/handover/new", {**told, "services": ["payroll"], "units": ["finance"]})

    assert made.status_code == 303, made.text
    page = ana.get(made.location)
    assert "In one breath: what is different, and from when on?" in page.text
    assert "Payroll portal" in ana.get("/handover").text


def test_a_change_without_a_moment_comes_back_with_what_was_typed(browser: Browser, company: Company):
    made = send(browser("ana"), "/handover/new", {"title": "Payroll portal", "kind": "change", "go_live_at": "soon"})

    assert made.status_code == 422
    assert "Say when it goes live, with day and time." in made.text
    assert 'value="Payroll portal"' in made.text


def test_a_pack_is_handed_in_signed_and_sent_back_on_its_page(browser: Browser, company: Company):
    pack_id = _pack(company)
    ana, fin, ono = browser("ana"), browser("fin"), browser("ono")

    assert send(ana, f"/handover/{pack_id}/move/in_review").status_code == 303
    assert send(ono, f"/handover/{pack_id}/sign/onsite", {"onsite-note": "Fine."}).status_code == 303
    back = send(fin, f"/handover/{pack_id}/send-back/front-line", {"back-front-line-text": "And people on leave?"})

    assert back.status_code == 303, back.text
    assert _state(company, pack_id) == plan.SENT_BACK
    assert "And people on leave?" in ana.get(f"/handover/{pack_id}").text


def test_sending_back_without_a_question_is_refused(browser: Browser, company: Company):
    pack_id = _pack(company)
    send(browser("ana"), f"/handover/{pack_id}/move/in_review")

    back = send(browser("fin"), f"/handover/{pack_id}/send-back/front-line", {"back-front-line-text": " "})

    assert back.status_code == 422
    assert "A question has words." in back.text
    assert _state(company, pack_id) == plan.IN_REVIEW


@pytest.mark.parametrize("path", ["", "/print", "/write", "/items", "/who", "/change"])
def test_the_owner_opens_each_page(browser: Browser, company: Company, path: str):
    assert browser("ana").get(f"/handover/{_pack(company)}{path}").status_code == 200


def test_the_lists_open(browser: Browser, company: Company):
    _pack(company)
    assert [browser("ana").get(path).status_code for path in
            ("/handover", "/handover/state/draft", "/handover/debts")] == [200, 200, 200]  # fmt: skip


def test_a_supplier_signs_by_a_link_once(app: Flask, browser: Browser, company: Company):
    pack_id = _pack(company)
    ana, anybody = browser("ana"), app.test_client()
    send(ana, f"/handover/{pack_id}/move/in_review")
    assert send(ana, f"/handover/{pack_id}/link/payroll-supplier").status_code == 303
    with company.house.db.reading() as session:
        letter = session.query(Mail).filter_by(kind="handover.sign_link").one()
    path = re.search(r"/handover/sign/\S+", letter.text)[0]

    first = anybody.get(path)
    refused = send(anybody, path, {"signed_as": ""})
    signed = send(anybody, path, {"signed_as": "Sam Porter"})
    again = anybody.get(path)

    assert (letter.to_address, first.status_code, refused.status_code, signed.status_code) == (
        "sam@supplier.example", 200, 422, 200)  # fmt: skip
    assert again.status_code == 404
    assert "This link cannot be used any more." in again.text
    assert "Signed by Sam Porter" in ana.get(f"/handover/{pack_id}").text
