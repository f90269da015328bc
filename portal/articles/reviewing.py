"""Reviewing: accept, send back, decline; remarks on lines, the checklist, and what makes a live text checked.

A text is decided on by anybody but its writer who could publish it for its
audience themselves (``drafts.decidable``). Each decision can be taken back by
whoever made it, as long as nothing followed from it. None commits.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.articles import drafts, fences, merging, moving, queries, rules, texts, vouching
from portal.articles.events import ArticleValidated
from portal.articles.levels import Confidence, Level
from portal.articles.models import Article, Revision, RevisionAnswer, RevisionMove, RevisionRemark
from portal.articles.rules import Writer
from portal.articles.states import RevisionState
from portal.articles.texts import Conflict, Ready, Text
from portal.core.errors import Forbidden, NotFound, Refused
from portal.core.events import emit
from portal.core.i18n import gettext as _


def whole_text(session: Session, revision: Revision) -> Text:
    """The text as it would go live: what its writer could not see is put back where it stood.

    Raises:
        Conflict: the writer changed just where a hidden part stands; a reviewer puts both together and adapts.
    """
    mine = texts.stored(revision)
    base = session.get(Revision, revision.base_revision_id) if revision.base_revision_id else None
    if base is None or texts.reach_of(base.body) <= revision.seen_level:
        return mine
    level = Level(max(revision.seen_level, Level.EVERYONE))
    seen = texts.seen_at(texts.stored(base), level)
    merge = merging.merge(seen.body, mine.body, base.body)
    body = merge.text() if merge.is_clean else ""
    if merge.is_clean and not fences.faults(body) and _above(body, level) == _above(base.body, level):
        return Text(mine.front_text, body)
    raise Conflict(
        _("This text was changed where a part stands that its writer could not see."),
        base=seen,
        mine=mine,
        theirs=texts.stored(base),
        saves=revision.saves,
        base_revision_id=revision.base_revision_id,
    )


def _above(body: str, level: Level) -> list[tuple[Level, str]]:
    return [(part.level, part.text) for part in fences.parts(body) if part.level > level]


def ready(session: Session, revision: Revision) -> Ready:
    """Read, check and render a text that is to be accepted, with what its writer could not see.

    Raises:
        Incomplete: it has errors.
        Conflict: as :func:`whole_text`.
    """
    return texts.ready(session, revision, text=whole_text(session, revision))


def accept(
    session: Session,
    writer: Writer,
    ready: Ready,
    *,
    significance: str | None = None,
    validate: bool = True,
    why: str = "",
    now: datetime,
) -> Revision:
    """Put a submitted text live as it is; *ready* is what :func:`ready` made of it.

    It counts as checked, unless *validate* is off or its writer calls it
    unfinished. Without a *significance* that which the writer proposed holds.

    Raises:
        NotFound: there is no such text for these rights.
        Forbidden: they wrote it themselves.
        Refused: no such move, or the checklist speaks against it.
        Conflict: it was saved, or another text went live, since.
    """
    revision = drafts.to_decide(session, ready.revision_id, writer)
    moving.refuse_when_outdated(session, revision, ready, rights=writer.rights)
    moving.refuse_archived(session, revision)
    rules.refuse_by_checklist(drafts.answers(session, revision.id, writer))
    decided(revision, writer, why, now)
    moving.go_live(
        session,
        revision,
        ready,
        "accept",
        significance=significance or revision.significance,
        is_reviewed=validate,
        by=writer.person_id,
        now=now,
        why=why,
    )
    return revision


def send_back(session: Session, writer: Writer, revision_id: int, *, words: str, now: datetime) -> Revision:
    """Give a text back to its writer, with words. Raises ``NotFound``, ``Forbidden`` and ``Refused``."""
    revision = drafts.to_decide(session, revision_id, writer)
    moving.record(session, revision, "send_back", by=writer.person_id, now=now, why=words)
    decided(revision, writer, words, now)
    return revision


def decline(session: Session, writer: Writer, revision_id: int, *, reason: str, now: datetime) -> Revision:
    """Do not take a suggestion, with a reason that its writer reads.

    Raises:
        NotFound: there is no such text for these rights.
        Forbidden: they wrote it themselves.
        Refused: there is no reason, or it is no suggestion.
    """
    revision = drafts.to_decide(session, revision_id, writer)
    if not revision.is_suggestion:
        raise Refused(_("Only suggestions are declined."), hint=_("Send the text back, and say what it would take."))
    moving.record(session, revision, "decline", by=writer.person_id, now=now, why=reason)
    decided(revision, writer, reason, now)
    return revision


def recall(session: Session, writer: Writer, revision_id: int, *, now: datetime) -> Revision:
    """Take back one's own decision to send back or decline, while the writer has done nothing since.

    Raises:
        NotFound: there is no such text for these rights.
        Forbidden: somebody else decided.
        Refused: no such move, or the writer went on with it, or has begun another.
    """
    revision = drafts.to_decide(session, revision_id, writer)
    if revision.state in {RevisionState.SENT_BACK, RevisionState.DECLINED}:
        if revision.decided_by != writer.person_id:
            raise Forbidden(_("Somebody else decided on this text."), hint=_("Ask them to take it back."))
        if revision.decided_at is None or revision.updated_at > revision.decided_at:
            raise Refused(_("Its writer has gone on with this text."), hint=_("Wait until it is handed in again."))
        newer = None
        if revision.author_id is not None and revision.state == RevisionState.DECLINED:
            newer = drafts.open_text(session, revision.article_id, revision.author_id)
        if newer is not None:
            raise Refused(_("Its writer has begun another text."), hint=_("Wait until that one is handed in."))
    moving.record(session, revision, "recall", by=writer.person_id, now=now)
    revision.decided_by, revision.decided_at, revision.decided_why = None, None, ""
    session.flush()
    return revision


def decided(revision: Revision, writer: Writer, why: str, now: datetime) -> None:
    """Write down who decided about a text, when, and why."""
    revision.decided_by, revision.decided_at, revision.decided_why = writer.person_id, now, moving.words(why)


def remark(
    session: Session, writer: Writer, revision_id: int, *, line: int, text: str, now: datetime
) -> RevisionRemark:
    """Say something about one line of a text that was handed in or sent back; line 0 is the text as a whole.

    Raises:
        NotFound: there is no such text for these rights.
        Refused: there are no words, there is no such line, or the text is not in review.
    """
    revision = drafts.text_for(session, revision_id, writer)
    if revision.state not in {RevisionState.SUBMITTED, RevisionState.SENT_BACK}:
        raise Refused(_("This text is not in review."), hint=_("Remarks belong to a text that was handed in."))
    if not 0 <= line <= revision.body.count("\n") + 1:
        raise Refused(_("The text has no line %(line)s.", line=line), hint=_("Open it again: it may be shorter now."))
    said = RevisionRemark(
        revision_id=revision.id,
        line=line,
        text=moving.words(text, wanted=True),
        author_id=writer.person_id,
        at=now,
    )
    if (same := _said_just_now(session, said)) is not None:
        return same
    session.add(said)
    session.flush()
    return said


def _said_just_now(session: Session, said: RevisionRemark) -> RevisionRemark | None:
    """The same remark of a moment ago: its button was pressed twice."""
    query = sa.select(RevisionRemark).where(
        RevisionRemark.revision_id == said.revision_id,
        RevisionRemark.author_id == said.author_id,
        RevisionRemark.line == said.line,
        RevisionRemark.text == said.text,
        RevisionRemark.settled_at.is_(None),
        RevisionRemark.at > said.at - moving.AGAIN,
    )
    return session.scalar(query.order_by(RevisionRemark.id).limit(1))


def settle(session: Session, writer: Writer, remark_id: int, *, is_settled: bool = True, now: datetime) -> None:
    """Mark a remark as dealt with, or as open again; for whoever may read the text. Raises ``NotFound``."""
    said = session.get(RevisionRemark, remark_id)
    if said is None:
        raise NotFound(_("There is no such remark."), hint=_("Open the text again."))
    drafts.text_for(session, said.revision_id, writer)
    if (said.settled_at is not None) != is_settled:
        said.settled_at = now if is_settled else None
        session.flush()


def answer(session: Session, writer: Writer, revision_id: int, answers: Mapping[int, str], *, now: datetime) -> None:
    """Keep how a reviewer answers points of the checklist about a submitted text; later answers replace earlier ones.

    *answers* are by number of the point; those that are not among them stay.

    Raises:
        NotFound: there is no such text for these rights.
        Forbidden: they wrote it themselves.
        Refused: it is not submitted, or there is no such point or answer.
    """
    revision = drafts.to_decide(session, revision_id, writer)
    if revision.state != RevisionState.SUBMITTED:
        raise Refused(_("This text is not in review."), hint=_("Points are answered for a text that was handed in."))
    for point, said in rules.checklist_answers(answers).items():
        row = session.get(RevisionAnswer, (revision.id, point))
        if row is None:
            row = RevisionAnswer(revision_id=revision.id, point=point)
            session.add(row)
        row.answer, row.answered_by, row.at = said, writer.person_id, now
    session.flush()


def validate(session: Session, writer: Writer, ref: str, *, now: datetime) -> Article:
    """Say of a live text that one has checked it; a text that counts as checked stays as it is.

    Raises:
        NotFound: there is no such live article for these rights.
        Forbidden: they wrote its text, or could not publish it.
        Refused: its writer calls it unfinished.
    """
    article = session.scalar(sa.select(Article).where(Article.ref == ref, queries.readable(writer.rights)))
    if article is None:
        raise NotFound(_("There is no such article."), hint=_("Search for it, or ask a person."))
    live = session.get_one(Revision, article.live_revision_id)
    if live.author_id == writer.person_id or _adapted_by(session, live) == writer.person_id:
        raise Forbidden(_("You wrote this text yourself."), hint=_("A second person says that it is right."))
    if not drafts.may_publish(session, live, writer):
        raise Forbidden(_("This is not yours to say."), hint=_("Suggest a change, or tell its owner."))
    if article.confidence == Confidence.WIP:
        raise Refused(_("This text is still being worked on."), hint=_("Wait until its writer calls it finished."))
    count_as_checked(session, article, by=writer.person_id, now=now)
    return article


def _adapted_by(session: Session, live: Revision) -> int | None:
    query = sa.select(RevisionMove.person_id).where(
        RevisionMove.revision_id == live.id, RevisionMove.move == "go_live_adapted"
    )
    return session.scalar(query)


def count_as_checked(session: Session, article: Article, *, by: int | None, now: datetime) -> None:
    """Let the live text of an article be *validated*, and tell so; only a new one changes.

    Readers are told when a person checked it; without one (*by*), it helped enough people.
    """
    if article.confidence != Confidence.NOT_VALIDATED or article.live_revision_id is None:
        return
    article.confidence, article.updated_at = Confidence.VALIDATED, now
    if by is not None:
        said = vouching.checked_now(session, article.owner_role, by=by, now=now)
        article.checked_on, article.checked_by = said
    session.flush()
    told = ArticleValidated(actor_id=by, article_id=article.id, ref=article.ref, revision_id=article.live_revision_id)
    emit(session, told)
