"""What handovers tell is recognised: as their own events say it, and taken back where a pack says something else."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from plugins.gamification.models import Contribution
from plugins.handover import asking, moving, plan, signing
from plugins.handover.models import Pack
from tests.plugins.handover.company import NOW, Company, fill, filled, found


@pytest.fixture
def company(house, make_person, frozen_clock) -> Company:
    """People of all parties, with accounts of a month."""
    frozen_clock(NOW)
    return found(house, make_person)


def _told(company: Company) -> list[tuple[str, int, str, dict[str, object]]]:
    with company.house.db.reading() as session:
        query = sa.select(Contribution.kind, Contribution.credit_id, Contribution.retract_mode, Contribution.attrs)
        return [tuple(row) for row in session.execute(query.order_by(Contribution.id))]


def _signed(company: Company) -> int:
    with company.house.db.transaction() as session:
        pack = filled(session, company)
        moving.move(session, pack, plan.IN_REVIEW, company.actor(session, pack, "ana"), now=NOW)
        for name, party in (("fin", "front-line"), ("ono", "onsite"), ("bea", "business-systems")):
            signing.sign(session, pack, party, company.actor(session, pack, name), now=NOW)
        signing.put(session, pack, "payroll-supplier", person_id=None, signed_as="Sam", note="", now=NOW)
        return pack.id


def test_a_pack_that_is_signed_in_time_counts_for_its_owner_until_what_was_signed_changes(company: Company, run_jobs):
    pack_id = _signed(company)
    run_jobs()
    assert _told(company) == [("handover.accepted_in_time", company.ids["ana"], "", {"size": "M"})]

    with company.house.db.transaction() as session:
        fill(session, session.get_one(Pack, pack_id), "first_fixes", "Another text.", by=company.ids["ana"])
    run_jobs()

    assert [row[:3] for row in _told(company)][1:] == [("event.retracted", company.ids["ana"], "withdraw")]


def test_wording_takes_nothing_back(company: Company, run_jobs):
    pack_id = _signed(company)
    with company.house.db.transaction() as session:
        fill(session, session.get_one(Pack, pack_id), "first_fixes", "Another.", by=company.ids["ana"], is_wording=True)
    run_jobs()

    assert [row[0] for row in _told(company)] == ["handover.accepted_in_time"]


@pytest.mark.parametrize(("later", "kinds"), [
    (timedelta(hours=20), ["handover.question_useful", "handover.question_answered"]),
    (timedelta(days=3), ["handover.question_useful"]),
])  # fmt: skip
def test_a_question_that_changed_a_pack_and_an_answer_within_a_working_day(
    company: Company, run_jobs, later: timedelta, kinds: list[str]
):
    with company.house.db.transaction() as session:
        pack = filled(session, company)
        asked = asking.Asked(text="What about people on leave?", section="first_fixes", is_blocking=False)
        question = asking.ask(session, pack, asked, actor_id=company.ids["flo"], party_id="", now=NOW)
        ana, flo = company.actor(session, pack, "ana"), company.actor(session, pack, "flo")
        asking.answer(session, pack, question, "They use the letter.", ana, changed_pack=True, now=NOW + later)
        asking.settle(session, pack, question, flo, how="accepted", now=NOW + later)
        asking.settle(session, pack, question, flo, how="accepted", now=NOW + later)
    run_jobs()

    credited = {"handover.question_useful": "flo", "handover.question_answered": "ana"}
    assert sorted((kind, who) for kind, who, _mode, _attrs in _told(company)) == sorted(
        (kind, company.ids[credited[kind]]) for kind in kinds
    )
