"""What the owner of an article sees: its verdicts, and the reasons and words of single people without their names.

Working time is shown as a sum alone, of groups that nobody can take apart
(``groups.py``), as it stood on Monday morning.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.feedback import scope, wordings
from plugins.feedback.bank import Question
from plugins.feedback.cost import Range
from plugins.feedback.models import Answer, Invitation, Snapshot, Verbatim, Wording
from plugins.feedback.snapshots import ARTICLE
from portal.accounts.queries import holder_of_role
from portal.accounts.rights import Rights
from portal.articles import queries
from portal.articles.models import Article, Revision, Verdict
from portal.articles.states import VerdictValue
from portal.core.db import UtcDateTime
from portal.core.errors import NotFound
from portal.core.i18n import gettext as _
from portal.core.i18n import language

WEEKS: Final = 26
LATELY: Final = timedelta(weeks=4)
A_YEAR: Final = timedelta(weeks=52)
PER_PAGE: Final = 20
REASON: Final = "N1"
KINDS: Final = tuple(each.value for each in (VerdictValue.YES, VerdictValue.PARTLY, VerdictValue.NO))
TEMPLATE: Final = "N"
"""Asked of those whom an article did not help, or in part."""


@dataclass(frozen=True, kw_only=True)
class Recent:
    """How many people said lately that an article helped, in part, or not."""

    yes: int
    partly: int
    no: int


@dataclass(frozen=True, kw_only=True)
class Said:
    """What somebody said about an article, and about which text of it; *words* are masked."""

    on: datetime
    revision: int | None
    reason: str
    words: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ArticleFigures:
    """How an article did: verdicts by week, the texts that went live, reasons, minutes and single answers."""

    article: Article
    weeks: tuple[date, ...]
    counts: tuple[Mapping[str, int], ...]
    revisions: tuple[tuple[datetime, int], ...]
    reasons: tuple[tuple[str, int], ...]
    minutes: Range | None
    said: tuple[Said, ...]
    pages: int

    @property
    def total(self) -> int:
        """All verdicts of these weeks."""
        return sum(sum(week.values()) for week in self.counts)


def recent(session: Session, article: Article, rights: Rights, now: datetime) -> Recent | None:
    """How an open article did lately, for whoever may see it; ``None`` for others. One query at most."""
    if rights.person_id is None:
        return None
    values = {
        "care": rights.may(scope.CARE),
        "owner_role": article.owner_role,
        "person_id": rights.person_id,
        "revision_id": article.live_revision_id,
        "article_id": article.id,
        "since": now - LATELY,
    }
    row = session.connection().execute(_recent(), values).first()  # past the session, as the page itself is read
    return None if row is None else Recent(yes=row.yes, partly=row.partly, no=row.no)


@lru_cache(maxsize=1)
def _recent() -> sa.Select[*tuple[Any, ...]]:
    """The numbers, as one row or none. Built once: each page of an article asks it, and most are for nobody who may."""
    owner_role, person = sa.bindparam("owner_role", type_=sa.String), sa.bindparam("person_id", type_=sa.Integer)
    wrote = sa.exists().where(
        Revision.id == sa.bindparam("revision_id", type_=sa.Integer), Revision.author_id == person
    )
    is_theirs = sa.or_(sa.bindparam("care", type_=sa.Boolean), holder_of_role(owner_role) == person, wrote)
    return sa.select(*(_number(kind).label(kind) for kind in KINDS)).where(is_theirs)


def _number(kind: str) -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.count(Verdict.id))
        .where(
            Verdict.article_id == sa.bindparam("article_id", type_=sa.Integer),
            Verdict.value == kind,
            Verdict.at >= sa.bindparam("since", type_=UtcDateTime),
            Verdict.replaced_at.is_(None),
        )
        .scalar_subquery()
    )


def article(session: Session, ref: str, rights: Rights, *, now: datetime, page: int = 1) -> ArticleFigures:
    """How an article did in the last half-year.

    Raises:
        NotFound: there is none whose figures are for these rights.
    """
    found = queries.by_ref(session, ref, rights)
    if found is None or recent(session, found, rights, now) is None:
        raise NotFound(
            _("There are no figures here for you."), hint=_("Those who look after an article see how it does.")
        )
    weeks = _weeks(now, WEEKS)
    since = datetime.combine(weeks[0], datetime.min.time(), tzinfo=now.tzinfo)
    said, pages = _said(session, found.id, page)
    return ArticleFigures(
        article=found,
        weeks=weeks,
        counts=_verdicts(session, found.id, weeks, since),
        revisions=_went_live(session, found.id, since),
        reasons=_reasons(session, found.id, since),
        minutes=_minutes(session, found.id, now),
        said=said,
        pages=pages,
    )


def _weeks(now: datetime, count: int) -> tuple[date, ...]:
    monday = now.date() - timedelta(days=now.weekday())
    return tuple(monday - timedelta(weeks=back) for back in range(count - 1, -1, -1))


def _verdicts(
    session: Session, article_id: int, weeks: Sequence[date], since: datetime
) -> tuple[Mapping[str, int], ...]:
    """Counted by day in the database: a popular article has thousands."""
    day = sa.func.date(Verdict.at, type_=sa.String)
    query = (
        sa.select(Verdict.value, day, sa.func.count())
        .where(
            Verdict.article_id == article_id,
            Verdict.value.in_(KINDS),
            Verdict.at >= since,
            Verdict.replaced_at.is_(None),
        )
        .group_by(Verdict.value, day)
    )
    counts: list[Counter[str]] = [Counter() for _week in weeks]
    for value, on, count in session.execute(query):
        place = (date.fromisoformat(str(on)) - weeks[0]).days // 7
        if 0 <= place < len(counts):
            counts[place][value] += count
    return tuple(counts)


def _went_live(session: Session, article_id: int, since: datetime) -> tuple[tuple[datetime, int], ...]:
    query = (
        sa.select(Revision.published_at, Revision.number)
        .where(Revision.article_id == article_id, Revision.published_at >= since)
        .order_by(Revision.published_at)
        .limit(200)
    )
    return tuple((at, number) for at, number in session.execute(query) if at is not None)


def _reasons(session: Session, article_id: int, since: datetime) -> tuple[tuple[str, int], ...]:
    query = (
        sa.select(Answer.version, Answer.value, sa.func.count())
        .where(Answer.article_id == article_id, Answer.question_id == REASON, Answer.answered_at >= since)
        .group_by(Answer.version, Answer.value)
    )
    counts: Counter[str] = Counter()
    rows = session.execute(query).all()
    asked = questions(session, {(REASON, version) for version, _value, _count in rows})
    for version, value, count in rows:
        counts[answer_words(asked.get((REASON, version)), value)] += count
    return tuple(counts.most_common())


def _minutes(session: Session, article_id: int, now: datetime) -> Range | None:
    """What people lost before they found it, of the last year, as it stood on Monday."""
    bounds: list[float] = []
    query = sa.select(Snapshot.content).where(
        Snapshot.scope == ARTICLE, Snapshot.scope_id == str(article_id), Snapshot.monday > (now - A_YEAR).date()
    )
    for content in session.scalars(query):
        for *_counted, minutes in content["sums"]:
            bounds = [one + other for one, other in zip(bounds or [0, 0, 0], minutes, strict=True)]
    return Range(*bounds) if bounds else None


def _said(session: Session, article_id: int, page: int) -> tuple[tuple[Said, ...], int]:
    about = sa.and_(
        Invitation.article_id == article_id, Invitation.template == TEMPLATE,
        Invitation.answered_at.is_not(None),
    )  # fmt: skip
    count = session.scalar(sa.select(sa.func.count()).select_from(Invitation).where(about)) or 0
    query = (
        sa.select(Invitation.id, Invitation.answered_at, Revision.number, Answer.version, Answer.value)
        .outerjoin(Revision, Revision.id == Invitation.revision_id)
        .outerjoin(Answer, sa.and_(Answer.invitation_id == Invitation.id, Answer.question_id == REASON))
        .where(about)
        .order_by(Invitation.answered_at.desc(), Invitation.id)
        .offset((page - 1) * PER_PAGE)
        .limit(PER_PAGE)
    )
    rows = session.execute(query).all()
    words: dict[str, list[str]] = {}
    texts = sa.select(Verbatim.invitation_id, Verbatim.text).where(Verbatim.invitation_id.in_([row.id for row in rows]))
    for invitation_id, text in session.execute(texts.order_by(Verbatim.question_id)):
        words.setdefault(str(invitation_id), []).append(text)
    asked = questions(session, {(REASON, row.version) for row in rows if row.version is not None})
    said = tuple(
        Said(
            on=row.answered_at,
            revision=row.number,
            reason=answer_words(asked.get((REASON, row.version)), row.value) if row.value else "",
            words=tuple(words.get(row.id, ())),
        )
        for row in rows
    )
    return said, max(-(-count // PER_PAGE), 1)


def questions(session: Session, wanted: set[tuple[str, int]]) -> dict[tuple[str, int], Question]:
    """These versions of questions in their own words; two queries at most."""
    bank = wordings.bank_now(session).questions
    found = {(each, version): bank[each] for each, version in wanted if each in bank and bank[each].version == version}
    missing = sorted(wanted - found.keys())
    if missing:
        either = [sa.and_(Wording.question_id == each, Wording.version == version) for each, version in missing]
        for row in session.scalars(sa.select(Wording).where(sa.or_(*either))):
            found[row.question_id, row.version] = wordings.read(row.content)
    return found


def answer_words(question: Question | None, value: str) -> str:
    """An answer as people read it; as it is stored where nobody knows its question any more."""
    choice = question.choice(value) if question is not None else None
    return choice.said(language()) if choice is not None else value
