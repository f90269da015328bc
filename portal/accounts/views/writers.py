"""Who writes, and how far each of them goes alone; for coaches, and for who gives the roles."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from portal.accounts import proficiency
from portal.accounts.roles import PROFICIENCY_TITLE
from portal.accounts.views.blueprint import bp
from portal.core.web import reading, require


@bp.get("/coach/writers")
@require("people.see_proficiency")
def writers() -> ResponseReturnValue:
    """People who may write, a page at a time."""
    words = request.args.get("q", "")
    page = proficiency.writers(reading(), words=words, page=request.args.get("page", 1, int))
    kinds = proficiency.kinds_of(reading(), page.rows)
    return render_template("accounts/writers.html", page=page, kinds=kinds, titles=PROFICIENCY_TITLE, words=words)
