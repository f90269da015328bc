"""The page of results, and the page that says that nobody can search just now."""

from __future__ import annotations

import logging

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from portal.accounts.login import current_viewer
from portal.core.web import check, portal, reading
from portal.search.asking import Links, answer, asked, wants_part
from portal.search.completing import complete
from portal.search.engine import IndexUnusable
from portal.search.live import index_of

log = logging.getLogger(__name__)

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


def index_away(fault: IndexUnusable) -> ResponseReturnValue:
    """Say that searching does not work now, and how to get help without it."""
    log.error("search index cannot be used", exc_info=fault)
    return render_template("search/away.html"), 503, {"Retry-After": "60"}
