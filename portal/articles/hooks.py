"""Places on the page of an article where plugins show something of their own."""

from __future__ import annotations

from markupsafe import Markup

from portal.articles.models import Article, Verdict
from portal.core.hooks import hookspec
from portal.core.portal import Viewer


@hookspec
def slot_article_top(article: Article, viewer: Viewer) -> Markup | None:
    """Return HTML to show between the head of an article and its text, or ``None`` for nothing.

    Called once for each page of an article, live or archived, and for the desk's pane. For what a reader must
    know before the first step, such as a change under way. One query at most: the page waits for you.
    """


@hookspec
def slot_article_sidebar(article: Article, viewer: Viewer) -> Markup | None:
    """Return HTML to show beside an article (below it on a phone), or ``None`` for nothing.

    Called once for each page of an article. Small and quiet, with a heading ``<h2>``. One query at most.
    """


@hookspec
def slot_article_bottom(article: Article, viewer: Viewer) -> Markup | None:
    """Return HTML to show after the verdict, or ``None`` for nothing.

    Called once for each page of an article. For what one may do with it next. One query at most.
    """


@hookspec
def slot_after_verdict(article: Article, verdict: Verdict, viewer: Viewer) -> Markup | None:
    """Return HTML to show under the thanks for a verdict, or ``None`` for nothing.

    Called when somebody has just answered, and again while their answer stands. For a short further question;
    a form of yours must work without JavaScript. One query at most.
    """
