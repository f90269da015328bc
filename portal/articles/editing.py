"""What the page of a text under way shows its writer: read and put together, for them alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts import queries as accounts
from portal.accounts.models import Person
from portal.accounts.rights import rights_of
from portal.articles import checklist, drafting, drafts, outlines, texts
from portal.articles.codelines import lines_of
from portal.articles.frontmatter import ArticleFile
from portal.articles.levels import Kind, Level
from portal.articles.models import Article, Revision, RevisionRemark
from portal.articles.rules import Writer
from portal.articles.states import RevisionState
from portal.articles.texts import Text
from portal.core.i18n import gettext as _
from portal.organisation import queries as organisation

LATELY = timedelta(minutes=10)  # whoever saved within them is writing now
MAY_BE_CHANGED = (RevisionState.DRAFT, RevisionState.SENT_BACK)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing about a text: *field* is the name of its field, empty for the body and the text as a whole.

    *line* counts from 1 in the body, 0 for a field or the whole. An error keeps the text from being handed in.
    """

    field: str
    line: int
    message: str
    remedy: str
    is_error: bool


@dataclass(frozen=True, kw_only=True)
class Said:
    """A remark, who made it, and the line of the text that stands there now (empty for the text as a whole)."""

    remark: RevisionRemark
    name: str
    quoted: str


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What a writer may choose: services by id, owner roles, and audiences up to a level."""

    services: dict[str, str]
    owner_roles: list[str]
    level: int


@dataclass(frozen=True, kw_only=True)
class Point:
    """One point of the checklist, in the words for one kind of page."""

    id: int
    question: Any
    yes_when: Any


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where a text stands: who decided on it last, who looks after the article, and what its writer may do alone."""

    revision: Revision
    article: Article
    decided_by: str
    may_publish: bool
    others: list[str]
    remarks: list[Said]


def standing(session: Session, writer: Writer, revision_id: int, *, now: datetime) -> Standing:
    """Read one's own text with all that is said about it. Raises ``NotFound``."""
    revision = drafts.own(session, revision_id, writer)
    article = session.get_one(Article, revision.article_id)
    remarks = drafts.remarks(session, revision.id, writer)
    names = names_of(session, {remark.author_id for remark in remarks} | {revision.decided_by})
    return Standing(
        revision=revision,
        article=article,
        decided_by=names.get(revision.decided_by, ""),
        may_publish=drafting.may_publish_alone(session, revision, writer),
        others=drafts.writing_now(session, article, writer, since=now - LATELY),
        remarks=said(remarks, names, revision.body),
    )


def names_of(session: Session, ids: set[int | None]) -> dict[int | None, str]:
    """Names of people by their ids."""
    wanted = ids - {None}
    if not wanted:
        return {}
    rows = session.execute(sa.select(Person.id, Person.name).where(Person.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def said(remarks: Sequence[RevisionRemark], names: dict[int | None, str], body: str) -> list[Said]:
    """Remarks with who made them and the line of *body* that stands there now."""
    lines = lines_of(body)
    return [
        Said(
            remark=remark,
            name=names.get(remark.author_id, ""),
            quoted=lines[remark.line - 1] if 0 < remark.line <= len(lines) else "",
        )
        for remark in remarks
    ]


def decides(session: Session, writer: Writer, revision: Revision) -> str:
    """Name of whoever looks after this text, can decide on it and is told so; empty for its writer, or nobody."""
    role = str(revision.front.get("owner_role") or "")
    holder = accounts.holder_of(session, role) if role else None
    if holder is None or holder.id == writer.person_id:
        return ""
    rights = rights_of(session, holder)
    if rights.person_id is None or not rights.may("articles.write"):
        return ""
    return holder.name if drafts.may_publish(session, revision, drafts.writer_of(session, rights)) else ""


def choices(session: Session, writer: Writer) -> Choices:
    """What *writer* may choose. The highest audience of any service stands for all: which one is said on handing in."""
    services = organisation.service_names(session)
    level = max((writer.writing_level(service) for service in services), default=Level.EVERYONE)
    return Choices(services=services, owner_roles=sorted(organisation.owner_role_parties(session)), level=level)


def faults(session: Session, text: Text, ref: str) -> list[Fault]:
    """What is missing or wrong in *text*, errors first; nothing is rendered for it."""
    file = texts.file_of(text, ref)
    found = [_fault(problem, file) for problem in texts.check(session, text, ref, render=False)]
    return sorted(found, key=lambda fault: not fault.is_error)


def field_faults(text: Text, ref: str) -> list[Fault]:
    """What is missing or wrong in the fields alone: quick enough for each saving. The preview says it of the body."""
    file = texts.file_of(text, ref)
    found = [_fault(problem, file) for problem in file.problems]
    return [fault for fault in found if fault.field]


def faults_of(problems: Sequence[Any], text: Text, ref: str) -> list[Fault]:
    """The same of *problems* that were found before."""
    file = texts.file_of(text, ref)
    return [_fault(problem, file) for problem in problems]


def _fault(problem: Any, file: ArticleFile) -> Fault:
    in_body = problem.line >= file.body_line or not problem.field
    is_missing = not in_body and "." not in problem.field and problem.field not in file.lines
    return Fault(
        field="" if in_body else problem.field,
        line=max(problem.line - file.body_line + 1, 0) if in_body else 0,
        message=_("Nothing stands here yet.") if is_missing else problem.message,
        remedy="" if is_missing and problem.is_error else problem.remedy,
        is_error=problem.is_error,
    )


def points(kind: str) -> list[Point]:
    """The points of the checklist that a page of *kind* is read against, in its words."""
    known = Kind(kind) if kind in set(Kind) else Kind.HOW_TO
    return [
        Point(id=point.id, question=point.instead.get(known, point.question), yes_when=point.yes_when)
        for point in checklist.POINTS
        if known not in point.not_for or known in point.instead
    ]


def is_untouched(body: str) -> bool:
    """Whether nobody has written anything into *body* yet: it is empty, or the outline of a kind."""
    plain = body.replace("\r\n", "\n").strip()
    return not plain or any(plain == outlines.outline_of(kind).strip() for kind in Kind)
