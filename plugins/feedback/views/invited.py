"""The form that a mail leads to, by name or in confidence. To open it records nothing; only what is sent counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from plugins.feedback import asking, inviting, ordering
from plugins.feedback.bank import Bank
from plugins.feedback.models import Invitation
from plugins.feedback.surveys import SHIPPED, WHO_SEES, Mode, survey_now
from plugins.feedback.tokens import new_token
from plugins.feedback.wordings import bank_now
from portal.core.clock import now
from portal.core.errors import Forbidden, NotFound, Refused
from portal.core.i18n import gettext as _
from portal.core.i18n import language
from portal.core.web import reading, require, transaction, viewer

bp = Blueprint("invited", __name__, template_folder="../templates")

NOT_ANSWERS: Final = frozenset({"csrf_token", "do"})
CLOSED: Final = frozenset({inviting.EXPIRED, inviting.SUPPRESSED})
WAITING: Final = frozenset({inviting.SENT, inviting.OPENED})
COLLEAGUE: Final = "P9"
TITLES: Final = {survey.key: survey.title for survey in SHIPPED}


@bp.route("/feedback/form/<invitation_id>", methods=["GET", "POST"])
def form(invitation_id: str) -> ResponseReturnValue:
    """The questions of an invitation; its address is known to nobody but whoever was asked."""
    invitation = _invitation(reading(), invitation_id)
    if request.method == "GET":
        values = asking.given_before(reading(), invitation) if _is_own(invitation) else {}
        return _page(invitation, values or _chosen(invitation))
    given = {name: request.form.getlist(name) for name in request.form if name not in NOT_ANSWERS}
    names = asking.names_for(reading(), invitation, given)
    try:
        with transaction() as session:
            again = _invitation(session, invitation_id)
            if again.state in CLOSED:
                raise _over()
            if request.form.get("do") == "decline":
                _decline(again)
            else:
                asking.save_answers(session, again, given, language=language(), names=names, now=now())
    except Refused as fault:
        return _page(_invitation(reading(), invitation_id), given, fault), 422
    return redirect(url_for(".form", invitation_id=invitation_id), 303)


@bp.route("/feedback/colleague", methods=["GET", "POST"])
@require("")
def colleague() -> ResponseReturnValue:
    """Name somebody whom people ask first: on a page of its own, with one's name, and never in a pulse."""
    bank = bank_now(reading())
    question = bank.questions[COLLEAGUE]
    if request.method == "GET":
        return render_template("feedback/colleague.html", question=question, language=language(), values=(), fault=None)
    given = {COLLEAGUE: request.form.getlist(COLLEAGUE)}
    try:
        with transaction() as session:
            # Whom somebody names is kept as they write it: it is what the question is for.
            asking.save_answers(session, _own(session), given, language=language(), names=(), now=now())
    except Refused as fault:
        values = given[COLLEAGUE]
        page = "feedback/colleague.html"
        return render_template(page, question=question, language=language(), values=values, fault=fault), 422
    return redirect(url_for(".named"), 303)


@bp.get("/feedback/colleague/thanks")
@require("")
def named() -> str:
    """Thanks."""
    return render_template("feedback/thanks.html", framed=True, is_anonymous=False)


def _own(session: Session) -> Invitation:
    """An invitation that somebody gives themselves, to name a colleague."""
    invitation = Invitation(
        id=new_token(),
        template="P",
        mode=Mode.NAMED,
        channel="inline",
        state=inviting.SENT,
        person_id=viewer().person_id,
        about="colleague",
        about_id=new_token(),
        form=[COLLEAGUE],
        known={},
        seed="",
        created_at=now(),
    )
    session.add(invitation)
    session.flush()
    return invitation


def _decline(invitation: Invitation) -> None:
    if invitation.state not in WAITING:
        raise Refused(_("You answered this already."), hint=_("Nothing was changed."))
    invitation.state = inviting.DECLINED


def _over() -> Refused:
    return Refused(
        _("These questions are no longer open."), hint=_("Nothing was saved. You will be asked again another time.")
    )


def _invitation(session: Session, invitation_id: str) -> Invitation:
    """The invitation. Raises ``NotFound``, or ``Forbidden`` for somebody else who is signed in."""
    found = session.get(Invitation, invitation_id)
    if (
        found is None
        or found.mode == Mode.ANONYMOUS
        or found.state in {inviting.PLANNED, inviting.SUPPRESSED}
        or (found.channel == "inline" and found.expires_at is None)
    ):
        raise NotFound(
            _("There are no questions here."),
            hint=_("The address may have lost a part. Open the address of the mail once more."),
        )
    if viewer().person_id not in {None, found.person_id}:
        raise Forbidden(
            _("These questions were put to somebody else."),
            hint=_("Nothing was saved. Each of us is asked by a mail of our own."),
        )
    return found


def _is_own(invitation: Invitation) -> bool:
    return invitation.person_id is not None and invitation.person_id == viewer().person_id


def _chosen(invitation: Invitation) -> dict[str, tuple[str, ...]]:
    """The answer that the address of a mail chose already; kept nowhere before the form is sent."""
    question_id, value = request.args.get("q", ""), request.args.get("v", "")
    return {question_id: (value,)} if question_id in invitation.form and value else {}


def _page(invitation: Invitation, values: Mapping[str, Sequence[str]], fault: Refused | None = None) -> str:
    session = reading()
    bank = bank_now(session)
    is_over = invitation.state in CLOSED or not asking.may_change(invitation, now())
    return render_template(
        "feedback/form.html",
        invitation_id=invitation.id,
        title=TITLES[invitation.template],
        bank=bank,
        form=[] if is_over else _places(session, invitation, bank, values),
        values=values,
        fault=fault,
        errors=fault.errors if isinstance(fault, asking.NotSaved) else {},
        who_sees=WHO_SEES[Mode(invitation.mode)],
        language=language(),
        names={"superuser": _("the superuser")},
        is_over=is_over,
        may_decline=invitation.state in WAITING,
        is_declined=invitation.state == inviting.DECLINED,
        answered_at=invitation.answered_at,
        until=invitation.answered_at + asking.CHANGEABLE if invitation.answered_at else None,
    )


def _places(
    session: Session, invitation: Invitation, bank: Bank, values: Mapping[str, Sequence[str]]
) -> list[ordering.Place]:
    survey = survey_now(session, bank, invitation.template)
    told = {each: ",".join(said) for each, said in values.items() if any(said)}
    places = ordering.form(invitation.form, limit=survey.most_shown, known=invitation.known, given=told)
    return [place for place in places if place.id in bank.questions]
