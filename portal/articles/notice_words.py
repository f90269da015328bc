"""The kinds of notices about articles, and how each becomes words for whoever reads it.

``say`` in the data of a notice is a move of ``workflow.MOVES`` with whom it
told (``send_back.writer``), or one of :data:`SAID`; ``significance``, where it
stands, is how much the text changes. Titles are read anew each
time, with the rights of the reader: what they may not open is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.rights import Rights
from portal.articles import drafts, history_words, queries, workflow
from portal.articles.addresses import path_of
from portal.articles.models import Article, ArticleMiss, Revision, RevisionMove
from portal.articles.states import RevisionState
from portal.articles.workflow import Told
from portal.core.errors import Forbidden
from portal.core.i18n import gettext as _
from portal.core.i18n import lazy_gettext as _l
from portal.notices.kinds import Line, NoticeKind
from portal.notices.models import Notice

WAITING, OWN, LOOKED_AFTER = "articles.waiting", "articles.own", "articles.looked_after"
WRONG, WATCHED, NOT_FOUND = "articles.wrong", "articles.watched", "articles.not_found"

VALIDATED, CHANGED, ARCHIVED = "validated", "changed", "archived"
MISSED = "missed"
NOT_LIVE, STILL_WAITS, NOT_RETIRED = "not_live_on_time", "still_waits", "not_retired_on_time"
SAID: Final[Mapping[str, Any]] = {
    VALIDATED: _l("Your text counts as checked."),
    CHANGED: _l("There is a new text."),
    ARCHIVED: _l("It was archived."),
    NOT_LIVE: _l("Your text could not go live at the set time."),
    STILL_WAITS: _l("It could not go live at the set time, and waits for a decision."),
    NOT_RETIRED: _l("It could not be archived at the set time."),
    MISSED: _l("A sentence that has to find it finds other pages first."),
}


def said(move: workflow.Move, told: Told) -> str:
    """The name under which the words of a move for those who are told are found again."""
    return f"{move.name}.{told}"


def _line(notice: Notice, title: str, path: str) -> Line:
    name, _dot, told = str(notice.data["say"]).partition(".")
    words = workflow.MOVES[name].told[Told(told)] if told else SAID[name]
    weight = history_words.SIGNIFICANCE.get(notice.data.get("significance", ""))
    if weight:
        words = f"{words} {weight}."
    return Line(text=_("“%(title)s”: %(what)s", title=title, what=words), path=path)


def _ids(rows: Sequence[Notice], name: str) -> list[int]:
    return sorted({int(row.data[name]) for row in rows if row.data.get(name)})


def waiting(session: Session, rights: Rights, rows: Sequence[Notice]) -> Mapping[int, Line]:
    """Texts that still wait, for whoever can decide on them."""
    try:
        writer = drafts.writer_of(session, rights)
    except Forbidden:
        return {}
    query = sa.select(Revision.id, Revision.title).where(
        Revision.id.in_(_ids(rows, "revision_id")),
        Revision.state == RevisionState.SUBMITTED,
        drafts.decidable(writer),
    )
    titles = {row.id: row.title for row in session.execute(query)}
    return {
        row.id: _line(row, titles[row.data["revision_id"]], f"/review/{row.data['revision_id']}")
        for row in rows
        if row.data["revision_id"] in titles
    }


def own(session: Session, rights: Rights, rows: Sequence[Notice]) -> Mapping[int, Line]:
    """What became of one's own texts: where it went live the article, else the text."""
    may_write = rights.may("articles.write") or rights.may("articles.suggest")
    query = (
        sa.select(Revision.id, Revision.title, Article.ref, Article.slug, queries.openable(rights).label("opens"))
        .join(Article, Article.id == Revision.article_id)
        .where(Revision.id.in_(_ids(rows, "revision_id")), Revision.author_id == rights.person_id)
    )
    found = {row.id: row for row in session.execute(query)}
    recalled = _recalled(session, rows)
    lines = {}
    for row in rows:
        if row.key in recalled:
            continue
        text = found.get(row.data["revision_id"])
        came_back = str(row.data["say"]) in _CAME_BACK
        if text is not None and (may_write if came_back else text.opens):
            path = f"/write/{text.id}" if came_back else path_of(text.ref, text.slug)
            lines[row.id] = _line(row, text.title, path)
    return lines


