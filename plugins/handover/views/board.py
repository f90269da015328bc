"""The board of packs, lists by state, and what is owed."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from plugins.handover import board, debts, moves
from portal.accounts.login import current_viewer
from portal.core.clock import now
from portal.core.errors import NotFound
from portal.core.i18n import gettext as _
from portal.core.web import paging, reading, require

bp = Blueprint("handover", __name__, template_folder="../templates")

READ = "handover.read"
LAST_PAGE = 10_000


@bp.get("/handover")
@require(READ)
def index() -> str:
    """Packs by state, the next go-live first."""
    session = reading()
    return render_template(
        "handover/board.html",
        columns=board.columns(session, today=now()),
        side=board.totals_of_side(session),
        per_column=board.PER_COLUMN,
        title_of=moves.state_title,
        owed=debts.open_count(session),
        may_write=current_viewer().may("handover.write"),
    )


@bp.get("/handover/state/<state>")
@require(READ)
def of_state(state: str) -> str:
    """All packs of one state."""
    if state not in {*board.COLUMNS, *board.SIDE}:
        raise NotFound(_("There is no such list."), hint=_("The board shows those that there are."))
    page = min(max(request.args.get("page", 1, int), 1), LAST_PAGE)
    cards, total = board.listed(reading(), state, page=page, today=now())
    return render_template(
        "handover/state.html",
        cards=cards,
        state=state,
        title=moves.state_title(state),
        total=total,
        paging=paging(page, max(-(-total // board.PER_PAGE), 1), ".of_state", state=state),
    )


@bp.get("/handover/debts")
@require(READ)
def owed() -> str:
    """What is owed after exceptions, the first due first."""
    page = min(max(request.args.get("page", 1, int), 1), LAST_PAGE)
    rows, total = debts.listed(reading(), page=page)
    return render_template(
        "handover/debts.html",
        rows=rows,
        today=now().date(),
        paging=paging(page, max(-(-total // debts.PER_PAGE), 1), ".owed"),
    )
