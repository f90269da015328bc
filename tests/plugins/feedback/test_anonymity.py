"""Whoever copies the database after every single answer of an anonymous round links nobody better than one in five.

The same attack links everybody where the protection is taken out.
"""

from __future__ import annotations

import itertools
import json
import random
from dataclasses import asdict
from datetime import timedelta

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from plugins.feedback import anonymity, nameless, rounds
from plugins.feedback.anonymity import Chosen, Given, Keys, Written
from plugins.feedback.models import Verbatim
from plugins.feedback.round_models import Invited, NamelessAnswer, Round, Sealed, UsedToken
from plugins.feedback.surveys import survey_now
from plugins.feedback.tokens import mark_of, token_of
from plugins.feedback.wordings import bank_now
from portal.accounts.models import Person
from portal.core.errors import Refused
from portal.organisation.models import Unit
from portal.testing import NOON
from tests.plugins.feedback.attack import Attacker

END = NOON + timedelta(days=14)
UNITS = {"sales": 24, "legal": 12, "small": 4}
WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath", "inlet", "jetty")


@pytest.fixture
def keys(house):
    return Keys(house.config.instance / "feedback")


@pytest.fixture
def people(organised):
    """Forty people in three units; one of these is too small to be named."""
    with organised.db.transaction() as session:
        for unit in UNITS:
            session.add(Unit(id=unit, name=unit.title(), parent_id="company", site_id="main"))
        session.flush()
        for unit, count in UNITS.items():
            for number in range(count):
                session.add(Person(name=f"{unit} {number}", unit_id=unit, created_at=NOON))
    return organised


@pytest.fixture
def asked(people):
    with people.db.transaction() as session:
        survey = survey_now(session, bank_now(session), "P")
        return rounds.begin(session, survey, by=None, closes_at=END, now=NOON)


def word_of(person_id):
    """A word that nobody else writes."""
    return f"{WORDS[person_id % 10]}{WORDS[person_id // 10 % 10]}{WORDS[person_id * 7 % 10]}x{person_id}y"


def text_of(person_id):
    return f"We keep a list of our own called {word_of(person_id)}{' and so on' * (person_id % 17)}."


def protected(session, asked, person_id, given, keys):
    """Answer as people do."""
    return nameless.answer(
        session, asked, token_of(asked.secret, person_id), given, language="en", names=(), keys=keys, now=NOON
    )


def written_at_once(session, asked, person_id, given, keys):
    """Keep answers without any protection: at once, and numbered."""
    unit_id = session.get_one(Invited, (asked.id, person_id)).unit_id
    number = session.scalar(sa.select(sa.func.count()).select_from(UsedToken))
    session.add(UsedToken(mark=mark_of(asked.secret, token_of(asked.secret, person_id)), round_id=asked.id))
    for question_id, (value,) in given.items():
        if question_id == "P7":
            written = Written(
                question_id=question_id, version=1, language="en", text=value, redactions={}, suggested=[]
            )
            row = anonymity._verbatim(asked.id, unit_id, written)
            row.id = f"{number:043}"
        else:
            row = NamelessAnswer(
                id=f"{number:040}{question_id}", round_id=asked.id, unit_id=unit_id, question_id=question_id,
                version=1, value=value,
            )  # fmt: skip
        session.add(row)
    return False


def run(house, asked, keys, folder, answer=protected, seed=1, sweep=True):
    """Let everybody answer one by one, in an order that is chance, and copy the files after each."""
    lots = random.Random(seed)
    with house.db.reading() as session:
        units = {row.person_id: row.unit_id for row in session.scalars(sa.select(Invited))}
    attacker = Attacker(house.db.path, folder, asked.secret, units, {each: word_of(each) for each in units})
    attacker.copy()
    for person_id in lots.sample(sorted(units), len(units)):
        given = {f"P{number}": [str(lots.randint(1, 4))] for number in range(1, 7)} | {"P7": [text_of(person_id)]}
        with house.db.transaction() as session:
            opened = answer(session, session.get_one(Round, asked.id), person_id, given, keys)
        attacker.copy()
        if opened and sweep:
            tidy(house, asked, keys)
            anonymity.sweep(house.db)
    return attacker


def tidy(house, asked, keys):
    with house.db.transaction() as session:
        anonymity.tidy(session, asked.id, keys)


