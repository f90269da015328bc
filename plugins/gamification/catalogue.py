"""The badges that can be earned: who holds them, as far as the viewer may see it, and how far the viewer is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.gamification import choices, reading, shelf
from plugins.gamification.definitions import TRACKS, Badge
from plugins.gamification.evaluating import DIRECT, progress_of
from plugins.gamification.kinds import KINDS
from plugins.gamification.models import Award
from portal.accounts.models import Person
from portal.core.errors import NotFound
from portal.core.i18n import gettext as _
from portal.core.i18n import lazy_gettext as _l

PER_PAGE: Final = 30

TRACK_TITLE: Final[Mapping[str, tuple[Any, Any]]] = {
    "start": (_l("Beginning"), _l("The first time that something of yours helped.")),
    "knowledge": (_l("Knowledge"), _l("What you write and mend is used by others.")),
    "sharing": (_l("Sharing"), _l("Specialists pour what they know into the front line.")),
    "handover": (_l("Handover"), _l("Changes arrive with their knowledge.")),
    "superuser": (_l("Superusers"), _l("Help from a colleague close by.")),
    "shoes": (_l("In their shoes"), _l("You saw the work of others from within.")),
    "listening": (_l("Listening"), _l("What people said led to something.")),
    "care": (_l("Care"), _l("Colleagues thanked you and said why.")),
    "proficiency": (_l("Proficiency"), _l("How far a coach lets you go alone.")),
    "team": (_l("Team"), _l("Reached together.")),
}
"""Each track: its name, and what it is about."""
TIER_TITLE: Final[Mapping[str, Any]] = {"bronze": _l("Bronze"), "silver": _l("Silver"), "gold": _l("Gold")}


@dataclass(frozen=True, kw_only=True)
class Card:
    """One badge of the catalogue.

    *holders* counts those whom the viewer may see. *since* is when the viewer
    earned it, or ``None``; *progress* says how far they are, in words, once that
    is far enough. *waits*: what it asks for is told by no part of the portal yet.
    """

    badge: Badge
    version: int
    holders: int
    since: datetime | None
    progress: str
    waits: bool


@dataclass(frozen=True, kw_only=True)
class Track:
    """The badges of one track: those that can be earned, and those that can be later."""

    name: Any
    about: Any
    cards: Sequence[Card]
    later: Sequence[Card]


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Somebody who holds a badge and shows it; an id where the name leads to a person."""

    person_id: int | None
    name: str
    since: datetime


def waits(badge: Badge) -> bool:
    """Whether nobody can earn it yet, since one of its conditions asks only for what is not told so far."""
    return any(all(KINDS[event].waits_for for event in clause.events) for clause in badge.clauses)


def tracks(session: Session, viewer_id: int, *, now: datetime) -> list[Track]:
    """All badges by track. At most nine queries, however many badges there are."""
    held = shelf.active(session)
    counted = _holders(session, viewer_id)
    mine = _mine(session, viewer_id)
    ways = _progress(session, viewer_id, [badge for badge, _v in held.values() if badge.id not in mine], now)
    cards = [
        Card(
            badge=badge,
            version=version,
            holders=counted.get(badge.id, 0),
            since=mine.get(badge.id),
            progress=ways.get(badge.id, ""),
            waits=waits(badge),
        )
        for badge, version in held.values()
        if not badge.hidden or badge.id in counted
    ]
    found = []
    for track in TRACKS:
        of = [card for card in cards if card.badge.track == track]
        now_ones = [card for card in of if not card.waits or card.since]
        name, about = TRACK_TITLE[track]
        if of:
            later = [card for card in of if card not in now_ones]
            found.append(Track(name=name, about=about, cards=now_ones, later=later))
    return found


def one(session: Session, badge_id: str, viewer_id: int) -> tuple[Badge, int]:
    """A badge that is awarded, and its version.

    Raises:
        NotFound: there is none, or nobody earned it so far and it is a surprise.
    """
    found = shelf.active(session).get(badge_id)
    if found is None or (found[0].hidden and badge_id not in _holders(session, viewer_id)):
        raise NotFound(_("There is no such badge."), hint=_("All badges stand on the page “Badges”."))
    return found


def progress(session: Session, badge: Badge, viewer_id: int, *, now: datetime) -> str:
    """How far the viewer is towards a badge, in words; empty where that is not far enough to be told."""
    return _progress(session, viewer_id, [badge], now).get(badge.id, "")


def holders(session: Session, badge_id: str, viewer_id: int, *, page: int = 1) -> tuple[Sequence[Holder], int]:
    """One page of those who hold a badge and show it to the viewer, the latest first, and how many there are."""
    of = sa.and_(_standing(viewer_id), Award.badge_id == badge_id)
    since = sa.func.max(Award.granted_at)
    query = (
        sa.select(Person.id, Person.name, Person.left_at, since.label("since"))
        .join(Award, Award.person_id == Person.id)
        .where(of)
        .group_by(Person.id, Person.name, Person.left_at)
        .order_by(since.desc(), Person.id)
    )
    rows = session.execute(query.limit(PER_PAGE).offset((page - 1) * PER_PAGE)).all()
    total = session.scalar(sa.select(sa.func.count(Award.person_id.distinct())).where(of)) or 0
    return [
        Holder(
            person_id=row.id if row.left_at is None else None,
            name=row.name if row.left_at is None else _("a former colleague"),
            since=row.since,
        )
        for row in rows
    ], total


def _standing(viewer_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(Award.revoked_at.is_(None), choices.shown(Award.person_id, viewer_id))


def _holders(session: Session, viewer_id: int) -> dict[str, int]:
    people = sa.func.count(Award.person_id.distinct())
    rows = session.execute(sa.select(Award.badge_id, people).where(_standing(viewer_id)).group_by(Award.badge_id))
    return {row[0]: row[1] for row in rows}


def _mine(session: Session, viewer_id: int) -> dict[str, datetime]:
    mine = sa.and_(Award.person_id == viewer_id, Award.revoked_at.is_(None))
    query = sa.select(Award.badge_id, sa.func.max(Award.granted_at)).where(mine).group_by(Award.badge_id)
    return {row[0]: row[1] for row in session.execute(query)}


def _progress(session: Session, viewer_id: int, badges: Sequence[Badge], now: datetime) -> dict[str, str]:
    """Whoever left recognition is on no way."""
    if not choices.of(session, viewer_id).is_on:
        return {}
    zone = shelf.zone_of(session)
    heard = {badge.id: DIRECT.union(*(clause.events for clause in badge.clauses)) for badge in badges}
    kinds = frozenset().union(*heard.values())
    facts = reading.facts_of(session, viewer_id, kinds) if kinds else []
    found = {}
    for badge in badges:
        way = progress_of(badge, [fact for fact in facts if fact.kind in heard[badge.id]], zone, now)
        if way is not None and way.shown:
            found[badge.id] = way.said()
    return found
