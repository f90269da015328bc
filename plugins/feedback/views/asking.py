"""Answers to what was asked on a page, and what somebody answered so far."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping, Sequence
from typing import Any, cast

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from plugins.feedback import answered, ask, asking, inline, ordering, sealing
from plugins.feedback.ask import Breaker
from plugins.feedback.models import Invitation
from plugins.feedback.surveys import survey_now, who_sees
from plugins.feedback.wordings import bank_now
from portal.accounts.login import current_viewer
from portal.core.clock import now
from portal.core.errors import Forbidden, Refused
from portal.core.i18n import gettext as _
from portal.core.i18n import language
from portal.core.web import paging, reading, require, transaction, viewer

bp = Blueprint("asking", __name__, template_folder="../templates")

NOT_ANSWERS = frozenset({"csrf_token", "token"})
LAST_PAGE = 10_000


def key() -> bytes:
    """The secret of this portal, which signs what is asked."""
    return cast("bytes", current_app.config["SECRET_KEY"])


def card(breaker: Breaker, moment: str, about: Mapping[str, Any], person_id: int | None) -> Markup | None:
    """What is asked at a *moment*, as a part of the page that somebody reads; ``None`` for nothing."""
    if breaker.is_open(now()):
        return None
    began = time.perf_counter()
    try:
        return _card(moment, about, person_id)
    finally:
        breaker.note((time.perf_counter() - began) * 1000, now())


def _card(moment: str, about: Mapping[str, Any], person_id: int | None) -> Markup | None:
    nonce = secrets.token_urlsafe(12)
    found = ask.ask(reading(), moment, about, person_id=person_id, key=key(), nonce=nonce, now=now())
    if found is None:
        return None
    html = render_template(
        "feedback/_ask.html",
        state="before" if found.answered_at else "new",
        token=found.token,
        bank=found.bank,
        form=found.form,
        who_sees=who_sees(found.survey.mode, person_id),
        language=language(),
        until=found.answered_at + asking.CHANGEABLE if found.answered_at else None,
    )
    return Markup(html)  # noqa: S704 - made by a template, which escapes


def own_answers() -> Markup:
    """The way to what one answered, for beside one's own page."""
    return Markup('<p><a href="{}">{}</a></p>').format(url_for("asking.mine"), _("What you answered"))


@bp.post("/feedback/answer")
def answer() -> ResponseReturnValue:
    """Keep the answers that came with a token; they belong to whom it was made for, whoever sends them."""
    token = request.form.get("token", "")
    asked = _opened(token)
    given = {name: request.form.getlist(name) for name in request.form if name not in NOT_ANSWERS}
    names = asking.names_for(reading(), inline.unsaved(asked, now()), given)
    try:
        with transaction() as session:
            invitation = inline.invitation_for(session, asked, now())
            saved = asking.save_answers(session, invitation, given, language=language(), names=names, now=now())
    except Refused as fault:
        return _page(asked, token, values=given, fault=fault), 422
    if "HX-Request" not in request.headers:
        return redirect(url_for(".page", token=token), 303)
    is_more = saved.state == asking.PARTLY and not saved.again
    state = "fresh" if is_more else "done"
    return render_template("feedback/_ask.html", state=state, **_context(asked, token, _given_before(asked)))


@bp.get("/feedback/answer/<token>")
def page(token: str) -> ResponseReturnValue:
    """The questions on a page of their own: for a second look, and to change what was answered."""
    asked = _opened(token)
    return _page(asked, token, values=_given_before(asked))


@bp.get("/feedback/mine")
@require("")
def mine() -> ResponseReturnValue:
    """What the person answered, newest first."""
    wanted = min(max(request.args.get("page", 1, int), 1), LAST_PAGE)
    occasions, pages = answered.page_of(reading(), current_viewer().rights, page=wanted)
    return render_template(
        "feedback/mine.html", occasions=occasions, language=language(), paging=paging(wanted, pages, ".mine")
    )


def _opened(token: str) -> sealing.Asked:
    """Read the token; somebody else who is signed in gets no further. Raises ``NotFound`` or ``Forbidden``."""
    asked = sealing.opened(token, key())
    if viewer().person_id is not None and asked.person_id not in {None, viewer().person_id}:
        raise Forbidden(
            _("These questions were put to somebody else."),
            hint=_("Nothing was saved. Each of us is asked on our own pages."),
        )
    return asked


def _is_own(asked: sealing.Asked) -> bool:
    """Whether it can be shown what was answered: not on a shared screen once the person is signed out."""
    return asked.person_id == viewer().person_id


def _given_before(asked: sealing.Asked) -> dict[str, tuple[str, ...]]:
    invitation = reading().get(Invitation, asked.id) if _is_own(asked) else None
    return asking.given_before(reading(), invitation) if invitation is not None else {}


def _page(
    asked: sealing.Asked, token: str, *, values: Mapping[str, Sequence[str]], fault: Refused | None = None
) -> str:
    return render_template(
        "feedback/answer.html",
        fault=fault,
        errors=fault.errors if isinstance(fault, asking.NotSaved) else {},
        back=_back(asked),
        **_context(asked, token, values),
    )


def _context(asked: sealing.Asked, token: str, values: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """What the templates of a form need."""
    session = reading()
    bank = bank_now(session)
    survey = survey_now(session, bank, asked.template)
    invitation = session.get(Invitation, asked.id)
    told = {each: ",".join(said) for each, said in values.items() if any(said)}
    form = ordering.form(asked.form, limit=survey.most_shown, known=dict(asked.known), given=told)
    answered_at = invitation.answered_at if invitation is not None else None
    return {
        "token": token,
        "bank": bank,
        "form": [place for place in form if place.id in bank.questions],
        "values": values,
        "who_sees": who_sees(survey.mode, asked.person_id),
        "language": language(),
        "answered_at": answered_at,
        "until": answered_at + asking.CHANGEABLE if answered_at else None,
        "may_change": asking.may_change(invitation, now()) if invitation else sealing.is_open(asked, now()),
        "is_signed_in": viewer().is_authenticated,
    }


def _back(asked: sealing.Asked) -> str:
    """Where the questions were put."""
    if not _is_own(asked):
        return ""
    if asked.ref:
        return url_for("articles.show", address=asked.ref)
    return url_for("search.results", q=asked.words)
