"""Who is asked what about an article, and which answers count."""

from __future__ import annotations

from datetime import timedelta

from portal.articles.frontmatter_model import FrontMatter
from portal.articles.levels import Confidence, Governance, Level
from portal.articles.models import Article
from portal.articles.states import Asked, VerdictValue
from portal.core.errors import Refused
from portal.core.i18n import gettext as _

LATELY = timedelta(days=30)
SEARCHED_LENGTH = 400

_ANSWERS = {
    Asked.FIXED: (VerdictValue.YES, VerdictValue.PARTLY, VerdictValue.NO),
    Asked.HELPFUL: (VerdictValue.YES, VerdictValue.NO),
}


def asked_of(level: int) -> Asked:
    """Return the question for a reader of *level*: support is asked about the call, everybody else about the fix."""
    return Asked.HELPFUL if level >= Level.SUPPORT else Asked.FIXED


def answer(asked: Asked, raw: str) -> VerdictValue:
    """Return *raw* as an answer to the question.

    Raises:
        Refused: it is not one of the answers that were offered.
    """
    for value in _ANSWERS[asked]:
        if value == raw:
            return value
    raise Refused(_("That is not one of the answers."), hint=_("Choose one of the buttons under the article."))


def is_approved(article: Article) -> bool:
    """Whether somebody here who may do so has approved a compliance text."""
    return article.approved_on is not None and bool(article.approved_by)


def needs_approval(article: Article) -> bool:
    """Whether only named people may change the article."""
    return article.governance == Governance.COMPLIANCE


def is_starter(article: Article) -> bool:
    """Whether the text came from a file and the company's own people have not checked it yet."""
    return article.source_path is not None and article.checked_on is None


def is_for_writers(article: Article | FrontMatter) -> bool:
    """Whether it is still being worked on, and found by those who may write only."""
    return article.confidence == Confidence.WIP
