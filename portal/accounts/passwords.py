"""Passwords: which are taken, how they are kept (argon2id), and how new ones are made.

Hashing takes a few hundredths of a second and much memory on purpose, so it
happens outside transactions and a few at once. Length is what counts; nobody
is asked for a digit or a sign.
"""

from __future__ import annotations

import functools
import re
import secrets
import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from portal.core.errors import Refused
from portal.core.i18n import gettext as _

SHORTEST = 15
LONGEST = 200

_AT_ONCE = threading.BoundedSemaphore(4)
_hasher = PasswordHasher()

# What people type when a machine asks for many characters, without spaces and signs between.
_OBVIOUS_WORDS = """
    passwordpassword passwort passwortpasswort password1password1 passwordpassword1 mypasswordispassword
    correcthorsebatterystaple abcdefghijklmno abcdefghijklmnopqrstuvwxyz qwertyuiopasdfg qwertyuiopasdfghjkl
    qwertyuiopasdfghjklzxcvbnm qwertzuiopasdfg qwertzuiopasdfghjkl qwertzuiopasdfghjklyxcvbnm iloveyouiloveyou
    letmeinletmeinletmein administratoradministrator administrator123 changemechangeme changemechangemechangeme
    123456789012345 1234567890123456 12345678901234567890 1q2w3e4r5t6z7u8i 1q2w3e4r5t6y7u8i 0123456789abcdef
"""
_OBVIOUS = frozenset(_OBVIOUS_WORDS.split())
_CONSONANTS, _VOWELS = "bdfghjkmnprstvwz", "aeiou"


def taken(password: str, *, login: str = "", site_name: str = "") -> str:
    """Return the hash under which *password* is kept, when it is good enough.

    Raises:
        Refused: too short, too long, as easy to guess as the sign-in name, or on the short list of the obvious.
    """
    if len(password) > LONGEST * 4:
        raise _too_long()
    password = unicodedata.normalize("NFC", password)
    if len(password) < SHORTEST:
        raise Refused(
            _("A password needs at least %(count)s characters.", count=SHORTEST),
            hint=_("A few words that mean something to you alone are easy to keep in mind. Spaces are welcome."),
        )
    if len(password) > LONGEST:
        raise _too_long()
    plain = re.sub(r"[\W_]+", "", password.casefold())
    known = {re.sub(r"[\W_]+", "", name.casefold()) for name in (login, site_name, login.partition("@")[0])} - {""}
    if plain in _OBVIOUS or len(set(password)) < 5 or any(_is_made_of(plain, name) for name in known):
        raise Refused(
            _("That password is too easy to guess."),
            hint=_("Take a few words that have nothing to do with each other, your name or this portal."),
        )
    return _hash(password)


def _too_long() -> Refused:
    return Refused(_("A password has at most %(count)s characters.", count=LONGEST), hint=_("Make it shorter."))


def _is_made_of(plain: str, name: str) -> bool:
    """Whether nothing but *name*, again and again, with or without a number behind, stands in *plain*."""
    return re.fullmatch(rf"(?:{re.escape(name)})+\d*", plain) is not None


def fits(password_hash: str | None, password: str) -> bool:
    """Whether *password* is the one that was kept; without any hash, ``False`` after the same time."""
    if len(password) > LONGEST * 4:
        return False
    stand_in = _nobodys_hash()
    try:
        with _AT_ONCE:
            _hasher.verify(password_hash or stand_in, unicodedata.normalize("NFC", password))
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def renewed(password_hash: str, password: str) -> str | None:
    """A new hash of the same *password* when the way of hashing has changed since, else ``None``."""
    if not _hasher.check_needs_rehash(password_hash):
        return None
    return _hash(unicodedata.normalize("NFC", password))


def made_up() -> str:
    """A new password that can be read out and typed: ``bukop-tisal-nefor-gamud-wirek`` (about 83 bits)."""

    def word() -> str:
        return "".join(secrets.choice(letters) for letters in (_CONSONANTS, _VOWELS) * 2 + (_CONSONANTS,))

    return "-".join(word() for _place in range(5))


def _hash(password: str) -> str:
    with _AT_ONCE:
        return _hasher.hash(password)


@functools.cache
def _nobodys_hash() -> str:
    return _hash(secrets.token_urlsafe(24))
