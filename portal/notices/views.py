"""What somebody was told, and what they want to be told."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.login import current_viewer
from portal.core import web
from portal.core.clock import now
from portal.core.errors import Refused
from portal.core.i18n import gettext as _
from portal.core.web import paging, reading, require, row_id, safe_path, transaction
from portal.notices import queries, service
from portal.notices.kinds import CHOICES

bp = Blueprint("notices", __name__, template_folder="templates")

LAST_PAGE = 10_000


def init(app: Flask) -> None:
    """Let the head of every page know how many notices wait."""
    app.jinja_env.globals["unread_notices"] = unread_notices


def unread_notices() -> int:
    """How many notices of whoever asks were unread when the request began; 0 for visitors."""
    return current_viewer().counts.get(queries.UNREAD, 0)


@bp.get("/notices")
@require("")
def index() -> ResponseReturnValue:
    """What happened, newest first."""
    wanted = min(max(request.args.get("page", 1, int), 1), LAST_PAGE)
    told, pages = queries.page_of(reading(), current_viewer().rights, page=wanted)
    return render_template("notices/notices.html", told=told, paging=paging(wanted, pages, ".index"))


@bp.post("/notices/read")
@require("")
def read() -> ResponseReturnValue:
    """Mark one notice as read (``id``), and with ``open`` go to what it is about; or mark all."""
    viewer = current_viewer()
    one = request.form.get("id", 0, row_id) if "id" in request.form else None
    target = url_for(".index")
    if one is not None and request.form.get("do") == "open":
        target = safe_path(queries.path_of(reading(), viewer.rights, one), target)
    with transaction() as session:
        service.mark_read(session, _person_id(), now=now(), notice_id=one)
    return redirect(target, 303)


@bp.route("/notices/choices", methods=["GET"])
@require("")
def choices() -> ResponseReturnValue:
    """What somebody is told, and where."""
    return _choices_page()


@bp.post("/notices/choices")
@require("")
def choose() -> ResponseReturnValue:
    """Keep the choices."""
    chosen = {name.removeprefix("kind:"): value for name, value in request.form.items() if name.startswith("kind:")}
    try:
        with transaction() as session:
            service.choose(session, _person_id(), chosen, daily_mail=request.form.get("daily_mail") == "yes")
    except Refused as fault:
        flash(f"{fault} {fault.hint}", "error")
        return _choices_page(), 422
    flash(_("Saved. From now on you are told what you chose."))
    return redirect(url_for(".choices"), 303)


def _choices_page() -> str:
    session, person_id = reading(), _person_id()
    return render_template(
        "notices/choices.html",
        kinds=queries.choices_of(session, person_id),
        words=CHOICES,
        daily_mail=queries.gets_mail(session, person_id),
    )


def _person_id() -> int:
    person_id = current_viewer().person_id
    if person_id is None:
        raise web.SignInFirst(_("Please sign in to see this page."))
    return person_id
