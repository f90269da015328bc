"""Who hears what: as the file of handovers says it, reminders by the working days of the party's site (E27)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from plugins.handover import asking, changes, gate_keeping, moving, notices, plan, signing
from plugins.handover.models import Contact, Pack
from portal.core.events import EventRow
from portal.notices.models import Notice
from portal.organisation.models import Site
from tests.plugins.handover.company import GO_LIVE, NOW, Company, filled, told

RunJobs = Callable[[], int]


@pytest.fixture
def pack_id(company: Company, frozen_clock: Callable[[datetime], None], run_jobs: RunJobs) -> int:
    """A pack in review."""
    frozen_clock(NOW)
    with company.house.db.transaction() as session:
        pack = filled(session, company)
        moving.move(session, pack, plan.IN_REVIEW, company.actor(session, pack, "ana"), now=NOW)
        pack_id = pack.id
    run_jobs()
    return pack_id


def _heard(company: Company, kind: str) -> set[str]:
    names = {person_id: name for name, person_id in company.ids.items()}
    with company.house.db.reading() as session:
        return {names[each] for each in session.scalars(sa.select(Notice.person_id).where(Notice.kind == kind))}


def test_those_who_sign_and_the_lead_hear_that_a_pack_is_handed_in(company: Company, pack_id: int):
    assert _heard(company, notices.TO_SIGN) == {"lea", "fin", "ono", "oda", "bea", "ben"}


def test_sending_back_is_told_to_the_owner_and_the_change_manager(company: Company, pack_id: int, run_jobs: RunJobs):
    with company.house.db.transaction() as session:
        pack = session.get_one(Pack, pack_id)
        asked = [asking.Asked(text="What about people on leave?")]
        signing.send_back(session, pack, "front-line", company.actor(session, pack, "fin"), asked, now=NOW)
    run_jobs()

    assert (_heard(company, notices.MOVED), _heard(company, notices.QUESTION)) == ({"ana", "cem"}, {"ana"})


def test_when_all_have_signed_the_front_line_is_asked_to_read(company: Company, pack_id: int, run_jobs: RunJobs):
    with company.house.db.transaction() as session:
        pack = session.get_one(Pack, pack_id)
        for name, party in (("fin", "front-line"), ("ono", "onsite"), ("bea", "business-systems")):
            signing.sign(session, pack, party, company.actor(session, pack, name), now=NOW)
        signing.put(session, pack, "payroll-supplier", person_id=None, signed_as="Sam", note="", now=NOW)
    run_jobs()

    assert _heard(company, notices.TO_READ) == {"lea", "fin", "flo", "fay", "ono", "oda"}


def _silence(company: Company, at: datetime) -> list[tuple[str, int]]:
    with company.house.db.transaction() as session:
        notices.look_for_silence(session, at)
    with company.house.db.reading() as session:
        rows = session.scalars(
            sa.select(EventRow.payload).where(EventRow.name == "handover.silence").order_by(EventRow.id)
        )
        return [(row["party_id"], row["level"]) for row in rows]


def test_silence_is_told_after_three_working_days_of_the_partys_site(company: Company, pack_id: int):
    # Worked example E27.
    with company.house.db.transaction() as session:
        session.get_one(Site, "main").holidays = "DE-BY"
        pack = session.get_one(Pack, pack_id)
        wednesday = datetime(2026, 4, 29, 9, tzinfo=UTC)  # Friday 1 May is a holiday
        changes.record(session, told(company, go_live_at=GO_LIVE + timedelta(days=100)), source="api", by=None, now=NOW)
        for party in session.query(notices.PackParty).filter_by(pack_id=pack.id):
            party.asked_at = wednesday

    assert _silence(company, wednesday + timedelta(days=5)) == []  # Monday: Thursday and Monday are two
    found = _silence(company, wednesday + timedelta(days=6))
    assert {level for _party, level in found} == {1}
    assert _silence(company, wednesday + timedelta(days=6)) == found


def test_silence_goes_to_the_lead_and_then_to_the_change_manager(company: Company, pack_id: int, run_jobs: RunJobs):
    days = [level for _party, level in _silence(company, NOW + timedelta(days=20)) if _party == "front-line"]
    run_jobs()

    assert days == [3]
    assert "cem" in _heard(company, notices.TO_SIGN)


def test_a_gate_that_turns_red_within_two_days_alarms(
    company: Company, pack_id: int, run_jobs: RunJobs, frozen_clock: Callable[[datetime], None]
):
    with company.house.db.transaction() as session:
        pack = session.get_one(Pack, pack_id)
        pack.state = plan.READY
        gate_keeping.keep(session, pack, now=NOW)
    run_jobs()
    frozen_clock(GO_LIVE - timedelta(hours=47))
    with company.house.db.transaction() as session:
        session.execute(sa.delete(Contact))
        gate_keeping.keep(session, session.get_one(Pack, pack_id), now=GO_LIVE - timedelta(hours=47))
    run_jobs()

    assert _heard(company, notices.ALARM) == {"ana", "lea", "cem"}
