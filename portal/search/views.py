"""The page of results, and the page that says that nobody can search just now."""

from __future__ import annotations

import logging

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from portal.accounts.login import current_viewer
from portal.core.clock import now
from portal.core.web import check, paging, portal, reading, require
from portal.search import figures as search_figures
from portal.search.asking import TYPED_LIMIT, Links, answer, asked, wants_part
from portal.search.completing import complete
from portal.search.engine import IndexUnusable
from portal.search.explaining import explain
from portal.search.live import index_of

log = logging.getLogger(__name__)

PER_PAGE = 25
MOST_PAGES = 40
"""Nobody walks through all searches of a month."""

bp = Blueprint("search", __name__, template_folder="templates")


@bp.get("/search")
def results() -> ResponseReturnValue:
    """What fits the words, the best first; without words, where to begin. Who may read nothing signs in first."""
    if current_viewer().rights.level < 0:
        check("")
    what = asked()
    found = answer(what)
    links = Links("search.results", what)
    if found.pages and what.page > found.pages:
        return redirect(links.page(found.pages))
    part = wants_part()
    template = "search/_results.html" if part else "search/results.html"
    return render_template(template, asked=what, found=found, links=links, is_part=part)


@bp.get("/search/begin")
def begin() -> ResponseReturnValue:
    """A few pages that begin as somebody types, for a script to show under the field; nothing is noted."""
    rights = current_viewer().rights
    found = [] if rights.level < 0 else complete(reading(), index_of(portal()), request.args.get("q", ""), rights)
    return render_template("search/_begun.html", found=found)


@bp.get("/search/why")
@require("search.explain")
def why() -> str:
    """A search made again, with what each result got for what."""
    typed = request.args.get("q", "")[:TYPED_LIMIT].strip()
    made = explain(reading(), index_of(portal()), typed, current_viewer().rights)
    return render_template("search/why.html", typed=typed, made=made)


@bp.get("/search/figures")
@require("search.see_figures")
def figures() -> str:
    """How long searches took, and what found nothing."""
    shown = "slow" if request.args.get("show") == "slow" else "empty"
    page = min(max(request.args.get("page", 1, int), 1), 10_000)
    read = search_figures.slow if shown == "slow" else search_figures.empty
    rows, total = read(reading(), now(), page=page, per_page=PER_PAGE)
    return render_template(
        "search/figures.html",
        summary=search_figures.summary(reading(), now()),
        rows=rows,
        shown=shown,
        **paging(page, min(max(-(-total // PER_PAGE), 1), MOST_PAGES), ".figures", show=shown),
    )


def index_away(fault: IndexUnusable) -> ResponseReturnValue:
    """Say that searching does not work now, and how to get help without it."""
    log.error("search index cannot be used", exc_info=fault)
    return render_template("search/away.html"), 503, {"Retry-After": "60"}
