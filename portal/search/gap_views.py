"""What people look for and nobody has written: the list, and what is done about each."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.accounts.login import current_viewer
from portal.core.clock import now
from portal.core.errors import Refused
from portal.core.i18n import gettext as _
from portal.core.i18n import lazy_gettext as _l
from portal.core.web import paging, portal, reading, require, transaction
from portal.search import gap_moves, gaps
from portal.search.askers import askers_of
from portal.search.forms import AnswerForm, RejectForm
from portal.search.gap_models import GapState, SearchGap
from portal.search.live import index_of

bp = Blueprint("gaps", __name__, template_folder="templates")

PER_PAGE = 25
LISTS = {
    GapState.OPEN: _l("Nobody has written it yet"),
    GapState.ANSWERED: _l("Answered, and watched"),
    GapState.CLOSED: _l("Closed: people find it"),
    GapState.REJECTED: _l("Needs no page"),
}


@bp.get("/search/gaps")
@require("articles.write")
def every() -> str:
    """What people miss, what several miss most first."""
    asked = request.args.get("state", "")
    state = next((each for each in LISTS if each.value == asked), GapState.OPEN)
    page = min(max(request.args.get("page", 1, int), 1), 10_000)
    rows, total = gap_moves.listed(reading(), state, page=page, per_page=PER_PAGE)
    return render_template(
        "search/gaps.html",
        rows=rows,
        state=state,
        lists=LISTS,
        **paging(page, max(-(-total // PER_PAGE), 1), ".every", state=state.value),
    )


@bp.get("/search/gaps/<int:gap_id>")
@require("articles.write")
def show(gap_id: int) -> str:
    """One gap."""
    return _page(gap_id)


def _page(gap_id: int, *, answering: AnswerForm | None = None, rejecting: RejectForm | None = None) -> str:
    viewer = current_viewer()
    shown = gap_moves.one(reading(), index_of(portal()).sources, gap_id, viewer.rights)
    return render_template(
        "search/gap.html",
        shown=shown,
        gap=shown.gap,
        answering=answering or AnswerForm(None),
        rejecting=rejecting or RejectForm(None),
        claimed_for=gaps.CLAIMED_FOR,
        closes_within=gaps.CLOSES_WITHIN,
        is_mine=shown.gap.claimed_by == viewer.person_id,
        may_reject=viewer.may("search.reject_gaps"),
    )


@bp.post("/search/gaps/<int:gap_id>/claim")
@require("articles.write")
def claim(gap_id: int) -> ResponseReturnValue:
    """Take it on."""
    return _move(
        lambda session, me: gap_moves.claim(session, askers_of(portal()), gap_id, person_id=me, now=now()), gap_id
    )


@bp.post("/search/gaps/<int:gap_id>/leave")
@require("articles.write")
def leave(gap_id: int) -> ResponseReturnValue:
    """Leave it to others."""
    return _move(lambda session, me: gap_moves.leave(session, gap_id, person_id=me), gap_id)


@bp.post("/search/gaps/<int:gap_id>/answer")
@require("articles.write")
def answer(gap_id: int) -> ResponseReturnValue:
    """Say which page answers it."""
    form = AnswerForm()
    try:
        with transaction() as session:
            gap_moves.answer(
                session,
                index_of(portal()).sources,
                gap_id,
                ref=form.ref.data or "",
                rights=current_viewer().rights,
                person_id=_me(),
                now=now(),
            )
    except Refused as fault:
        form.refuse(fault)
        return _page(gap_id, answering=form), 422
    flash(_("Saved. The gap closes once three people have found the page with their words and it helped."))
    return _back(gap_id)


@bp.post("/search/gaps/<int:gap_id>/reject")
@require("search.reject_gaps")
def reject(gap_id: int) -> ResponseReturnValue:
    """Say that nothing has to be written."""
    form = RejectForm()
    try:
        with transaction() as session:
            gap_moves.reject(session, gap_id, reason=form.reason.data or "", person_id=_me(), now=now())
    except Refused as fault:
        form.refuse(fault)
        return _page(gap_id, rejecting=form), 422
    return _back(gap_id)


def _move(run: Callable[[Session, int], SearchGap], gap_id: int) -> ResponseReturnValue:
    try:
        with transaction() as session:
            run(session, _me())
    except Refused as fault:
        form = AnswerForm(None)
        form.refuse(fault)
        return _page(gap_id, answering=form), 409
    return _back(gap_id)


def _back(gap_id: int) -> Response:
    return redirect(url_for(".show", gap_id=gap_id), 303)


def _me() -> int:
    person_id = current_viewer().person_id
    assert person_id is not None  # noqa: S101 - whoever may write is signed in
    return person_id
