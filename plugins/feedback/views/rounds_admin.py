"""The pages of rounds for administrators: begin one, end it, and publish what is done about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, StringField, TextAreaField

from plugins.feedback import rounds, steering, surveys, wordings
from plugins.feedback.rounds import LONGEST_REASON, OPEN_FOR, Block, State
from plugins.feedback.surveys import WHO_SEES, Mode, Survey
from portal.core.clock import now
from portal.core.errors import NotFound, Refused
from portal.core.i18n import gettext as _
from portal.core.i18n import lazy_gettext as _l
from portal.core.web import paging, portal, reading, require, row_id, transaction, viewer

bp = Blueprint("rounds_admin", __name__, template_folder="../templates")

PERMISSION = "feedback.admin"
STATES: Final = {State.OPEN: _l("open"), State.CLOSED: _l("closed"), State.PUBLISHED: _l("published")}


class _Part(FlaskForm):  # type: ignore[misc]
    """One of several forms of a page."""

    class Meta:
        """The page's own token guards all forms of it."""

        csrf = False

    def refuse(self, fault: Refused) -> None:
        """Show what was refused beside its field, else above the form."""
        if fault.field in self:
            self[fault.field].errors = [str(fault)]
        else:
            self.form_errors.append(str(fault))


class BeginForm(_Part):
    """A round begins."""

    closes_at = StringField(_l("Last day"))
    override = TextAreaField(
        _l("Why it begins all the same"),
        description=_l("It is kept beside the round."),
        render_kw={"rows": 2, "maxlength": LONGEST_REASON},
    )


class EndForm(_Part):
    """A round ends before its last day."""

    sure = BooleanField(_l("End it: nobody can answer any more, and it cannot be opened again"))


class PublishForm(_Part):
    """What came of a round is told."""

    improvement_id = SelectField(_l("What is done about it"), choices=[], validate_choice=False)


@dataclass(frozen=True)
class Starter:
    """A template that a round can be begun of: what stands against it, and the form."""

    survey: Survey
    blocked: Block | None
    form: Any

    @property
    def who(self) -> str:
        """Who is asked, in words."""
        if self.survey.trigger == "superuser_pulse":
            return _("Every superuser is asked.")
        return _("Everybody who has an account and has not left is asked.")


@bp.get("/feedback/admin/rounds")
@require(PERMISSION)
def index() -> ResponseReturnValue:
    """All rounds, and a way to begin one."""
    return _list({})


@bp.post("/feedback/admin/rounds")
@require(PERMISSION)
def begin() -> ResponseReturnValue:
    """Begin a round."""
    session = reading()
    known = surveys.surveys_now(session, wordings.bank_now(session))
    survey = next((each for each in steering.in_rounds(known) if each.key == request.form.get("template", "")), None)
    if survey is None:
        raise NotFound(_("There is no survey template of this name."))
    form = BeginForm(prefix=f"{survey.key}-")
    try:
        closes_at = steering.last_moment(_day(form.closes_at.data or ""), _zone())
        with transaction() as session:
            begun = rounds.begin(
                session,
                survey,
                by=viewer().person_id,
                closes_at=closes_at,
                now=now(),
                override=form.override.data or "",
            )
            round_id = begun.id
    except Refused as fault:
        form.refuse(fault)
        return _list({survey.key: form}), 422
    flash(_("The round has begun. The mails go out in the next minutes."))
    return redirect(url_for(".show", round_id=round_id), 303)


@bp.get("/feedback/admin/rounds/<int:round_id>")
@require(PERMISSION)
def show(round_id: int) -> ResponseReturnValue:
    """One round."""
    return _page(round_id, EndForm(None), PublishForm(None))


@bp.post("/feedback/admin/rounds/<int:round_id>/end")
@require(PERMISSION)
def end(round_id: int) -> ResponseReturnValue:
    """End a round before its last day."""
    form = EndForm()
    try:
        _meant(form)
        with transaction() as session:
            steering.end(session, round_id, now())
    except Refused as fault:
        form.refuse(fault)
        return _page(round_id, form, PublishForm(None)), 422
    flash(_("Nobody can answer any more. The answers are counted in the next minutes."))
    return redirect(url_for(".show", round_id=round_id), 303)


@bp.post("/feedback/admin/rounds/<int:round_id>/publish")
@require(PERMISSION)
def publish(round_id: int) -> ResponseReturnValue:
    """Tell what is done about the answers."""
    form = PublishForm()
    try:
        improvement_id = _chosen(form.improvement_id.data or "")
        with transaction() as session:
            rounds.publish(session, round_id, improvement_id, by=viewer().person_id, now=now())
    except Refused as fault:
        form.refuse(fault)
        return _page(round_id, EndForm(None), form), 422
    flash(_("Published. Those who were asked can read what is done about it."))
    return redirect(url_for(".show", round_id=round_id), 303)


def _list(typed: dict[str, Any]) -> str:
    session = reading()
    known = surveys.surveys_now(session, wordings.bank_now(session))
    page = min(max(request.args.get("page", 1, int), 1), 10_000)
    rows, count = steering.page_of(session, known, now(), page=page)
    starters = []
    for survey in steering.in_rounds(known):
        usual = {"closes_at": (now() + OPEN_FOR).date().isoformat()}
        form = typed.get(survey.key) or BeginForm(None, prefix=f"{survey.key}-", data=usual)
        starters.append(Starter(survey, rounds.blocked_because(session, survey, now()), form))
    return render_template(
        "feedback/rounds.html",
        rows=rows,
        starters=starters,
        states=STATES,
        who_sees=WHO_SEES,
        soonest=(now() + timedelta(days=1)).date(),
        **paging(page, max(-(-count // steering.PER_PAGE), 1), ".index"),
    )


def _page(round_id: int, ending: Any, publishing: Any) -> str:
    session = reading()
    bank = wordings.bank_now(session)
    known = surveys.surveys_now(session, bank)
    seen = steering.one(session, known, round_id, now())
    publishing.improvement_id.choices = [
        ("", _("Please choose")),
        *((str(id_), title) for id_, title in steering.offered(session)),
    ]
    return render_template(
        "feedback/round_admin.html",
        seen=seen,
        asked=seen.round,
        questions=[bank.questions[each] for each in seen.round.form if each in bank.questions],
        states=STATES,
        is_anonymous=seen.survey.mode == Mode.ANONYMOUS,
        who_sees=WHO_SEES[seen.survey.mode],
        ending=ending,
        publishing=publishing,
        done=steering.improvements_of(session, round_id),
    )


def _meant(form: Any) -> None:
    if not form.sure.data:
        message = _("A round that has ended cannot be opened again.")
        raise Refused(message, hint=_("Say that it is meant."), field="sure")


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said.strip())
    except ValueError as fault:
        raise Refused(_("This is no day."), hint=_("Write it like 2026-05-31."), field="closes_at") from fault


def _zone() -> str:
    return portal().time_zone() or "UTC"


def _chosen(said: str) -> int:
    try:
        return row_id(said)
    except ValueError as fault:
        message = _("It is not said what is done about it.")
        raise Refused(
            message, hint=_("Choose an improvement that somebody has taken on."), field="improvement_id"
        ) from fault
