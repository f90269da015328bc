"""Who may see what somebody answered: those who look after an article, and those who follow up.

Nobody sees words about an article that they may not open.
"""

from __future__ import annotations

import sqlalchemy as sa

from plugins.feedback.models import Verbatim
from plugins.feedback.round_models import Round
from portal.accounts.queries import holder_of_role
from portal.accounts.rights import Rights
from portal.articles import queries
from portal.articles.models import Article

ADMIN = "feedback.admin"
CARE = "feedback.care"
LEAST_IN_ROUND = 10
"""Answers that an anonymous round must have before anybody reads its words."""


def looked_after(rights: Rights) -> sa.ColumnElement[bool]:
    """Articles that the person looks after, and may open."""
    return sa.and_(holder_of_role(Article.owner_role) == rights.person_id, queries.openable(rights))


def words_for(rights: Rights) -> sa.ColumnElement[bool]:
    """Words by name or in confidence that these rights may read, without the name."""
    if rights.person_id is None:
        return sa.false()
    theirs = queries.openable(rights) if rights.may(CARE) else looked_after(rights)
    about = Verbatim.article_id.in_(sa.select(Article.id).where(theirs))
    seen = sa.or_(about, Verbatim.article_id.is_(None)) if rights.may(CARE) else about
    return sa.and_(Verbatim.round_id.is_(None), seen)


def nameless_words_for(rights: Rights) -> sa.ColumnElement[bool]:
    """Words of anonymous rounds that are over and had answers enough, for those who follow up."""
    if not rights.may(CARE):
        return sa.false()
    enough = sa.select(Round.id).where(Round.closed_at.is_not(None), Round.answered >= LEAST_IN_ROUND)
    return Verbatim.round_id.in_(enough)
