"""The end of an article, and its way back: archive it, merge it into another one, bring it back.

Whoever may publish the live text for everyone, and reads all of it, may do
this. Nothing is deleted: an archived article keeps its texts, its verdicts and
who watches it, opens by its link, and comes back with one move. Each move is
written down with who, when and why (``log``).

Of two articles about the same one stays. The address of the other one then
leads to it, for whoever may read it; old addresses too. Links in live texts
are rewritten by a job (``relinking.py``). Words by which people looked for the
one that went are put into a draft on top of the one that stays, if wanted, for
whoever merged them to look through. Verdicts and watches stay with the old
article: they were given to another text. Bringing it back takes its address
back; links that were rewritten meanwhile keep leading to the one that stayed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.accounts.models import Person
from portal.accounts.rights import Rights
from portal.articles import beginning, drafting, drafts, history, moving, queries, service, texts
from portal.articles.addresses import ref_in
from portal.articles.keeping_events import ArticleBroughtBack, ArticleMerged, ArticleTimeDropped
from portal.articles.keeping_models import Act, ArticleMove, Step, Timing, TimingState
from portal.articles.levels import Confidence
from portal.articles.models import Article, Revision
from portal.articles.rules import Writer
from portal.articles.states import ArticleState, RevisionState
from portal.core.db import add_row
from portal.core.errors import Forbidden, NotFound, Refused
from portal.core.events import emit
from portal.core.i18n import gettext as _

MOST_STEPS = 100


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One step in the life of an article, as one reader may see it: *other* and *why* may be empty."""

    move: str
    person: str
    at: datetime
    why: str
    other_ref: str
    other_title: str


def may_look_after(session: Session, article: Article, writer: Writer) -> bool:
    """Whether *writer* may archive this article: they publish for everyone, and read all of its live text."""
    if not writer.publishes_for_all or article.live_revision_id is None:
        return False
    return drafts.may_publish(session, session.get_one(Revision, article.live_revision_id), writer)


def to_look_after(session: Session, ref: str, writer: Writer) -> Article:
    """One article that *writer* may archive, merge or bring back.

    Raises:
        NotFound: there is no such article for these rights.
        Forbidden: they do not publish for everyone, or do not read all of it.
    """
    article = queries.by_ref(session, ref, writer.rights)
    if article is None:
        raise NotFound(_("There is no such article."), hint=_("Search for it, or ask a person."))
    if not may_look_after(session, article, writer):
        raise Forbidden(
            _("Whoever publishes for everyone, and reads all of an article, decides about its end."),
            hint=_("Suggest it to whoever looks after the article."),
        )
    return article


def archive(
    session: Session, writer: Writer, ref: str, *, successor: str = "", why: str = "", now: datetime
) -> Article:
    """Take an article out of lists and search; *successor* is the ref of the one that follows, if there is one.

    Raises:
        NotFound, Forbidden: as :func:`to_look_after`.
        Refused: it is archived already, no such successor, or there is neither a successor nor a reason.
    """
    article = to_look_after(session, ref, writer)
    _refuse_archived(article)
    follows = live_one(session, successor, writer) if successor.strip() else None
    why = moving.words(why, wanted=follows is None)
    _end(session, article, follows, Step.ARCHIVE, by=writer.person_id, why=why, now=now)
    return article


def merge(
    session: Session, writer: Writer, ref: str, into: str, *, take_words: bool = False, why: str = "", now: datetime
) -> Revision | None:
    """Let the article *into* stay and *ref* lead to it.

    With *take_words* returns a draft of *writer* on top of the one that stays,
    with the users' words and sentences of the other; ``None`` when it has them all.

    Raises:
        NotFound, Forbidden: as :func:`to_look_after`, for either of the two.
        Refused: one of them is archived, they are the same, or the draft is not the writer's to change.
    """
    article = to_look_after(session, ref, writer)
    _refuse_archived(article)
    stays = live_one(session, into, writer)
    if not may_look_after(session, stays, writer):
        raise Forbidden(
            _("You do not decide about %(ref)s.", ref=stays.ref), hint=_("Archive this one with it as the successor.")
        )
    why = moving.words(why)
    _end(session, article, stays, Step.MERGE, by=writer.person_id, why=why, now=now)
    article.is_merged = True
    session.flush()
    told = ArticleMerged(
        actor_id=writer.person_id, article_id=article.id, ref=article.ref, into_id=stays.id, into_ref=stays.ref
    )
    emit(session, told)
    return _with_words_of(session, writer, article, stays, now) if take_words else None


