"""People hear that something does not count, and of the second look; coaches hear that somebody asks for one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from plugins.gamification import choices, counted, reading, voiding
from plugins.gamification.counted_words import TITLE, why_out
from plugins.gamification.events import GamificationReviewAsked, GamificationReviewDecided, GamificationVoided
from plugins.gamification.models import Contribution, Review
from portal.accounts.models import Person, PersonRole
from portal.accounts.rights import Rights, permitted_roles
from portal.core.clock import now as clock_now
from portal.core.db import Database
from portal.core.i18n import gettext as _
from portal.core.i18n import lazy_gettext as _l
from portal.core.i18n import ngettext
from portal.notices import service
from portal.notices.kinds import Line, NoticeKind
from portal.notices.models import Notice
from portal.notices.service import News

VOIDED: Final = "gamification.voided"
ASKED: Final = "gamification.review"
DECIDED: Final = "gamification.review_decided"
VOID: Final = "gamification.void"
OWN_PAGE: Final = "/recognition"
WAITING_PAGE: Final = "/recognition/reviews"
MOST_COACHES: Final = 200
"""No more than so many hear that somebody asks; the others find it in their list."""


class Telling:
    """Tells in a short transaction; what may be read is asked outside of that."""

    def __init__(self, db: Database) -> None:
        """Write to *db*."""
        self._db = db

    def tell_voided(self, session: Session, events: Sequence[GamificationVoided]) -> None:
        """Tell people what of theirs does not count: one notice for all that came at once."""
        same = reading.now_one(session)
        fact = aliased(Contribution)
        query = (
            sa.select(Contribution.id, Contribution.credit_id, Contribution.recorded_at)
            .join(fact, fact.dedupe_key == Contribution.retracts)
            .where(Contribution.dedupe_key.in_([event.key for event in events]))
        )
        rows = session.execute(query.order_by(Contribution.id)).all()
        people: defaultdict[int, list[int]] = defaultdict(list)
        known = _told(session, min((row.recorded_at for row in rows), default=clock_now()))
        for row in rows:
            if row.id not in known:
                people[same.get(row.credit_id, row.credit_id)].append(row.id)
        self._tell(
            session,
            [
                News(person_id=person_id, kind=VOIDED, key=f"{VOIDED}:{ids[0]}", data={"retraction_ids": ids})
                for person_id, ids in people.items()
            ],
        )

    def tell_asked(self, session: Session, event: GamificationReviewAsked) -> None:
        """Tell the coaches who may take the second look."""
        roles = sorted(permitted_roles(session, VOID))
        held = sa.select(PersonRole.person_id).where(PersonRole.role.in_(roles))
        coaches = sa.select(Person.id).where(Person.left_at.is_(None), Person.id.in_(held))
        people = session.scalars(coaches.order_by(Person.id).limit(MOST_COACHES))
        key, data = f"{ASKED}:{event.review_id}", {"review_id": event.review_id}
        self._tell(session, [News(person_id=each, kind=ASKED, key=key, data=data) for each in people])

    def tell_decided(self, session: Session, event: GamificationReviewDecided) -> None:
        """Tell whoever asked what came of it."""
        same = reading.now_one(session)
        person_id = same.get(event.person_id, event.person_id)
        key, data = f"{DECIDED}:{event.review_id}", {"review_id": event.review_id}
        self._tell(session, [News(person_id=person_id, kind=DECIDED, key=key, data=data)])

    def _tell(self, session: Session, news: Sequence[News]) -> None:
        readable = service.readable(session, news)
        if readable:
            with self._db.transaction() as writing:
                service.tell(writing, readable, now=clock_now())


def _told(session: Session, since: datetime) -> set[int]:
    """Of which retractions somebody was told already, where the same events come twice."""
    query = sa.select(Notice.data).where(Notice.kind == VOIDED, Notice.at >= since)
    return {int(each) for data in session.scalars(query) for each in data["retraction_ids"]}


def _voided(session: Session, rights: Rights, rows: Sequence[Notice]) -> dict[int, Line]:
    """What does not count and why; not what a second coach let count again."""
    wanted = {row.id: [int(each) for each in row.data["retraction_ids"]] for row in rows}
    again = sa.select(Review.id).where(
        Review.retraction_key == Contribution.dedupe_key, Review.outcome == voiding.RESTORED
    )  # fmt: skip
    fact = aliased(Contribution)
    query = (
        sa.select(Contribution.id, Contribution.retract_mode, Contribution.reason, fact)
        .join(fact, fact.dedupe_key == Contribution.retracts)
        .where(
            Contribution.id.in_(sorted({each for ids in wanted.values() for each in ids})),
            ~again.exists(),
            choices.takes_part(sa.literal(rights.person_id)),
        )
    )
    out = {row[0]: (why_out(row[1], row[2]), row[3]) for row in session.execute(query)}
    names = counted.titles_of(session, [row for _why, row in out.values()], rights)
    lines = {}
    for row_id, ids in wanted.items():
        found = [(why, row) for why, row in (out[each] for each in ids if each in out)]
        if found:
            whats = [_what(row, *names[row.id]) for _why, row in found]
            lines[row_id] = Line(text=_said(whats, [why for why, _row in found]), path=f"{OWN_PAGE}?only=out")
    return lines


def _what(row: Contribution, about: str, path: str) -> str:
    """What it is in a few words, with the article where that may be read."""
    return f"{TITLE[row.kind]}: {about}" if path else str(TITLE[row.kind])


def _said(whats: Sequence[str], whys: Sequence[str]) -> str:
    """One sentence, with what it is where that is one thing, and the reason where it is one for all."""
    if len(whats) == 1:
        text = _("This does not count: %(what)s.", what=whats[0])
    else:
        text = ngettext(
            "%(num)s thing that credited you does not count.",
            "%(num)s things that credited you do not count.",
            len(whats),
        )
    why = whys[0] if len(set(whys)) == 1 else _("Your page says why.")
    return f"{text} {why}"


def _asked(session: Session, rights: Rights, rows: Sequence[Notice]) -> dict[int, Line]:
    """What still waits, for coaches who may decide it."""
    if not rights.may(VOID) or rights.person_id is None:
        return {}
    ids = sorted({int(row.data["review_id"]) for row in rows})
    retraction, fact = aliased(Contribution), aliased(Contribution)
    query = (
        sa.select(Review, fact)
        .outerjoin(retraction, retraction.dedupe_key == Review.retraction_key)
        .outerjoin(fact, fact.dedupe_key == retraction.retracts)
        .where(Review.id.in_(ids), Review.outcome == "")
    )
    same = reading.now_one(session)
    open_ones = {
        row[0].id for row in session.execute(query) if voiding.may_decide(row[0], row[1], rights.person_id, same)
    }
    text = _("Somebody asks to look again at what does not count.")
    return {row.id: Line(text=text, path=WAITING_PAGE) for row in rows if int(row.data["review_id"]) in open_ones}


def _decided(session: Session, rights: Rights, rows: Sequence[Notice]) -> dict[int, Line]:
    """What came of the second look that they asked for."""
    query = sa.select(Review.id, Review.outcome).where(
        Review.id.in_(sorted({int(row.data["review_id"]) for row in rows})),
        choices.takes_part(sa.literal(rights.person_id)),
    )
    said = {
        voiding.STANDS: _("A second coach looked again: it does not count. Read why."),
        voiding.RESTORED: _("A second coach looked again: it counts again."),
    }
    found = {row.id: said[row.outcome] for row in session.execute(query) if row.outcome}
    return {
        row.id: Line(text=found[int(row.data["review_id"])], path=OWN_PAGE)
        for row in rows
        if int(row.data["review_id"]) in found
    }


KINDS: Final = (
    NoticeKind(
        name=VOIDED,
        title=_l("What does not count"),
        about=_l("A coach said so, or many signals came at once. You read why, and can ask that somebody looks again."),
        describe=_voided,
    ),
    NoticeKind(
        name=DECIDED,
        title=_l("After a second look"),
        about=_l("You asked that a coach looks again at what does not count, and one did."),
        describe=_decided,
    ),
    NoticeKind(
        name=ASKED,
        title=_l("Second looks that wait"),
        about=_l("Somebody asks a coach to look again. You hear when you are one who may."),
        describe=_asked,
    ),
)
