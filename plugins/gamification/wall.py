"""The thanks wall: which thanks somebody reads, and whom they may thank.

Of others one reads what both of them show: who was thanked, and who thanked.
What one said, and what one was told, stands there for oneself always; but of
whoever left recognition nobody else reads anything. What they said is gone
from the wall, and what was said to them stays with whoever said it, without
their name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from plugins.gamification import choices
from plugins.gamification.models import Thanks
from plugins.gamification.thanks import TAKEN_BACK_WITHIN, can_be_thanked
from portal.accounts.models import Person
from portal.accounts.rights import Rights
from portal.articles.models import Article, Revision
from portal.articles.queries import openable
from portal.articles.states import ONCE_LIVE
from portal.core.errors import NotFound
from portal.core.i18n import gettext as _
from portal.organisation.models import Unit

PER_PAGE: Final = 20
OFFERED: Final = 8
"""So many people of a name are offered at once; of more, one types more of the name."""
BACK, AWAY = "back", "away"
_RECEIVER, _GIVER = aliased(Person), aliased(Person)


@dataclass(frozen=True, kw_only=True)
class Said:
    """One thanks as it is shown.

    An id is there where the name leads to a person, the article where the viewer may read it. *take* is what the
    viewer may do: take it ``back``, take it ``away`` from the wall, or nothing.
    """

    id: int
    giver_id: int | None
    giver: str
    receiver_id: int | None
    receiver: str
    reason: str
    said_at: datetime
    article: str
    article_language: str
    path: str
    take: str


@dataclass(frozen=True, kw_only=True)
class Somebody:
    """A person who can be thanked; *unit* parts people of one name."""

    id: int
    name: str
    unit: str


def visible(viewer_id: int | None) -> sa.ColumnElement[bool]:
    """Whether a viewer may read a thanks; a visitor reads none."""
    if viewer_id is None:
        return sa.false()
    nameless = Thanks.giver_id.is_(None)
    told = sa.and_(Thanks.receiver_id == viewer_id, sa.or_(nameless, choices.takes_part(Thanks.giver_id)))
    of_others = sa.and_(
        choices.shown(Thanks.receiver_id, viewer_id), sa.or_(nameless, choices.shown(Thanks.giver_id, viewer_id))
    )
    return sa.and_(Thanks.hidden_at.is_(None), sa.or_(Thanks.giver_id == viewer_id, told, of_others))


def page_of(
    session: Session,
    rights: Rights,
    *,
    receiver_id: int | None = None,
    coaches: bool = False,
    now: datetime,
    page: int = 1,
    per_page: int = PER_PAGE,
) -> tuple[Sequence[Said], int]:
    """One page of the thanks that a viewer may read, the latest first, and how many there are; 2 queries.

    Of *receiver_id* alone, where that is given. *coaches*: whether the viewer may take away those of others.
    """
    seen = visible(rights.person_id)
    if receiver_id is not None:
        seen = sa.and_(seen, Thanks.receiver_id == receiver_id, _named(rights.person_id))
    query = _joined(sa.select(*_columns(rights.person_id)).select_from(Thanks), rights).where(seen)
    rows = session.execute(query.offset((page - 1) * per_page).limit(per_page)).all()
    total = session.scalar(sa.select(sa.func.count(Thanks.id)).where(seen)) or 0
    return [_said(row, rights, coaches=coaches, now=now) for row in rows], total


def latest(
    session: Session, person: Person, rights: Rights, *, count: int, now: datetime
) -> tuple[Sequence[Said], bool]:
    """The latest thanks to somebody, and whether the viewer may thank them; 1 query. Nothing of who left."""
    if rights.person_id is None or person.left_at is not None:
        return [], False
    may = sa.and_(can_be_thanked(rights.person_id), choices.takes_part(sa.literal(rights.person_id)))
    seen = sa.and_(Thanks.receiver_id == Person.id, visible(rights.person_id), _named(rights.person_id))
    columns = [*_columns(rights.person_id), may.label("may")]
    query = sa.select(*columns).select_from(Person).outerjoin(Thanks, seen).where(Person.id == person.id)
    rows = session.execute(_joined(query, rights).limit(count)).all()
    said = [_said(row, rights, coaches=False, now=now) for row in rows if row.Thanks is not None]
    return said, any(row.may for row in rows)


def _named(viewer_id: int | None) -> sa.ColumnElement[bool]:
    """Whether the viewer reads who was thanked."""
    return sa.or_(Thanks.receiver_id == viewer_id, choices.takes_part(Thanks.receiver_id))


def _columns(viewer_id: int | None) -> list[Any]:
    return [
        Thanks,
        _GIVER.name.label("giver"),
        _GIVER.left_at.label("giver_left"),
        _RECEIVER.name.label("receiver"),
        _RECEIVER.left_at.label("receiver_left"),
        _named(viewer_id).label("named"),
        Article,
    ]


def _joined(query: sa.Select[*tuple[Any, ...]], rights: Rights) -> sa.Select[*tuple[Any, ...]]:
    """A query of thanks with the people and the article that the columns name, the latest first."""
    return (
        query.outerjoin(_RECEIVER, _RECEIVER.id == Thanks.receiver_id)
        .outerjoin(_GIVER, _GIVER.id == Thanks.giver_id)
        .outerjoin(Article, sa.and_(Article.id == Thanks.article_id, openable(rights)))
        .order_by(Thanks.said_at.desc(), Thanks.id.desc())
    )


def _said(row: Any, rights: Rights, *, coaches: bool, now: datetime) -> Said:
    thanks, about = row.Thanks, row.Article
    giver_here = row.giver is not None and row.giver_left is None
    receiver_here = row.named and row.receiver_left is None
    nobody = _("a former colleague") if row.named else _("a colleague")
    return Said(
        id=thanks.id,
        giver_id=thanks.giver_id if giver_here else None,
        giver=row.giver if giver_here else _("a former colleague"),
        receiver_id=thanks.receiver_id if receiver_here else None,
        receiver=row.receiver if receiver_here else nobody,
        reason=thanks.reason,
        said_at=thanks.said_at,
        article=about.title if about else "",
        article_language=about.language.partition("-")[0] if about else "",
        path=f"/kb/{about.address}" if about else "",
        take=_take(thanks, rights, coaches=coaches, now=now),
    )


def _take(thanks: Thanks, rights: Rights, *, coaches: bool, now: datetime) -> str:
    if thanks.giver_id == rights.person_id:
        return BACK if now - thanks.said_at <= TAKEN_BACK_WITHIN else ""
    return AWAY if coaches or thanks.receiver_id == rights.person_id else ""


def whose(session: Session, person_id: int, rights: Rights) -> str:
    """The name of somebody of whom the viewer may read thanks; 1 query. Raises ``NotFound``."""
    them = sa.and_(Person.id == person_id, Person.left_at.is_(None), choices.shown(Person.id, rights.person_id))
    name = session.scalar(sa.select(Person.name).where(them))
    if name is None:
        raise NotFound(_("There are no thanks to read here."), hint=_("The thanks wall shows all that you may read."))
    return name


def one(session: Session, person_id: int, giver_id: int) -> Somebody | None:
    """Somebody, if *giver_id* may thank them; 1 query."""
    return _somebody(session.execute(_people(giver_id).where(Person.id == person_id)).first())


def of_name(session: Session, words: str, giver_id: int) -> list[Somebody]:
    """People with all of these words in their name whom *giver_id* may thank: one more than are offered; 1 query.

    People who are called exactly that are offered alone.
    """
    wanted = " ".join(words.replace("\0", "").split())[:100]
    if not wanted:
        return []
    query = _people(giver_id).where(*(_has(word) for word in wanted.split()[:5]))
    rows = session.execute(query.order_by(sa.func.lower(Person.name), Person.id).limit(OFFERED + 1))
    found = [each for each in map(_somebody, rows) if each is not None]
    exactly = [each for each in found if each.name.casefold() == wanted.casefold()]
    return exactly or found


def _people(giver_id: int | sa.BindParameter[int]) -> sa.Select[*tuple[Any, ...]]:
    query = sa.select(Person.id, Person.name, Unit.name.label("unit")).outerjoin(Unit, Unit.id == Person.unit_id)
    return query.where(can_be_thanked(giver_id))


def _writer() -> sa.Select[*tuple[Any, ...]]:
    giver = sa.bindparam("giver", type_=sa.Integer)
    of_it = Revision.article_id == sa.bindparam("article", type_=sa.Integer)
    live = sa.and_(of_it, Revision.published_at.is_not(None), Revision.state.in_(ONCE_LIVE))
    first = sa.select(Revision.author_id).where(live).order_by(Revision.published_at, Revision.number).limit(1)
    return _people(giver).where(Person.id == first.scalar_subquery(), choices.takes_part(giver))


_WRITER: Final = _writer()
"""Built once: building it takes longer than asking it, and each page of an article asks it."""


def writer_of(session: Session, article_id: int, giver_id: int | None) -> Somebody | None:
    """Whoever wrote an article first, if *giver_id* takes part and may thank them; 1 query."""
    if giver_id is None:
        return None
    return _somebody(session.connection().execute(_WRITER, {"article": article_id, "giver": giver_id}).first())


def _has(word: str) -> sa.ColumnElement[bool]:
    # SQLite folds the case of ASCII letters only; a name that begins with Ö is found by its capital.
    return sa.or_(
        Person.name.icontains(word, autoescape=True), Person.name.contains(word.capitalize(), autoescape=True)
    )


def _somebody(row: Any) -> Somebody | None:
    return None if row is None else Somebody(id=row.id, name=row.name, unit=row.unit or "")