def bring_back(session: Session, writer: Writer, ref: str, *, why: str = "", now: datetime) -> Article:
    """Let an archived article stand in lists and search again, as far trusted as before.

    Raises:
        NotFound, Forbidden: as :func:`to_look_after`.
        Refused: it is not archived.
    """
    article = to_look_after(session, ref, writer)
    if not article.is_archived:
        raise Refused(_("%(ref)s is not archived.", ref=article.ref), hint=_("Open it again: it is live."))
    note(session, article, Step.BRING_BACK, None, by=writer.person_id, why=moving.words(why), now=now)
    article.state, article.confidence = ArticleState.LIVE, _confidence_before(session, article)
    article.successor_id, article.is_merged, article.updated_at = None, False, now
    session.flush()
    emit(session, ArticleBroughtBack(actor_id=writer.person_id, article_id=article.id, ref=article.ref))
    return article


def done_just_now(
    session: Session, writer: Writer, step: Step, ref: str, *, other: str = "", why: str = "", now: datetime
) -> bool:
    """Whether the last that happened to *ref* is this very step of *writer*, a moment ago: they pressed it twice.

    *other* names the article that follows, as its writer typed it; *why* are their words.
    """
    follows = aliased(Article)
    query = (
        sa.select(ArticleMove.move, ArticleMove.person_id, ArticleMove.at, ArticleMove.why, follows.ref)
        .join(Article, Article.id == ArticleMove.article_id)
        .outerjoin(follows, follows.id == ArticleMove.other_id)
        .where(Article.ref == ref)
    )
    last = session.execute(query.order_by(ArticleMove.id.desc()).limit(1)).one_or_none()
    if last is None or last.at <= now - moving.AGAIN:
        return False
    named = ref_in(other.strip().rpartition("/")[2])
    return (last.move, last.person_id, last.why, last.ref) == (step, writer.person_id, moving.words(why), named)


def live_one(session: Session, ref: str, writer: Writer) -> Article:
    """The live article that *writer* named by its ref or its address. Raises ``Refused``."""
    named = ref.strip().rpartition("/")[2]
    if not named:
        raise Refused(_("It is not said which article."), hint=_("Write its number, such as KB0004."))
    found = ref_in(named)
    article = None
    if found is not None:
        readable = sa.select(Article).where(Article.ref == found, queries.readable(writer.rights))
        article = session.scalar(readable)
    if article is None:
        raise Refused(
            _("There is no live article %(ref)s.", ref=named[:40]), hint=_("Write its number, such as KB0004.")
        )
    return article


def has_text(session: Session, writer: Writer, ref: str) -> bool:
    """Whether *writer* has a text of this article under way."""
    article_id = session.scalar(sa.select(Article.id).where(Article.ref == ref))
    return article_id is not None and drafts.open_text(session, article_id, writer.person_id) is not None


def note(
    session: Session, article: Article, step: Step, other: Article | None, *, by: int | None, why: str, now: datetime
) -> None:
    """Write one line of the log of an article."""
    values: dict[str, Any] = {
        "article_id": article.id,
        "move": step,
        "other_id": other.id if other else None,
        "confidence": article.confidence,
        "person_id": by,
        "at": now,
        "why": why,
    }
    add_row(session, ArticleMove, values)


def log(session: Session, ref: str, writer: Writer) -> list[Kept]:
    """What happened to an article as a whole, the latest first, for whoever opens it.

    Reasons may tell of hidden parts, so they are for who reads all of the text;
    another article is named to who may open it.
    """
    other = aliased(Article)
    rights = writer.rights
    live = aliased(Revision)
    query = (
        sa.select(
            ArticleMove.move,
            sa.func.coalesce(Person.name, "").label("person"),
            ArticleMove.at,
            sa.case((live.reach <= queries.level_for(rights), ArticleMove.why), else_="").label("why"),
            sa.func.coalesce(other.ref, "").label("other_ref"),
            sa.func.coalesce(other.title, "").label("other_title"),
        )
        .join(Article, Article.id == ArticleMove.article_id)
        .join(live, live.id == Article.live_revision_id)
        .outerjoin(Person, Person.id == ArticleMove.person_id)
        .outerjoin(other, sa.and_(other.id == ArticleMove.other_id, queries.openable(rights, other)))
        .where(Article.ref == ref, queries.openable(rights))
        .order_by(ArticleMove.id.desc())
        .limit(MOST_STEPS)
    )
    return [Kept(**row) for row in session.execute(query).mappings()]


