"""What follows by itself: gates are looked at anew, answers of readers are counted, days after go-live are told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.handover import keeping_drafts, moving, plan, reading
from plugins.handover.events import ChangeLiveDay, HandoverGateDue, HandoverPackChanged, HandoverPackMoved
from plugins.handover.models import Change, Item, Pack, PackParty
from plugins.handover.said_models import Confidence, LiveDay
from portal.accounts.events import PersonAbsenceChanged, PersonAdded, PersonChanged, RosterChanged
from portal.accounts.models import Person
from portal.articles.events import ArticlePublished
from portal.core.clock import now as clock_now
from portal.core.db import Database
from portal.core.events import Fact, emit

H1: Final = "H1"
LIVE_DAYS: Final = {"S": (), "M": (3, 5), "L": (3, 5, 20)}
"""Days after go-live on which users are asked, by the size (handover 4.2). Feedback asks each person once."""
AT_ONCE: Final = 50
WATCHED: Final = frozenset({plan.DRAFT, plan.IN_REVIEW, plan.SENT_BACK, plan.SIGNED_OFF, plan.READY})


class Gates:
    """Looks at gates, each in a short transaction of its own."""

    def __init__(self, db: Database) -> None:
        """Write to *db*."""
        self._db = db

    def look_again(self, session: Session, events: Sequence[HandoverGateDue]) -> None:
        """Something around some packs changed."""
        del session
        self._look(sorted({event.pack_id for event in events}))

    def article_published(self, session: Session, events: Sequence[ArticlePublished]) -> None:
        """An article went live: packs that name it may be ready now, or their front line may lack a tool."""
        refs = [event.ref for event in events]
        named = sa.select(Item.pack_id).where(Item.article_ref.in_(refs))
        self._look(self._watched(session, Pack.id.in_(named)))

    def person_away(self, session: Session, events: Sequence[PersonAbsenceChanged]) -> None:
        """Somebody is away, or is not: whoever is on shift when their team's packs go live is counted anew."""
        people = [event.person_id for event in events]
        teams = sa.select(Person.party_id).where(Person.id.in_(people))
        named = sa.select(PackParty.pack_id).where(PackParty.party_id.in_(teams))
        self._look(self._watched(session, Pack.id.in_(named)))

    def roster_changed(self, session: Session, events: Sequence[RosterChanged]) -> None:
        """Who is on shift is another now."""
        teams = [event.party_id for event in events]
        named = sa.select(PackParty.pack_id).where(PackParty.party_id.in_(teams))
        self._look(self._watched(session, Pack.id.in_(named)))

    @staticmethod
    def _watched(session: Session, condition: sa.ColumnElement[bool]) -> Sequence[int]:
        return session.scalars(sa.select(Pack.id).where(Pack.state.in_(WATCHED), condition).order_by(Pack.id)).all()

    def _look(self, pack_ids: Sequence[int]) -> None:
        for pack_id in pack_ids:
            with self._db.transaction() as writing:
                pack = writing.get(Pack, pack_id)
                if pack is not None:
                    moving.follow(writing, pack, now=clock_now())


def ask_readers(session: Session, event: HandoverPackMoved) -> None:
    """All have signed: the front line is asked to read."""
    pack = session.get(Pack, event.pack_id)
    if pack is not None and event.to == plan.SIGNED_OFF:
        reading.ask_all(session, pack, now=clock_now())


def keep_drafts(session: Session, event: HandoverPackMoved) -> None:
    """A pack is closed: what it knew becomes drafts of articles."""
    pack = session.get(Pack, event.pack_id)
    if pack is not None and event.to == plan.CLOSED:
        keeping_drafts.keep(session, pack, closed_by=event.actor_id, now=clock_now())


def ask_again(session: Session, event: HandoverPackChanged) -> None:
    """What is live says something else: whoever was not asked yet is, and the others find what is new to them."""
    pack = session.get(Pack, event.pack_id)
    if pack is not None and event.is_material and pack.state in reading.READABLE:
        reading.ask_all(session, pack, now=clock_now())


def welcome(session: Session, event: PersonAdded | PersonChanged) -> None:
    """Somebody is new to a team: they get what its last thirty days brought."""
    person = session.get(Person, event.person_id)
    if person is not None and person.party_id:
        reading.welcome(session, person, now=clock_now())


def nightly(session: Session, now: datetime) -> None:
    """Each pack that is on its way is looked at anew: days pass, people leave, campaigns come near."""
    del now
    for pack_id in session.scalars(sa.select(Pack.id).where(Pack.state.in_(WATCHED)).order_by(Pack.id)):
        emit(session, HandoverGateDue(pack_id=pack_id))


def tell_live_days(session: Session, now: datetime) -> None:
    """Tell of packs whose third, fifth or twentieth day after go-live it is; each day once."""
    query = (
        sa.select(Pack, Change)
        .join(Change, Change.id == Pack.change_id)
        .where(Pack.live_at.is_not(None), Pack.live_at > now - timedelta(days=22))
        .where(Pack.state.in_((plan.LIVE, plan.EARLY_LIFE, plan.CLOSED)))
        .order_by(Pack.id)
    )
    for pack, change in session.execute(query):
        assert pack.live_at is not None  # noqa: S101 - the query asks for it
        for day in LIVE_DAYS[pack.size]:
            is_due = timedelta(days=day) <= now - pack.live_at < timedelta(days=day + 2)
            if is_due and session.get(LiveDay, (pack.id, day)) is None:
                session.add(LiveDay(pack_id=pack.id, day=day, told_at=now))
                service = next((each.service_id for each in change.services), None)
                units = tuple(each.unit_id for each in change.units)
                emit(session, ChangeLiveDay(change_id=change.id, day=day, service_id=service, unit_ids=units))
    session.flush()


def count_answer(session: Session, fact: Fact) -> None:
    """Keep how a reader answered whether they could support it: the index of the choice, never a text."""
    told = fact.payload
    if told["about"] != "pack" or not str(told["about_id"]).isdecimal():
        return
    pack_id = int(told["about_id"])
    if session.get(Pack, pack_id) is None:
        return
    held = session.get(Confidence, told["invitation_id"])
    if H1 not in told["choices"]:
        if held is None:
            return
        session.delete(held)
    else:
        held = held or Confidence(invitation_id=told["invitation_id"])
        held.pack_id, held.choice, held.at = pack_id, int(told["choices"][H1]), fact.at
        session.add(held)
    session.flush()
    emit(session, HandoverGateDue(pack_id=pack_id))
