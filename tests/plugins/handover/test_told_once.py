"""What people hear and see where things happen twice, late, or after the end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.handover import banner, excepting, moving, plan, reading
from plugins.handover.models import Pack
from plugins.handover.moves import Given
from portal.notices.models import Notice
from portal.testing import MakePerson
from tests.plugins.handover.company import NOW, Company, fill
from tests.plugins.handover.test_reading import signed

RunJobs = Callable[[], int]


@pytest.fixture(autouse=True)
def _now(frozen_clock: Callable[[datetime], None]) -> None:
    frozen_clock(NOW)


def _heard(company: Company, name: str, say: str) -> int:
    with company.house.db.reading() as session:
        rows = session.scalars(sa.select(Notice).where(Notice.person_id == company.ids[name]))
        return sum(row.data.get("say") == say for row in rows)


def _move(company: Company, pack_id: int, to: str, by: str = "ana") -> None:
    with company.house.db.transaction() as session:
        pack = session.get_one(Pack, pack_id)
        given = Given(reason="We wait for the supplier.")
        moving.move(session, pack, to, company.actor(session, pack, by), given, now=NOW)


def _signed(company: Company, *readers: str) -> int:
    with company.house.db.transaction() as session:
        pack = signed(session, company)
        for name in readers:
            reading.confirm(session, pack, company.ids[name], version=pack.version, now=NOW)
        return pack.id


def _live(session: Session, company: Company, pack: Pack) -> None:
    debts = dict.fromkeys((f"G{number}" for number in range(1, 15)), (NOW + timedelta(days=3)).date())
    given = Given(reason="The law begins on Monday.", risk="Forty people wait.", accepted_by=company.ids["hal"],
                  debts=debts)  # fmt: skip
    excepting.go_live_anyway(session, pack, company.actor(session, pack, "cem"), given, now=NOW)


def test_a_change_that_is_cancelled_is_told_once_also_to_those_who_had_read_it(company: Company, run_jobs: RunJobs):
    pack_id = _signed(company, "fin", "flo")
    run_jobs()
    _move(company, pack_id, plan.CANCELLED)
    run_jobs()

    assert [_heard(company, name, plan.CANCELLED) for name in ("fin", "flo", "fay")] == [1, 1, 0]


def test_a_pack_that_is_put_on_hold_twice_is_told_twice(company: Company, run_jobs: RunJobs):
    pack_id = _signed(company)
    for to in (plan.ON_HOLD, plan.IN_REVIEW, plan.ON_HOLD):
        _move(company, pack_id, to)
        run_jobs()

    assert _heard(company, "bea", plan.ON_HOLD) == 2


def test_a_newcomer_reads_what_went_live_lately_also_where_it_is_closed(
    company: Company, make_person: MakePerson, run_jobs: RunJobs, frozen_clock: Callable[[datetime], None]
):
    pack_id = _signed(company)
    with company.house.db.transaction() as session:
        pack = session.get_one(Pack, pack_id)
        pack.state, pack.live_at = plan.CLOSED, NOW + timedelta(days=1)
    frozen_clock(NOW + timedelta(days=5))
    person = make_person("Nia", roles=["front_line"], party_id="front-line")
    run_jobs()

    with company.house.db.transaction() as session:
        assert reading.to_read(session, person.id)[1] == 1
        reading.confirm(session, session.get_one(Pack, pack_id), person.id, version=1, now=NOW)
        assert reading.to_read(session, person.id)[1] == 0
        assert reading.to_read(session, company.ids["flo"])[1] == 0


def test_what_went_back_stands_on_no_desk(company: Company):
    pack_id = _signed(company)
    with company.house.db.transaction() as session:
        _live(session, company, session.get_one(Pack, pack_id))
    _move(company, pack_id, plan.BACKED_OUT)

    with company.house.db.reading() as session:
        assert list(banner.of_these_days(session, NOW + timedelta(days=40))) == []


def test_another_text_while_it_is_live_is_told_to_those_who_read_it(company: Company, run_jobs: RunJobs):
    pack_id = _signed(company, "flo")
    with company.house.db.transaction() as session:
        _live(session, company, session.get_one(Pack, pack_id))
    run_jobs()
    before = _heard(company, "flo", "read")
    with company.house.db.transaction() as session:
        fill(session, session.get_one(Pack, pack_id), "send_on", "Send all of it on.", by=company.ids["ana"])
    run_jobs()

    assert _heard(company, "flo", "read") == before + 1
    with company.house.db.reading() as session:
        assert reading.to_read(session, company.ids["flo"])[1] == 1
