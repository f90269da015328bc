"""Answering once, without saying who answered."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.feedback import tokens
from portal.core.errors import Refused

SECRET = bytes(range(32))


def test_a_token_is_the_hmac_of_the_rounds_secret_and_the_person():
    assert tokens.token_of(SECRET, 7) == hmac.new(SECRET, b"person:7", hashlib.sha256).hexdigest()


def test_a_person_has_another_token_in_each_round_and_nobody_elses():
    given_out = [tokens.token_of(secret, person) for secret in (SECRET, SECRET[::-1]) for person in range(1, 51)]

    assert len(set(given_out)) == 100
    assert tokens.token_of(SECRET, 1) == given_out[0]


def test_secrets_and_tokens_of_invitations_are_chance():
    assert len({tokens.new_secret() for _each in range(50)}) == 50
    assert {len(tokens.new_secret()) for _each in range(5)} == {32}
    assert len({tokens.new_token() for _each in range(50)}) == 50
    assert {len(tokens.new_token()) for _each in range(5)} == {43}


def test_a_token_belongs_to_a_round_only_if_one_of_those_invited_has_it():
    token = tokens.token_of(SECRET, 3)

    assert tokens.belongs(SECRET, token, [1, 2, 3])
    assert not tokens.belongs(SECRET, token, [1, 2])
    assert not tokens.belongs(SECRET[::-1], token, [1, 2, 3])
    assert not tokens.belongs(SECRET, "3", [1, 2, 3])


def test_only_the_mark_says_that_a_token_was_used():
    first, second = tokens.token_of(SECRET, 1), tokens.token_of(SECRET, 2)
    marks = [tokens.mark_of(SECRET, first)]

    assert tokens.is_used(SECRET, first, marks)
    assert not tokens.is_used(SECRET, second, marks)


def test_without_the_secret_neither_a_token_nor_a_person_leads_to_a_mark():
    token = tokens.token_of(SECRET, 1)
    mark = tokens.mark_of(SECRET, token)

    guesses = {hashlib.sha256(guess.encode()).hexdigest() for guess in (token, f"used:{token}", "person:1", "1")}
    guesses |= {tokens.mark_of(other, token) for other in (b"guessed", SECRET[::-1], token.encode())}
    assert mark not in guesses
    assert mark == tokens.mark_of(SECRET, token)


@pytest.mark.parametrize("secret", [None, b""])
def test_once_the_secret_is_deleted_nothing_can_be_answered(secret):
    for ask in (
        lambda: tokens.token_of(secret, 1),
        lambda: tokens.mark_of(secret, "token"),
        lambda: tokens.belongs(secret, "token", [1]),
        lambda: tokens.is_used(secret, "token", []),
    ):
        with pytest.raises(Refused) as refused:
            ask()
        assert (refused.value.message, refused.value.hint) == (
            "This round of questions is over.",
            "Nothing was stored. You will be asked again another time.",
        )


@given(st.text(st.characters()), st.text(st.characters()))
def test_comparing_answers_for_any_text(left, right):
    assert tokens.same(left, left)
    assert tokens.same(left, right) == (left == right)


def test_text_that_no_token_holds_is_compared_as_well():
    assert not tokens.same("\udcff", "é")
    assert not tokens.is_used(SECRET, "\udcff", ["\udcff"])
