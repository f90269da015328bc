"""The page of results, and the page that says that nobody can search just now."""

from __future__ import annotations

import logging

from flask import Blueprint, redirect, render_template
from flask.typing import ResponseReturnValue

from portal.accounts.login import current_viewer
from portal.core.web import check
from portal.search.asking import Links, answer, asked, wants_part
from portal.search.engine import IndexUnusable

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


def index_away(fault: IndexUnusable) -> ResponseReturnValue:
    """Say that searching does not work now, and how to get help without it."""
    log.error("search index cannot be used", exc_info=fault)
    return render_template("search/away.html"), 503, {"Retry-After": "60"}
