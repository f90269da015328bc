"""What counted for somebody, and what does not count and why, as that person and a coach read it; never who voted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from plugins.gamification import choices, reading, voiding
from plugins.gamification.counted_words import TITLE, why_out
from plugins.gamification.facts import AGAIN, VOID
from plugins.gamification.kinds import RETRACTED
from plugins.gamification.models import Contribution, Review
from portal.accounts.models import Person
from portal.accounts.rights import Rights
from portal.articles.models import Article
from portal.articles.queries import openable
from portal.core.i18n import gettext as _
from portal.search.gap_models import SearchGap

PER_PAGE: Final = 20


def pages_of(total: int) -> int:
    """How many pages *total* lines fill."""
    return max(-(-total // PER_PAGE), 1)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One contribution. *out* is empty where it counts, else ``void`` or ``withdraw``, and *why* says it in words.

    Of a badge that was given by hand *why* says for what.
    *about* and *path* lead to the article, where the viewer may read it.
    *retraction_id* is what one asks to look at again, where *can_ask*;
    *review* is what came of it.
    """

    id: int
    title: str
    at: datetime
    about: str
    path: str
    out: str
    why: str
    retraction_id: int
    can_ask: bool
    can_void: bool
    review: Review | None


def page_of(
    session: Session, person_id: int, rights: Rights, *, only_out: bool = False, page: int = 1, now: datetime
) -> tuple[Sequence[Line], int]:
    """One page of what credited somebody, the latest first, and how many there are. At most six queries."""
    same = reading.now_one(session)
    one = same.get(person_id, person_id)
    accounts = [one, *sorted(old for old, is_now in same.items() if is_now == one)]
    of = sa.and_(Contribution.credit_id.in_(accounts), Contribution.kind != RETRACTED, ~_was_written_again())
    if only_out:
        of = sa.and_(of, _is_out())
    query = sa.select(Contribution).where(of).order_by(Contribution.occurred_at.desc(), Contribution.id.desc())
    rows = session.scalars(query.limit(PER_PAGE).offset((page - 1) * PER_PAGE)).all()
    total = session.scalar(sa.select(sa.func.count(Contribution.id)).where(of)) or 0
    return _lines(session, rows, rights, same, now), total


def _was_written_again() -> sa.ColumnElement[bool]:
    """A fact that was restored stands a second time in the log: the later row is the one that is read."""
    later = aliased(Contribution)
    anew = later.dedupe_key == Contribution.dedupe_key.concat(f"{AGAIN}1")
    return sa.select(later.id).where(anew).exists()


def _is_out() -> sa.ColumnElement[bool]:
    taken = aliased(Contribution)
    return sa.select(taken.id).where(taken.retracts == Contribution.dedupe_key).exists()


def _lines(
    session: Session, rows: Sequence[Contribution], rights: Rights, same: Mapping[int, int], now: datetime
) -> list[Line]:
    taken = _taken(session, [row.dedupe_key for row in rows])
    first = {row.id: f"{RETRACTED}:{VOID}:{row.dedupe_key.partition(AGAIN)[0]}" for row in rows}
    keys = {*first.values(), *(each.dedupe_key for each in taken.values())}
    asked = {each.retraction_key: each for each in session.scalars(_reviews(keys))} if taken or _again(rows) else {}
    titles = titles_of(session, rows, rights)
    found = []
    for row in rows:
        out = taken.get(row.dedupe_key)
        review = asked.get(out.dedupe_key if out else first[row.id] if AGAIN in row.dedupe_key else "")
        about, path = titles[row.id]
        is_void = out is not None and out.retract_mode == VOID
        found.append(
            Line(
                id=row.id,
                title=str(TITLE[row.kind]),
                at=row.occurred_at,
                about=about,
                path=path,
                out=out.retract_mode if out else "",
                why=why_out(out.retract_mode, out.reason) if out else row.reason,
                retraction_id=out.id if out else 0,
                can_ask=out is not None
                and is_void
                and review is None
                and now - out.recorded_at <= voiding.ASKED_WITHIN,
                can_void=not is_void and not voiding.is_part_of(rights.person_id or 0, row, same),
                review=review,
            )
        )
    return found


def _again(rows: Sequence[Contribution]) -> bool:
    return any(AGAIN in row.dedupe_key for row in rows)


