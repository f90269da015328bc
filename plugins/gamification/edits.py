"""Whether one text says something else than the one before, or is only written otherwise.

At least 25 other words, or another step, symptom, environment or decision.
White space and formatting are not looked at: only words are compared, in
their order. It is worked out once for each text that went live.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.gamification.models import Edit
from portal.articles import decisions, outlines
from portal.articles.diffing import compare
from portal.articles.levels import Kind
from portal.articles.models import Revision
from portal.articles.states import ONCE_LIVE
from portal.core.db import add_row
from portal.core.i18n import LANGUAGES, speaking
from portal.search.analysis import PART

ENOUGH_WORDS: Final = 25
ENVIRONMENT: Final = "environment"
_STEP: Final = re.compile(r"\s*(?:>\s*)*\d+[.)]\s")
_HEADING: Final = re.compile(r"#{1,6}\s+(.*)")


@dataclass(frozen=True, kw_only=True)
class Written:
    """A text as it is compared: its front matter and its body."""

    body: str
    fields: Mapping[str, Any] = field(default_factory=dict)


def changed_words(before: Written, after: Written) -> int:
    """How many words of title and body are others: those that came or those that went, whichever are more."""
    sides = ("\n".join((*words(str(each.fields.get("title", ""))), *words(each.body))) for each in (before, after))
    difference = compare(*sides)
    return max(difference.removed, difference.added)


def is_substantive(before: Written, after: Written) -> bool:
    """Whether *after* says something else than *before*."""
    parts = (_environment, _steps, _symptom, _decision)
    return any(part(before) != part(after) for part in parts) or changed_words(before, after) >= ENOUGH_WORDS


def words(text: str) -> list[str]:
    """The words of a text, without marks, blanks and capitals."""
    return [each.casefold() for each in PART.findall(text)]


def _environment(text: Written) -> tuple[tuple[str, ...], ...]:
    named = text.fields.get(ENVIRONMENT) or ()
    return tuple(tuple(words(str(each))) for each in named)


def _steps(text: Written) -> list[list[str]]:
    """The words of each numbered step, without its number."""
    found: list[list[str]] = []
    is_inside = False
    for line in text.body.split("\n"):
        numbered = _STEP.match(line)
        if numbered:
            found.append(words(line[numbered.end() :]))
        elif is_inside and line[:1].isspace():
            found[-1] += words(line)
        is_inside = bool(numbered) or (is_inside and (not line.strip() or line[:1].isspace()))
    return found


def _symptom(text: Written) -> list[str]:
    """The words in which the symptom is told; a kind of article without one has none."""
    headings = _symptom_headings(str(text.fields.get("kind", "")))
    return [word for heading, line in _by_heading(text.body) if heading in headings for word in words(line)]


def _by_heading(body: str) -> Iterator[tuple[str, str]]:
    heading = ""
    for line in body.split("\n"):
        if begins := _HEADING.match(line):
            heading = begins[1].strip().casefold()
        else:
            yield heading, line


@cache
def _symptom_headings(kind: str) -> frozenset[str]:
    """The headings under which articles of a kind tell the symptom, in every language; empty is what opens the text."""
    if kind not in set(Kind):
        return frozenset()
    found = set()
    for language in LANGUAGES:
        with speaking(language):
            found |= {each.heading.casefold() for each in outlines.sections(Kind(kind)) if each.id == "symptom"}
    return frozenset(found)


def _decision(text: Written) -> list[list[str]]:
    return [words(block.source) for block in decisions.blocks(text.body)[0]]


def keep(session: Session, article_id: int) -> None:
    """Work out, of each text of an article that went live, what it changed, where that is not known yet.

    A text that was brought back says nothing new: it has to differ from the one that it brings back, too.
    """
    live = sa.and_(Revision.article_id == article_id, Revision.published_at.is_not(None))
    of_article = sa.select(Revision.id).where(live, Revision.state.in_(ONCE_LIVE))
    ids = session.scalars(of_article.order_by(Revision.published_at, Revision.number)).all()
    known = set(session.scalars(sa.select(Edit.revision_id).where(Edit.article_id == article_id)))
    for place, revision_id in enumerate(ids):
        if revision_id not in known:
            _keep_one(session, revision_id, ids[:place])


def _keep_one(session: Session, revision_id: int, before: Sequence[int]) -> None:
    revision = session.get_one(Revision, revision_id)
    text = _written(revision)
    last = session.get_one(Revision, before[-1]) if before else None
    origin = origin_of(session, revision)
    compared = [_written(each) for each in (last, origin) if each is not None]
    values = {
        "revision_id": revision_id,
        "article_id": revision.article_id,
        "editor_id": revision.author_id,
        "live_at": revision.published_at,
        "words": changed_words(compared[0], text) if last is not None else len(words(revision.body)),
        "is_first": last is None,
        "is_substantive": last is None or all(is_substantive(each, text) for each in compared),
    }
    add_row(session, Edit, values)


def origin_of(session: Session, revision: Revision) -> Revision | None:
    """The text that was live before, and that this one brings back; also where a reviewer changed it meanwhile."""
    seen = {revision.id}
    origin_id = revision.origin_id
    while origin_id is not None and origin_id not in seen:
        seen.add(origin_id)
        origin = session.get_one(Revision, origin_id)
        if origin.published_at is not None:
            return origin
        origin_id = origin.origin_id
    return None


def _written(revision: Revision) -> Written:
    return Written(body=revision.body, fields={"title": revision.title, **revision.front})
