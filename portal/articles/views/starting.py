"""Beginning to write: two minutes of capture, a new article, and what there is that is like it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

from portal.accounts.login import current_viewer
from portal.articles import beginning, capturing, drafts, starting, wording
from portal.articles.forms import refuse
from portal.articles.frontmatter_rules import MAX_TITLE
from portal.articles.levels import Kind, Level
from portal.articles.outlines import outline_of
from portal.articles.rules import Writer
from portal.articles.starting_forms import CaptureForm, NewForm
from portal.articles.views.writing_pages import close_to
from portal.core.clock import now
from portal.core.errors import Refused
from portal.core.i18n import gettext as _
from portal.core.i18n import language
from portal.core.i18n import lazy_gettext as _l
from portal.core.web import reading, require, row_id, transaction
from portal.organisation import queries as organisation

bp = Blueprint("starting", __name__, template_folder="../templates")

PREFILLED = 400  # characters of an address that are taken over
EDITOR, NEW = "editor", "new-article"
"""Ids of the two forms that what is alike stands beside; its buttons belong to the form."""

WHEN: dict[str, Any] = {
    Kind.TROUBLESHOOTING: _l("Somebody is stopped by something, and there are things to try."),
    Kind.HOW_TO: _l("Somebody wants to do something, and there are steps."),
    Kind.KNOWN_ERROR: _l("The cause is known; until it is gone there is a way round."),
    Kind.SUPPORT_SCRIPT: _l("You ask, they answer, and the next question follows from it."),
    Kind.FAQ: _l("Several short questions about one thing."),
    Kind.HANDOVER_NOTE: _l("Something changes, and support will be asked about it."),
    Kind.POLICY: _l("Something must be done in one way, and everybody has to know."),
}
"""When to choose which kind."""

Begun = Callable[[Session, Writer], Any]


@bp.get("/write/capture")
@require("articles.suggest")
def capture() -> ResponseReturnValue:
    """Four answers; a service and first words may come in the address."""
    given = {"said": request.args.get("q", "")[:PREFILLED], "service": request.args.get("service", "")}
    return _capture_page(CaptureForm(None, data=given))


@bp.post("/write/capture")
@require("articles.suggest")
def add_captured() -> ResponseReturnValue:
    """Make a draft of what was answered, and go on in the editor."""
    form = CaptureForm()
    try:
        made = capturing.draft_of(form.capture())
        revision_id = _begin(
            lambda session, writer: starting.captured_fields(
                session, made, writer, service=form.service.data or "", language=_language()
            ),
            made.body,
        )
    except Refused as fault:
        return _capture_page(form, fault), 422
    flash(_("That is a draft now. Look it over, then hand it in."))
    return redirect(url_for("writing.edit", revision_id=revision_id), 303)


def _begin(fields: Begun, body: str) -> int:
    """Begin the text of a new article, once however often the button was pressed; its id. Raises ``Refused``."""
    with transaction() as session:
        writer = drafts.writer_of(session, current_viewer().rights)
        given = fields(session, writer)
        begun = starting.begun_just_now(session, writer, given, body, now=now())
        return (begun or beginning.start_new(session, writer, given, body, now=now())).id


def _capture_page(form: CaptureForm, fault: Refused | None = None) -> str:
    form.service.choices = _services()
    for each in fault.faults if isinstance(fault, capturing.AnswersRefused) else filter(None, [fault]):
        refuse(form, each)
    return render_template("articles/capture.html", form=form)


def _services() -> list[tuple[str, str]]:
    return [("", _("Choose the service")), *((each.id, each.name) for each in organisation.services(reading()))]


def _language() -> str:
    """The language in which the person reads the portal: what they begin is probably written in it."""
    return language().partition("_")[0]


@bp.get("/write/new")
@require("articles.suggest")
def new() -> ResponseReturnValue:
    """What it is about, and what kind of page it is."""
    given = {"title": request.args.get("q", "")[:MAX_TITLE], "service": request.args.get("service", "")}
    return _new_page(NewForm(None, data={name: value for name, value in given.items() if value}))


@bp.post("/write/new")
@require("articles.suggest")
def add_new() -> ResponseReturnValue:
    """Show what is like it, where that is asked for; else begin the draft with the outline of its kind."""
    form = NewForm()
    if request.form.get("do") == "look":
        return _new_page(form, looked=True)
    kind = form.kind.data or ""
    try:
        revision_id = _begin(
            lambda session, writer: starting.new_fields(
                session,
                writer,
                title=form.title.data or "",
                kind=kind,
                service=form.service.data or "",
                audience=form.audience.data or "",
                language=_language(),
            ),
            outline_of(Kind(kind)) if kind in set(Kind) else "",
        )
    except Refused as fault:
        return _new_page(form, fault), 422
    return redirect(url_for("writing.edit", revision_id=revision_id), 303)


def _new_page(form: NewForm, fault: Refused | None = None, *, looked: bool = False) -> str:
    writer = drafts.writer_of(reading(), current_viewer().rights)
    highest = starting.highest_audience(writer)
    form.service.choices = _services()
    form.kind.choices = [(str(kind), _with_sentence(kind)) for kind in wording.TROUBLE_FIRST]
    form.audience.choices = [(level.word, wording.AUDIENCES[level]) for level in Level if level <= highest]
    if form.audience.data not in {value for value, _label in form.audience.choices}:
        form.audience.data = Level.EVERYONE.word
    if fault is not None:
        refuse(form, fault)
    close = close_to(writer, form.title.data or "", _language(), None)
    return render_template("articles/new.html", form=form, close=close, looked=looked, form_id=NEW)


def _with_sentence(kind: Kind) -> Markup:
    """The name of a kind, and below it when to choose it."""
    return Markup('{} <span class="field-hint">{}</span>').format(wording.KINDS[kind], WHEN[kind])


@bp.get("/write/similar")
@require("articles.suggest")
def similar() -> ResponseReturnValue:
    """What is like a title, as a part of a page; *revision* is the text that is being written."""
    revision_id = request.args.get("revision", None, row_id)
    writer = drafts.writer_of(reading(), current_viewer().rights)
    close = close_to(
        writer, request.args.get("title", ""), request.args.get("language", "") or _language(), revision_id
    )
    form_id = EDITOR if revision_id is not None else NEW
    return render_template("articles/_similar.html", close=close, looked=False, form_id=form_id, leaving=revision_id)