def _reviews(keys: set[str]) -> sa.Select[Review]:
    return sa.select(Review).where(Review.retraction_key.in_(sorted(keys)))


def _taken(session: Session, keys: Sequence[str]) -> dict[str, Contribution]:
    """How each was taken back; void beats withdraw."""
    found: dict[str, Contribution] = {}
    for row in session.scalars(sa.select(Contribution).where(Contribution.retracts.in_(keys))):
        if row.retracts is not None and (row.retracts not in found or row.retract_mode == VOID):
            found[row.retracts] = row
    return found


def titles_of(session: Session, rows: Sequence[Contribution], rights: Rights) -> dict[int, tuple[str, str]]:
    """What each contribution is about and where that is read, by the ids of the rows; two queries at most.

    Of an article that the viewer may not read nothing is said, nor of what people miss to somebody who does not write.
    """
    refs = sorted({row.subject_id for row in rows if row.subject_type == "article"})
    readable = sa.select(Article).where(Article.ref.in_(refs), openable(rights))
    articles = {each.ref: each for each in session.scalars(readable)} if refs else {}
    gaps = _gaps(session, rows) if "articles.write" in rights.permissions else {}
    found = {}
    for row in rows:
        article = articles.get(row.subject_id) if row.subject_type == "article" else None
        if article is not None:
            found[row.id] = (article.title, f"/kb/{article.address}")
        elif row.subject_type == "article":
            found[row.id] = (_("an article that you cannot read"), "")
        elif row.subject_type == "gap" and row.subject_id in gaps:
            found[row.id] = (f"“{gaps[row.subject_id]}”", f"/search/gaps/{row.subject_id}")
        else:
            found[row.id] = ("", "")
    return found


def _gaps(session: Session, rows: Sequence[Contribution]) -> dict[str, str]:
    """The words of the gaps that some rows are about, by their ids."""
    ids = sorted({int(row.subject_id) for row in rows if row.subject_type == "gap" and row.subject_id.isdigit()})
    query = sa.select(SearchGap.id, SearchGap.words).where(SearchGap.id.in_(ids))
    return {str(row.id): row.words for row in session.execute(query)} if ids else {}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Somebody asks to look again: who, at what, why it was voided, and whether the viewer may decide."""

    review: Review
    name: str
    title: str
    about: str
    path: str
    at: datetime | None
    why: str
    may_decide: bool


def asked(
    session: Session, rights: Rights, *, over: bool = False, review_id: int | None = None, page: int = 1
) -> tuple[Sequence[Asked], int]:
    """One page of what people ask to look at again, the oldest first, or of what was decided, the latest first.

    Those who left recognition are in neither. At most five queries.
    """
    of = sa.and_(choices.takes_part(Review.person_id), (Review.outcome != "") if over else (Review.outcome == ""))
    if review_id is not None:
        of = sa.and_(choices.takes_part(Review.person_id), Review.id == review_id)
    order = Review.decided_at.desc() if over else Review.asked_at
    taken, row = aliased(Contribution), aliased(Contribution)
    query = (
        sa.select(Review, Person.name, taken.reason, taken.retract_mode, row)
        .join(Person, Person.id == Review.person_id)
        .outerjoin(taken, taken.dedupe_key == Review.retraction_key)
        .outerjoin(row, row.dedupe_key == taken.retracts)
        .where(of)
        .order_by(order, Review.id)
    )
    found = session.execute(query.limit(PER_PAGE).offset((page - 1) * PER_PAGE)).all()
    total = session.scalar(sa.select(sa.func.count(Review.id)).where(of)) or 0
    same = reading.now_one(session)
    titles = titles_of(session, [each[4] for each in found if each[4] is not None], rights)
    return [_asked(each, titles, rights, same) for each in found], total


def _asked(row: Sequence[Any], titles: Mapping[int, tuple[str, str]], rights: Rights, same: Mapping[int, int]) -> Asked:
    review, name, reason, mode, about = row
    title, path = titles.get(about.id, ("", "")) if about is not None else ("", "")
    return Asked(
        review=review,
        name=name,
        title=str(TITLE[about.kind]) if about is not None else "",
        about=title,
        path=path,
        at=about.occurred_at if about is not None else None,
        why=why_out(mode, reason) if mode else "",
        may_decide=voiding.may_decide(review, about, rights.person_id or 0, same),
    )
