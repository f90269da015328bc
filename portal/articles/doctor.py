"""Looks of `portal doctor` at the knowledge."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.articles import asking_finds
from portal.articles.attachment_models import Attachment
from portal.articles.models import Article, Rendering
from portal.articles.states import ArticleState
from portal.core.filestore import FileStore
from portal.core.hooks import Check
from portal.organisation.queries import owner_role_parties

NAMED_AT_MOST = 10


def rendered(session: Session) -> Sequence[str]:
    """Every article that opens has the HTML of the lowest level that may read it."""
    page = sa.select(Rendering.level).where(
        Rendering.revision_id == Article.live_revision_id, Rendering.level == Article.audience
    )
    opens = Article.state.in_([ArticleState.LIVE, ArticleState.ARCHIVED])
    query = sa.select(Article.ref).where(opens, ~page.exists()).order_by(Article.ref)
    refs = session.scalars(query.limit(NAMED_AT_MOST)).all()
    return [f"{ref} has no stored page. Run `portal articles render-again`." for ref in refs]


def owned(session: Session) -> Sequence[str]:
    """Every live article is looked after by a role that some party has."""
    known = owner_role_parties(session)
    query = sa.select(Article.owner_role, sa.func.min(Article.ref)).where(Article.state == ArticleState.LIVE)
    rows = session.execute(query.group_by(Article.owner_role).order_by(Article.owner_role))
    return [
        f"{ref} is owned by {role}, a role that no party has. Add it to a party on the admin pages."
        for role, ref in rows
        if role not in known
    ][:NAMED_AT_MOST]


def found(session: Session) -> Sequence[str]:
    """Every sentence that has to find an article does, as of the last night."""
    failing = asking_finds.count(session)
    said = f"Sentences that do not bring their article among the first three: {failing}. They stand on /coach/finds."
    return [said] if failing else []


def stored_files(store: FileStore) -> Check:
    """Look whether every picture and file has its bytes, and no bytes are left over."""

    def look(session: Session) -> Sequence[str]:
        there = store.sizes()
        lost, known = [], set()
        for name, size in session.execute(sa.select(Attachment.name, Attachment.bytes).order_by(Attachment.name)):
            known.add(name)
            if there.get(name) != size:
                lost.append(f"{store.path(name)} is missing or was changed. Take it from a backup.")
        spare = sorted(there.keys() - known)
        left = [f"{store.path(name)} belongs to nothing: it can be deleted." for name in spare]
        return lost[:NAMED_AT_MOST] + left[:NAMED_AT_MOST]

    return Check("every picture and file is there", look)


CHECKS = [
    Check("every live article can be shown", rendered),
    Check("every article has somebody who looks after it", owned),
    Check("every article is found by the sentences that must find it", found),
]
