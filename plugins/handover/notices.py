"""Who hears what of a change: whom a move tells stands in the file of handovers, the rest in domain order below.

Notices name the change and what happened, never what somebody wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.handover import people, plan, reading, shifts, working_days
from plugins.handover.events import (
    HandoverGateTurned,
    HandoverPackChanged,
    HandoverPackMoved,
    HandoverQuestionAsked,
    HandoverQuestionReplied,
    HandoverSilence,
)
from plugins.handover.models import Change, Pack, PackParty
from plugins.handover.said_models import Question, Reading, SignOff
from portal.accounts.rights import Rights
from portal.core.clock import now as clock_now
from portal.core.db import Database
from portal.core.events import emit
from portal.core.i18n import gettext as _
from portal.core.i18n import lazy_gettext as _l
from portal.notices import service
from portal.notices.kinds import Line, NoticeKind
from portal.notices.models import Notice
from portal.notices.service import News

MOVED: Final = "handover.moved"
TO_SIGN: Final = "handover.to_sign"
TO_READ: Final = "handover.to_read"
QUESTION: Final = "handover.question"
ALARM: Final = "handover.alarm"

ALARM_WITHIN: Final = timedelta(hours=48)
SILENT_DAYS: Final = {"S": 1, "M": 3, "L": 3}
"""Working days of the party's site after which its silence is told: to the party, then its lead, then the change
manager, each after as many days again (handover 4.4)."""
TALK_AFTER: Final = 2
MOST_TOLD: Final = 2_000
AT_ONCE: Final = 100


class Telling:
    """Tells in short transactions; who may read what is asked outside of them."""

    def __init__(self, db: Database) -> None:
        """Write to *db*."""
        self._db = db

    def pack_moved(self, session: Session, event: HandoverPackMoved) -> None:
        """Tell whom the file names for this move; those who sign hear that they are waited for."""
        pack = session.get(Pack, event.pack_id)
        if pack is None:
            return
        news = _of_move(session, pack, event)
        if event.to == plan.SIGNED_OFF:
            news += _asked_to_read(session, pack, event.version)
        self._tell(session, news)

    def pack_changed(self, session: Session, event: HandoverPackChanged) -> None:
        """What is read says something else: whoever reads it hears that there is something new."""
        pack = session.get(Pack, event.pack_id)
        if pack is not None and event.is_material and pack.state in {plan.LIVE, plan.EARLY_LIFE}:
            self._tell(session, _asked_to_read(session, pack, event.version))

    def question_asked(self, session: Session, event: HandoverQuestionAsked) -> None:
        """Tell the owner at once."""
        pack = session.get(Pack, event.pack_id)
        if pack is not None and pack.owner_id not in {None, event.actor_id}:
            say = "blocking" if event.is_blocking else "asked"
            self._tell(session, [_news(pack.owner_id, QUESTION, pack, f"q{event.question_id}", say=say)])

    def question_replied(self, session: Session, event: HandoverQuestionReplied) -> None:
        """Tell whoever asked."""
        pack, question = session.get(Pack, event.pack_id), session.get(Question, event.question_id)
        if pack is not None and question is not None and question.asked_by not in {None, event.actor_id}:
            key = f"a{question.id}:{question.answered_at}"
            self._tell(session, [_news(question.asked_by, QUESTION, pack, key, say="answered")])

    def gate_turned(self, session: Session, event: HandoverGateTurned) -> None:
        """Alarm owner, change managers and the front line's leads where it turns red shortly before go-live."""
        pack, now = session.get(Pack, event.pack_id), clock_now()
        if pack is None or event.colour != "red" or pack.state not in {plan.SIGNED_OFF, plan.READY}:
            return
        if not timedelta() <= pack.change.go_live_at - now <= ALARM_WITHIN:
            return
        leads = people.front_line_leads(session, shifts.front_line_of(session, pack))
        told = {pack.owner_id, *(each.id for each in people.managers(session)), *(each.id for each in leads)}
        key = f"{event.condition}:{now.date()}"
        self._tell(session, [_news(each, ALARM, pack, key, say=event.condition) for each in told])

    def silence(self, session: Session, event: HandoverSilence) -> None:
        """Remind a party that is waited for; then its lead; then the change managers."""
        pack = session.get(Pack, event.pack_id)
        if pack is None or pack.state != plan.IN_REVIEW:
            return
        if event.level == 1:
            told = [each.id for each in people.signers_of(session, [event.party_id]).get(event.party_id, [])]
        elif event.level == 2:
            told = [each.id for each in people.party_leads(session, event.party_id)]
        else:
            told = [each.id for each in people.managers(session)]
        key = f"silent:{event.party_id}:{pack.version}:{event.level}"
        say = "waits" if event.level == 1 else "silent"
        self._tell(session, [_news(each, TO_SIGN, pack, key, say=say) for each in told if each != pack.owner_id])

    def _tell(self, session: Session, news: Sequence[News]) -> None:
        readable = service.readable(session, news)
        for start in range(0, len(readable), AT_ONCE):
            with self._db.transaction() as writing:
                service.tell(writing, readable[start : start + AT_ONCE], now=clock_now())


