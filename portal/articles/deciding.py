"""What the page of a review shows to whoever could decide on a text: read and put together, for them alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.articles import (
    checklist,
    diffing,
    drafts,
    editing,
    field_words,
    moving,
    preview,
    queries,
    reviewing,
    rules,
    texts,
)
from portal.articles.checklist import Answer
from portal.articles.diffing import Diff
from portal.articles.editing import Fault, Said
from portal.articles.levels import Kind, Level
from portal.articles.models import Article, Revision, RevisionMove
from portal.articles.rules import Writer
from portal.articles.states import ONCE_LIVE, RevisionState
from portal.articles.texts import Conflict, Text
from portal.core.errors import NotFound
from portal.core.i18n import gettext as _
from portal.organisation import queries as organisation


@dataclass(frozen=True, kw_only=True)
class Case:
    """A text in review. *names* has the writer and whoever decided, by their ids.

    *whole* is the text as it would go live; ``None`` where it was changed just
    where a part stands that its writer could not see. *hides* is whether there
    are such parts at all.
    """

    revision: Revision
    article: Article
    names: Mapping[int | None, str]
    base: Text
    mine: Text
    whole: Text | None
    hides: bool

    @property
    def is_first(self) -> bool:
        """Whether the article was never live."""
        return self.article.live_revision_id is None

    @property
    def is_behind(self) -> bool:
        """Whether another text went live since this one was begun."""
        return self.revision.base_revision_id != self.article.live_revision_id

    @property
    def is_waiting(self) -> bool:
        """Whether somebody is to decide."""
        return self.revision.state == RevisionState.SUBMITTED


@dataclass(frozen=True, kw_only=True)
class Change:
    """What differs: fields in words, and the text word by word, with the lines of the text as its writer left it."""

    fields: list[field_words.Said]
    diff: Diff


@dataclass(frozen=True, kw_only=True)
class Step:
    """One move of a text: what was done, by whom, when and why."""

    move: str
    person: str
    at: datetime
    why: str


@dataclass(frozen=True, kw_only=True)
class Point:
    """One point of the checklist with the answer that stands there; *is_kept* where somebody gave it."""

    id: int
    question: Any
    yes_when: Any
    answer: str
    is_kept: bool


def case(session: Session, writer: Writer, revision_id: int) -> Case:
    """Read a text of somebody else that was handed in, or of one's own. Raises ``NotFound``; a draft is none."""
    revision = drafts.text_for(session, revision_id, writer)
    if revision.author_id != writer.person_id and revision.state == RevisionState.DRAFT:
        raise NotFound(_("There is no such text."), hint=_("Open the article, and start from there."))
    article = session.get_one(Article, revision.article_id)
    base = session.get(Revision, revision.base_revision_id) if revision.base_revision_id else None
    level = Level(max(min(revision.seen_level, Level.SPECIALISTS), Level.EVERYONE))
    whole: Text | None
    try:
        whole = reviewing.whole_text(session, revision)
    except Conflict:
        whole = None
    return Case(
        revision=revision,
        article=article,
        names=editing.names_of(session, {revision.author_id, revision.decided_by}),
        base=texts.seen_at(texts.stored(base), level) if base is not None else Text("", ""),
        mine=texts.stored(revision),
        whole=whole,
        hides=base is not None and texts.reach_of(base.body) > revision.seen_level,
    )


def live_article(session: Session, writer: Writer, revision_id: int) -> Article | None:
    """The article that a text went live as, for whoever reads it."""
    query = sa.select(Article.ref).join(Revision, Revision.article_id == Article.id)
    ref = session.scalar(query.where(Revision.id == revision_id, Revision.state.in_(ONCE_LIVE)))
    return queries.by_ref(session, ref, writer.rights) if ref else None


def decided_just_now(
    session: Session, writer: Writer, revision_id: int, *, state: str, words: str, now: datetime
) -> bool:
    """Whether *writer* made this very decision, with these *words*, a moment ago: its button was pressed twice."""
    query = sa.select(Revision.decided_why).where(
        Revision.id == revision_id,
        Revision.state == state,
        Revision.decided_by == writer.person_id,
        Revision.decided_at > now - moving.AGAIN,
    )
    return session.scalar(query) == words.replace("\r\n", "\n").strip()


