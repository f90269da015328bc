"""What follows by itself: the gate after each change, what readers feel, and the days after go-live."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from plugins.feedback import asking as feedback
from plugins.feedback.models import Invitation
from plugins.handover import gate_keeping, jobs, moving, plan
from plugins.handover.events import PackAcknowledged
from plugins.handover.models import Pack
from plugins.handover.said_models import Confidence, GateRow
from portal.accounts import absences
from portal.accounts.models import Person
from portal.core.events import EventRow, emit
from tests.plugins.handover.company import GO_LIVE, NOW, Company, filled

RunJobs = Callable[[], int]


@pytest.fixture
def pack_id(company: Company, frozen_clock) -> int:
    """A pack in review."""
    frozen_clock(NOW)
    with company.house.db.transaction() as session:
        pack = filled(session, company)
        moving.move(session, pack, plan.IN_REVIEW, company.actor(session, pack, "ana"), now=NOW)
        return pack.id


def _row(company: Company, pack_id: int, condition: str) -> GateRow:
    with company.house.db.reading() as session:
        return session.get_one(GateRow, (pack_id, condition))


def test_an_absence_is_followed_by_the_gate(company: Company, pack_id: int, run_jobs: RunJobs):
    run_jobs()
    before = _row(company, pack_id, "G4").facts["of"]
    with company.house.db.transaction() as session:
        flo = session.get_one(Person, company.ids["flo"])
        absences.add(session, flo, GO_LIVE.date(), GO_LIVE.date() + timedelta(days=9), by=None, today=NOW.date())

    run_jobs()

    assert (before, _row(company, pack_id, "G4").facts["of"]) == (4, 3)


def test_each_night_all_gates_are_looked_at(company: Company, pack_id: int, run_jobs: RunJobs):
    with company.house.db.transaction() as session:
        session.execute(sa.delete(GateRow))
        jobs.nightly(session, NOW)

    run_jobs()

    with company.house.db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(GateRow)) == 14


def test_what_a_reader_answers_is_counted_by_its_place_and_again_when_it_changes(
    company: Company, pack_id: int, run_jobs: RunJobs
):
    with company.house.db.transaction() as session:
        emit(session, PackAcknowledged(actor_id=company.ids["flo"], pack_id=pack_id, person_id=company.ids["flo"],
                                       service_id="payroll"))  # fmt: skip
    run_jobs()
    for choice in ("yes", "no"):
        with company.house.db.transaction() as session:
            invitation = session.scalars(sa.select(Invitation).where(Invitation.about == "pack")).one()
            feedback.save_answers(session, invitation, {"H1": [choice]}, language="en", names=(), now=NOW)
        run_jobs()
        with company.house.db.reading() as session:
            row = session.scalars(sa.select(Confidence)).one()
            assert (row.pack_id, row.choice) == (pack_id, {"yes": 0, "no": 2}[choice])
    with company.house.db.reading() as session:
        told = session.scalars(sa.select(EventRow.payload).where(EventRow.name == "feedback.answered")).all()
    assert [each["choices"] for each in told] == [{"H1": 0}, {"H1": 2}]


def test_days_after_go_live_are_told_once(company: Company, pack_id: int):
    for _again in range(2):
        with company.house.db.transaction() as session:
            pack = session.get_one(Pack, pack_id)
            pack.state, pack.live_at = plan.EARLY_LIFE, GO_LIVE
            session.flush()
            for days in (1, 3, 4, 5, 19, 20):
                jobs.tell_live_days(session, GO_LIVE + timedelta(days=days))
    with company.house.db.reading() as session:
        told = session.scalars(sa.select(EventRow.payload).where(EventRow.name == "change.live_day")).all()

    assert [(each["day"], each["service_id"], each["unit_ids"]) for each in told] == [
        (3, "payroll", ["finance", "people"]), (5, "payroll", ["finance", "people"]),
    ]  # fmt: skip


def test_without_feedback_what_readers_feel_is_grey(company: Company, pack_id: int):
    with company.house.db.transaction() as session:
        company.house.plugins.switches.switch(session, "feedback", on=False, by=None, now=NOW)
    company.house.plugins.switches.look()
    with company.house.db.reading() as session:
        found = {each.condition: each for each in gate_keeping.look(session, session.get_one(Pack, pack_id))}["G14"]

    assert (found.colour, found.facts["off"], found.stands_against) == ("grey", True, False)
