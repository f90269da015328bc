"""The question bank as it is now: what was shipped, with what was worded anew here. Every version is kept.

An answer names the version of its question, so that a chart can begin a new
series where the words changed, and somebody who reads an old answer can see
what was asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.feedback import versions
from plugins.feedback.bank import Aside, Audience, Band, Bank, Choice, Question, Type, load
from plugins.feedback.models import Wording


@lru_cache(maxsize=1)
def shipped() -> Bank:
    """The bank that came with the portal, read once in each process."""
    return load()


def bank_now(session: Session) -> Bank:
    """The bank as it is now; one query, which finds rows only where something was worded anew here."""
    rows = session.scalars(sa.select(Wording).where(Wording.is_shipped.is_(False)).order_by(Wording.version))
    return bank_with(rows)


def bank_with(rows: Iterable[Wording]) -> Bank:
    """The bank with the words of *rows*, the newest of a question last."""
    changed = {row.question_id: read(row.content) for row in rows}
    return replace(shipped(), questions={**shipped().questions, **changed}) if changed else shipped()


def versions_of(session: Session, question_id: str, *, limit: int = 50) -> Sequence[Wording]:
    """The kept versions of one question, the newest first."""
    query = sa.select(Wording).where(Wording.question_id == question_id)
    return session.scalars(query.order_by(Wording.version.desc()).limit(limit)).all()


def question_of(session: Session, question_id: str, version: int) -> Question | None:
    """A question in the very words of *version*; ``None`` where nobody knows them any more."""
    now = bank_now(session).questions.get(question_id)
    if now is not None and now.version == version:
        return now
    found = session.scalar(sa.select(Wording).filter_by(question_id=question_id, version=version))
    return read(found.content) if found is not None else None


def put(session: Session, question: Question, *, by: int | None, now: datetime) -> Question:
    """Let *question* stand in the bank from now on and return it with its version: a new one where the words changed.

    It has been through ``linting.check``; this looks at nothing but versions.
    """
    before = bank_now(session).questions.get(question.id)
    if before is not None:
        _keep(session, before, is_shipped=before == shipped().questions.get(question.id), by=None, now=now)
        question = versions.revised(before, question)
    _keep(session, question, is_shipped=False, by=by, now=now)
    return question


def keep_shipped(session: Session, now: datetime) -> int:
    """Keep the words of every question that came with the portal, unless they are kept; return how many were new.

    A later portal may word one anew: its answers of before are still read with their own words.
    """
    known = {tuple(row) for row in session.execute(sa.select(Wording.question_id, Wording.version))}
    new = [question for question in shipped().questions.values() if (question.id, question.version) not in known]
    for question in new:
        _keep(session, question, is_shipped=True, by=None, now=now)
    return len(new)


def written(question: Question) -> dict[str, Any]:
    """A question as plain values, for a row."""
    values = asdict(question)
    values["text"] = dict(question.text)
    values["choices"] = [
        {"value": each.value, "text": dict(each.text), "band": asdict(each.band) if each.band else None}
        for each in question.choices
    ]
    return values


def read(content: Mapping[str, Any]) -> Question:
    """Undo :func:`written`."""
    choices = tuple(
        Choice(each["value"], each["text"], Band(**each["band"]) if each["band"] else None)
        for each in content["choices"]
    )
    typed = {"type": Type(content["type"]), "audience": Audience(content["audience"]), "aside": Aside(content["aside"])}
    return Question(**{**content, **typed, "choices": choices})


def _keep(session: Session, question: Question, *, is_shipped: bool, by: int | None, now: datetime) -> None:
    row = session.scalar(sa.select(Wording).filter_by(question_id=question.id, version=question.version))
    if row is None:
        row = Wording(question_id=question.id, version=question.version, made_at=now, made_by=by)
        session.add(row)
    elif not is_shipped:
        row.made_at, row.made_by = now, by
    row.content, row.is_shipped = written(question), is_shipped
    session.flush()