def recalled_just_now(session: Session, writer: Writer, revision_id: int, *, now: datetime) -> bool:
    """Whether the last thing that became of a text is that *writer* took their decision back, a moment ago."""
    moves = sa.select(RevisionMove).where(RevisionMove.revision_id == revision_id)
    last = session.scalar(moves.order_by(RevisionMove.id.desc()).limit(1))
    if last is None or last.at <= now - moving.AGAIN:
        return False
    return (last.move, last.person_id) == ("recall", writer.person_id)


def may_check(session: Session, writer: Writer, article: Article) -> bool:
    """Whether *writer* may say of a live text that they have checked it; nobody asks for what is checked already."""
    if not article.is_new or article.is_archived or not writer.publishes:
        return False
    others = sa.or_(Revision.author_id.is_(None), Revision.author_id != writer.person_id)
    query = sa.select(Revision.id).where(Revision.id == article.live_revision_id, others, drafts.publishable(writer))
    return session.scalar(query) is not None


def change(session: Session, case: Case) -> Change:
    """What the writer changed, word by word."""
    changes = diffing.compare_fields(case.base.fields, case.mine.fields)
    services = organisation.service_names(session)
    return Change(
        fields=field_words.said(changes, all_fields=True, services=services),
        diff=diffing.compare(case.base.body, case.mine.body),
    )


def page(session: Session, writer: Writer, case: Case, level: int | None) -> preview.Preview:
    """The page as it would look, at *level* and never above the reader's own."""
    text = case.whole or case.mine
    language = str(text.fields.get("language") or "en")
    typed = preview.Typed(body=text.body, level=level, language=language)
    return preview.of_text(session, writer, case.revision.id, typed)


def remarks(session: Session, writer: Writer, case: Case) -> list[Said]:
    """What was said about its lines, and by whom."""
    found = drafts.remarks(session, case.revision.id, writer)
    return editing.said(found, editing.names_of(session, {each.author_id for each in found}), case.revision.body)


def faults(session: Session, case: Case) -> list[Fault]:
    """What is wrong with the text as it would go live, errors first."""
    return editing.faults(session, case.whole or case.mine, case.article.ref)


def story(session: Session, case: Case) -> list[Step]:
    """Every move of the text, the first one first."""
    query = (
        sa.select(
            RevisionMove.move, sa.func.coalesce(Person.name, "").label("person"), RevisionMove.at, RevisionMove.why
        )
        .outerjoin(Person, Person.id == RevisionMove.person_id)
        .where(RevisionMove.revision_id == case.revision.id)
        .order_by(RevisionMove.id)
    )
    return [Step(**row) for row in session.execute(query).mappings()]


def points(case: Case, kept: Mapping[int, str], chosen: Mapping[int, str]) -> list[Point]:
    """The ten points in the words for its kind; *chosen* is what a form holds, *kept* what was saved before.

    Where neither says anything, what makes no sense for this kind "does not apply" until somebody looks.
    """
    given = str(case.mine.fields.get("kind"))
    kind = Kind(given) if given in set(Kind) else Kind.HOW_TO
    return [
        Point(
            id=point.id,
            question=point.instead.get(kind, point.question),
            yes_when=point.yes_when,
            answer=chosen.get(point.id) or kept.get(point.id) or str(point.suggestion(kind) or ""),
            is_kept=point.id in kept,
        )
        for point in checklist.POINTS
    ]


def verdict(kept: Mapping[int, str]) -> checklist.Verdict | None:
    """What the answers come to that were saved; ``None`` while there are none."""
    return checklist.verdict(rules.checklist_answers(kept)) if kept else None


def is_begun(kept: Mapping[int, str], chosen: Mapping[int, str]) -> bool:
    """Whether somebody answers the checklist: points that "do not apply" beforehand are no answer yet."""
    return bool(kept) or any(answer != Answer.NOT_APPLICABLE for answer in chosen.values())
