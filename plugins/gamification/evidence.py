"""What the awards of somebody stand on, in sentences: how many colleagues and about what, never who."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from plugins.gamification import choices, counted, shelf
from plugins.gamification.counted_words import TITLE, why_gone
from plugins.gamification.definitions import Badge
from plugins.gamification.models import Award, BadgeVersion, Contribution
from portal.accounts.models import Person
from portal.accounts.rights import Rights
from portal.core.errors import NotFound
from portal.core.i18n import gettext as _

PER_PAGE: Final = 10
MARKS: Final = 30
"""So many marks stand on a page."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """Some of what an award stands on: one kind of event about one thing.

    *colleagues* counts different people, 0 where no person stands behind it; *times* counts events. *words* are
    those of a coach who gave it by hand, for whoever was given it alone.
    """

    title: str
    about: str
    path: str
    colleagues: int
    times: int
    first: datetime
    last: datetime
    words: str


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One award: since when, under which version of the rule, what it stands on; of one that went *why* and when."""

    since: datetime
    version: int
    parts: Sequence[Part]
    gone_at: datetime | None
    why: str


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A badge that somebody holds, for a list of marks."""

    badge: Badge
    since: datetime
    times: int


def of_badge(
    session: Session, badge_id: str, person_id: int, rights: Rights, *, page: int = 1
) -> tuple[Sequence[Shown], int]:
    """One page of the awards of one badge that somebody has, the latest first, and how many. At most five queries.

    Those that were taken back are shown to whoever had them, and to nobody else.
    """
    of = sa.and_(
        Award.badge_id == badge_id, Award.person_id == person_id, choices.shown(Award.person_id, rights.person_id)
    )
    if person_id != rights.person_id:
        of = sa.and_(of, Award.revoked_at.is_(None))
    query = sa.select(Award).where(of).order_by(Award.granted_at.desc(), Award.id.desc())
    awards = session.scalars(query.limit(PER_PAGE).offset((page - 1) * PER_PAGE)).all()
    total = session.scalar(sa.select(sa.func.count(Award.id)).where(of)) or 0
    ids = sorted({each for award in awards for each in award.evidence})
    rows = {row.id: row for row in session.scalars(sa.select(Contribution).where(Contribution.id.in_(ids)))}
    titles = counted.titles_of(session, list(rows.values()), rights)
    return [
        Shown(
            since=award.granted_at,
            version=award.definition_version,
            parts=_parts(
                [rows[each] for each in award.evidence if each in rows], titles, is_own=person_id == rights.person_id
            ),
            gone_at=award.revoked_at,
            why=why_gone(award.revoke_reason) if award.revoked_at else "",
        )
        for award in awards
    ], total


def _parts(rows: Sequence[Contribution], titles: Mapping[int, tuple[str, str]], *, is_own: bool) -> list[Part]:
    """By kind and subject, the one with most behind it first; what one may not read is one subject."""
    groups: dict[tuple[str, str, str], list[Contribution]] = {}
    for row in rows:
        groups.setdefault((row.kind, *titles[row.id]), []).append(row)
    found = [
        Part(
            title=str(TITLE[kind]),
            about=about,
            path=path,
            colleagues=len(
                {row.actor_id for row in group if row.actor_id is not None and row.actor_id != row.credit_id}
            ),
            times=len(group),
            first=min(row.occurred_at for row in group),
            last=max(row.occurred_at for row in group),
            words=group[0].reason if is_own else "",
        )
        for (kind, about, path), group in groups.items()
    ]
    return sorted(found, key=lambda part: (-part.times, part.first))


def whose(session: Session, person_id: int, rights: Rights) -> str:
    """The name of somebody whose badges the viewer may see.

    Raises:
        NotFound: there is nobody, or they show them to others only or to nobody.
    """
    seen = sa.and_(Person.id == person_id, Person.name != "", choices.shown(Person.id, rights.person_id))
    row = session.execute(sa.select(Person.name, Person.left_at).where(seen)).one_or_none()
    if row is None:
        raise NotFound(_("There is nothing to see here."), hint=_("All badges stand on the page “Badges”."))
    return str(row.name) if row.left_at is None else _("a former colleague")


def marks_of(
    session: Session, person_id: int, viewer_id: int | None, *, most: int = MARKS, page: int = 1
) -> tuple[Sequence[Mark], int]:
    """One page of the badges that somebody holds and shows, the latest first, and how many there are. Two queries."""
    held = shelf.active(session)
    since = sa.func.max(Award.granted_at)
    of = sa.and_(
        Award.person_id == person_id,
        Award.revoked_at.is_(None),
        Award.badge_id.in_(sorted(held)),
        choices.shown(Award.person_id, viewer_id),
    )
    query = sa.select(Award.badge_id, since, sa.func.count(Award.id)).where(of).group_by(Award.badge_id)
    rows = session.execute(query.order_by(since.desc(), Award.badge_id)).all()  # no more than there are badges
    shown = rows[(page - 1) * most : page * most]
    return [Mark(badge=held[row[0]][0], since=row[1], times=row[2]) for row in shown], len(rows)


def _beside() -> sa.Select[*tuple[Any, ...]]:
    each = aliased(BadgeVersion)
    last = sa.select(sa.func.max(each.version)).where(each.id == Award.badge_id).scalar_subquery()
    newest = sa.and_(BadgeVersion.id == Award.badge_id, BadgeVersion.version == last)
    here = sa.func.max(sa.case((Award.key == sa.bindparam("ref"), 1), else_=0))
    since = sa.func.max(Award.granted_at)
    of = sa.and_(
        Award.person_id == sa.bindparam("author"),
        Award.revoked_at.is_(None),
        sa.or_(BadgeVersion.is_gone.is_(None), BadgeVersion.is_gone.is_(False)),
        choices.shown(Award.person_id, sa.bindparam("viewer", type_=sa.Integer)),
    )
    query = sa.select(Award.badge_id, since.label("since"), sa.func.count(Award.id).label("times"), BadgeVersion.toml)
    grouped = query.outerjoin(BadgeVersion, newest).where(of).group_by(Award.badge_id, BadgeVersion.toml)
    return grouped.order_by(here.desc(), since.desc(), Award.badge_id).limit(sa.bindparam("most", type_=sa.Integer))


_BESIDE: Final = _beside()
"""Built once: building it takes longer than asking it, and each page of an article asks it."""


def beside_article(session: Session, author_id: int, ref: str, viewer_id: int | None, *, most: int) -> Sequence[Mark]:
    """The badges of whoever wrote an article, those that are about this article first. One query."""
    if viewer_id is None:
        return []
    values = {"author": author_id, "ref": ref, "viewer": viewer_id, "most": most}
    rows = session.connection().execute(_BESIDE, values)
    found = [(row, shelf.as_kept(row.badge_id, row.toml)) for row in rows]
    return [Mark(badge=badge, since=row.since, times=row.times) for row, badge in found if badge is not None]
