"""Reading notices: how many wait, one page of them in words, and what a person chose."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.rights import Rights
from portal.core.switches import PluginSwitch
from portal.notices.kinds import MAIL, Line, NoticeKind, kinds_of
from portal.notices.models import Notice, NoticeChoice

PER_PAGE = 50
DAILY_MAIL = "mail"  # as a kind: whether there is a daily mail at all

UNREAD = "notices.unread"  # among the counts of who asks


@dataclass(frozen=True, kw_only=True)
class Told:
    """One notice in words."""

    notice: Notice
    kind: NoticeKind
    line: Line


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One kind of notice, and what a person chose about it."""

    kind: NoticeKind
    choice: str


def is_heard() -> sa.ColumnElement[bool]:
    """Notices of rooms, and of plugins that nobody switched off."""
    switch, notice = PluginSwitch.__table__.c, Notice.__table__.c
    return ~sa.select(switch.name).where(switch.name == notice.source, ~switch.is_on).exists()


def unread_of(person_id: sa.ColumnElement[int]) -> sa.ScalarSelect[int]:
    """How many notices of a person are not read yet; part of the read that tells each page who asks.

    It asks no kind whether they still may read it, which would cost reads on every page: what became unreadable since
    counts until they mark all as read.
    """
    notice = Notice.__table__
    unread = sa.and_(notice.c.person_id == person_id, notice.c.read_at.is_(None), is_heard())
    return sa.select(sa.func.count()).select_from(notice).where(unread).scalar_subquery()


def in_words(session: Session, rights: Rights, rows: Sequence[Notice]) -> list[Told]:
    """Notices in words, in their order; what the holder of *rights* may not read now is left out."""
    kinds = kinds_of(session)
    by_kind: dict[str, list[Notice]] = defaultdict(list)
    for row in rows:
        by_kind[row.kind].append(row)
    lines: dict[int, Line] = {}
    for name, same in by_kind.items():
        if name in kinds:
            lines.update(kinds[name].describe(session, rights, same))
    return [Told(notice=row, kind=kinds[row.kind], line=lines[row.id]) for row in rows if row.id in lines]


def page_of(session: Session, rights: Rights, *, page: int = 1, per_page: int = PER_PAGE) -> tuple[list[Told], int]:
    """One page of what somebody was told, newest first, and how many pages there are."""
    own = sa.and_(Notice.person_id == rights.person_id, is_heard())
    total = session.scalar(sa.select(sa.func.count()).select_from(Notice).where(own)) or 0
    query = sa.select(Notice).where(own).order_by(Notice.id.desc())
    rows = session.scalars(query.offset((page - 1) * per_page).limit(per_page)).all()
    return in_words(session, rights, rows), max(-(-total // per_page), 1)


def choices_of(session: Session, person_id: int) -> list[Choice]:
    """Each kind of notice with what a person chose, or the default."""
    chosen = chosen_by(session, [person_id])[person_id]
    return [Choice(kind=kind, choice=chosen.get(kind.name, kind.default)) for kind in kinds_of(session).values()]


def gets_mail(session: Session, person_id: int) -> bool:
    """Whether a person gets the daily mail."""
    return chosen_by(session, [person_id])[person_id].get(DAILY_MAIL, MAIL) == MAIL


def chosen_by(session: Session, person_ids: Iterable[int]) -> Mapping[int, Mapping[str, str]]:
    """What several people chose, by person and kind; nothing where they chose nothing."""
    found: dict[int, dict[str, Any]] = defaultdict(dict)
    query = sa.select(NoticeChoice).where(NoticeChoice.person_id.in_(sorted(set(person_ids))))
    for row in session.scalars(query):
        found[row.person_id][row.kind] = row.choice
    return found


def path_of(session: Session, rights: Rights, notice_id: int) -> str:
    """Where one of somebody's own notices leads; empty when there is none that they may read."""
    own = sa.select(Notice).where(Notice.id == notice_id, Notice.person_id == rights.person_id)
    told = in_words(session, rights, session.scalars(own).all())
    return told[0].line.path if told else ""
