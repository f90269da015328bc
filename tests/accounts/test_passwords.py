"""Which passwords are taken, and how they are kept."""

import re

import pytest
from argon2 import PasswordHasher
from argon2.low_level import Type

from portal.accounts import passwords
from portal.core.errors import Refused

GOOD = "seven herons on a roof"


def test_a_password_is_kept_as_argon2id_and_fits_again():
    kept = passwords.taken(GOOD)

    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert passwords.fits(kept, GOOD) is True
    assert passwords.fits(kept, GOOD + " ") is False


@pytest.mark.parametrize("password", ["", "fourteen chars", "a" * 14])
def test_a_password_under_fifteen_characters_is_refused(password):
    with pytest.raises(Refused, match="A password needs at least 15 characters"):
        passwords.taken(password)


@pytest.mark.parametrize("password", ["ab cde" * 34, "x y z w v" * 100_000])
def test_a_password_over_two_hundred_characters_is_refused_and_never_fits(password):
    with pytest.raises(Refused, match="A password has at most 200 characters"):
        passwords.taken(password)

    assert passwords.fits(passwords.taken(GOOD), password) is False


@pytest.mark.parametrize("password", ["fifteen letters", "ä" * 5 + "ö" * 5 + "üßé—😀", "      leading and trailing   "])
def test_no_kind_of_character_is_asked_for_or_forbidden(password):
    assert passwords.fits(passwords.taken(password), password) is True


def test_one_character_may_be_typed_in_two_ways():
    kept = passwords.taken("Schlo\u0308sser am Fluss")  # o and two dots apart, as some keyboards send it

    assert passwords.fits(kept, "Schl\u00f6sser am Fluss") is True


@pytest.mark.parametrize(
    "password",
    [
        "aaaaaaaaaaaaaaaaaaaa",
        "1212121212121212",
        "123456789012345",
        "Password Password",
        "Correct-Horse-Battery-Staple",
        "Qwertyuiopasdfghjkl",
        "robin.bell@example.org",
        "robinbellrobinbell",
        "Robin.Bell.Robin.Bell.2026",
        "FrontlineFrontline1",
    ],
)
def test_what_everybody_would_try_first_is_refused(password):
    with pytest.raises(Refused, match="too easy to guess"):
        passwords.taken(password, login="robin.bell@example.org", site_name="Frontline")


def test_a_name_inside_a_longer_sentence_is_welcome():
    password = "frontline staff like tea"

    assert passwords.fits(passwords.taken(password, login="robin", site_name="Frontline"), password) is True


def test_nobody_fits_without_a_hash_and_a_broken_hash_is_no_way_in():
    assert passwords.fits(None, GOOD) is False
    assert passwords.fits("", GOOD) is False
    assert passwords.fits("$argon2id$broken", GOOD) is False


def test_an_unknown_name_is_checked_against_a_hash_that_costs_the_same(monkeypatch):
    checked = []
    real = PasswordHasher.verify
    monkeypatch.setattr(
        PasswordHasher, "verify", lambda self, kept, word: checked.append(kept.split("$")[3]) or real(self, kept, word)
    )

    passwords.fits(None, GOOD)
    passwords.fits(passwords.taken(GOOD), GOOD)

    assert checked == ["m=65536,t=3,p=4", "m=65536,t=3,p=4"]


def test_a_hash_made_in_an_older_way_is_renewed_and_a_present_one_is_not():
    older = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1, type=Type.ID).hash(GOOD)

    renewed = passwords.renewed(older, GOOD)

    assert passwords.fits(older, GOOD) is True
    assert passwords.fits(renewed, GOOD) is True
    assert passwords.renewed(renewed, GOOD) is None


def test_a_made_up_password_can_be_read_out_and_is_never_the_same():
    words = {passwords.made_up() for _each in range(200)}

    assert len(words) == 200
    assert {bool(re.fullmatch(r"[a-z]{5}(-[a-z]{5}){4}", word)) for word in words} == {True}
    assert len(next(iter(words))) == 29
