"""Read and understood: who is asked, what a new version shows, help as a question, the quiz, newcomers, absence."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.handover import moving, plan, quizzing, reading, signing
from plugins.handover.events import PackAcknowledged
from plugins.handover.models import Pack
from plugins.handover.said_models import AWAY, HELP_NEEDED, UNDERSTOOD, Question, Reading
from portal.accounts import absences
from portal.accounts.models import Person
from portal.core.errors import Forbidden, Refused
from portal.core.events import EventRow
from portal.testing import MakePerson, send
from tests.plugins.handover.company import GO_LIVE, NOW, Company, fill, filled
from tests.plugins.handover.test_pages import Browser, browser

__all__ = ["browser"]

FIVE = [quizzing.Written(text=f"What is {n}?", choices=("One", "Two"), right=n % 2, because=f"It is {n}.")
        for n in range(5)]  # fmt: skip


def signed(session: Session, company: Company, size: str = "M") -> Pack:
    """A pack that all have signed, and that the front line was asked to read."""
    pack = filled(session, company, size=size)
    moving.move(session, pack, plan.IN_REVIEW, company.actor(session, pack, "ana"), now=NOW)
    for name, party in (("fin", "front-line"), ("ono", "onsite"), ("bea", "business-systems")):
        signing.sign(session, pack, party, company.actor(session, pack, name), now=NOW)
    signing.put(session, pack, "payroll-supplier", person_id=None, signed_as="Sam", note="", now=NOW)
    reading.ask_all(session, pack, now=NOW)
    return pack


def _states(session: Session, company: Company) -> dict[str, str]:
    names = {person_id: name for name, person_id in company.ids.items()}
    return {names[row.person_id]: row.state for row in session.scalars(sa.select(Reading))}


def test_the_front_line_and_onsite_are_asked_once(writes: Session, company: Company):
    pack = signed(writes, company)

    assert _states(writes, company) == dict.fromkeys(("lea", "fin", "flo", "fay", "ono", "oda"), "asked")
    assert reading.ask_all(writes, pack, now=NOW) == 0


def test_who_signed_off_tells_the_job_that_asks(company: Company, run_jobs, frozen_clock):
    frozen_clock(NOW)
    with company.house.db.transaction() as session:
        signed(session, company)
        session.execute(sa.delete(Reading))
    run_jobs()

    with company.house.db.reading() as session:
        assert len(_states(session, company)) == 6


def test_confirming_is_told_once_for_each_version_and_moves_the_gate(writes: Session, company: Company):
    pack = signed(writes, company)
    for name in ("lea", "fin", "flo", "flo"):
        reading.confirm(writes, pack, company.ids[name], version=1, now=NOW)

    told = writes.scalars(sa.select(EventRow.payload).where(EventRow.name == PackAcknowledged.name)).all()
    assert [each["person_id"] for each in told] == [company.ids[name] for name in ("lea", "fin", "flo")]
    assert reading.is_due(reading.of_person(writes, pack, company.ids["fay"]), pack)


def test_a_new_version_shows_only_what_is_new(writes: Session, company: Company):
    pack = signed(writes, company)
    reading.confirm(writes, pack, company.ids["flo"], version=1, now=NOW)
    fill(writes, pack, "first_fixes", "Another text.", by=company.ids["ana"])
    flo = reading.of_person(writes, pack, company.ids["flo"])
    fay = reading.of_person(writes, pack, company.ids["fay"])

    new = reading.what_is_new(writes, pack, flo)

    assert [part.key for part in new] == ["first_fixes"]
    assert "Old password refused · Expected" in (new[0].before or "")
    assert len(reading.what_is_new(writes, pack, fay)) == len(plan.plan().sizes["M"].sections)
    with pytest.raises(Refused):
        reading.confirm(writes, pack, company.ids["flo"], version=1, now=NOW)


def test_help_is_a_question_and_no_failure(writes: Session, company: Company):
    pack = signed(writes, company)
    flo = company.ids["flo"]

    reading.ask_for_help(writes, pack, flo, "first_fixes", "Where is the form?", now=NOW)

    question = writes.scalars(sa.select(Question)).one()
    assert (question.is_help, question.is_blocking, question.asked_by, question.section) == (
        True, False, flo, "first_fixes")  # fmt: skip
    assert reading.of_person(writes, pack, flo).state == HELP_NEEDED
    reading.confirm(writes, pack, flo, version=1, now=NOW)
    assert reading.of_person(writes, pack, flo).state == UNDERSTOOD


def test_whoever_is_away_in_the_first_days_is_asked_on_return_and_does_not_count(writes: Session, company: Company):
    flo = writes.get_one(Person, company.ids["flo"])
    absences.add(writes, flo, GO_LIVE.date(), GO_LIVE.date() + timedelta(days=9), by=None, today=NOW.date())
    signed(writes, company)

    assert _states(writes, company)["flo"] == AWAY
    assert [each.title for each in reading.to_read(writes, company.ids["flo"])[0]] == ["Payroll portal: new sign-in"]


def test_a_newcomer_gets_what_the_last_thirty_days_brought(company: Company, make_person: MakePerson, run_jobs,
                                                           frozen_clock):  # fmt: skip
    with company.house.db.transaction() as session:
        pack = signed(session, company)
        pack.state, pack.live_at = plan.EARLY_LIFE, GO_LIVE
    for days, expected in ((29, 1), (31, 0)):
        frozen_clock(GO_LIVE + timedelta(days=days))
        person = make_person(f"New {days}", roles=["front_line"], party_id="front-line")
        run_jobs()
        with company.house.db.reading() as session:
            assert reading.to_read(session, person.id)[1] == expected


def test_whoever_was_not_asked_confirms_nothing(writes: Session, company: Company):
    pack = signed(writes, company)

    with pytest.raises(Forbidden):
        reading.confirm(writes, pack, company.ids["hal"], version=1, now=NOW)


def test_the_quiz_of_a_large_pack_comes_first_and_four_of_five_pass_it(writes: Session, company: Company):
    pack = signed(writes, company, "L")
    quizzing.save(writes, pack, FIVE, company.actor(writes, pack, "fin"), now=NOW)
    flo = company.ids["flo"]
    right = {number + 1: number % 2 for number in range(5)}

    with pytest.raises(Refused):
        reading.confirm(writes, pack, flo, version=1, now=NOW)
    assert reading.take_quiz(writes, pack, flo, {**right, 1: 1, 2: 0}, now=NOW)[0] is False
    assert reading.of_person(writes, pack, flo).quiz_passed_at is None
    assert reading.take_quiz(writes, pack, flo, {**right, 1: 1}, now=NOW)[0] is True
    reading.confirm(writes, pack, flo, version=1, now=NOW)
    assert reading.of_person(writes, pack, flo).state == UNDERSTOOD


@pytest.mark.parametrize("who", ["ana", "ono", "cem"])
def test_the_front_line_writes_the_quiz_and_nobody_else(writes: Session, company: Company, who: str):
    pack = signed(writes, company, "L")

    with pytest.raises(Forbidden):
        quizzing.save(writes, pack, FIVE, company.actor(writes, pack, who), now=NOW)


def test_a_quiz_of_four_is_refused(writes: Session, company: Company):
    pack = signed(writes, company, "L")

    with pytest.raises(Refused, match="five questions"):
        quizzing.save(writes, pack, FIVE[:4], company.actor(writes, pack, "fin"), now=NOW)


def test_somebody_reads_on_a_page_and_confirms_or_asks_for_help(browser: Browser, company: Company):
    with company.house.db.transaction() as session:
        pack_id = signed(session, company).id
    flo = browser("flo")

    mine = flo.get("/handover/my")
    page = flo.get(f"/handover/{pack_id}/read")
    empty = send(flo, f"/handover/{pack_id}/read", {"act": "help", "text": " "})
    helped = send(flo, f"/handover/{pack_id}/read", {"act": "help", "text": "Where is the form?"})
    done = send(flo, f"/handover/{pack_id}/read", {"version": "1"})

    assert "Payroll portal: new sign-in" in mine.text
    assert "I could support this tomorrow" in page.text
    assert (empty.status_code, helped.status_code, done.status_code) == (422, 303, 303)
    assert "You said on" in flo.get(f"/handover/{pack_id}/read").text
    assert "Nothing to read." in flo.get("/handover/my").text