def end(house, asked, keys):
    with house.db.transaction() as session:
        return rounds.close(session, asked.id, keys=keys, now=END)


def test_forty_people_answer_one_by_one_and_nobody_is_linked(people, asked, keys, tmp_path):
    attacker = run(people, asked, keys, tmp_path / "copies")
    assert attacker.order_of_people() != sorted(attacker.units)
    assert len(attacker.order_of_people()) == 40  # with the secret it is known who took part, as it has to be

    assert len(attacker.texts(attacker.copies[-1])) == 20
    assert attacker.links() == set(), attacker.best()

    ended = end(people, asked, keys)
    attacker.copy()
    assert attacker.links() == {"elsewhere"}, attacker.best()  # the round itself says that it is over
    swept = Attacker(attacker.path, tmp_path / "swept", attacker.secret, attacker.units, attacker.told, attacker.copies)
    keys.forget(asked.id)
    anonymity.sweep(people.db)
    swept.copy()
    assert swept.links() == {"elsewhere"}, swept.best()

    assert (ended.answered, ended.secret) == (40, None)
    with people.db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Sealed)) == 0
        texts = session.scalars(sa.select(Verbatim.text)).all()
        answers = session.scalar(sa.select(sa.func.count()).select_from(NamelessAnswer))
    assert sorted(texts) == sorted(text_of(each) for each in attacker.units)
    assert answers == 240


@pytest.mark.parametrize("answer", [written_at_once])
def test_without_protection_the_same_attack_links_people(people, asked, keys, tmp_path, answer):
    attacker = run(people, asked, keys, tmp_path / "copies", answer)

    assert attacker.links() >= {"by_appearance", "by_answers", "by_raw_bytes", "by_ids", "by_place"}
    assert {attacker.best()[name] for name in ("by_appearance", "by_answers", "by_raw_bytes", "by_ids")} == {1.0}


def test_boxes_alone_that_are_opened_one_at_a_time_do_not_protect(people, asked, keys, tmp_path, monkeypatch):
    monkeypatch.setattr(anonymity, "FULL", 1)
    monkeypatch.setattr(anonymity, "OPENED", 1)

    attacker = run(people, asked, keys, tmp_path / "copies")

    assert attacker.links() == {"by_appearance", "by_answers", "by_raw_bytes", "by_order"}


def test_answers_that_are_opened_in_the_order_in_which_they_came_tell_whose_they_are(
    people, asked, keys, tmp_path, monkeypatch
):
    numbers = itertools.count()
    monkeypatch.setattr(anonymity, "new_token", lambda: f"{next(numbers):043}")
    monkeypatch.setattr(anonymity, "_shuffled", iter)
    monkeypatch.setattr(anonymity._chance, "shuffle", lambda rows: None)

    attacker = run(people, asked, keys, tmp_path / "copies")

    assert attacker.links() == {"by_order"}


def test_boxes_that_are_not_made_anew_tell_who_is_left(people, asked, keys, tmp_path, monkeypatch):
    def leave(session, round_id, left, key):
        gone = [
            row.id
            for row in session.scalars(sa.select(Sealed))
            if anonymity.unseal(row.box, keys.read(round_id), row.id) not in left
        ]
        session.execute(sa.delete(Sealed).where(Sealed.id.in_(gone)))

    monkeypatch.setattr(anonymity, "_replace_boxes", leave)

    attacker = run(people, asked, keys, tmp_path / "copies", sweep=False)

    assert attacker.links() == {"boxes_that_stay"}


def test_boxes_as_long_as_what_is_in_them_tell_who_wrote_more(people, asked, keys, tmp_path, monkeypatch):
    def unpadded(given, key, box_id):
        plain = json.dumps(asdict(given)).encode()
        nonce = bytes(anonymity.NONCE_BYTES)
        return nonce + AESGCM(key).encrypt(nonce, plain, box_id.encode())

    monkeypatch.setattr(anonymity, "seal", unpadded)

    assert run(people, asked, keys, tmp_path / "copies").links() == {"unlike_boxes"}


def given(unit_id, number=0):
    return Given(unit_id=unit_id, chosen=[Chosen(question_id="P1", version=1, value=str(number % 7 + 1))], written=[])


def put(house, asked, keys, rows):
    with house.db.transaction() as session:
        for row in rows:
            anonymity._put(session, asked.id, row, keys.newest(asked.id))


