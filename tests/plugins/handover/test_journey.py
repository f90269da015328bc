"""A pack on its whole way, through the services: every state in order, and what each move brings about."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.handover import asking, excepting, items, moving, plan, signing
from plugins.handover.models import Step
from plugins.handover.moves import Given
from plugins.handover.said_models import UNDERSTOOD, ExitTick, Reading, Vouch
from plugins.handover.sections import SECTIONS
from portal.core.errors import Forbidden, Refused
from tests.plugins.handover.company import GO_LIVE, NOW, Company, fill, filled


def _read_by_all(session: Session, pack, company: Company) -> None:
    for name in ("lea", "fin", "flo", "fay"):
        session.merge(Reading(pack_id=pack.id, person_id=company.ids[name], party_id="front-line", state=UNDERSTOOD,
                              asked_at=NOW, version=pack.version, confirmed_at=NOW))  # fmt: skip
    for what in ("G6", "G12"):
        session.merge(Vouch(pack_id=pack.id, version=pack.version, what=what, person_id=company.ids["ana"],
                            note="Looked at all of them.", at=NOW))  # fmt: skip
    session.flush()


def _sign_all(session: Session, pack, company: Company, *, now=NOW) -> None:
    for name, party in (("fin", "front-line"), ("ono", "onsite"), ("bea", "business-systems")):
        signing.sign(session, pack, party, company.actor(session, pack, name), now=now)
    signing.put(session, pack, "payroll-supplier", person_id=None, signed_as="Sam", note="", now=now)


def test_a_pack_goes_from_draft_to_its_end(writes: Session, company: Company):
    pack = filled(writes, company)
    ana, fin = company.actor(writes, pack, "ana"), company.actor(writes, pack, "fin")
    moving.move(writes, pack, plan.IN_REVIEW, ana, now=NOW)
    asked = [asking.Asked(text="What about people on leave?", section="first_fixes")]
    signing.send_back(writes, pack, "front-line", fin, asked, now=NOW)
    question = asking.question(writes, pack, 1)
    with pytest.raises(Refused):
        moving.move(writes, pack, plan.IN_REVIEW, ana, now=NOW)
    asking.answer(writes, pack, question, "They use the letter.", ana, changed_pack=True, now=NOW)
    moving.move(writes, pack, plan.IN_REVIEW, ana, now=NOW)
    _sign_all(writes, pack, company)
    assert (pack.state, pack.version, pack.send_backs) == (plan.SIGNED_OFF, 2, 1)

    _read_by_all(writes, pack, company)
    moving.follow(writes, pack, now=NOW)
    assert pack.state == plan.READY
    moving.move(writes, pack, plan.LIVE, ana, now=GO_LIVE)
    assert (pack.state, pack.live_at) == (plan.EARLY_LIFE, GO_LIVE)

    lea = company.actor(writes, pack, "lea")
    for criterion in items.EXITS:
        writes.add(ExitTick(pack_id=pack.id, criterion=criterion, is_met=True, sentence="It is so.", by=lea.person_id,
                            at=GO_LIVE))  # fmt: skip
    writes.flush()
    with pytest.raises(Refused):
        moving.move(writes, pack, plan.CLOSED, lea, now=GO_LIVE)
    moving.move(writes, pack, plan.CLOSED, lea, now=GO_LIVE + timedelta(days=20))

    assert (pack.state, pack.landing) == (plan.CLOSED, "clean")
    steps = writes.execute(sa.select(Step.source, Step.to).order_by(Step.id)).all()
    assert [tuple(step) for step in steps] == [
        ("draft", "in_review"), ("in_review", "sent_back"), ("sent_back", "in_review"), ("in_review", "signed_off"),
        ("signed_off", "ready"), ("ready", "live"), ("live", "early_life"), ("early_life", "closed"),
    ]  # fmt: skip


def test_what_was_signed_changes_and_all_are_asked_again(writes: Session, company: Company):
    pack = filled(writes, company)
    moving.move(writes, pack, plan.IN_REVIEW, company.actor(writes, pack, "ana"), now=NOW)
    _sign_all(writes, pack, company)
    _read_by_all(writes, pack, company)
    moving.follow(writes, pack, now=NOW)
    assert pack.state == plan.READY

    fill(writes, pack, "first_fixes", "Another text.", by=company.ids["ana"])
    moving.follow(writes, pack, now=NOW)

    assert (pack.state, pack.version) == (plan.IN_REVIEW, 2)


def test_blanks_are_no_change_of_what_was_signed(writes: Session, company: Company):
    pack = filled(writes, company)
    moving.move(writes, pack, plan.IN_REVIEW, company.actor(writes, pack, "ana"), now=NOW)
    _sign_all(writes, pack, company)

    spaced = str(SECTIONS["what_changes"].example).replace(" ", "  ")
    fill(writes, pack, "what_changes", spaced, by=company.ids["ana"])
    moving.follow(writes, pack, now=NOW)

    assert (pack.state, pack.version) == (plan.SIGNED_OFF, 1)


def test_nobody_signs_their_own_pack_nor_for_two_teams(writes: Session, company: Company):
    pack = filled(writes, company)
    moving.move(writes, pack, plan.IN_REVIEW, company.actor(writes, pack, "ana"), now=NOW)

    with pytest.raises(Forbidden):
        signing.sign(writes, pack, "business-systems", company.actor(writes, pack, "ana"), now=NOW)
    with pytest.raises(Forbidden):
        signing.sign(writes, pack, "onsite", company.actor(writes, pack, "fin"), now=NOW)


def test_an_exception_leaves_debts_and_two_names(writes: Session, company: Company):
    pack = filled(writes, company)
    moving.move(writes, pack, plan.IN_REVIEW, company.actor(writes, pack, "ana"), now=NOW)
    _sign_all(writes, pack, company)
    cem = company.actor(writes, pack, "cem")
    day = (NOW + timedelta(days=4)).date()
    given = Given(reason="The law begins on Monday.", risk="Forty people may not see their payslip for a day.",
                  accepted_by=company.ids["hal"], debts={"G4": day, "G6": day, "G12": day})  # fmt: skip

    waiver = excepting.go_live_anyway(writes, pack, cem, given, now=NOW)

    assert (pack.state, waiver.skipped, waiver.accepted_by) == (
        plan.EARLY_LIFE,
        ["G4", "G6", "G12"],
        company.ids["hal"],
    )