def look_for_silence(session: Session, now: datetime) -> None:
    """Find parties that say nothing: each step is told once for each version. Silence is never a yes."""
    signed = (
        sa.select(SignOff.id)
        .where(SignOff.pack_id == Pack.id, SignOff.version == Pack.version, SignOff.party_id == PackParty.party_id)
        .where(SignOff.asked_again_at.is_(None))
        .exists()
    )
    query = (
        sa.select(PackParty, Pack.size)
        .join(Pack, Pack.id == PackParty.pack_id)
        .where(Pack.state == plan.IN_REVIEW, PackParty.asked_at.is_not(None), PackParty.reminded < 3, ~signed)
        .order_by(PackParty.pack_id, PackParty.party_id)
    )
    for asked, size in session.execute(query):
        calendar = working_days.party_calendar(session, asked.party_id)
        days = working_days.passed(calendar, asked.asked_at or now, now)
        level = min(days // SILENT_DAYS[size], 3)
        if level > asked.reminded:
            asked.reminded = level
            emit(session, HandoverSilence(pack_id=asked.pack_id, party_id=asked.party_id, level=level))
    session.flush()


def _of_move(session: Session, pack: Pack, event: HandoverPackMoved) -> list[News]:
    moves = plan.plan().moves_between(event.source, event.to)
    tells = moves[0].tells if moves else ()
    told: dict[int, None] = {}
    for whom in tells:
        told |= dict.fromkeys(_WHOM[whom](session, pack))
    if event.to == plan.CANCELLED:
        told |= dict.fromkeys(_confirmed(session, pack))
    key = f"step:{event.step_id}"
    if event.to == plan.IN_REVIEW:
        return [_news(each, TO_SIGN, pack, key, say="waits") for each in told if each != event.actor_id]
    say = "talk" if event.to == plan.SENT_BACK and pack.send_backs >= TALK_AFTER else event.to
    return [_news(each, MOVED, pack, key, say=say) for each in told if each != event.actor_id]


def _confirmed(session: Session, pack: Pack) -> Iterable[int]:
    """Whoever confirmed that they could support it: a change that is cancelled is told to them as well."""
    query = sa.select(Reading.person_id).where(Reading.pack_id == pack.id, Reading.version.is_not(None))
    return session.scalars(query.limit(MOST_TOLD)).all()


def _parties(session: Session, pack: Pack) -> Iterable[int]:
    ids = [party.id for party, _asked in people.parties_of(session, pack.id)]
    return (each.id for named in people.signers_of(session, ids).values() for each in named if each.id != pack.owner_id)


def _owner(_session: Session, pack: Pack) -> Iterable[int]:
    return () if pack.owner_id is None else (pack.owner_id,)


def _managers(session: Session, _pack: Pack) -> Iterable[int]:
    return (each.id for each in people.managers(session))


def _leads(session: Session, pack: Pack) -> Iterable[int]:
    return (each.id for each in people.front_line_leads(session, shifts.front_line_of(session, pack)))


def _heads(session: Session, pack: Pack) -> Iterable[int]:
    return (each.id for each in people.service_leads(session, [each.service_id for each in pack.change.services]))


def _everyone(session: Session, pack: Pack) -> Iterable[int]:
    readers = session.scalars(sa.select(Reading.person_id).where(Reading.pack_id == pack.id).limit(MOST_TOLD)).all()
    return [*_parties(session, pack), *_owner(session, pack), *_leads(session, pack), *readers]


_WHOM: Final[Mapping[str, Callable[[Session, Pack], Iterable[int]]]] = {
    "party": _parties,
    "owner": _owner,
    "cm": _managers,
    "lead": _leads,
    "head of service": _heads,
    "everyone concerned": _everyone,
}


def _asked_to_read(session: Session, pack: Pack, version: int) -> list[News]:
    return [_news(person.id, TO_READ, pack, f"read:{version}", say="read") for person in reading.readers(session, pack)]


def _news(person_id: int | None, kind: str, pack: Pack, key: str, *, say: str) -> News:
    return News(
        person_id=person_id or 0, kind=kind, key=f"{kind}:{pack.id}:{key}", data={"pack_id": pack.id, "say": say}
    )


def _describe(session: Session, rights: Rights, rows: Sequence[Notice]) -> dict[int, Line]:
    """Packs that they may read, by title."""
    if not rights.may("handover.read"):
        return {}
    ids = {row.data["pack_id"] for row in rows}
    query = sa.select(Pack.id, Change.title).join(Change, Change.id == Pack.change_id).where(Pack.id.in_(ids))
    titles: dict[int, str] = dict(iter(session.execute(query)))
    return {
        row.id: Line(text=_said(row.data["say"], titles[row.data["pack_id"]]), path=_path(row.kind, row.data))
        for row in rows
        if row.data["pack_id"] in titles
    }


def _path(kind: str, data: Mapping[str, Any]) -> str:
    return f"/handover/{data['pack_id']}{'/read' if kind == TO_READ else ''}"


def _said(say: str, title: str) -> str:
    words = {
        "waits": _("“%(title)s” waits for the signature of your team.", title=title),
        "silent": _("“%(title)s” still waits for a team that says nothing.", title=title),
        "read": _("“%(title)s” is signed. Please read it before it goes live.", title=title),
        "asked": _("Somebody asked about “%(title)s”.", title=title),
        "blocking": _("A blocking question about “%(title)s” waits for you.", title=title),
        "answered": _("Your question about “%(title)s” was answered.", title=title),
        "talk": _("“%(title)s” was sent back again. Call a talk of 15 minutes.", title=title),
        plan.SENT_BACK: _("“%(title)s” was sent back with a question.", title=title),
        plan.SIGNED_OFF: _("“%(title)s” is signed, and not ready.", title=title),
        plan.READY: _("“%(title)s” is ready to go live.", title=title),
        plan.LIVE: _("“%(title)s” is live.", title=title),
        plan.EARLY_LIFE: _("“%(title)s” is in early life.", title=title),
        plan.CLOSED: _("“%(title)s” was closed.", title=title),
        plan.ON_HOLD: _("“%(title)s” was put on hold.", title=title),
        plan.CANCELLED: _("“%(title)s” was cancelled.", title=title),
        plan.BACKED_OUT: _("“%(title)s” went back to how it was before.", title=title),
        plan.DRAFT: _("“%(title)s” begins again as a draft.", title=title),
    }
    return words.get(say) or _("The gate of “%(title)s” turned red shortly before it goes live.", title=title)


KINDS: Final = (
    NoticeKind(name=TO_SIGN, title=_l("Your team is asked to sign"), describe=_describe,
               about=_l("A handover pack waits for your team, or for one that you lead.")),
    NoticeKind(name=TO_READ, title=_l("Changes to read"), describe=_describe,
               about=_l("A change is signed and goes live soon.")),
    NoticeKind(name=QUESTION, title=_l("Questions about changes"), describe=_describe,
               about=_l("Somebody asked about a change of yours, or answered what you asked.")),
    NoticeKind(name=MOVED, title=_l("Where changes stand"), describe=_describe,
               about=_l("A change that concerns you was signed, went live, was put on hold or ended.")),
    NoticeKind(name=ALARM, title=_l("A gate turns red shortly before go-live"), describe=_describe,
               about=_l("Within two days before it goes live.")),
)  # fmt: skip
