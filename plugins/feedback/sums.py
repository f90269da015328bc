"""What the people of a unit or the users of a service answered: sums of Monday morning, never single answers.

They come from the rows of ``snapshots.py``, whose groups nobody can take
apart, so any sum of them may be shown: of some weeks, of one service.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.feedback import reporting, snapshots, wordings
from plugins.feedback.bank import Question, Type
from plugins.feedback.cost import Range
from plugins.feedback.figures import questions
from plugins.feedback.groups import MIXED
from plugins.feedback.models import Snapshot
from plugins.feedback.reporting import Tally
from plugins.feedback.scope import CARE
from plugins.feedback.shares import Share, share
from plugins.feedback.snapshots import ALL, LITERACY, RATE, SAID, SERVICE, UNIT
from plugins.feedback.surveys import SHIPPED
from portal.accounts.models import Duty
from portal.accounts.rights import Rights
from portal.core.i18n import gettext as _
from portal.core.i18n import language
from portal.organisation import queries as organisation
from portal.organisation.models import Unit

PERIODS: Final = (13, 26, 52)
"""Weeks that can be chosen; the second unless somebody does."""
MOST_PARTS: Final = 200
GOOD: Final[Mapping[Type, tuple[str, ...]]] = {
    Type.YES_NO: ("yes",),
    Type.YES_PARTLY_NO: ("yes",),
    Type.FACE5: ("4", "5"),
    Type.AGREE7: ("5", "6", "7"),
}
"""The answers whose share is the figure."""
STOPPED: Final = "work_continuity"
"""Here it is the share of those who could not work at all: the last answer."""
TEMPLATES: Final = {survey.trigger: survey.key for survey in SHIPPED}

Key = tuple[str, int]


@dataclass(kw_only=True)
class Line:
    """Answers to one wording of a question: how many, which, and the minutes that they stand for together."""

    answers: int = 0
    people: int = 0
    values: Counter[str] = field(default_factory=Counter)
    minutes: list[float] | None = None

    def add(self, answers: int, people: int, values: Mapping[str, int], minutes: Sequence[float] | None) -> None:
        """Add what a row of a snapshot holds."""
        self.answers += answers
        self.people += people
        self.values.update(values)
        if minutes is not None:
            before = self.minutes or [0, 0, 0]
            self.minutes = [one + other for one, other in zip(before, minutes, strict=True)]


@dataclass(frozen=True, kw_only=True)
class Part:
    """What the people of one part said; *share* is ``None`` where the question has no single figure."""

    name: str
    answers: int
    share: Share | None


@dataclass(frozen=True, kw_only=True)
class Series:
    """One wording of a question: the shares of its answers, the figure, how many answered, week by week and by parts.

    *rate* is how many of those who were asked answered anything; *hidden*
    names the parts that are too small, or hidden to protect those.
    """

    question: Question
    answers: int
    choices: tuple[tuple[str, Share], ...]
    figure: Share | None
    minutes: Range | None
    rate: Share | None
    points: tuple[tuple[date, Share], ...]
    parts: tuple[Part, ...]
    hidden: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The figures of a unit or service as they stood on *monday*; ``None`` before the first.

    *asked* has the wordings of each question, the newest first; *services*
    are those by which they can be filtered, by id.
    """

    monday: date | None
    asked: tuple[tuple[Series, ...], ...]
    services: tuple[str, ...]


@dataclass
class _Read:
    """The rows of a scope, summed."""

    lines: dict[Key, Line] = field(default_factory=lambda: defaultdict(Line))
    weekly: dict[Key, dict[date, Line]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(Line)))
    parts: dict[Key, dict[str, Line]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(Line)))
    services: set[str] = field(default_factory=set)


def may_see(session: Session, rights: Rights, scope: str, scope_id: str) -> bool:
    """Whether the figures of a unit or service are for these rights: of those who follow up, and of its lead.

    Whoever leads a unit sees those below it, too.
    """
    if rights.person_id is None:
        return False
    if rights.may(CARE):
        return True
    if scope == UNIT:
        kind, refs = "unit_lead", [unit.id for unit in organisation.unit_chain(session, scope_id)]
    else:
        kind, refs = "service_lead", [scope_id]
    duty = sa.select(Duty.id).where(Duty.person_id == rights.person_id, Duty.kind == kind, Duty.ref.in_(refs))
    return session.scalar(duty.limit(1)) is not None


def of_unit(session: Session, unit_id: str, *, weeks: int, service: str, now: datetime) -> Figures:
    """The figures of a unit and all below it, of some *weeks*, and of one *service* if it is named."""
    names: dict[str, str] = {}
    if not service:
        below = sa.select(Unit.id, Unit.name).where(Unit.parent_id == unit_id).order_by(Unit.sort_order, Unit.name)
        names = {row.id: row.name for row in session.execute(below.limit(MOST_PARTS))}
    return _figures(session, UNIT, unit_id, weeks=weeks, label=service, names=names, now=now)


