"""Calling people back: the list, one call, and the question whether it is settled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from plugins.feedback import call_page, callback_notices, callbacks, scope
from plugins.feedback.callback_rules import BECAUSE_TITLE, STATE_TITLE, WAITING
from plugins.feedback.loop_forms import AssignForm, CloseForm, SettledForm
from plugins.feedback.loop_models import Callback
from portal.accounts.login import current_viewer
from portal.accounts.rights import Rights
from portal.articles import queries as articles
from portal.core.clock import now
from portal.core.errors import Refused
from portal.core.i18n import gettext as _
from portal.core.i18n import language
from portal.core.web import paging, reading, require, row_id, transaction

bp = Blueprint("callbacks", __name__, template_folder="../templates")

LAST_PAGE = 10_000
SCRIPT = "KB0053"


@bp.get("/feedback/callbacks")
@require("")
def index() -> ResponseReturnValue:
    """Whom somebody is to call, what is due first."""
    session, rights = reading(), current_viewer().rights
    wanted = min(max(request.args.get("page", 1, int), 1), LAST_PAGE)
    over = request.args.get("state") == "over"
    rows, pages = call_page.page_of(session, rights, over=over, page=wanted)
    kept = {"state": "over"} if over else {}
    return render_template(
        "feedback/callbacks.html",
        rows=rows,
        over=over,
        because=BECAUSE_TITLE,
        states=STATE_TITLE,
        follows_up=rights.may(scope.CARE),
        paging=paging(wanted, pages, ".index", **kept),
    )


@bp.get("/feedback/callbacks/<int:callback_id>")
@require("")
def show(callback_id: int) -> ResponseReturnValue:
    """One call: what it is about, who calls, and how it stands."""
    return _page(callback_id, {})


@bp.post("/feedback/callbacks/<int:callback_id>")
@require("")
def act(callback_id: int) -> ResponseReturnValue:
    """Say who calls (``do=assign``), note a try (``do=try``), or end it (``do=close``)."""
    rights, do = current_viewer().rights, request.form.get("do", "")
    forms: dict[str, Any] = {"assign": AssignForm(), "close": CloseForm()}
    try:
        with transaction() as session:
            said = _steps(forms)[do](session, callback_id, rights) if do in _steps(forms) else ""
    except Refused as fault:
        forms.get(do, forms["close"]).refuse(fault)
        return _page(callback_id, {do if do in forms else "close": forms.get(do, forms["close"])}), 422
    if said:
        flash(said)
    return redirect(url_for(".show", callback_id=callback_id), 303)


def _steps(forms: dict[str, Any]) -> dict[str, Callable[[Session, int, Rights], str]]:
    def assign(session: Session, callback_id: int, rights: Rights) -> str:
        raw = forms["assign"].to.data or ""
        to = row_id(raw) if raw.isdecimal() and len(raw) <= 9 else None
        callback = callbacks.assign(session, callback_id, to, rights, wishes=bool(forms["assign"].wishes.data))
        if callback.owner_id != rights.person_id:
            callback_notices.tell_caller(session, callback, now=now())
        return _("They are told.") if callback.owner_id != rights.person_id else _("You make this call.")

    def note_try(session: Session, callback_id: int, rights: Rights) -> str:
        callbacks.note_try(session, callback_id, rights, now=now())
        return _("Noted. Try once more at another time of the day.")

    def close(session: Session, callback_id: int, rights: Rights) -> str:
        state, outcome = forms["close"].state.data or "", forms["close"].outcome.data or ""
        callback = callbacks.close(session, callback_id, state, outcome, rights, now=now())
        if callback.state in {"settled", "partly"}:
            return _("Noted. They are asked whether it is settled for them.")
        return _("Noted.")

    return {"assign": assign, "try": note_try, "close": close}


def _page(callback_id: int, typed: dict[str, Any]) -> str:
    session, rights = reading(), current_viewer().rights
    callback = callbacks.one(session, callback_id, rights)
    follows_up, is_caller = rights.may(scope.CARE), callback.owner_id == rights.person_id
    assign = typed.get("assign") or AssignForm(None, data={"to": str(callback.owner_id or "")})
    if follows_up:
        assign.offer(callbacks.callers(session))  # all of them: a name that is missing would tell whose words they are
    return render_template(
        "feedback/callback.html",
        facts=call_page.facts(session, callback, rights, language=language()),
        callback=callback,
        waits=callback.state in WAITING,
        follows_up=follows_up,
        is_caller=is_caller,
        assign=assign,
        close=typed.get("close") or CloseForm(None),
        because=BECAUSE_TITLE,
        states=STATE_TITLE,
        script=articles.by_ref(session, SCRIPT, rights),
    )


@bp.get("/feedback/settled/<token>")
def settled(token: str) -> ResponseReturnValue:
    """Ask whether it is settled; looking records nothing."""
    return _ask(callbacks.asked_by(reading(), token))


@bp.post("/feedback/settled/<token>")
def say_settled(token: str) -> ResponseReturnValue:
    """Take the answer down."""
    form = SettledForm()
    try:
        with transaction() as session:
            callbacks.say_settled(session, token, form.answer.data or "", now=now())
    except Refused as fault:
        form.refuse(fault)
        return _ask(callbacks.asked_by(reading(), token), form), 422
    return redirect(url_for(".settled", token=token), 303)


def _ask(callback: Callback, form: SettledForm | None = None) -> str:
    form = form or SettledForm(None, data={"answer": callback.settled})
    return render_template("feedback/settled.html", callback=callback, form=form)
