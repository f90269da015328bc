"""What a question on a page carries with it: who is asked, about what, in which order. Signed, and kept nowhere.

A page is read far more often than it is answered, so nothing is written when
somebody is asked. All that has to be known later travels in the form, under a
signature of this portal: nobody can change it, or make one of their own.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Final

from itsdangerous import BadData, URLSafeSerializer

from portal.core.errors import NotFound, Refused
from portal.core.i18n import gettext as _

OPEN_FOR: Final = timedelta(days=14)
"""How long after they were put questions on a page may be answered for the first time."""
LONGEST: Final = 8000
"""Characters of a token; longer ones are none of ours."""
_SALT: Final = "feedback.asked"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Somebody is asked something on a page. The names are those of the columns of an invitation.

    *id* follows from the occasion, so that the same occasion is asked about
    once; *ref* leads back to the article; *at* is a time in whole seconds.
    """

    id: str
    template: str
    about: str
    about_id: str
    at: int
    person_id: int | None = None
    article_id: int | None = None
    ref: str = ""
    revision_id: int | None = None
    service_id: str | None = None
    unit_id: str | None = None
    words: str = ""
    form: tuple[str, ...] = ()
    known: tuple[tuple[str, str], ...] = ()
    seed: str = ""


def id_of(key: bytes, template: str, about: str, about_id: str, person_id: int | None) -> str:
    """The id of an invitation about this occasion: always the same, and known to nobody without the *key*."""
    named = f"{_SALT}\n{template}\n{about}\n{about_id}\n{'' if person_id is None else person_id}"
    return base64.urlsafe_b64encode(hmac.digest(key, named.encode(), "sha256")).decode().rstrip("=")


def sealed(asked: Asked, key: bytes) -> str:
    """The token that answers come in with."""
    return str(_serializer(key).dumps([getattr(asked, each.name) for each in fields(asked)]))


def opened(token: str, key: bytes) -> Asked:
    """Read a token.

    Raises:
        NotFound: this portal never made it.
    """
    if len(token) > LONGEST or not token.isascii():
        raise _unknown()
    try:
        values: list[Any] = _serializer(key).loads(token)
        named: Mapping[str, Any] = dict(zip((each.name for each in fields(Asked)), values, strict=True))
    except (BadData, ValueError) as fault:
        raise _unknown() from fault
    return Asked(
        **{**named, "form": tuple(named["form"]), "known": tuple((fact, value) for fact, value in named["known"])}
    )


def is_open(asked: Asked, now: datetime) -> bool:
    """Whether a first answer may still come: it does not come much later than the question."""
    return now.timestamp() <= asked.at + OPEN_FOR.total_seconds()


def check_open(asked: Asked, now: datetime) -> None:
    """Refuse a first answer that comes too late.

    Raises:
        Refused: it does.
    """
    if not is_open(asked, now):
        raise Refused(
            _("These questions are no longer open."),
            hint=_("Nothing was saved. You will be asked again another time."),
        )


def _serializer(key: bytes) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt=_SALT)


def _unknown() -> NotFound:
    return NotFound(
        _("There are no questions here."),
        hint=_("The address may have lost a part. Open the page again that led here."),
    )