def of_service(session: Session, service_id: str, *, weeks: int, unit: str, now: datetime) -> Figures:
    """The figures of a service, of some *weeks*, and of one *unit* with all below it if it is named."""
    if unit:
        return _figures(session, UNIT, unit, weeks=weeks, label=service_id, names={}, now=now)
    return _figures(session, SERVICE, service_id, weeks=weeks, label="", names={}, now=now)


def period(raw: str) -> int:
    """The weeks that somebody chose."""
    return int(raw) if raw in map(str, PERIODS) else PERIODS[1]


def _figures(
    session: Session, scope: str, scope_id: str, *, weeks: int, label: str, names: Mapping[str, str], now: datetime
) -> Figures:
    monday, _moment = snapshots.last_monday(session, now)
    since = monday - timedelta(weeks=weeks)
    newest = session.scalar(
        sa.select(sa.func.max(Snapshot.monday)).where(Snapshot.scope == ALL, Snapshot.scope_id == "")
    )
    rows = session.execute(
        sa.select(Snapshot.monday, Snapshot.content)
        .where(Snapshot.scope == scope, Snapshot.scope_id == scope_id, Snapshot.monday > since)
        .order_by(Snapshot.monday)
    )
    read = _summed(rows, label)
    wanted = {key for key in read.lines if not key[0].startswith(RATE)}
    asked = questions(session, wanted)
    found: dict[str, list[Series]] = defaultdict(list)
    for key in sorted(asked, key=lambda each: -each[1]):
        found[key[0]].append(_series(asked[key], key, read, names))
    order = {each: place for place, each in enumerate(wordings.shipped().questions)}
    ordered = sorted(found, key=lambda each: (order.get(each, len(order)), each))
    return Figures(
        monday=newest,
        asked=tuple(tuple(found[each]) for each in ordered),
        services=tuple(sorted(read.services - {"", MIXED})),
    )


def _summed(rows: Iterable[Any], label: str) -> _Read:
    """Add the rows up; with a *label*, only what carries it."""
    read = _Read()
    for monday, content in rows:
        for question_id, version, service, *counted in content["sums"]:
            read.services.add(service)
            if label and service != label:
                continue
            key = question_id, version
            read.lines[key].add(*counted)
            if not question_id.startswith(RATE):
                read.weekly[key][monday].add(*counted)
        for question_id, version, part, *counted in content["parts"]:
            read.parts[question_id, version][part].add(*counted)
    return read


def _series(question: Question, key: Key, read: _Read, names: Mapping[str, str]) -> Series:
    line = read.lines[key]
    table = reporting.protect(
        {part: Tally(each.answers, each.people) for part, each in read.parts[key].items() if part in names},
        one_cell_each=True,
        least=reporting.least_for(literacy=key[0] == LITERACY),
    )
    parts = read.parts[key]
    asked = read.lines.get((RATE + TEMPLATES.get(question.trigger, ""), 1))
    weekly = ((monday, figure(question, each)) for monday, each in sorted(read.weekly[key].items()))
    return Series(
        question=question,
        answers=line.answers,
        choices=tuple(
            (choice.said(language()), counted)
            for choice in question.choices
            if (counted := share(line.values[choice.value], line.answers)) is not None
        ),
        figure=figure(question, line),
        minutes=Range(*line.minutes) if line.minutes and question.type == Type.MINUTES else None,
        rate=share(asked.values[SAID], asked.answers) if asked is not None else None,
        points=tuple((monday, each) for monday, each in weekly if each is not None),
        parts=tuple(
            Part(name=names[part], answers=tally.answers, share=figure(question, parts[part]))
            for part, tally in sorted(table.shown.items(), key=lambda pair: names[pair[0]])
        ),
        hidden=tuple(name for part, name in names.items() if part not in table.shown) if table.shown else (),
    )


def figure(question: Question, line: Line) -> Share | None:
    """The share of good answers, or of those who were stopped; ``None`` where a question has no single figure."""
    good = GOOD.get(question.type, ())
    if question.metric == STOPPED and question.choices:
        good = (question.choices[-1].value,)
    return share(sum(line.values[value] for value in good), line.answers) if good else None


def figure_words(question: Question) -> str:
    """What the figure of a question says, after its number."""
    if question.metric == STOPPED:
        return _("were stopped")
    if question.type == Type.FACE5:
        return _("were happy or very happy")
    return _("rather agreed, or more") if question.type == Type.AGREE7 else _("said yes")
