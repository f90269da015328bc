"""Sentences that have to find an article and do not: beside it for those who write, and all of them for a coach."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from portal.accounts.login import Viewer, current_viewer
from portal.articles import asking_finds
from portal.articles.asking_finds import Failing
from portal.articles.opening import OpenPage
from portal.core.web import paging, reading, require

bp = Blueprint("finds", __name__, template_folder="../templates")

PER_PAGE = 50


def missing(page: OpenPage, viewer: Viewer) -> list[Failing]:
    """What stands beside an article for those who write; nothing, and no read, where all its sentences find it."""
    if not page.is_missed or page.article.is_archived:
        return []
    return asking_finds.of_article(reading(), page.article, viewer.rights)


@bp.get("/coach/finds")
@require("articles.see_withheld")
def failing() -> str:
    """Sentences that have to find an article and do not, of one service where asked."""
    page = min(max(request.args.get("page", 1, int), 1), 10_000)
    service, rights = request.args.get("service", ""), current_viewer().rights
    rows, total = asking_finds.failing(reading(), rights, service=service, page=page, per_page=PER_PAGE)
    return render_template(
        "articles/failing.html",
        rows=rows,
        services=asking_finds.services(reading(), rights),
        service=service,
        **paging(page, max(-(-total // PER_PAGE), 1), "finds.failing", service=service or None),
    )
