"""The form of an anonymous round. Nobody has to be signed in, nobody's sign-in is looked at, and nothing is logged.

The address holds the token, so it goes into no log line, no error and no
address that a browser tells to the next page. A session cookie is neither read
for a person nor written; the token stands in for the protection of other forms.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import ParamSpec

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from plugins.feedback import anonymity, asking, nameless, ordering, rounds
from plugins.feedback.anonymity import Keys
from plugins.feedback.rounds import State
from plugins.feedback.surveys import WHO_SEES, Mode
from plugins.feedback.wordings import bank_now
from portal.core.clock import now
from portal.core.errors import NotFound, Refused
from portal.core.i18n import gettext as _
from portal.core.i18n import language
from portal.core.web import csrf, portal, reading, transaction

log = logging.getLogger(__name__)

bp = Blueprint("rounds", __name__, template_folder="../templates")
csrf.exempt(bp)

P = ParamSpec("P")


def keys_of(instance: object) -> Keys:
    """The keys of sealed answers, in the instance folder."""
    return Keys(instance / "feedback")  # type: ignore[operator]


@bp.before_request
def _nobody() -> None:
    """Whoever asks is a visitor here, signed in or not: Flask-Login keeps who it is under this name."""
    g._login_user = current_app.login_manager.anonymous_user()  # type: ignore[attr-defined]  # noqa: SLF001


def _untold(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Let no fault tell the address, or what was sent: both would stand in the log."""

    @functools.wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        try:
            return view(*args, **kwargs)
        except HTTPException:
            raise
        except Exception as fault:  # noqa: BLE001 - what it says may hold the token or an answer
            log.error("the form of a round failed", extra={"fault": type(fault).__name__})  # noqa: TRY400 - see above
            failed = Refused(
                _("Something went wrong on our side."), hint=_("Nothing was saved. Try again in a moment.")
            )
            return _closed(failed), 500

    return guarded


@bp.route("/feedback/round/<int:round_id>/<token>", methods=["GET", "POST"])
@_untold
def form(round_id: int, token: str) -> ResponseReturnValue:
    """The questions of a round, for whoever has a token of it."""
    given = {name: request.form.getlist(name) for name in request.form}
    try:
        asked = rounds.round_of(reading(), round_id)
        if asked.state != State.OPEN or asked.secret is None or now() >= asked.closes_at:
            raise nameless.over()
        anonymity.unit_of(reading(), asked, token)
    except (NotFound, Refused) as fault:
        return _closed(fault), 404
    if request.method == "GET":
        return _page(round_id, _chosen(asked.form))
    names = asking.names_for(reading(), nameless.form_of(asked), given)
    try:
        _keep(round_id, token, given, names, now())
    except Refused as fault:
        return _page(round_id, given, fault), 422
    return redirect(url_for(".thanks"), 303)


@bp.get("/feedback/round/thanks")
@_untold
def thanks() -> ResponseReturnValue:
    """Thanks; the address says nothing about who was here."""
    return render_template("feedback/thanks.html", is_anonymous=True, language=language())


def _keep(round_id: int, token: str, given: Mapping[str, Sequence[str]], names: Sequence[str], at: datetime) -> None:
    keys = keys_of(portal().config.instance)
    with transaction() as session:
        asked = rounds.round_of(session, round_id, lock=True)
        opened = nameless.answer(session, asked, token, given, language=language(), names=names, keys=keys, now=at)
    if opened:
        keys.want_sweep()
        with transaction() as session:
            rounds.round_of(session, round_id, lock=True)
            anonymity.tidy(session, round_id, keys)


def _chosen(form_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    question_id, value = request.args.get("q", ""), request.args.get("v", "")
    return {question_id: (value,)} if question_id in form_ids and value else {}


def _page(round_id: int, values: Mapping[str, Sequence[str]], fault: Refused | None = None) -> str:
    session = reading()
    asked = rounds.round_of(session, round_id)
    bank = bank_now(session)
    told = {each: ",".join(said) for each, said in values.items() if any(said)}
    places = ordering.form(asked.form, limit=len(asked.form), known={}, given=told)
    return render_template(
        "feedback/round.html",
        bank=bank,
        form=[place for place in places if place.id in bank.questions],
        values=values,
        fault=fault,
        errors=fault.errors if isinstance(fault, asking.NotSaved) else {},
        who_sees=WHO_SEES[Mode.ANONYMOUS],
        language=language(),
        closes_at=asked.closes_at,
    )


def _closed(fault: NotFound | Refused) -> str:
    return render_template("feedback/round.html", form=[], fault=fault, errors={}, language=language())