def merged_into(session: Session, ref: str | None, article: Article, rights: Rights) -> str:
    """The ref of an article that leads to this one, as the address says it came from; costs no read without one."""
    if ref is None:
        return ""
    gone = sa.select(Article.ref).where(
        Article.ref == ref, Article.is_merged, Article.successor_id == article.id, queries.openable(rights)
    )
    return session.scalar(gone) or ""


def may_compare(session: Session, revision_id: int, rights: Rights) -> bool:
    """Whether *rights* read a text that was live once."""
    query = sa.select(Revision.id).join(Article, Article.id == Revision.article_id)
    return session.scalar(query.where(Revision.id == revision_id, history.once_live(rights))) is not None


def _refuse_archived(article: Article) -> None:
    if article.is_archived:
        raise Refused(_("%(ref)s is archived already.", ref=article.ref), hint=_("Bring it back first."))


def _end(
    session: Session,
    article: Article,
    successor: Article | None,
    step: Step,
    *,
    by: int | None,
    why: str,
    now: datetime,
) -> None:
    """Archive, write it down, and let no retirement wait any longer."""
    note(session, article, step, successor, by=by, why=why, now=now)
    service.archive(session, article, successor=successor, by=by, now=now)
    waits = sa.and_(Timing.article_id == article.id, Timing.act == Act.RETIRE, Timing.state == TimingState.WAITING)
    for timing in session.scalars(sa.select(Timing).where(waits)):
        timing.state, timing.ended_at = TimingState.DROPPED, now
        session.flush()
        dropped = ArticleTimeDropped(
            actor_id=by, article_id=article.id, ref=article.ref, timing_id=timing.id, act=timing.act
        )
        emit(session, dropped)


def _confidence_before(session: Session, article: Article) -> str:
    """How far the text was trusted when it was archived; new, when it came archived from a file."""
    query = (
        sa.select(ArticleMove.confidence)
        .where(ArticleMove.article_id == article.id, ArticleMove.move.in_((Step.ARCHIVE, Step.MERGE)))
        .order_by(ArticleMove.id.desc())
        .limit(1)
    )
    before = session.scalar(query)
    return Confidence.NOT_VALIDATED if before in (None, Confidence.ARCHIVED) else Confidence(before)


def _with_words_of(session: Session, writer: Writer, gone: Article, stays: Article, now: datetime) -> Revision | None:
    """A draft on top of *stays* that has the words and sentences of *gone* too."""
    old = texts.stored(session.get_one(Revision, gone.live_revision_id)).fields
    before = drafts.open_text(session, stays.id, writer.person_id)
    if before is not None and before.state == RevisionState.SUBMITTED:
        raise Refused(
            _("Your text of %(ref)s is handed in, so that no words can be added.", ref=stays.ref),
            hint=_("Take it back first, or merge without the words."),
        )
    live = before or session.get_one(Revision, stays.live_revision_id)
    fields = texts.stored(live).fields
    added = {name: _joined(fields.get(name), old.get(name)) for name in ("words", "finds")}
    if all(added[name] == _joined(fields.get(name), ()) for name in added):
        return None
    draft = beginning.start(session, writer, stays.ref, now=now)
    return drafting.save(
        session,
        writer,
        draft.id,
        texts.stored(draft).fields | added,
        draft.body,
        saves=draft.saves,
        base_revision_id=draft.base_revision_id,
        now=now,
    )


def _joined(first: Any, second: Any) -> list[str]:
    """Both lists of phrases, each phrase once however it is spelled."""
    lists = [each if isinstance(each, list | tuple) else () for each in (first, second)]
    phrases = {str(phrase).casefold(): str(phrase) for each in reversed(lists) for phrase in each}
    return [phrases[key] for key in dict.fromkeys(str(phrase).casefold() for each in lists for phrase in each)]
