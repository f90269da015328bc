"""A small plugin whose pages go wrong in every way that a page can."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request
from markupsafe import Markup
from sqlalchemy.exc import OperationalError
from werkzeug.wrappers import Response

from portal.core.errors import Forbidden, NotFound, Refused, TooSoon
from portal.core.hooks import hookimpl
from portal.core.portal import Plugin
from portal.core.web import csp_nonce, require, safe_path

bp = Blueprint("workbench", __name__)

ERRORS = {
    "refused": Refused("The bench is taken.", hint="Use the other one."),
    "not-found": NotFound("There is no such bench.", hint="Count them again."),
    "forbidden": Forbidden("The bench is not yours.", hint="Ask whose it is."),
    "too-soon": TooSoon("The bench is still hot.", hint="Let it cool.", wait_seconds=7),
    "fault": ZeroDivisionError("the secret of the bench"),
    "locked": OperationalError("SELECT 1", {}, OSError("database is locked")),
}


@bp.get("/bench/<kind>")
def fail(kind: str) -> str:
    """Raise the error of this kind."""
    raise ERRORS[kind]


@bp.get("/bench/status/<int:code>")
def status(code: int) -> str:
    """End with this status."""
    abort(code)


@bp.get("/bench/page")
def page() -> Markup:
    """A page with a script."""
    return Markup('<script nonce="{}"></script>').format(csp_nonce())


@bp.get("/bench/away")
def away() -> Response:
    """Go where the query says, if that is here."""
    return redirect(safe_path(request.args.get("next")))


@bp.get("/bench/guarded")
@require("portal.admin")
def guarded() -> str:
    """Only for administrators."""
    return "the inner room"


@bp.post("/bench/form")
def form() -> dict[str, list[str]]:
    """Answer with what was sent."""
    return dict(request.form.lists())


class WorkbenchPlugin(Plugin):
    """A bench to break things on."""

    name = "workbench"
    title = "Workbench"
    paths = ("/bench",)

    @hookimpl
    def blueprints(self) -> list[Blueprint]:
        """Pages that fail."""
        return [bp]
