"""The form of an anonymous round: nobody is signed in, nothing is told, and what is logged names nobody."""

import logging
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa

from plugins.feedback import nameless, rounds
from plugins.feedback.anonymity import Keys
from plugins.feedback.inviting_jobs import Jobs
from plugins.feedback.models import Invitation
from plugins.feedback.round_models import Invited, NamelessAnswer, Round, Sealed, UsedToken
from plugins.feedback.surveys import survey_now
from plugins.feedback.tokens import token_of
from plugins.feedback.wordings import bank_now
from portal.accounts.models import Person
from portal.core.events import EventRow
from portal.testing import NOON
from tests.plugins.feedback.attack import Attacker

pytestmark = pytest.mark.usefixtures("frozen_clock")


@pytest.fixture
def asked(organised):
    """A round of twelve people in one unit."""
    with organised.db.transaction() as session:
        for number in range(12):
            session.add(Person(name=f"Person {number}", unit_id="company", created_at=NOON))
        session.flush()
        survey = survey_now(session, bank_now(session), "P")
        return rounds.begin(session, survey, by=None, closes_at=NOON + timedelta(days=14), now=NOON)


@pytest.fixture
def addresses(house, asked):
    with house.db.reading() as session:
        people = session.scalars(sa.select(Invited.person_id).order_by(Invited.person_id)).all()
    return [f"/feedback/round/{asked.id}/{token_of(asked.secret, person)}" for person in people]


def counts(house):
    with house.db.reading() as session:
        return tuple(
            session.scalar(sa.select(sa.func.count()).select_from(table))
            for table in (UsedToken, Sealed, NamelessAnswer)
        )


def test_the_form_opens_without_a_sign_in_writes_nothing_and_sets_no_cookie(house, client, addresses):
    page = client.get(f"{addresses[0]}?q=P1&v=7")
    client.head(addresses[0])

    assert page.status_code == 200
    assert 'value="7" id="q-P1-7" checked' in page.text
    assert "Nobody can tell who answered what" in page.text
    assert '<meta name="referrer" content="no-referrer">' in page.text
    assert "Set-Cookie" not in page.headers
    assert re.findall(r"csrf|<script|sign-in", page.text) == []
    assert counts(house) == (0, 0, 0)


def test_whoever_is_signed_in_is_not_looked_at(app, house, as_role, addresses):
    browser = as_role("lead", name="Kim Lead")

    page = browser.get(addresses[0])
    answer = browser.post(addresses[0], data={"P1": "7"})

    assert "Kim Lead" not in page.text
    assert "Set-Cookie" not in page.headers
    assert "Set-Cookie" not in answer.headers
    assert (answer.status_code, answer.location) == (303, "/feedback/round/thanks")
    assert "Nobody can tell which ones are yours" in browser.get("/feedback/round/thanks").text
    assert counts(house) == (1, 1, 0)


def test_a_second_answer_is_refused_politely_and_what_was_typed_is_there(house, client, addresses):
    client.post(addresses[0], data={"P1": "7"})

    again = client.post(addresses[0], data={"P1": "1", "P7": "The list of the warehouse"})

    assert again.status_code == 422
    assert "answered with this address before" in again.text
    assert "The list of the warehouse" in again.text
    assert counts(house) == (1, 1, 0)


def test_an_empty_form_a_wrong_answer_and_a_wrong_address_keep_nothing(house, client, addresses, asked):
    assert client.post(addresses[0], data={}).status_code == 422
    wrong = client.post(addresses[0], data={"P1": "8"})
    assert (wrong.status_code, "Please choose one of these answers" in wrong.text) == (422, True)
    for address in (f"/feedback/round/{asked.id}/{'0' * 64}", f"/feedback/round/99/{'0' * 64}"):
        assert client.get(address).status_code == 404
        assert client.post(address, data={"P1": "1"}).status_code == 404
    assert counts(house) == (0, 0, 0)


