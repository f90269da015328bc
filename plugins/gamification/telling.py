"""The front door of the log: something counted, from when, and until when. Whatever room tells it comes in here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.gamification import recording
from plugins.gamification.facts import AGAIN, VOID
from plugins.gamification.models import Contribution


@dataclass(frozen=True, kw_only=True)
class Deed:
    """Something that counts, and perhaps did so for a time only.

    *key* parts it from all others of its kind; *subject* is its type and id.
    *back_at* is when it was honestly taken back, or ``None``.
    """

    kind: str
    key: str
    at: datetime
    actor_id: int | None
    credited: Iterable[int]
    subject: tuple[str, str]
    source: str
    attrs: Mapping[str, Any] = field(default_factory=dict)
    back_at: datetime | None = None


def tell(session: Session, deed: Deed, *, now: datetime) -> None:
    """Write down that something counted, and that it was taken back where it was. Twice is as good as once."""
    recording.record(
        session,
        deed.kind,
        key=deed.key,
        occurred_at=deed.at,
        actor_id=deed.actor_id,
        credited=deed.credited,
        subject=deed.subject,
        source=deed.source,
        attrs=deed.attrs,
        now=now,
    )
    if deed.back_at is not None:
        withdraw(session, deed.kind, deed.key, deed.subject, at=deed.back_at, source=deed.source, now=now)


def withdraw(
    session: Session, kind: str, key: str, subject: tuple[str, str], *, at: datetime, source: str, now: datetime
) -> None:
    """Write down that something counts no longer since *at*, for everybody whom it credited."""
    recording.withdraw(session, standing(session, kind, key, subject), occurred_at=at, source=source, now=now)


def void(
    session: Session,
    kind: str,
    key: str,
    subject: tuple[str, str],
    *,
    at: datetime,
    source: str,
    reason: str,
    now: datetime,
    by: int | None = None,
) -> None:
    """Write down that something never should have counted, for everybody whom it credited; *reason* is a word."""
    for dedupe, credit_id in standing(session, kind, key, subject).items():
        recording.take_back(
            session,
            dedupe,
            credit_id=credit_id,
            mode=VOID,
            occurred_at=at,
            source=source,
            now=now,
            by=by,
            reason=reason,
        )


def standing(session: Session, kind: str, key: str, subject: tuple[str, str]) -> dict[str, int]:
    """The dedupe keys of what was written down of something, with the people whom they credit; also if taken back."""
    query = sa.select(Contribution.dedupe_key, Contribution.credit_id).where(
        Contribution.subject_type == subject[0], Contribution.subject_id == subject[1], Contribution.kind == kind
    )
    return {
        row.dedupe_key: row.credit_id
        for row in session.execute(query.order_by(Contribution.id))
        if row.dedupe_key.partition(AGAIN)[0] == f"{kind}:{key}:{row.credit_id}"
    }
