"""Packs are found by what people say, by support alone, while they are read; the desk sees what goes live."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from plugins.handover import excepting, moving, plan
from plugins.handover.models import Pack
from plugins.handover.moves import Given
from portal.accounts.models import Person
from portal.testing import sign_in
from tests.plugins.handover.company import GO_LIVE, NOW, Company
from tests.plugins.handover.test_reading import signed

RunJobs = Callable[[], int]


@pytest.fixture
def pack_id(company: Company, run_jobs: RunJobs, frozen_clock: Callable[[datetime], None]) -> int:
    """A pack that all have signed, and that stands in the index."""
    frozen_clock(NOW)
    with company.house.db.transaction() as session:
        pack_id = signed(session, company).id
    run_jobs()
    return pack_id


def _open(app: Flask, company: Company, name: str, path: str) -> str:
    with company.house.db.reading() as session:
        client = sign_in(app.test_client(), session.get_one(Person, company.ids[name]))
    return client.get(path).text


SAID = "/search?q=my+payroll+password+does+not+work"
ERROR = "/search?q=PDF+opens+behind+the+page"


def test_support_finds_a_pack_by_what_people_say_and_its_known_errors(app: Flask, company: Company, pack_id: int):
    assert f'href="/handover/{pack_id}?q=' in _open(app, company, "flo", SAID)
    assert f'href="/handover/{pack_id}/errors?q=' in _open(app, company, "flo", ERROR)


def test_nobody_else_finds_a_trace_of_it(app: Flask, company: Company, pack_id: int):
    assert [
        "/handover/" in page or "Payroll portal" in page
        for page in (_open(app, company, "uma", SAID), _open(app, company, "uma", ERROR))
    ] == [False, False]


def test_a_pack_that_has_ended_is_found_no_more(app: Flask, company: Company, pack_id: int, run_jobs: RunJobs):
    with company.house.db.transaction() as session:
        pack = session.get_one(Pack, pack_id)
        given = Given(reason="The project was stopped.")
        moving.move(session, pack, plan.CANCELLED, company.actor(session, pack, "ana"), given, now=NOW)
    run_jobs()

    assert f"/handover/{pack_id}" not in _open(app, company, "flo", SAID)


@pytest.mark.parametrize(("days", "shown"), [(3, False), (2, True), (1, True), (-1, True), (-3, False)])
def test_the_desk_sees_what_goes_live_within_two_days(
    app: Flask, company: Company, pack_id: int, frozen_clock: Callable[[datetime], None], days: int, shown: bool
):
    frozen_clock(GO_LIVE - timedelta(days=days))

    assert ("Changes of these days" in _open(app, company, "flo", "/desk")) is shown


def test_an_exception_stands_on_the_desk_until_it_is_settled(
    app: Flask, company: Company, pack_id: int, frozen_clock: Callable[[datetime], None]
):
    day = (NOW + timedelta(days=3)).date()
    with company.house.db.transaction() as session:
        pack = session.get_one(Pack, pack_id)
        given = Given(reason="The law begins on Monday.", risk="Forty people wait for a day.", debts=dict.fromkeys(
            (f"G{number}" for number in range(1, 15)), day), accepted_by=company.ids["hal"])  # fmt: skip
        waiver = excepting.go_live_anyway(session, pack, company.actor(session, pack, "cem"), given, now=NOW)
        waiver_id = waiver.id
    frozen_clock(NOW + timedelta(days=9))
    before = _open(app, company, "flo", "/desk")
    with company.house.db.transaction() as session:
        session.execute(sa.update(excepting.Waiver).where(excepting.Waiver.id == waiver_id).values(settled_at=NOW))

    assert "Forty people wait for a day." in before
    assert "Forty people wait for a day." not in _open(app, company, "flo", "/desk")
