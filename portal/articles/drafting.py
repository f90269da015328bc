"""Writing: save a text, hand it in, publish it alone where that is allowed, put it aside and take it up.

How a text begins stands in ``beginning.py``. Saving is no move and tells
nobody: it happens every few seconds. It names the saving that the writer saw
and the live text that they write on top of, and never overwrites anything
newer. Each other function makes one move of ``workflow.py``. None commits.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.articles import drafts, moving, publishing, rules, texts
from portal.articles.addresses import slug_of
from portal.articles.drafts import Held
from portal.articles.frontmatter import FrontMatter
from portal.articles.frontmatter_rules import MAX_TITLE
from portal.articles.levels import Governance, Level
from portal.articles.models import Article, Revision
from portal.articles.rules import Writer
from portal.articles.states import RevisionState, Significance
from portal.articles.texts import Conflict, Ready, Text
from portal.core.errors import Forbidden, Refused
from portal.core.i18n import gettext as _
from portal.organisation.models import Service

MEANT = (Significance.TYPO, Significance.CHANGED, Significance.OLD_IS_WRONG)  # what a writer may say of a change


def save(
    session: Session,
    writer: Writer,
    revision_id: int,
    fields: Mapping[str, Any],
    body: str,
    *,
    saves: int,
    base_revision_id: int | None,
    significance: str | None = None,
    why: str | None = None,
    now: datetime,
) -> Revision:
    """Keep what *writer* wrote, as fields and a body: see :func:`keep`. Raises ``NotFound``: they have no such text."""
    held = drafts.held(session, revision_id, writer)
    text = texts.text_of(fields, body, ref=held.article.ref, before=held.text)
    keep(
        session,
        writer,
        held,
        text,
        saves=saves,
        base_revision_id=base_revision_id,
        significance=significance,
        why=why,
        now=now,
    )
    return held.revision


def keep(
    session: Session,
    writer: Writer,
    held: Held,
    text: Text,
    *,
    saves: int,
    base_revision_id: int | None,
    significance: str | None = None,
    why: str | None = None,
    now: datetime,
) -> Text:
    """Put *text* in the place of the one that is *held*, and return which of them stands; the same changes nothing.

    *saves* is the saving that they saw last. *base_revision_id* is the live
    text that they write on top of: naming the one that is live now says that
    the texts were put together. *significance* and *why* are what they mean to
    say when they hand it in; without them, what was kept stays.

    Raises:
        Refused: it is not theirs to change where it stands now; or another text went live of an article that does
            not open for them any more.
        Conflict: another window saved since, or neither base is known.
    """
    revision, article, before = held.revision, held.article, held.text
    may_change = revision.state in {RevisionState.DRAFT, RevisionState.SENT_BACK}
    if may_change and saves == revision.saves:
        _mean(revision, significance, why)
    if _is_same(before, text, article.ref) and revision.base_revision_id == base_revision_id:
        return before
    if not may_change:
        raise Refused(
            _("This text is not yours to change at the moment."), hint=_("Take it back first, or begin a new one.")
        )
    if saves != revision.saves:
        raise _saved_elsewhere(held, text)
    if base_revision_id != revision.base_revision_id:
        _put_on_top(session, writer, held, text, base_revision_id)
    write(session, article, revision, text, held.live)
    revision.saves += 1
    revision.updated_at = now
    session.flush()
    return text


def _saved_elsewhere(held: Held, text: Text) -> Conflict:
    """What is said of a *text* that was written on top of an older saving."""
    return Conflict(
        _("This text was saved in another window meanwhile."),
        base=None,
        mine=text,
        theirs=held.text,
        saves=held.revision.saves,
        base_revision_id=held.revision.base_revision_id,
    )


def _put_on_top(session: Session, writer: Writer, held: Held, text: Text, base_revision_id: int | None) -> None:
    """Let the text stand on the live one that its writer names. Raises ``Refused`` and ``Conflict`` for any other."""
    revision, article = held.revision, held.article
    if base_revision_id != article.live_revision_id:
        raise moving.behind(session, revision, text, rights=writer.rights)
    level = writer.rights.level_for(article.service_id)
    revision.base_revision_id, revision.seen_level = base_revision_id, min(level, Level.SPECIALISTS)


def _mean(revision: Revision, significance: str | None, why: str | None) -> None:
    """Keep with a draft how much it changes and the words that go with it; it is no saving of the text."""
    if significance in MEANT:
        revision.significance = significance
    if why is not None:
        revision.note = moving.words(why)


def _is_same(before: Text, text: Text, ref: str) -> bool:
    """Whether this text is the one *before*, however its fields were written down."""
    return before == text or (before.body == text.body and texts.text_of(before.fields, text.body, ref=ref) == text)


def write(session: Session, article: Article, revision: Revision, text: Text, live: rules.Live | None) -> None:
    """Put *text* into a revision, with all that decides who may read and decide on it, the *live* text included."""
    file = texts.file_of(text, article.ref)
    scope = rules.scope_of(file.front, texts.reach_of(text.body)) if file.front else rules.UNREADABLE
    columns = texts.as_columns(text, article.ref, file) | publishing.scope_columns(rules.together(scope, live))
    for name, value in columns.items():
        setattr(revision, name, value)
    if live is None:
        _describe(session, article, file.front, revision.title)


def _describe(session: Session, article: Article, front: FrontMatter | None, title: str) -> None:
    """Let an article that is not live yet repeat its draft, as far as that can be read."""
    article.title, article.slug = title[:MAX_TITLE], slug_of(title)
    if front is None or session.get(Service, front.service) is None:
        return
    for name in ("kind", "audience", "confidence", "governance", "owner_role", "language", "review_every_days"):
        setattr(article, name, getattr(front, name))
    article.service_id = front.service


def submit(
    session: Session, writer: Writer, ready: Ready, *, significance: str | None = None, why: str = "", now: datetime
) -> Revision:
    """Hand a text in, so that somebody else decides on it.

    *ready* is what ``texts.ready`` made of it; *significance* is what the writer proposes.

    Raises:
        NotFound: they have no such text.
        Refused: no such move, or it is for readers above the writer's own level.
        Conflict: it was saved, or another text went live, since.
    """
    revision = _mine_and_ready(session, writer, ready)
    moving.refuse_archived(session, revision)
    article = session.get_one(Article, revision.article_id)
    revision.significance = rules.significance_of(significance, article)
    revision.note = moving.words(why)
    revision.is_suggestion = not writer.may_write
    revision.submitted_at = now
    moving.record(session, revision, "submit", by=writer.person_id, now=now, why=why)
    return revision


def publish(
    session: Session,
    writer: Writer,
    ready: Ready,
    *,
    significance: str | None = None,
    why: str = "",
    now: datetime,
    on_time: bool = False,
) -> Revision:
    """Put one's own text live without a second person, where that is allowed; it stays new until somebody checks it.

    *on_time* is a text that was handed in until the time that its writer set.

    Raises:
        NotFound: they have no such text.
        Forbidden: a second person is needed.
        Refused, Conflict: as for :func:`submit`.
    """
    revision = _mine_and_ready(session, writer, ready)
    if not may_publish_alone(session, revision, writer):
        raise Forbidden(_("A second person looks at this text first."), hint=_("Hand it in for review."))
    moving.refuse_archived(session, revision)
    revision.note = moving.words(why)
    moving.go_live(
        session,
        revision,
        ready,
        "publish_on_time" if on_time else "publish",
        significance=significance,
        is_reviewed=False,
        by=writer.person_id,
        now=now,
        why=why,
    )
    return revision


def may_publish_alone(session: Session, revision: Revision, writer: Writer) -> bool:
    """Whether *writer* may put this text of theirs live without a second person: never compliance, never in part."""
    article = session.get_one(Article, revision.article_id)
    governance = {str(revision.front.get("governance")), article.governance}
    return (
        revision.author_id == writer.person_id
        and writer.may_write
        and Governance.COMPLIANCE not in governance
        and drafts.may_publish(session, revision, writer)
    )


def _mine_and_ready(session: Session, writer: Writer, ready: Ready) -> Revision:
    revision = drafts.own(session, ready.revision_id, writer)
    moving.refuse_when_outdated(session, revision, ready, rights=writer.rights)
    if ready.scope.reach > writer.writing_level(ready.front.service):
        raise Forbidden(
            _("A part of this text is for people who read more than you do."),
            hint=_("Choose who it is for among those whose articles you read."),
        )
    return revision


def take_back(session: Session, writer: Writer, revision_id: int, *, now: datetime) -> Revision:
    """Make a text that was handed in a draft again. Raises ``NotFound`` and ``Refused``."""
    revision = drafts.own(session, revision_id, writer)
    moving.record(session, revision, "take_back", by=writer.person_id, now=now)
    return revision


def discard(session: Session, writer: Writer, revision_id: int, *, why: str = "", now: datetime) -> Revision:
    """Put a text aside; it stays in its writer's history. Raises ``NotFound`` and ``Refused``."""
    revision = drafts.own(session, revision_id, writer)
    moving.record(session, revision, "discard", by=writer.person_id, now=now, why=why)
    return revision


def take_up(session: Session, writer: Writer, revision_id: int, *, now: datetime) -> Revision:
    """Go on with a text that was put aside or declined.

    Raises:
        NotFound: they have no such text.
        Refused: no such move, or they have another text of this article under way.
    """
    revision = drafts.own(session, revision_id, writer)
    refuse_second(session, revision.article_id, writer)
    moving.record(session, revision, "take_up", by=writer.person_id, now=now)
    return revision


def refuse_second(session: Session, article_id: int, writer: Writer) -> None:
    """Check that *writer* has nothing under way for this article. Raises ``Refused``."""
    if drafts.open_text(session, article_id, writer.person_id) is not None:
        raise Refused(
            _("You have another text of this article under way."), hint=_("Finish it or put it aside, then come back.")
        )
