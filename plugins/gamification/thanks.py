"""Thanks: somebody says to somebody what helped them, in their own words.

Which thanks count as a contribution follows from the table alone, so that it
is the same whenever it is asked: of one giver the first to each person in a
calendar month, and of those the first three in a week. Thanks that were taken
from the wall keep their place, or taking one away could let a later one count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta, tzinfo
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.gamification import choices, reading, recording, shelf
from plugins.gamification.events import GamificationThanked
from plugins.gamification.facts import calendar
from plugins.gamification.models import LONGEST_REASON, Contribution, Thanks
from portal.accounts.models import Person
from portal.accounts.rights import Rights
from portal.articles.models import Article
from portal.articles.queries import openable
from portal.core import typed
from portal.core.clock import now as clock_now
from portal.core.errors import NotFound, Refused
from portal.core.events import emit
from portal.core.i18n import gettext as _

RECEIVED: Final = "thanks.received"
SHORTEST_REASON: Final = 20
A_WEEK: Final = 3
"""Of one giver, so many count in a week."""
A_DAY: Final = 20
"""Of one giver, so many can be said in 24 hours."""
AGAIN: Final = timedelta(minutes=10)
"""The same words to the same person within this time are one thanks: the button was pressed twice."""
TAKEN_BACK_WITHIN: Final = timedelta(hours=24)
DAY: Final = timedelta(days=1)


class ReasonRefused(Refused):
    """The words are too few or too many."""


def say(
    session: Session, *, giver_id: int, receiver_id: int, reason: str, rights: Rights, ref: str = "", now: datetime
) -> Thanks:
    """Keep what somebody thanks somebody for; *ref* names the article that it is about, or nothing.

    The same again within ten minutes is one.

    Raises:
        ReasonRefused: fewer than 20 characters, or more than 1,000.
        Refused: the receiver cannot be thanked, the giver does not take part, there is no such article for them, or
            they said thanks twenty times within a day.
    """
    reason = said_well(reason)
    # The button twice at once: the second press waits here, and then sees what the first one kept.
    session.execute(sa.select(Person.id).where(Person.id == giver_id).with_for_update())
    _must_take_part(session, giver_id, receiver_id)
    article_id = _article(session, ref, rights) if ref else None
    recent = session.scalars(
        sa.select(Thanks).where(Thanks.giver_id == giver_id, Thanks.said_at > now - DAY).order_by(Thanks.id)
    ).all()
    for each in recent:
        is_same = (each.receiver_id, each.reason) == (receiver_id, reason) and each.hidden_at is None
        if is_same and each.said_at > now - AGAIN:
            return each
    if len(recent) >= A_DAY:
        raise Refused(
            _("You said thanks %(count)s times today.", count=A_DAY), hint=_("Tomorrow there is room for more.")
        )
    thanks = Thanks(giver_id=giver_id, receiver_id=receiver_id, article_id=article_id, reason=reason, said_at=now)
    session.add(thanks)
    session.flush()
    emit(session, GamificationThanked(actor_id=giver_id, thanks_id=thanks.id, person_id=receiver_id))
    return thanks


def said_well(reason: str) -> str:
    """A reason as it is kept, without blanks around its words. Raises ``ReasonRefused`` for too few or too many."""
    reason = " ".join(typed.clean(reason).split())
    if typed.length(reason) < SHORTEST_REASON or len(reason) > LONGEST_REASON:
        raise ReasonRefused(
            _("Say in %(least)s to %(most)s characters what helped you.", least=SHORTEST_REASON, most=LONGEST_REASON),
            hint=_("One sentence is enough: what they did, and what it was good for."),
            field="reason",
        )
    return reason


def _must_take_part(session: Session, giver_id: int, receiver_id: int) -> None:
    same = reading.now_one(session)
    if same.get(giver_id, giver_id) == same.get(receiver_id, receiver_id):
        raise Refused(_("Nobody can thank themselves here."), hint=_("Choose who helped you."), field="name")
    if not choices.of(session, giver_id).is_on:
        raise Refused(
            _("You left recognition, and thanks stand under your name."),
            hint=_("Turn it on again on your page “Recognition”, or tell them yourself."),
        )
    if session.scalar(sa.select(Person.id).where(Person.id == receiver_id, can_be_thanked(giver_id))) is None:
        raise Refused(
            _("This person cannot be thanked here."), hint=_("Look for somebody by their name."), field="name"
        )


def can_be_thanked(giver_id: int | sa.BindParameter[int]) -> sa.ColumnElement[bool]:
    """Of the people in a query those whom *giver_id* may thank: here, taking part, and somebody else."""
    return sa.and_(Person.left_at.is_(None), Person.id != giver_id, choices.takes_part(Person.id))


def _article(session: Session, ref: str, rights: Rights) -> int:
    found = session.scalar(sa.select(Article.id).where(Article.ref == ref, openable(rights)))
    if found is None:
        raise Refused(
            _("There is no article %(ref)s.", ref=ref),
            hint=_("Leave it out, or open the article first."),
            field="about",
        )
    return found


def count(session: Session, thanks_id: int, *, zone: tzinfo, now: datetime) -> None:
    """Write down that a thanks counts, if it does. Twice is harmless."""
    thanks = session.get(Thanks, thanks_id)
    if thanks is None or thanks.giver_id is None:
        return
    around = timedelta(days=40)  # the week may begin in the month before, whose first thanks count there
    query = sa.select(Thanks).where(Thanks.giver_id == thanks.giver_id, Thanks.said_at > thanks.said_at - around)
    rows = session.scalars(query.where(Thanks.said_at <= thanks.said_at)).all()
    if thanks.id in counted(rows, zone):
        recording.record(
            session,
            RECEIVED,
            key=str(thanks.id),
            occurred_at=thanks.said_at,
            actor_id=thanks.giver_id,
            credited=[thanks.receiver_id],
            subject=("thanks", str(thanks.id)),
            source="gamification",
            now=now,
        )


def thanked(session: Session, event: GamificationThanked) -> None:
    """Listener: a thanks that counts comes into the log."""
    count(session, event.thanks_id, zone=shelf.zone_of(session), now=clock_now())


def counted(rows: Iterable[Thanks], zone: tzinfo) -> frozenset[int]:
    """The ids of those thanks of one giver that count; weeks and months are those of *zone*."""
    dates = calendar(zone)
    weeks: Counter[str] = Counter()
    pairs: set[tuple[int, str]] = set()
    found = set()
    for each in sorted(rows, key=lambda row: (row.said_at, row.id)):
        pair = (each.receiver_id, dates.month(each.said_at))
        week = dates.week(each.said_at)
        if pair in pairs or weeks[week] >= A_WEEK:
            continue
        pairs.add(pair)
        weeks[week] += 1
        found.add(each.id)
    return frozenset(found)


def take_from_wall(session: Session, thanks_id: int, rights: Rights, *, coaches: bool, now: datetime) -> Thanks:
    """Take a thanks from the wall: its receiver and a coach at any time, its giver within 24 hours, coach or not.

    Where the giver takes it back it does not count any more, also after somebody else took it from the wall. Twice is
    harmless.

    Raises:
        NotFound: there is no such thanks, or it is not theirs to take.
        Refused: the giver comes too late.
    """
    if rights.person_id is None:
        raise NotFound(_("There is no such thanks."), hint=_("It may have been taken from the wall."))
    own = sa.or_(Thanks.giver_id == rights.person_id, Thanks.receiver_id == rights.person_id)
    others = sa.and_(choices.shown(Thanks.receiver_id, rights.person_id), sa.literal(coaches))
    mine = sa.select(Thanks).where(Thanks.id == thanks_id, sa.or_(own, others))
    thanks = session.scalar(mine.with_for_update())
    if thanks is None:
        raise NotFound(_("There is no such thanks."), hint=_("It may have been taken from the wall."))
    is_giver = thanks.giver_id == rights.person_id
    if is_giver and now - thanks.said_at > TAKEN_BACK_WITHIN:
        if thanks.hidden_at is None:
            raise Refused(
                _("Thanks can be taken back for a day."),
                hint=_("Ask whoever was thanked, or a coach, to take it away."),
            )
        return thanks
    if thanks.hidden_at is None:
        thanks.hidden_at, thanks.hidden_by = now, rights.person_id
        session.flush()
    if is_giver:
        _withdraw(session, thanks, now)
    return thanks


def _withdraw(session: Session, thanks: Thanks, now: datetime) -> None:
    """It counts no more; also where the log hears only later that it was said, or a coach let it count again."""
    of_it = (Contribution.kind == RECEIVED, Contribution.subject_type == "thanks")
    keys = sa.select(Contribution.dedupe_key).where(*of_it, Contribution.subject_id == str(thanks.id))
    found = dict.fromkeys(session.scalars(keys), thanks.receiver_id)
    found[f"{RECEIVED}:{thanks.id}:{thanks.receiver_id}"] = thanks.receiver_id
    recording.withdraw(session, found, occurred_at=now, source="gamification", now=now)
