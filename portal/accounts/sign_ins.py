"""The table of sign-ins: one row for each browser in which somebody is signed in.

The browser holds a random token of 256 bits, the table its hash. Signing out,
leaving and a new password delete rows, so that an old cookie opens nothing.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person, SignIn
from portal.core.db import UtcDateTime
from portal.organisation.models import Organisation

SEEN_AGAIN_AFTER = timedelta(minutes=10)

COUNTS = "portal.counts_of_who_asks"

# Given the column with the id of a person: a subquery for one number about them.
Count = Callable[[sa.ColumnElement[int]], sa.ScalarSelect[int]]

_BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
_SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


def new_token() -> str:
    """A token that nobody can guess, as text for a cookie."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """What the table keeps of *token*. It is random, so a fast hash without salt is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def start(session: Session, person_id: int, token: str, *, now: datetime, days: int, agent: str = "") -> SignIn:
    """Note that *token* is signed in as a person, for *days* days."""
    row = SignIn(
        token_hash=hash_of(token),
        person_id=person_id,
        created_at=now,
        seen_at=now,
        expires_at=now + timedelta(days=days),
        agent=agent,
    )
    session.add(row)
    session.flush()
    return row


@dataclass(frozen=True)
class Found:
    """A sign-in that holds, with what each page needs of its person; *zone* is the organisation's, or empty.

    *counts* are the numbers that rooms above asked for, by the names under which they did.
    """

    sign_in_id: int
    seen_at: datetime
    id: int
    name: str
    language: str
    time_zone: str
    must_change_password: bool
    unit_id: str | None
    party_id: str | None
    zone: str
    counts: Mapping[str, int] = field(default_factory=dict)


def find(session: Session, token: str, *, now: datetime) -> Found | None:
    """Whose sign-in *token* is, in one query.

    ``None`` when there is none, it has ended, or the person has left.
    """
    counts: Mapping[str, Count] = session.info.get(COUNTS, {})
    row = session.execute(_found(tuple(counts.values())), {"token_hash": hash_of(token), "now": now}).one_or_none()
    if row is None:
        return None
    known = len(row) - len(counts)
    return Found(*(*row[:known], dict(zip(counts, row[known:], strict=True))))


@lru_cache(maxsize=8)
def _found(counts: tuple[Count, ...]) -> sa.Select[*tuple[Any, ...]]:
    """The query of :func:`find`, built once and of plain columns: each page asks it, and rows made into models cost.

    *counts* travel in it, so that a number on every page costs no read of its own.
    """
    mine, who = SignIn.__table__.c, Person.__table__.c
    zone = sa.select(Organisation.__table__.c.time_zone).limit(1).scalar_subquery()
    return (
        sa.select(mine.id, mine.seen_at, who.id, who.name, who.language, who.time_zone, who.must_change_password)
        .add_columns(who.unit_id, who.party_id, sa.func.coalesce(zone, ""), *(count(who.id) for count in counts))
        .join_from(SignIn.__table__, Person.__table__, who.id == mine.person_id)
        .where(
            mine.token_hash == sa.bindparam("token_hash"),
            mine.expires_at > sa.bindparam("now", type_=UtcDateTime),
            who.left_at.is_(None),
        )
    )


def end(session: Session, token: str) -> None:
    """Sign *token* out; one that is not signed in is nothing new."""
    session.execute(sa.delete(SignIn).where(SignIn.token_hash == hash_of(token)))


def end_one(session: Session, person_id: int, sign_in_id: int) -> None:
    """Sign a person out in one of their browsers; somebody else's sign-in is left alone."""
    session.execute(sa.delete(SignIn).where(SignIn.id == sign_in_id, SignIn.person_id == person_id))


def end_all(session: Session, person_id: int, *, but: int | None = None) -> None:
    """Sign a person out everywhere, but in the sign-in with the id *but*."""
    session.execute(sa.delete(SignIn).where(SignIn.person_id == person_id, SignIn.id != (but or 0)))


def of_person(session: Session, person_id: int, *, now: datetime, limit: int = 50) -> Sequence[SignIn]:
    """Where a person is signed in, the latest first."""
    query = sa.select(SignIn).where(SignIn.person_id == person_id, SignIn.expires_at > now)
    return session.scalars(query.order_by(SignIn.seen_at.desc(), SignIn.id.desc()).limit(limit)).all()


def note_seen(session: Session, rows: Sequence[tuple[int, datetime]]) -> None:
    """Write when sign-ins were last used; *rows* are (id, time), gathered by the tally."""
    for sign_in_id, seen_at in dict(sorted(rows)).items():
        session.execute(sa.update(SignIn).where(SignIn.id == sign_in_id).values(seen_at=seen_at))


def forget_ended(session: Session, now: datetime) -> None:
    """Delete the sign-ins whose time is over."""
    session.execute(sa.delete(SignIn).where(SignIn.expires_at <= now))


def agent_in_words(user_agent: str) -> str:
    """The browser as its person would call it, ``Firefox, Windows``; empty when it is none we know."""
    browser = next((name for sign, name in _BROWSERS.items() if sign in user_agent), "")
    system = next((name for sign, name in _SYSTEMS.items() if sign in user_agent), "")
    return ", ".join(filter(None, (browser, system)))
