"""The pages of the question bank: all questions, and the words, answers and versions of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from plugins.feedback import changes, surveys, wordings
from plugins.feedback.bank import LANGUAGES, Bank, Question, Type, choices_of
from plugins.feedback.changes import BeginsSeries, Consent, Moved
from plugins.feedback.feeds import METRICS, TYPES, fed_by
from plugins.feedback.question_forms import (
    MOST_ANSWERS,
    MOST_LANGUAGES,
    Shape,
    form_of,
    is_language,
    name_of_language,
    rows_of,
    show,
    typed,
)
from plugins.feedback.surveys import Survey
from portal.core.clock import now
from portal.core.errors import Refused
from portal.core.i18n import gettext as _
from portal.core.i18n import language
from portal.core.web import reading, require, transaction, viewer

bp = Blueprint("bank", __name__, template_folder="../templates")

PERMISSION = "feedback.admin"
MOST_VERSIONS = 20


@dataclass(frozen=True)
class Group:
    """The questions of one occasion, and the template that asks them."""

    survey: Survey
    questions: tuple[Question, ...]


@bp.get("/feedback/admin/questions")
@require(PERMISSION)
def questions() -> ResponseReturnValue:
    """All questions, by the occasion on which they are asked."""
    session = reading()
    bank = wordings.bank_now(session)
    groups = [Group(survey, bank.of(survey.trigger)) for survey in surveys.surveys_now(session, bank).values()]
    return render_template(
        "feedback/bank.html",
        groups=groups,
        count=len(bank.questions),
        fed_by=fed_by,
        types=TYPES,
        language=language(),
    )


@bp.route("/feedback/admin/questions/<question_id>", methods=["GET", "POST"])
@require(PERMISSION)
def question(question_id: str) -> ResponseReturnValue:
    """One question: its words and answers, whether it is asked, and how it was worded before."""
    before = changes.question_now(wordings.bank_now(reading()), question_id)
    if request.method == "GET":
        shape = Shape(before, changes.languages_of(before), rows_of(before))
        form = form_of(shape, filled=True)
        form.seen.data = changes.mark(before)
        return _page(shape, form)
    shape = _shape_sent(before)
    if (wider := _wider(shape)) is not None:
        return wider
    form = form_of(shape)
    try:
        with transaction() as session:
            saved = changes.reword(
                session,
                typed(form, shape),
                seen=form.seen.data or "",
                consent=_consent(form),
                by=viewer().person_id,
                now=now(),
            )
    except Refused as fault:
        return _refused(shape, form, fault)
    flash(_("Saved. It is version %(version)s.", version=saved.version))
    return redirect(url_for(".question", question_id=saved.id), 303)


@bp.route("/feedback/admin/questions/new", methods=["GET", "POST"])
@require(PERMISSION)
def add() -> ResponseReturnValue:
    """A question more: first its occasion and kind of answer, then its words."""
    values = request.form if request.method == "POST" else request.args
    trigger, kind = values.get("trigger", ""), values.get("type", "")
    bank = wordings.bank_now(reading())
    if trigger not in bank.limits or kind not in set(Type):
        every = surveys.surveys_now(reading(), bank).values()
        return render_template("feedback/question_kind.html", surveys=every, types=TYPES, trigger=trigger, kind=kind)
    empty = _empty(bank, trigger, Type(kind))
    if request.method == "GET":
        shape = Shape(empty, LANGUAGES, rows_of(empty), is_new=True)
        return _page(shape, form_of(shape, filled=True))
    shape = _shape_sent(empty, is_new=True)
    if (wider := _wider(shape)) is not None:
        return wider
    form = form_of(shape)
    try:
        with transaction() as session:
            made = changes.add(session, typed(form, shape), consent=_consent(form), by=viewer().person_id, now=now())
    except Refused as fault:
        return _refused(shape, form, fault)
    flash(_("The question is there now."))
    return redirect(url_for(".question", question_id=made.id), 303)


@bp.post("/feedback/admin/questions/<question_id>/use")
@require(PERMISSION)
def use(question_id: str) -> ResponseReturnValue:
    """Ask a question from now on, or no longer."""
    is_on = request.form.get("do") == "ask"
    try:
        with transaction() as session:
            changes.use(
                session,
                question_id,
                on=is_on,
                seen=request.form.get("seen", ""),
                by=viewer().person_id,
                now=now(),
            )
    except Refused as fault:
        before = changes.question_now(wordings.bank_now(reading()), question_id)
        shape = Shape(before, changes.languages_of(before), rows_of(before))
        form = form_of(shape, filled=True)
        form.seen.data = changes.mark(before)
        return _page(shape, form, refused_use=str(fault)), 422
    flash(_("It is asked from now on.") if is_on else _("It is not asked any more. Answers of before stay."))
    return redirect(url_for(".question", question_id=question_id), 303)


def _page(shape: Shape, form: Any, *, fault: Refused | None = None, refused_use: str = "") -> str:
    session = reading()
    bank = wordings.bank_now(session)
    asked = shape.question
    survey = changes.survey_of(session, bank, asked.trigger)
    return render_template(
        "feedback/question.html",
        question=asked,
        is_new=shape.is_new,
        form=form,
        shape=shape,
        survey=survey,
        survey_seen=changes.mark(survey),
        refused_use=refused_use,
        stands_now=bank.questions[asked.id] if isinstance(fault, Moved) else None,
        asks_looked=bool(form.looked.errors or form.looked.data),
        asks_series=isinstance(fault, BeginsSeries) or bool(form.new_series.data),
        history=[] if shape.is_new else _history(session, asked),
        fed_by=fed_by,
        types=TYPES,
        metrics=METRICS,
        language=language(),
        name_of_language=name_of_language,
    )


def _refused(shape: Shape, form: Any, fault: Refused) -> ResponseReturnValue:
    show(form, shape, fault)
    if isinstance(fault, Moved):
        form.seen.data = changes.mark(changes.question_now(wordings.bank_now(reading()), shape.question.id))
    return _page(shape, form, fault=fault), 422


def _history(session: Session, asked: Question) -> list[tuple[Any, Question]]:
    """The versions that were kept, the newest first, each with its words."""
    rows = wordings.versions_of(session, asked.id, limit=MOST_VERSIONS)
    return [(row, wordings.read(row.content)) for row in rows]


def _consent(form: Any) -> Consent:
    return Consent(looked=bool(form.looked.data), new_series=bool(form.new_series.data))


def _shape_sent(asked: Question, *, is_new: bool = False) -> Shape:
    """What the form that was sent was made for; what nobody could have sent is left out."""
    others = [code for code in request.form.get("languages", "").split(",") if is_language(code)]
    languages = tuple(dict.fromkeys((*changes.languages_of(asked), *others)))[:MOST_LANGUAGES]
    rows = request.form.get("rows", "")
    count = int(rows) if rows.isascii() and rows.isdecimal() and len(rows) < 4 else 0
    shape = Shape(asked, languages, rows_of(asked), is_new)
    return (
        shape if not shape.is_open else Shape(asked, languages, max(rows_of(asked), min(count, MOST_ANSWERS)), is_new)
    )


def _wider(shape: Shape) -> ResponseReturnValue | None:
    """The page once more with a language or an empty answer more, where that was asked for; nothing is saved."""
    do = request.form.get("do", "")
    if do == "answer" and shape.is_open:
        wider = Shape(shape.question, shape.languages, min(shape.rows + 1, MOST_ANSWERS), shape.is_new)
    elif do == "language":
        code = request.form.get("more", "").strip().lower()
        if not is_language(code) or len(shape.languages) >= MOST_LANGUAGES:
            form = form_of(shape)
            form.more.errors = [_("There is no such language, or there are %(most)s of them.", most=MOST_LANGUAGES)]
            return _page(shape, form), 422
        wider = Shape(shape.question, tuple(dict.fromkeys((*shape.languages, code))), shape.rows, shape.is_new)
    else:
        return None
    form = form_of(wider)
    form.languages.data, form.rows.data, form.more.data = ",".join(wider.languages), str(wider.rows), ""
    return _page(wider, form)


def _empty(bank: Bank, trigger: str, kind: Type) -> Question:
    """A question without words, with the answers of its kind."""
    choices = bank.scales.get(kind, ())
    if kind not in bank.scales and kind != Type.TEXT:
        choices = choices_of(kind, [{}, {}])
    return Question(
        id="",
        trigger=trigger,
        type=kind,
        text={},
        choices=choices,
        max_chars=500 if kind == Type.TEXT else 0,
        audience=bank.audience_of(trigger),
    )
