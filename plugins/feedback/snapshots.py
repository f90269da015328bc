"""Every Monday morning the answers that came in are put in groups and added to the figures, which stand for a week.

What a Monday adds is a row for each unit, service and article of which there
is something new, and one row for the whole that remembers which answers still
wait for others. A Monday that has its row is never counted again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from plugins.feedback import cost, reporting
from plugins.feedback.groups import MIXED, TOP, Given, Group, Tree, sort
from plugins.feedback.models import Answer, Invitation, Snapshot
from plugins.feedback.round_models import NamelessAnswer, Round, RoundUnit
from portal.accounts.models import Person
from portal.articles.models import Article, Verdict
from portal.articles.states import Asked
from portal.organisation.models import Unit
from portal.organisation.queries import organisation

ALL, UNIT, SERVICE, ARTICLE = "all", "unit", "service", "article"
AT: Final = time(6)
FINAL_AFTER: Final = timedelta(hours=24)
"""Answers may be changed for a day; before that they are not counted."""
MAIL_FINAL_AFTER: Final = timedelta(days=14)
"""An invitation by mail has ended by then."""
WAITS: Final = timedelta(weeks=13)
"""So long answers wait for others of the same unit and service, before they count for the unit above alone."""
AT_ONCE: Final = 500
LITERACY: Final = "P6"
BY_ARTICLE: Final = frozenset({"A2"})
LOST, HELD_UP = "R3", "R4"
RATE: Final = "="
"""Before the key of a template: whether those who were asked answered, counted like a question of its own."""
SAID, SILENT = "yes", "no"
OF_VERDICT: Final = {"A": ("yes",), "N": ("partly", "no")}
"""Templates that are offered with the thanks for a verdict."""

Series = tuple[str, int]


@dataclass
class _Monday:
    """What is counted on one Monday: answers by their series, and what came before."""

    monday: date
    moment: datetime
    before: datetime | None
    known: set[str] = field(default_factory=set)
    answers: dict[Series, list[Given]] = field(default_factory=lambda: defaultdict(list))

    def is_old(self, at: datetime) -> bool:
        return at < self.moment - WAITS


@dataclass
class _Sum:
    """What groups say together; *values* counts each answer, *minutes* are summed from low to high."""

    answers: int = 0
    people: int = 0
    values: Counter[str] = field(default_factory=Counter)
    minutes: list[float] | None = None

    def add(self, group: Group) -> None:
        counted = group.tally
        self.answers += counted.answers
        self.people += counted.people
        for each in group.answers:
            self.values.update(each.value.split(","))
            if each.minutes is not None:
                before = self.minutes or [0, 0, 0]
                self.minutes = [one + other for one, other in zip(before, each.minutes, strict=True)]


def last_monday(session: Session, now: datetime) -> tuple[date, datetime]:
    """The last Monday on which figures were due, and the moment of it: 06:00 in the time zone of the organisation."""
    about = organisation(session)
    zone = ZoneInfo(about.time_zone if about else "UTC")
    here = now.astimezone(zone)
    monday = here.date() - timedelta(days=here.weekday())
    moment = datetime.combine(monday, AT, tzinfo=zone)
    if moment > now:
        monday -= timedelta(weeks=1)
        moment = datetime.combine(monday, AT, tzinfo=zone)
    return monday, moment.astimezone(UTC)


def take(session: Session, now: datetime) -> int:
    """Count what came in up to the last Monday, unless that was done; return how many rows were written."""
    monday, moment = last_monday(session, now)
    last = session.scalar(_of(ALL).order_by(Snapshot.monday.desc()).limit(1))
    if last is not None and last.monday >= monday:
        return 0
    state: Mapping[str, Any] = last.content if last is not None else {}
    before = datetime.fromisoformat(state["until"]) if state else None
    work = _Monday(monday=monday, moment=moment, before=before, known=set(state.get("series", ())))
    waits: Mapping[str, Sequence[Any]] = state.get("waits", {})
    rounds = _read(session, work, waits, set(state.get("rounds", ())))
    groups, waiting = _sorted(work, _tree(session))
    rows = _rows(groups, _tree(session))
    for (scope, scope_id), content in sorted(rows.items()):
        session.add(Snapshot(monday=monday, scope=scope, scope_id=scope_id, content=content, made_at=now))
    kept = {
        "until": moment.isoformat(),
        "series": sorted({*work.known, *(_name(series) for series in groups)}),
        "rounds": sorted(rounds),
        "waits": {_name(series): sorted(each.key for each in pool) for series, pool in sorted(waiting.items()) if pool},
    }
    session.add(Snapshot(monday=monday, scope=ALL, scope_id="", content=kept, made_at=now))
    session.flush()
    return len(rows) + 1


def catch_up(session: Session, now: datetime, *, weeks: int) -> int:
    """Count each of the last Mondays by itself, the oldest first; return how many rows were written."""
    return sum(take(session, now - timedelta(weeks=back)) for back in range(weeks, -1, -1))


def _of(scope: str, scope_id: str = "") -> sa.Select[Snapshot]:
    return sa.select(Snapshot).where(Snapshot.scope == scope, Snapshot.scope_id == scope_id)


def _name(series: Series) -> str:
    return f"{series[0]}@{series[1]}"


def _tree(session: Session) -> Tree:
    return Tree({row.id: row.parent_id or TOP for row in session.execute(sa.select(Unit.id, Unit.parent_id))})


def _read(session: Session, work: _Monday, waits: Mapping[str, Sequence[Any]], counted: set[int]) -> set[int]:
    """Read what is new and what waits; return the rounds that are counted by now."""
    keys = [key for pool in waits.values() for key in pool]
    _read_answers(session, work, [int(key[1:]) for key in keys if key.startswith("a")])
    _read_verdicts(session, work, [int(key[1:]) for key in keys if key.startswith("v")])
    _read_mails(session, work, [key[1:] for key in keys if key.startswith("i")])
    closed = set(session.scalars(sa.select(Round.id).where(Round.closed_at < work.moment)))
    _read_rounds(session, work, [key[1:] for key in keys if key.startswith("n")], closed - counted)
    return closed


def _since(column: Any, work: _Monday, shift: timedelta) -> sa.ColumnElement[bool]:
    until = column < work.moment - shift
    return until if work.before is None else sa.and_(column >= work.before - shift, until)


def _chunks(keys: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (keys[start : start + AT_ONCE] for start in range(0, len(keys), AT_ONCE))


def _read_answers(session: Session, work: _Monday, waiting: Sequence[int]) -> None:
    held_up = aliased(Answer)
    query = sa.select(
        Answer.id, Answer.question_id, Answer.version, Answer.value, Answer.service_id, Answer.unit_id,
        Answer.person_id, Answer.article_id, Answer.answered_at, Answer.low, Answer.mid, Answer.high,
        held_up.low.label("people_low"), held_up.mid.label("people_mid"), held_up.high.label("people_high"),
    ).outerjoin(
        held_up,
        sa.and_(
            Answer.question_id == LOST,
            held_up.invitation_id == Answer.invitation_id,
            held_up.question_id == HELD_UP,
        ),
    )  # fmt: skip
    parts = [_since(Answer.answered_at, work, FINAL_AFTER), *(Answer.id.in_(chunk) for chunk in _chunks(waiting))]
    for part in parts:
        for row in session.execute(query.where(part)):
            work.answers[row.question_id, row.version].append(
                Given(
                    key=f"a{row.id}",
                    value=row.value,
                    service=row.service_id or "",
                    unit=row.unit_id or TOP,
                    person=row.person_id,
                    article=row.article_id,
                    minutes=_minutes(row),
                    is_old=work.is_old(row.answered_at),
                )
            )


def _minutes(row: Any) -> tuple[float, float, float] | None:
    if row.mid is None:
        return None
    lost = cost.Range(row.low, row.mid, row.high)
    if row.people_mid is not None:
        lost = cost.impact(lost, cost.Range(row.people_low, row.people_mid, row.people_high))
    return lost.low, lost.mid, lost.high


def _read_verdicts(session: Session, work: _Monday, waiting: Sequence[int]) -> None:
    """Whoever gave a verdict was offered questions; whether they answered is known by their invitation."""
    for template, values in OF_VERDICT.items():
        answered = sa.exists().where(
            Invitation.template == template,
            Invitation.about == "verdict",
            Invitation.about_id == sa.cast(Verdict.id, sa.String),
            Invitation.answered_at.is_not(None),
        )
        query = (
            sa.select(Verdict.id, Verdict.person_id, Verdict.at, Person.unit_id, Article.service_id, answered)
            .join(Article, Article.id == Verdict.article_id)
            .outerjoin(Person, Person.id == Verdict.person_id)
            .where(Verdict.asked == Asked.FIXED, Verdict.value.in_(values), Verdict.replaced_at.is_(None))
        )
        parts = [_since(Verdict.at, work, FINAL_AFTER), *(Verdict.id.in_(chunk) for chunk in _chunks(waiting))]
        for part in parts:
            for number, person_id, at, unit_id, service_id, did in session.execute(query.where(part)):
                work.answers[RATE + template, 1].append(
                    Given(
                        key=f"v{number}",
                        value=SAID if did else SILENT,
                        service=service_id or "",
                        unit=unit_id or TOP,
                        person=person_id,
                        is_old=work.is_old(at),
                    )
                )


def _read_mails(session: Session, work: _Monday, waiting: Sequence[str]) -> None:
    query = sa.select(Invitation).where(
        Invitation.channel == "mail", Invitation.mode != "anonymous", Invitation.sent_at.is_not(None)
    )
    parts = [
        _since(Invitation.created_at, work, MAIL_FINAL_AFTER),
        *(Invitation.id.in_(chunk) for chunk in _chunks(waiting)),
    ]
    for part in parts:
        for each in session.scalars(query.where(part)):
            work.answers[RATE + each.template, 1].append(
                Given(
                    key=f"i{each.id}",
                    value=SAID if each.answered_at else SILENT,
                    service=each.service_id or "",
                    unit=each.unit_id or TOP,
                    person=each.person_id,
                    is_old=work.is_old(each.created_at),
                )
            )


def _read_rounds(session: Session, work: _Monday, waiting: Sequence[str], new: set[int]) -> None:
    """Anonymous rounds that are over: each answer to a question is that of another person."""
    query = sa.select(NamelessAnswer)
    parts = [NamelessAnswer.id.in_(chunk) for chunk in _chunks(waiting)]
    parts += [NamelessAnswer.round_id.in_(chunk) for chunk in _chunks(sorted(new))]
    for part in parts:
        for each in session.scalars(query.where(part)):
            work.answers[each.question_id, each.version].append(
                Given(
                    key=f"n{each.id}",
                    value=each.value,
                    service="",
                    unit=each.unit_id or TOP,
                    minutes=(each.low or 0, each.mid, each.high or 0) if each.mid is not None else None,
                    is_old=each.round_id not in new,
                )
            )
    for template, unit, invited, answered in _round_rates(session, new):
        work.answers[RATE + template, 1] += [
            Given(key=f"r{number}", value=SAID if number < answered else SILENT, service="", unit=unit)
            for number in range(invited)
        ]


def _round_rates(session: Session, rounds: set[int]) -> list[tuple[str, str, int, int]]:
    """For each unit of these rounds how many were invited, and how many answered: the most that answered one thing."""
    most: dict[tuple[int, str], int] = defaultdict(int)
    counts = sa.select(NamelessAnswer.round_id, NamelessAnswer.unit_id, sa.func.count()).where(
        NamelessAnswer.round_id.in_(rounds)
    )
    per_question = counts.group_by(NamelessAnswer.round_id, NamelessAnswer.unit_id, NamelessAnswer.question_id)
    for round_id, unit_id, count in session.execute(per_question):
        most[round_id, unit_id or TOP] = max(most[round_id, unit_id or TOP], count)
    invited = (
        sa.select(Round.template, RoundUnit.round_id, RoundUnit.unit_id, RoundUnit.invited)
        .join(Round, Round.id == RoundUnit.round_id)
        .where(RoundUnit.round_id.in_(rounds))
    )
    return [
        (template, unit_id, count, min(most[round_id, unit_id], count))
        for template, round_id, unit_id, count in session.execute(invited)
    ]


def _sorted(work: _Monday, tree: Tree) -> tuple[dict[Series, list[Group]], dict[Series, list[Given]]]:
    groups: dict[Series, list[Group]] = {}
    waiting: dict[Series, list[Given]] = {}
    for series, answers in work.answers.items():
        found, rest = sort(
            answers,
            tree,
            least=reporting.least_for(literacy=series[0] == LITERACY),
            folds=_name(series) not in work.known,
            by_article=series[0] in BY_ARTICLE,
        )
        if found:
            groups[series] = found
        # What stands for nobody in particular (how many of a round answered) cannot be found again.
        waiting[series] = [each for each in rest if not each.key.startswith("r")]
    return groups, waiting


def _rows(groups: Mapping[Series, Sequence[Group]], tree: Tree) -> dict[tuple[str, str], dict[str, Any]]:
    """What each unit, service and article gets: sums by series and service, and how many by the parts of it."""
    sums: dict[tuple[str, str], dict[tuple[Series, str], _Sum]] = defaultdict(lambda: defaultdict(_Sum))
    parts: dict[tuple[str, str], dict[tuple[Series, str], _Sum]] = defaultdict(lambda: defaultdict(_Sum))
    for series, found in groups.items():
        for group in found:
            path = [unit for unit in tree.path(group.unit) if unit != TOP]
            for place, unit in enumerate(path):
                sums[UNIT, unit][series, group.service].add(group)
                if place:
                    parts[UNIT, unit][series, path[place - 1]].add(group)
            if group.service not in {"", MIXED}:
                sums[SERVICE, group.service][series, ""].add(group)
                for unit in path:
                    parts[SERVICE, group.service][series, unit].add(group)
            if group.article is not None:
                sums[ARTICLE, str(group.article)][series, ""].add(group)
    return {
        scope: {
            "sums": [_line(series, label, each) for (series, label), each in sorted(found.items())],
            "parts": [_line(series, label, each) for (series, label), each in sorted(parts[scope].items())],
        }
        for scope, found in sums.items()
    }


def _line(series: Series, label: str, each: _Sum) -> list[Any]:
    return [series[0], series[1], label, each.answers, each.people, dict(sorted(each.values.items())), each.minutes]
