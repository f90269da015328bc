"""The table of sign-ins: what it keeps, when a token opens something and when no more."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal.accounts import sign_ins
from portal.accounts.models import SignIn
from portal.testing import NOON


def test_tokens_hold_256_random_bits_and_the_table_only_their_hash(session, make_person):
    token = sign_ins.new_token()
    row = sign_ins.start(session, make_person().id, token, now=NOON, days=14)

    assert len(token) == 43
    assert len({sign_ins.new_token() for _each in range(100)}) == 100
    assert row.token_hash == sign_ins.hash_of(token)
    assert token not in {str(value) for value in session.execute(sa.select(SignIn.__table__)).one()}


def test_a_token_opens_until_its_days_are_over(session, make_person):
    robin = make_person()
    row = sign_ins.start(session, robin.id, "token", now=NOON, days=2)

    found = sign_ins.find(session, "token", now=NOON + timedelta(days=2, seconds=-1))

    assert (found.sign_in_id, found.id, found.zone) == (row.id, robin.id, "")
    assert sign_ins.find(session, "token", now=NOON + timedelta(days=2)) is None
    assert sign_ins.find(session, "other", now=NOON) is None


def test_the_time_zone_of_the_organisation_comes_along(company, make_person):
    robin = make_person()
    with company.db.transaction() as session:
        sign_ins.start(session, robin.id, "token", now=NOON, days=2)
        assert sign_ins.find(session, "token", now=NOON).zone == "Europe/Berlin"


def test_numbers_that_rooms_above_ask_for_come_along(company, make_person):
    robin, ada = make_person(), make_person("Ada")

    def how_many_sign_ins(person_id):
        every = SignIn.__table__.alias()
        return sa.select(sa.func.count()).where(every.c.person_id == person_id).scalar_subquery()

    with company.db.transaction() as session:
        for person, token in ((robin, "a"), (robin, "b"), (ada, "c")):
            sign_ins.start(session, person.id, token, now=NOON, days=2)
    with company.db.reading() as session:
        session.info[sign_ins.COUNTS] = {"test.sign_ins": how_many_sign_ins}
        found = [sign_ins.find(session, token, now=NOON).counts for token in ("a", "c")]

    assert found == [{"test.sign_ins": 2}, {"test.sign_ins": 1}]


def test_one_browser_ends_for_its_own_person_alone(session, make_person):
    robin, ada = make_person(), make_person("Ada")
    mine, other = (sign_ins.start(session, robin.id, token, now=NOON, days=2) for token in ("a", "b"))

    sign_ins.end_one(session, ada.id, mine.id)
    assert [row.id for row in sign_ins.of_person(session, robin.id, now=NOON)] == [other.id, mine.id]

    sign_ins.end_one(session, robin.id, mine.id)
    assert [row.id for row in sign_ins.of_person(session, robin.id, now=NOON)] == [other.id]


def test_when_a_sign_in_was_last_used_is_written_in_batches(session, make_person):
    row = sign_ins.start(session, make_person().id, "token", now=NOON, days=2)

    sign_ins.note_seen(session, [(row.id, NOON + timedelta(minutes=30)), (row.id, NOON + timedelta(minutes=20))])

    session.expire_all()
    assert row.seen_at == NOON + timedelta(minutes=30)


def test_sign_ins_whose_time_is_over_are_forgotten(session, make_person):
    robin = make_person()
    sign_ins.start(session, robin.id, "old", now=NOON, days=1)
    kept = sign_ins.start(session, robin.id, "new", now=NOON, days=3)

    sign_ins.forget_ended(session, NOON + timedelta(days=2))

    assert session.scalars(sa.select(SignIn.id)).all() == [kept.id]


WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Windows"),
        (
            f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) {WEBKIT} Mobile/15E148 Safari/604.1",
            "Safari, iPhone",
        ),
        (f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/138.0 Safari/537.36 Edg/138.0", "Edge, Windows"),
        (f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/138.0 Mobile Safari/537.36", "Chrome, Android"),
        ("curl/8.5.0", ""),
        ("", ""),
    ],
)
def test_a_browser_is_named_as_its_person_would(agent, words):
    assert sign_ins.agent_in_words(agent) == words
