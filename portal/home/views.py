"""The front page, and the desk of the people in support; both are composed of what other rooms offer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from portal.accounts.login import current_viewer
from portal.accounts.rights import Rights
from portal.articles import queries as articles
from portal.articles.views import pane
from portal.core.clock import now
from portal.core.web import portal, reading, require
from portal.organisation import queries as organisation
from portal.search.asking import Links, answer, asked, wants_part

bp = Blueprint("home", __name__, template_folder="templates")

LATELY = timedelta(days=30)
HELPED = 5
OPENED = 15


@dataclass(frozen=True)
class DeskLinks(Links):
    """Links of the desk: a result opens beside the list, here or (with a script) without a new page."""

    def beside(self, ref: str) -> str:
        """The desk with the article of *ref* open beside this list."""
        here = self.page(self.asked.page)
        return f"{here}{'&' if '?' in here else '?'}{urlencode({'open': ref})}#pane"

    def pane(self, address: str) -> str:
        """The article at *address* alone, told by which words it was found."""
        return f"{address}?{urlencode({'pane': '1', **({'q': self.asked.words} if self.asked.words else {})})}"


def _readable_counts(rights: Rights) -> Mapping[str, int]:
    counts: Counter[str] = Counter()
    for answered in portal().plugins.on("service_readable_counts", rights=rights):
        counts.update(answered)
    return counts


@bp.get("/")
def front() -> ResponseReturnValue:
    """One question; below it what is going on, what people use and what helped."""
    rights, session = current_viewer().rights, reading()
    return render_template(
        "home/front.html",
        services=organisation.visible_services(session, _readable_counts(rights)),
        helped=articles.helped_most(session, rights, since=now() - LATELY, limit=HELPED),
    )


@bp.get("/desk")
@require("desk.use")
def desk() -> ResponseReturnValue:
    """The search with the whole article beside it; without words, what is opened most."""
    what, session, rights = asked(), reading(), current_viewer().rights
    found = answer(what)
    links = DeskLinks("home.desk", what)
    if found.pages and what.page > found.pages:
        return redirect(links.page(found.pages))
    opened = request.args.get("open", "")[:20]
    most = [] if found.words else articles.opened_most(session, rights, since=(now() - LATELY).date(), limit=OPENED)
    shown = {"asked": what, "found": found, "links": links, "most": most, "opened": opened, "is_part": wants_part()}
    if wants_part():
        return render_template("home/_desk_list.html", **shown)
    return render_template("home/desk.html", **shown, pane=pane(opened) if opened else None)