def _recalled(session: Session, rows: Sequence[Notice]) -> frozenset[str]:
    """Keys of notices about decisions that whoever made them took back."""
    steps = sa.select(RevisionMove.id, RevisionMove.revision_id, RevisionMove.move).where(
        RevisionMove.revision_id.in_(_ids(rows, "revision_id")),
        RevisionMove.move.in_(("send_back", "decline", "recall")),
    )
    ordered = session.execute(steps.order_by(RevisionMove.revision_id, RevisionMove.id)).all()
    return frozenset(
        key_of(first.id)
        for first, then in pairwise(ordered)
        if first.revision_id == then.revision_id and then.move == "recall"
    )


def key_of(step_id: int) -> str:
    """The key of a notice that tells of one move of a text."""
    return f"move:{step_id}"


_CAME_BACK = frozenset([NOT_LIVE, *(said(workflow.MOVES[name], Told.WRITER) for name in ("send_back", "decline"))])


def live(session: Session, rights: Rights, rows: Sequence[Notice]) -> Mapping[int, Line]:
    """Articles that the reader can open, under the title that they have now."""
    query = sa.select(Article.id, Article.ref, Article.slug, Article.title).where(
        Article.id.in_(_ids(rows, "article_id")), queries.openable(rights)
    )
    found = {row.id: row for row in session.execute(query)}
    articles = {row.id: found[row.data["article_id"]] for row in rows if row.data["article_id"] in found}
    return {row.id: _line(row, to.title, path_of(to.ref, to.slug)) for row in rows if (to := articles.get(row.id))}


def missed(session: Session, rights: Rights, rows: Sequence[Notice]) -> Mapping[int, Line]:
    """Articles that a sentence still misses as it did then, for those who write and can open them."""
    if not rights.may("articles.write"):
        return {}
    query = sa.select(ArticleMiss.article_id, ArticleMiss.since)
    misses = session.execute(query.where(ArticleMiss.article_id.in_(_ids(rows, "article_id"))))
    still = {(row.article_id, row.since.isoformat()) for row in misses}
    return live(session, rights, [row for row in rows if (row.data["article_id"], row.data["since"]) in still])


KINDS: Final = (
    NoticeKind(
        name=WAITING,
        title=_l("Texts that wait for you"),
        about=_l(
            "Somebody handed in a text that you look after, or that you sent back before; "
            "or a text that waits could not go live on time."
        ),
        describe=waiting,
    ),
    NoticeKind(
        name=OWN,
        title=_l("What became of your texts"),
        about=_l(
            "A text of yours was accepted, sent back or declined, counts as checked, or could not go live on time."
        ),
        describe=own,
    ),
    NoticeKind(
        name=LOOKED_AFTER,
        title=_l("Published in what you look after"),
        about=_l(
            "Somebody published a text alone in an article that you look after, or it could not be archived on time."
        ),
        describe=live,
    ),
    NoticeKind(
        name=WRONG,
        title=_l("Instructions that are now wrong"),
        about=_l(
            "What helped you in the last ninety days, or what you watch, has changed and no longer works as it did."
        ),
        describe=live,
    ),
    NoticeKind(
        name=WATCHED,
        title=_l("What you watch"),
        about=_l("An article that you watch, or one of a service that you watch, has a new text or was archived."),
        describe=live,
    ),
    NoticeKind(
        name=NOT_FOUND,
        title=_l("Articles that are hard to find"),
        about=_l(
            "A sentence that has to find an article that you look after or watch finds other pages first. "
            "For those who write."
        ),
        describe=missed,
    ),
)
