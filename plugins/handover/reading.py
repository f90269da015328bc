"""Read and understood: who is asked to read a pack, what they confirm, and what is new to them since.

A tick means “I could support this tomorrow”; asking for help is a question and
no failure. How long somebody reads is not measured, and of the quiz only is
kept when it was passed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.handover import asking, moving, plan, shifts, working_days, writing
from plugins.handover.events import PackAcknowledged
from plugins.handover.models import Change, Pack, PackParty, Version
from plugins.handover.said_models import ASKED, AWAY, HELP_NEEDED, UNDERSTOOD, QuizQuestion, Reading
from plugins.handover.sections import SECTIONS
from portal.accounts import roster
from portal.accounts.models import Person
from portal.core.errors import Forbidden, Refused
from portal.core.events import emit
from portal.core.i18n import gettext as _
from portal.organisation.models import Party

READABLE: Final = frozenset({plan.SIGNED_OFF, plan.READY, plan.LIVE, plan.EARLY_LIFE})
"""States in which a pack is read."""
NEWCOMER_DAYS: Final = 30
QUIZ_COUNT: Final = 5
QUIZ_PASSES: Final = 4
MOST_ASKED: Final = 2_000
PER_PAGE: Final = 20


@dataclass(frozen=True, kw_only=True)
class Part:
    """A section that is to be read: as it was when the reader confirmed it last, or ``None`` where all is new."""

    key: str
    before: str | None


def ask_all(session: Session, pack: Pack, *, now: datetime) -> int:
    """Ask everybody of the pack's front line, and of its onsite teams, to read it. Twice asks nobody anew.

    Whoever is away in all of the first days is asked when they are back. Returns how many had not been asked before.
    """
    calendar = working_days.calendar_of(session, pack)
    start, end = working_days.first_days(calendar, pack.change.go_live_at, shifts.FIRST_DAYS)
    people = readers(session, pack)
    away = roster.away_throughout(session, people, start, end)
    held = {
        row.person_id: row for row in session.scalars(sa.select(Reading).where(Reading.pack_id == pack.id))
    }  # fmt: skip
    count = 0
    for person in people:
        row = held.get(person.id)
        if row is None:
            session.add(Reading(pack_id=pack.id, person_id=person.id, party_id=person.party_id or "", asked_at=now,
                                state=AWAY if person.id in away else ASKED))  # fmt: skip
            count += 1
        elif row.state in {ASKED, AWAY}:
            row.state = AWAY if person.id in away else ASKED
    session.flush()
    return count


def readers(session: Session, pack: Pack) -> Sequence[Person]:
    """Who is asked to read a pack: everybody of its front-line and onsite parties."""
    parties = (
        sa.select(PackParty.party_id)
        .join(Party, Party.id == PackParty.party_id)
        .where(PackParty.pack_id == pack.id, Party.kind.in_(("front_line", "onsite")))
    )
    query = sa.select(Person).where(Person.party_id.in_(parties), Person.left_at.is_(None))
    return session.scalars(query.order_by(Person.id).limit(MOST_ASKED)).all()


def welcome(session: Session, person: Person, *, now: datetime) -> int:
    """Ask somebody who is new to a team for the packs of its last thirty days; returns how many."""
    since = now - timedelta(days=NEWCOMER_DAYS)
    query = (
        sa.select(Pack)
        .join(PackParty, PackParty.pack_id == Pack.id)
        .join(Party, Party.id == PackParty.party_id)
        .where(PackParty.party_id == person.party_id, Party.kind.in_(("front_line", "onsite")))
        .where(sa.or_(Pack.state.in_((plan.SIGNED_OFF, plan.READY)), Pack.live_at >= since))
        .where(Pack.state.in_(READABLE | {plan.CLOSED}))
        .order_by(Pack.id)
        .limit(50)
    )
    count = 0
    for pack in session.scalars(query):
        if session.get(Reading, (pack.id, person.id)) is None:
            session.add(Reading(pack_id=pack.id, person_id=person.id, party_id=person.party_id or "", asked_at=now))
            count += 1
    session.flush()
    return count


def of_person(session: Session, pack: Pack, person_id: int) -> Reading | None:
    """What somebody was asked, and said, about a pack; ``None`` for whoever was not asked."""
    return session.get(Reading, (pack.id, person_id))


def is_due(reading: Reading | None, pack: Pack) -> bool:
    """Whether somebody is asked to confirm what the pack says now."""
    if reading is None or (reading.state == UNDERSTOOD and reading.version == pack.version):
        return False
    return pack.state in READABLE or _came_later(reading, pack)


def _came_later(reading: Reading, pack: Pack) -> bool:
    """Whether somebody came to the team when a pack that is closed by now was live already."""
    return pack.state == plan.CLOSED and pack.live_at is not None and reading.asked_at > pack.live_at


def _is_read() -> sa.ColumnElement[bool]:
    """The same as a condition: packs that are read now, and closed ones for whoever came later."""
    return sa.or_(
        Pack.state.in_(READABLE), sa.and_(Pack.state == plan.CLOSED, Reading.asked_at > Pack.live_at)
    )  # fmt: skip


def what_is_new(session: Session, pack: Pack, reading: Reading | None) -> list[Part]:
    """The sections to be read: all of them at first, later those that say something else than when they confirmed."""
    keys = [key for key in SECTIONS if key in plan.plan().sizes[pack.size].sections]
    if reading is None or reading.version is None or reading.version == pack.version:
        return [Part(key=key, before=None) for key in keys]
    seen = session.get(Version, (pack.id, reading.version))
    said = writing.sections_of(session, pack.id)
    before = {key: writing.plain_said(seen.said if seen is not None else {}, key) for key in SECTIONS}
    return [
        Part(key=key, before=before[key]) for key in SECTIONS if writing.plain_now(said.get(key)) != before[key]
    ]  # fmt: skip


def confirm(session: Session, pack: Pack, person_id: int, *, version: int, now: datetime) -> None:
    """Say that one could support it tomorrow. Twice is once.

    Raises:
        Refused: the pack says something else by now, is not read now, or its quiz was not passed.
        Forbidden: nobody asked them.
    """
    reading = _asked(session, pack, person_id)
    if version != pack.version:
        raise Refused(
            _("The pack says something else by now."), hint=_("Read what is new: it stands below, marked.")
        )  # fmt: skip
    if plan.plan().sizes[pack.size].has_quiz and reading.quiz_passed_at is None and quiz(session, pack):
        raise Refused(_("The quiz comes first."), hint=_("Four of five are enough, and you can try again at once."))
    is_new = reading.state != UNDERSTOOD or reading.version != pack.version
    reading.state, reading.version, reading.confirmed_at = UNDERSTOOD, pack.version, now
    session.flush()
    if is_new:
        service = next((each.service_id for each in pack.change.services), None)
        emit(session, PackAcknowledged(actor_id=person_id, pack_id=pack.id, person_id=person_id, service_id=service))
        moving.follow(session, pack, now=now)


def ask_for_help(session: Session, pack: Pack, person_id: int, section: str, text: str, *, now: datetime) -> None:
    """Ask for help with a pack: a question to its owner.

    Raises:
        Refused: there are no words.
        Forbidden: nobody asked them to read it.
    """
    reading = _asked(session, pack, person_id)
    asked = asking.Asked(text=text, section=section, is_blocking=False, is_help=True)
    asking.ask(session, pack, asked, actor_id=person_id, party_id="", now=now)
    if reading.state != UNDERSTOOD:
        reading.state = HELP_NEEDED
    session.flush()


def quiz(session: Session, pack: Pack) -> Sequence[QuizQuestion]:
    """The questions of a pack's quiz, in order."""
    query = sa.select(QuizQuestion).where(QuizQuestion.pack_id == pack.id)
    return session.scalars(query.order_by(QuizQuestion.position)).all()


