"""The pages of the board."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.core.clock import now
from portal.core.i18n import gettext as _
from portal.core.web import portal, reading, require, transaction, viewer
from tests.example_plugin import queries, service

bp = Blueprint("example", __name__, template_folder="templates")

SEEN = "example.seen"


@bp.get("/example")
def board() -> ResponseReturnValue:
    """The newest notes."""
    return render_template("example/board.html", notes=queries.notes(reading()))


@bp.get("/example/notes/<ref>")
def note(ref: str) -> ResponseReturnValue:
    """One note."""
    found = queries.note(reading(), ref)
    portal().tally.put(SEEN, ref)
    return render_template("example/note.html", note=found)


@bp.post("/example/notes")
@require("example.write")
def pin() -> ResponseReturnValue:
    """Pin a note, then show it."""
    with transaction() as session:
        made = service.pin(
            session,
            service_id=request.form["service_id"],
            title=request.form.get("title", ""),
            body=request.form.get("body", ""),
            by=viewer().person_id,
            now=now(),
        )
        ref = made.ref
    flash(_("Pinned."))
    return redirect(url_for(".note", ref=ref))


@bp.get("/example/help/")
def help_page() -> ResponseReturnValue:
    """A page with a slash at its end."""
    return render_template("example/board.html", notes=[])
