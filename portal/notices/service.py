"""Telling, marking as read, and choosing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.accounts.rights import rights_of
from portal.core.errors import Refused
from portal.core.i18n import gettext as _
from portal.notices import queries
from portal.notices.kinds import CHOICES, MAIL, OFF, kinds_of
from portal.notices.models import Notice, NoticeChoice

READ_KEPT_FOR, KEPT_FOR = timedelta(days=90), timedelta(days=365)


@dataclass(frozen=True, kw_only=True)
class News:
    """Something to tell one person: ids and plain values only, never text that somebody wrote."""

    person_id: int
    kind: str
    key: str
    data: Mapping[str, Any] = field(default_factory=dict)


def readable(session: Session, news: Sequence[News]) -> list[News]:
    """Of *news* what people may read now and have not turned off; those who have left are told nothing.

    Three or four queries for each person: ask outside of a transaction that writes.
    """
    kinds = kinds_of(session)
    chosen = queries.chosen_by(session, {each.person_id for each in news})
    found = []
    for each in news:
        kind = kinds.get(each.kind)
        if kind is None or chosen.get(each.person_id, {}).get(kind.name, kind.default) == OFF:
            continue
        person = session.get(Person, each.person_id)
        if person is None or not person.is_here:
            continue
        row = Notice(id=0, person_id=person.id, source=kind.source, kind=each.kind, key=each.key, data=dict(each.data))
        if kind.describe(session, rights_of(session, person), [row]):
            found.append(each)
    return found


def tell(session: Session, news: Sequence[News], *, now: datetime) -> int:
    """Write down what :func:`readable` left; what was told before under the same key is not told again.

    Returns how many notices are new.
    """
    kinds = kinds_of(session)
    chosen = queries.chosen_by(session, {each.person_id for each in news})
    count = 0
    for each in news:
        known = sa.select(Notice.id).where(Notice.person_id == each.person_id, Notice.key == each.key)
        kind = kinds[each.kind]
        choice = chosen.get(each.person_id, {}).get(kind.name, kind.default)
        if choice == OFF or session.scalar(known) is not None:
            continue
        session.add(
            Notice(
                person_id=each.person_id, source=kind.source, kind=kind.name, key=each.key, data=dict(each.data),
                at=now, to_mail=choice == MAIL,
            )
        )  # fmt: skip
        session.flush()
        count += 1
    return count


def mark_read(session: Session, person_id: int, *, now: datetime, notice_id: int | None = None) -> None:
    """Mark all notices of a person as read, or one of theirs."""
    query = sa.update(Notice).where(Notice.person_id == person_id, Notice.read_at.is_(None))
    if notice_id is not None:
        query = query.where(Notice.id == notice_id)
    session.execute(query.values(read_at=now, to_mail=False))


def choose(session: Session, person_id: int, choices: Mapping[str, str], *, daily_mail: bool) -> None:
    """Keep what a person chose about each kind that *choices* names, and whether a daily mail comes.

    What is turned off is told no more, and what is not for the mail leaves the next one.

    Raises:
        Refused: no such kind, or no such choice.
    """
    kinds = kinds_of(session)
    for name, choice in choices.items():
        if name not in kinds or choice not in CHOICES:
            raise Refused(_("There is no such choice."), hint=_("Choose one of those on the page."))
    wanted = {**choices, queries.DAILY_MAIL: MAIL if daily_mail else OFF}
    for name, choice in wanted.items():
        session.merge(NoticeChoice(person_id=person_id, kind=name, choice=choice))
    silent = [name for name, choice in choices.items() if choice != MAIL]
    session.execute(
        sa.update(Notice).where(Notice.person_id == person_id, Notice.kind.in_(silent)).values(to_mail=False)
    )
    session.flush()


def forget_old(session: Session, now: datetime) -> None:
    """Remove what was read long ago, and what nobody read for a year."""
    read = sa.and_(Notice.read_at.is_not(None), Notice.at < now - READ_KEPT_FOR)
    session.execute(sa.delete(Notice).where(sa.or_(read, Notice.at < now - KEPT_FOR)))