def take_quiz(
    session: Session, pack: Pack, person_id: int, given: Mapping[int, int], *, now: datetime
) -> tuple[bool, list[tuple[QuizQuestion, bool]]]:
    """Answer the quiz: whether it is passed, and of each question whether the answer was right. Only that it was
    passed is kept.

    Raises:
        Forbidden: nobody asked them to read it.
    """  # noqa: D205 - one sentence, and what is kept of it
    reading = _asked(session, pack, person_id)
    questions = quiz(session, pack)
    results = [(question, given.get(question.position) == question.right) for question in questions]
    wanted = min(QUIZ_PASSES, len(questions))
    passed = bool(questions) and sum(is_right for _question, is_right in results) >= wanted
    if passed and reading.quiz_passed_at is None:
        reading.quiz_passed_at = now
        session.flush()
        moving.follow(session, pack, now=now)
    return passed, results


def _asked(session: Session, pack: Pack, person_id: int) -> Reading:
    reading = session.get(Reading, (pack.id, person_id))
    if reading is None:
        raise Forbidden(
            _("Nobody asked you to read this pack."), hint=_("You can read it, and ask about it, on its page.")
        )  # fmt: skip
    if pack.state not in READABLE and not _came_later(reading, pack):
        raise Refused(
            _("This pack is not read now."), hint=_("Look at where it stands: it may be changed, or be over.")
        )  # fmt: skip
    return reading


@dataclass(frozen=True, kw_only=True)
class ToRead:
    """A pack that somebody is asked to read; *is_again*: they confirmed an older version."""

    pack_id: int
    title: str
    go_live_at: datetime
    is_again: bool


def to_read(session: Session, person_id: int, *, page: int = 1) -> tuple[list[ToRead], int]:
    """What somebody is asked to read now, the next go-live first, a page at a time; and how much it is."""
    is_open = sa.or_(Reading.state != UNDERSTOOD, Reading.version != Pack.version)
    query = (
        sa.select(Pack.id, Change.title, Change.go_live_at, Reading.version)
        .join(Reading, Reading.pack_id == Pack.id)
        .join(Change, Change.id == Pack.change_id)
        .where(Reading.person_id == person_id, _is_read(), is_open)
    )
    total = session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
    rows = session.execute(query.order_by(Change.go_live_at, Pack.id).offset((page - 1) * PER_PAGE).limit(PER_PAGE))
    return [
        ToRead(pack_id=row.id, title=row.title, go_live_at=row.go_live_at, is_again=row.version is not None)
        for row in rows
    ], total