def opened_at_the_end(house, asked, keys):
    end(house, asked, keys)
    with house.db.reading() as session:
        query = sa.select(NamelessAnswer.unit_id, sa.func.count()).group_by(NamelessAnswer.unit_id)
        return dict(session.execute(query).all())


@pytest.mark.parametrize(
    ("left", "opened"),
    [
        ({"sales": 5, "legal": 7}, {"sales": 5, "legal": 7}),
        ({"sales": 9, "legal": 3, None: 2}, {"sales": 9, None: 5}),
        ({"sales": 5, "legal": 9, None: 1}, {"legal": 9, None: 6}),
        ({"sales": 2, "legal": 2}, {}),
        ({"sales": 5, None: 6}, {"sales": 5, None: 6}),
        ({}, {}),
    ],
)
def test_at_the_end_nothing_is_opened_by_fewer_than_five(people, asked, keys, left, opened):
    put(people, asked, keys, [given(unit, number) for unit, count in left.items() for number in range(count)])

    assert opened_at_the_end(people, asked, keys) == opened


def test_a_token_is_taken_once_and_a_strange_one_never(people, asked, keys):
    with people.db.reading() as session:
        first, *_others = session.scalars(sa.select(Invited.person_id).order_by(Invited.person_id)).all()
    answers = {"P1": ["5"]}
    with people.db.transaction() as session:
        protected(session, session.get_one(Round, asked.id), first, answers, keys)

    with people.db.transaction() as session:
        again = session.get_one(Round, asked.id)
        with pytest.raises(Refused, match="answered with this address before"):
            protected(session, again, first, answers, keys)
        with pytest.raises(Refused, match="does not belong to an open round"):
            nameless.answer(session, again, "0" * 64, answers, language="en", names=(), keys=keys, now=NOON)
        with pytest.raises(Refused, match="is over"):
            nameless.answer(session, again, "0" * 64, answers, language="en", names=(), keys=keys, now=END)
    with people.db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Sealed)) == 1


def test_the_key_is_a_private_file_that_is_replaced_when_boxes_are_opened_and_goes_with_the_round(
    people, asked, keys, house
):
    with people.db.reading() as session:
        sales = session.scalars(sa.select(Invited.person_id).where(Invited.unit_id == "sales")).all()
    seen = []
    for person_id in sales[:10]:
        with people.db.transaction() as session:
            opened = protected(session, session.get_one(Round, asked.id), person_id, {"P1": ["5"]}, keys)
        seen.append((opened, keys.read(asked.id)))
    tidy(people, asked, keys)
    file = house.config.instance / "feedback" / f"{asked.id}.key"

    assert [opened for opened, _keys in seen] == [False] * 9 + [True]
    assert seen[0][1] == seen[8][1]
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert keys.read(asked.id) == seen[9][1][:1] != seen[8][1]
    with people.db.reading() as session:
        boxes = session.execute(sa.select(Sealed.id, Sealed.box)).all()
    assert len(boxes) == 5
    assert [anonymity.unseal(box, seen[8][1], box_id) for box_id, box in boxes] == [None] * 5
    assert all(anonymity.unseal(box, keys.read(asked.id), box_id) for box_id, box in boxes)
    end(people, asked, keys)
    keys.forget(asked.id)
    assert not file.exists()


def test_when_the_transaction_fails_the_old_boxes_can_still_be_opened(people, asked, keys):
    put(people, asked, keys, [given("sales", number) for number in range(9)])
    with people.db.session() as session:
        token = token_of(asked.secret, session.scalar(sa.select(Invited.person_id).where(Invited.unit_id == "sales")))
        assert anonymity.keep(session, session.get_one(Round, asked.id), token, given("sales"), keys)
        session.rollback()

    assert len(keys.read(asked.id)) == 2
    tidy(people, asked, keys)
    assert len(keys.read(asked.id)) == 2
    assert opened_at_the_end(people, asked, keys) == {"sales": 9}


def test_a_box_whose_key_is_lost_stays_closed_and_the_round_still_ends(people, asked, keys):
    put(people, asked, keys, [given("sales", number) for number in range(6)])
    keys.forget(asked.id)
    put(people, asked, keys, [given("sales", number) for number in range(5)])

    assert opened_at_the_end(people, asked, keys) == {"sales": 5}
