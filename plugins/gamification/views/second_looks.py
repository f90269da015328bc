"""What people ask a second coach to look at again."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from plugins.gamification import counted, voiding
from plugins.gamification.forms import DecideForm
from portal.accounts import looks
from portal.accounts.login import current_viewer
from portal.core.clock import now
from portal.core.errors import NotFound, Refused
from portal.core.i18n import gettext as _
from portal.core.web import paging, reading, require, row_id, transaction

bp = Blueprint("second_looks", __name__, template_folder="../templates")

PERMISSION = "gamification.void"
LAST_PAGE = 10_000


@bp.get("/recognition/reviews")
@require(PERMISSION)
def index() -> ResponseReturnValue:
    """What waits, the oldest first, or what was decided."""
    over = request.args.get("state") == "over"
    wanted = min(max(request.args.get("page", 1, int), 1), LAST_PAGE)
    rows, total = counted.asked(reading(), current_viewer().rights, over=over, page=wanted)
    return render_template(
        "gamification/reviews.html",
        rows=rows,
        over=over,
        outcomes=voiding.OUTCOME_TITLE,
        paging=paging(wanted, counted.pages_of(total), ".index", **({"state": "over"} if over else {})),
    )


@bp.get("/recognition/reviews/<int:review_id>")
@require(PERMISSION)
def show(review_id: int) -> ResponseReturnValue:
    """One of them, with what was said; that a coach looked is written down, and read by that person."""
    asked = _asked(review_id)
    if request.method == "GET":
        with transaction() as session:
            looker = current_viewer().rights.person_id or 0
            looks.note(session, person_id=asked.review.person_id, looker_id=looker, what="second_looks.show", now=now())
    return _page(asked, DecideForm(formdata=None))


@bp.post("/recognition/reviews/<int:review_id>")
@require(PERMISSION)
def decide(review_id: int) -> ResponseReturnValue:
    """Decide after the second look."""
    form, by = DecideForm(), current_viewer().rights.person_id or 0
    asked = _asked(review_id)
    try:
        with transaction() as session:
            voiding.decide(
                session,
                asked.review.id,
                by=by,
                outcome=form.outcome.data or "",
                answer=form.answer.data or "",
                now=now(),
            )
    except Refused as fault:
        form.refuse(fault)
        return _page(asked, form), 422
    flash(_("Decided. They read what you said."))
    return redirect(url_for(".index"), 303)


def _asked(review_id: int) -> counted.Asked:
    rows, _total = counted.asked(reading(), current_viewer().rights, review_id=row_id(str(review_id)))
    if not rows:
        raise NotFound(_("Nobody asked for this."), hint=_("Open the list again."))
    return rows[0]


def _page(asked: counted.Asked, form: DecideForm) -> str:
    return render_template("gamification/review.html", asked=asked, form=form, outcomes=voiding.OUTCOME_TITLE)
