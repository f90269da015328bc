"""The pages of survey templates: what each asks, how much at once, whether it is in use, and how it looks."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import HiddenField, RadioField, SelectMultipleField, StringField
from wtforms.widgets import CheckboxInput, ListWidget

from plugins.feedback import changes, ordering, surveys, wordings
from plugins.feedback.bank import LANGUAGES, Bank
from plugins.feedback.changes import Moved
from plugins.feedback.models import ChangedTemplate
from plugins.feedback.question_forms import name_of_language
from plugins.feedback.surveys import WHO_SEES, Mode, State, Survey
from portal.core.clock import now
from portal.core.errors import Refused
from portal.core.i18n import gettext as _
from portal.core.i18n import language, speaking
from portal.core.i18n import lazy_gettext as _l
from portal.core.web import reading, require, transaction, viewer

bp = Blueprint("survey_templates", __name__, template_folder="../templates")

PERMISSION = "feedback.admin"
STATES: Final = {
    State.ACTIVE: _l("in use"),
    State.DRAFT: _l("being prepared"),
    State.RETIRED: _l("out of use"),
}
MODES: Final = {
    Mode.NAMED: _l("with the name"),
    Mode.CONFIDENTIAL: _l("in confidence"),
    Mode.ANONYMOUS: _l("anonymous"),
}
KNOWN: Final[ordering.Told] = {}
NAMES: Final = {"superuser": "Alex Reed"}
"""Somebody, where a question has a name in it."""


class TemplateForm(FlaskForm):  # type: ignore[misc]
    """What can be chosen about a template."""

    seen = HiddenField()
    questions = SelectMultipleField(
        _l("Questions"),
        choices=[],
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    most_shown = StringField(
        _l("How many are asked at once, at most"), render_kw={"inputmode": "numeric", "maxlength": 2}
    )
    state = RadioField(_l("State"), choices=[], validate_choice=False)


@bp.get("/feedback/admin/templates")
@require(PERMISSION)
def index() -> ResponseReturnValue:
    """All templates."""
    session = reading()
    rows = list(surveys.surveys_now(session, wordings.bank_now(session)).values())
    return render_template("feedback/templates.html", rows=rows, states=STATES, modes=MODES)


@bp.route("/feedback/admin/templates/<template_key>", methods=["GET", "POST"])
@require(PERMISSION)
def show(template_key: str) -> ResponseReturnValue:
    """One template: look at it, change it, or let it be as it came."""
    session = reading()
    bank = wordings.bank_now(session)
    survey = surveys.survey_now(session, bank, template_key)
    if request.method == "GET":
        return _page(survey, _form(survey, bank, filled=True))
    form = _form(survey, bank)
    seen = form.seen.data or ""
    try:
        with transaction() as session:
            if request.form.get("do") == "reset":
                changes.reset(session, template_key, seen=seen)
            else:
                changes.choose(
                    session,
                    template_key,
                    question_ids=form.questions.data or [],
                    most_shown=_number(form.most_shown.data),
                    state=form.state.data or "",
                    seen=seen,
                    by=viewer().person_id,
                    now=now(),
                )
    except Refused as fault:
        return _refused(template_key, form, fault)
    flash(_("It is as it came with the portal.") if request.form.get("do") == "reset" else _("Saved."))
    return redirect(url_for(".show", template_key=template_key), 303)


@bp.get("/feedback/admin/templates/<template_key>/preview")
@require(PERMISSION)
def preview(template_key: str) -> ResponseReturnValue:
    """A form of this template as somebody would get it, in one of the languages."""
    session = reading()
    bank = wordings.bank_now(session)
    survey = surveys.survey_now(session, bank, template_key)
    asked = [bank.questions[each] for each in survey.question_ids]
    codes = {code for question in asked for code in question.text}
    shown = request.args.get("language", language().partition("-")[0])
    shown = shown if shown in codes else LANGUAGES[0]
    ordered = ordering.order(asked, {}, known=KNOWN, seed="preview")
    places = ordering.form(ordered, limit=survey.most_shown, known=KNOWN, given={})
    is_phone = request.args.get("on") == "phone"
    with speaking(shown):
        values = {
            "survey": survey,
            "places": places,
            "bank": bank,
            "names": NAMES,
            "shown": shown,
            "is_phone": is_phone,
        }
        form = Markup(render_template("feedback/_preview.html", who_sees=WHO_SEES[survey.mode], **values))  # noqa: S704
    return render_template(
        "feedback/template_preview.html",
        survey=survey,
        form=form,
        shown=shown,
        is_phone=is_phone,
        codes={code: name_of_language(code) for code in (*LANGUAGES, *sorted(codes - set(LANGUAGES)))},
    )


def _form(survey: Survey, bank: Bank, *, filled: bool = False) -> Any:
    values = {
        "seen": changes.mark(survey),
        "questions": list(survey.question_ids),
        "most_shown": survey.most_shown,
        "state": str(survey.state),
    }
    form = TemplateForm(None, data=values) if filled else TemplateForm()
    form.questions.choices = [(each.id, each.said(language())) for each in bank.to_ask(survey.trigger)]
    form.most_shown.description = _("From 1 to %(most)s.", most=bank.limits[survey.trigger])
    form.state.choices = [(str(state), str(words)) for state, words in STATES.items()]
    return form


def _page(survey: Survey, form: Any, *, fault: Refused | None = None) -> str:
    return render_template(
        "feedback/template.html",
        survey=survey,
        form=form,
        is_changed=reading().get(ChangedTemplate, survey.key) is not None,
        who_sees=WHO_SEES[survey.mode],
        modes=MODES,
        states=STATES,
        stands_now=survey if isinstance(fault, Moved) else None,
    )


def _refused(key: str, form: Any, fault: Refused) -> ResponseReturnValue:
    session = reading()
    bank = wordings.bank_now(session)
    survey = surveys.survey_now(session, bank, key)
    if fault.field in form:
        form[fault.field].errors = [str(fault)]
    else:
        form.form_errors.append(str(fault))
    if isinstance(fault, Moved):
        form.seen.data = changes.mark(survey)
    return _page(survey, form, fault=fault), 422


def _number(said: str | None) -> int:
    text = (said or "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 0
