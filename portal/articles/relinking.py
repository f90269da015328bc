"""Links to an article that was merged into another one, in the live texts of others.

Each text that links to the one that went goes live again as a typo, by the
portal, with a note that says so: its history stays honest, and what readers
see, what the search knows and what an export holds agree. Its writer stays its
writer, and how far it is trusted stays. A draft that somebody has on top of it
is put together with it like after any other change.

Left as they are, because the address leads on anyway: compliance texts, which
change only when a second person approves them; links that people read who
may not open the article that stays; and those of the article that stays, which
would lead to itself and want a look by whoever merged the two.
"""

from __future__ import annotations

import dataclasses
import logging
import re
from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.articles import beginning, fences, moving, renewing, texts
from portal.articles.addresses import path_of, refs_named
from portal.articles.checking import Reach
from portal.articles.codelines import code_blocks, code_line_numbers, in_columns
from portal.articles.keeping_events import ArticleMerged
from portal.articles.levels import Governance, Level
from portal.articles.models import Article, ArticleLink, ArticleReader, Revision
from portal.articles.publishing import render_pages
from portal.articles.states import ArticleState, Significance
from portal.articles.texts import Ready, Text
from portal.core import clock
from portal.core.db import Database
from portal.core.errors import PortalError, Refused
from portal.core.i18n import gettext as _
from portal.core.i18n import speaking

log = logging.getLogger(__name__)

_SPAN = re.compile(r"(`+[^`]*`+)")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Stays:
    """The article that links are to lead to."""

    ref: str
    path: str
    reach: Reach


def led_on(body: str, gone: str, stays: Stays, *, readers: Reach) -> str:
    """Return *body* with links to the ref *gone* leading to the one that stays, where all who read them may open it.

    *readers* are those of the text as a whole. Code stays as it is, but for decision scripts.

    Raises:
        Refused: a fence is faulty.
    """
    lines = body.split("\n")
    blocks = code_blocks(in_columns(lines))[0]
    code = code_line_numbers([block for block in blocks if block.language != "decision"])
    address = re.compile(rf"/kb/{gone}(?![0-9A-Za-z_])(?:-[\w-]*)?(?:#[\w-]*)?", re.IGNORECASE | re.ASCII)
    name = re.compile(rf"(?<![\w/-]){gone}(?![\w-])", re.ASCII)
    for part in fences.parts(body):
        seen_by = Reach(Level(max(readers.level, part.level)), readers.readers)
        if not stays.reach.covers(seen_by):
            continue
        for index in range(part.line - 1, part.line - 1 + part.text.count("\n") + 1):
            if index < len(lines) and index not in code:
                pieces = _SPAN.split(lines[index])
                pieces[::2] = [name.sub(stays.ref, address.sub(stays.path, piece)) for piece in pieces[::2]]
                lines[index] = "".join(pieces)
    return "\n".join(lines)


class Relinking:
    """Lets links to a merged article lead to the one that stays."""

    def __init__(self, db: Database) -> None:
        """Write to *db* in short transactions: the rendering happens outside of them."""
        self._db = db

    def lead_links_on(self, session: Session, merged: ArticleMerged) -> None:
        """Rewrite the live texts that link to the merged article; one that cannot be rewritten keeps its link."""
        stays = _stays(session, merged)
        if stays is None:
            return
        query = (
            sa.select(ArticleLink.article_id)
            .join(Article, Article.id == ArticleLink.article_id)
            .where(
                ArticleLink.to_ref == merged.ref,
                ArticleLink.article_id != merged.into_id,
                Article.state == ArticleState.LIVE,
                Article.governance != Governance.COMPLIANCE,
            )
            .order_by(ArticleLink.article_id)
        )
        for article_id in session.scalars(query).all():
            try:
                self._rewrite(article_id, merged.ref, stays, now=clock.now)
            except PortalError as fault:
                log.warning("a link keeps leading by the old address", extra={"article": article_id, "why": str(fault)})

    def _rewrite(self, article_id: int, gone: str, stays: Stays, *, now: Callable[[], datetime]) -> None:
        for _try in range(renewing.TRIES):
            with self._db.reading() as session:
                made = _ready(session, article_id, gone, stays)
            if made is None:
                return
            with self._db.transaction() as session:
                if _publish(session, article_id, made, gone, stays, now=now()):
                    return
        raise Refused(_("The text went live again and again meanwhile."))


def _stays(session: Session, merged: ArticleMerged) -> Stays | None:
    """The one that stays, while the other still leads to it."""
    gone, article = session.get(Article, merged.article_id), session.get(Article, merged.into_id)
    if gone is None or article is None or not gone.is_merged or gone.successor_id != article.id:
        return None
    readers = session.scalars(sa.select(ArticleReader.reader).where(ArticleReader.article_id == article.id))
    reach = Reach(Level(article.audience), frozenset(readers))
    return Stays(ref=article.ref, path=path_of(article.ref, article.slug), reach=reach)


def _ready(session: Session, article_id: int, gone: str, stays: Stays) -> Ready | None:
    """The live text of an article, rewritten and rendered; ``None`` when nothing is to be rewritten."""
    article = session.get_one(Article, article_id)
    live = session.get_one(Revision, article.live_revision_id)
    file = texts.file_of(texts.stored(live), article.ref)
    if file.front is None:
        return None
    readers = Reach(Level(article.audience), frozenset(file.front.readers))
    body = led_on(live.body, gone, stays, readers=readers)
    if body == live.body:
        return None
    mentioned = refs_named(body)
    there = sa.and_(Article.ref.in_(mentioned), Article.state != ArticleState.NOT_YET_LIVE)
    known = frozenset(session.scalars(sa.select(Article.ref).where(there)))
    front = dataclasses.replace(file.front, id=article.ref)
    pages = render_pages(body, front.audience, language=front.language, known=known.__contains__)
    text = Text(live.front_text, body)
    return Ready(revision_id=live.id, saves=live.saves, front=front, text=text, pages=pages)


def _publish(session: Session, article_id: int, ready: Ready, gone: str, stays: Stays, *, now: datetime) -> bool:
    """Put the rewritten text live; whether the text before was still the one that was rewritten."""
    article = session.get_one(Article, article_id)
    if article.live_revision_id != ready.revision_id or article.is_archived:
        return article.is_archived
    before = session.get_one(Revision, ready.revision_id)
    with speaking(article.language):
        why = _("Links to %(gone)s now lead to %(stays)s.", gone=gone, stays=stays.ref)
    made = beginning.new_revision(
        session, article, ready.text, author_id=None, is_suggestion=False, origin_id=before.id, now=now
    )
    made.note = why
    as_it_was = dataclasses.replace(ready, revision_id=made.id, saves=made.saves)
    typo = Significance.TYPO
    moving.go_live(
        session,
        made,
        as_it_was,
        "lead_on",
        significance=typo,
        is_reviewed=False,
        by=None,
        now=now,
        why=why,
        begins=True,
    )
    made.author_id = before.author_id  # a second person is still somebody else than who wrote it
    session.flush()
    return True