def test_nothing_else_in_the_database_changes_and_nothing_is_logged_that_names_anybody(
    house, client, addresses, asked, tmp_path, caplog, capfd
):
    caplog.set_level(logging.DEBUG)
    with house.db.reading() as session:
        events = session.scalars(sa.select(EventRow.id)).all()
    house.tally.flush()
    attacker = Attacker(house.db.path, tmp_path / "copies", asked.secret, {})
    attacker.copy()

    for address in addresses[:10]:
        assert client.post(address, data={"P1": "7", "P7": "Our own list"}).status_code == 303
        house.tally.flush()
        attacker.copy()

    assert attacker.elsewhere() == 0.0
    assert counts(house) == (10, 5, 5)
    with house.db.reading() as session:
        assert session.scalars(sa.select(EventRow.id)).all() == events
        assert set(session.scalars(sa.select(Invitation.state))) == {"planned"}
    written = caplog.text + "".join(capfd.readouterr())
    assert [address for address in addresses if address.rpartition("/")[2] in written] == []
    assert "Our own list" not in written


def test_a_fault_tells_its_kind_and_neither_the_address_nor_what_was_sent(
    client, addresses, monkeypatch, caplog, capfd
):
    def fails(_session, _asked, token, given, **_others):
        raise RuntimeError(f"{token} {given}")

    monkeypatch.setattr(nameless, "answer", fails)

    answer = client.post(addresses[0], data={"P7": "Our own list"})

    written = caplog.text + "".join(capfd.readouterr())
    assert answer.status_code == 500
    assert "Nothing was saved" in answer.text
    assert "RuntimeError" in caplog.records[-1].fault
    assert (addresses[0].rpartition("/")[2] in written, "Our own list" in written) == (False, False)


def test_when_boxes_were_opened_a_job_writes_the_pages_anew_and_old_keys_are_gone(
    house, client, addresses, asked, run_jobs
):
    keys, jobs = Keys(house.config.instance / "feedback"), Jobs(house)
    for address in addresses[:9]:
        client.post(address, data={"P1": "7"})
    assert not keys.wants_sweep()

    client.post(addresses[9], data={"P1": "7"})
    assert (keys.wants_sweep(), len(keys.read(asked.id))) == (True, 1)
    with house.db.transaction() as session:
        jobs.ring(session, NOON)
        jobs.ring(session, NOON)
    assert run_jobs() == 1

    assert not keys.wants_sweep()
    with house.db.reading() as session:
        assert session.scalar(sa.text("PRAGMA freelist_count")) == 0


def test_a_round_ends_by_itself_and_its_keys_are_gone_with_the_next_look(house, client, addresses, asked):
    keys, jobs = Keys(house.config.instance / "feedback"), Jobs(house)
    for address in addresses[:6]:
        client.post(address, data={"P1": "7"})
    end = NOON + timedelta(days=14)

    with house.db.transaction() as session:
        jobs.keep_rounds(session, end - timedelta(seconds=1))
    assert counts(house) == (6, 6, 0)
    with house.db.transaction() as session:
        jobs.keep_rounds(session, end)
    assert counts(house) == (0, 0, 6)
    assert (keys.rounds(), keys.wants_sweep()) == ([asked.id], True)
    with house.db.transaction() as session:
        jobs.keep_rounds(session, end + timedelta(minutes=15))
    assert keys.rounds() == []
    assert client.get(addresses[7]).status_code == 404


def test_after_half_a_year_the_next_pulse_begins_by_itself(house, asked):
    jobs, later = Jobs(house), NOON + timedelta(weeks=26)
    with house.db.transaction() as session:
        row = session.get_one(Round, asked.id)
        row.state, row.secret = "published", None

    for moment in (later - timedelta(minutes=1), later, later + timedelta(minutes=15)):
        with house.db.transaction() as session:
            jobs.keep_rounds(session, moment)

    with house.db.reading() as session:
        found = session.execute(sa.select(Round.state, Round.opens_at, Round.closes_at, Round.invited)).all()
    assert found[1:] == [("open", later, later + timedelta(days=14), 12)]
