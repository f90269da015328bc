"""Tokens that let somebody answer once without saying who answered.

In an anonymous round a token follows from the round's secret and the person,
so that it need not be stored: only a mark says that it was used. The mark is
made with the same secret. Once that is deleted, at the round's end, neither
the directory nor a token in somebody's mailbox leads to a mark.

Whoever holds the secret can tell who has used a token, never what they
answered. The secret therefore belongs beside the round and nowhere else.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable

from portal.core.errors import Refused
from portal.core.i18n import gettext as _

BYTES = 32
"""Of chance in a secret and in an invitation's token: as much as SHA-256 keeps."""


def new_secret() -> bytes:
    """Return a secret for one round (our rule: each has its own, deleted at its end)."""
    return secrets.token_bytes(BYTES)


def new_token() -> str:
    """Return a token for an invitation by name: chance alone, fit for an address."""
    return secrets.token_urlsafe(BYTES)


def token_of(secret: bytes | None, person_id: int) -> str:
    """Return the token of a person in a round: HMAC(round secret, person), in 64 hexadecimal digits.

    *secret* is ``None`` once the round is over.

    Raises:
        Refused: the round is over.
    """
    return _hmac(secret, f"person:{person_id}")


def mark_of(secret: bytes | None, token: str) -> str:
    """Return what is kept of a used token (our rule: the mark alone).

    It is keyed too: a plain hash of the token would still tie a mark to
    whoever finds the token in a mailbox years later.

    Raises:
        Refused: the round is over.
    """
    return _hmac(secret, f"used:{token}")


def belongs(secret: bytes | None, token: str, person_ids: Iterable[int]) -> bool:
    """Whether *token* is one of those invited, without saying whose, in the same time whoever it is.

    Raises:
        Refused: the round is over.
    """
    return _any(token, (token_of(secret, person_id) for person_id in person_ids))


def is_used(secret: bytes | None, token: str, marks: Iterable[str]) -> bool:
    """Whether one of the *marks* says that *token* was used.

    Raises:
        Refused: the round is over.
    """
    return _any(mark_of(secret, token), marks)


def same(left: str, right: str) -> bool:
    """Whether two tokens are equal, compared in constant time; any text may come in from outside."""
    return hmac.compare_digest(left.encode("utf-8", "surrogatepass"), right.encode("utf-8", "surrogatepass"))


def _any(text: str, among: Iterable[str]) -> bool:
    """Compare with all of them: stopping at the first would tell its place by the time."""
    return sum([same(text, each) for each in among]) > 0


def _hmac(secret: bytes | None, text: str) -> str:
    if not secret:
        raise Refused(
            _("This round of questions is over."), hint=_("Nothing was stored. You will be asked again another time.")
        )
    return hmac.digest(secret, text.encode("utf-8", "surrogatepass"), "sha256").hex()
