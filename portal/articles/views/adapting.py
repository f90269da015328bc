"""Accepting a text with changes: what was handed in, in the fields of the editor; nothing is kept in between."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError

from portal.accounts.login import current_viewer
from portal.articles import adapting, deciding, drafts, editing, history, texts
from portal.articles.deciding import Case
from portal.articles.editing import Fault
from portal.articles.rules import Writer
from portal.articles.texts import Conflict, Incomplete
from portal.articles.views.reviews import both, went_live, writer
from portal.articles.views.writing_pages import SIGNIFICANCE, placed
from portal.articles.views.writing_pages import kept as kept_text
from portal.articles.writing_form import WritingForm, fields_of, form_of
from portal.core import error_pages
from portal.core.clock import now
from portal.core.errors import Forbidden, NotFound, PortalError, Refused
from portal.core.i18n import gettext as _
from portal.core.web import check, reading, require, transaction

bp = Blueprint("adapting", __name__, template_folder="../templates")


@bp.get("/review/<int:revision_id>/adapt")
@require("articles.suggest")
def show(revision_id: int) -> ResponseReturnValue:
    """The text in the fields of the editor, whole and on top of what is live."""
    me = writer()
    case = deciding.case(reading(), me, revision_id)
    try:
        whole = adapting.to_adapt(reading(), me, revision_id)
    except Conflict as conflict:
        return both(revision_id, conflict, {})
    return _page(case, form_of(whole, case.revision), me)


@bp.post("/review/<int:revision_id>/adapt")
def accept(revision_id: int) -> ResponseReturnValue:
    """Put the changed text live; without that being asked for, show it once more. What was typed is never lost."""
    if "body" in request.form and not _is_of_reader():
        return kept_text(request.path), 401
    check("articles.suggest")
    form = WritingForm()
    try:
        return _accept(revision_id, form)
    except NotFound as gone:
        return _too_late(gone, revision_id, form.body.data or "")


def _is_of_reader() -> bool:
    """Whether whoever is signed in now typed this; another person may use the browser by now."""
    reader = current_viewer()
    return reader.is_authenticated and request.form.get("person", str(reader.person_id)) == str(reader.person_id)


def _accept(revision_id: int, form: WritingForm) -> ResponseReturnValue:
    me = writer()
    case = deciding.case(reading(), me, revision_id)
    drafts.to_decide(reading(), revision_id, me)
    if request.form.get("do") != "accept":
        return _page(case, form, me)
    saves, base_revision_id = form.seen
    kept = {name: request.form.get(name, "") for name in ("significance", "why")}
    try:
        fields = fields_of(form, case.mine.fields)
        ready = adapting.ready_adapted(reading(), me, revision_id, fields, form.body.data or "", saves=saves)
        with transaction() as session:
            adapting.adapt(
                session,
                drafts.writer_of(session, current_viewer().rights),
                ready,
                base_revision_id=base_revision_id,
                significance=kept["significance"] or None,
                why=kept["why"],
                now=now(),
            )
            former = history.former(session, case.article.id)
    except Conflict as conflict:
        return both(revision_id, conflict, kept)
    except (Refused, Forbidden) as refusal:
        me = writer()
        return _page(deciding.case(reading(), me, revision_id), form, me, refusal), 422
    return went_live(case, former)


def _too_late(gone: NotFound, revision_id: int, typed: str) -> ResponseReturnValue:
    """What was typed about a text that nobody decides on any more, to be copied. Raises ``NotFound`` without words."""
    if not typed.strip():
        raise gone
    article = deciding.live_article(reading(), writer(), revision_id)
    return render_template("articles/too_late.html", article=article, body=typed), 404 if article is None else 409


@bp.errorhandler(CSRFError)
def _token_is_old(error: CSRFError) -> ResponseReturnValue:
    """Somebody signed in again meanwhile, or their sign-in ended: what was typed comes back, to be sent once more."""
    if "body" not in request.form:
        return error_pages.forged(error)
    if not _is_of_reader():
        return kept_text(request.path), 401
    refusal = Refused(
        _("You signed in again meanwhile, so nothing was decided."), hint=_("Press the button once more.")
    )
    revision_id, form = (request.view_args or {})["revision_id"], WritingForm()
    try:
        me = writer()
        return _page(deciding.case(reading(), me, revision_id), form, me, refusal), 400
    except NotFound as gone:
        return _too_late(gone, revision_id, form.body.data or "")
    except PortalError:
        return error_pages.forged(error)


def _page(case: Case, form: WritingForm, me: Writer, refusal: PortalError | None = None) -> str:
    choices = editing.choices(reading(), me)
    form.offer(services=choices.services, owner_roles=choices.owner_roles, level=choices.level)
    found: Sequence[Fault] = ()
    if isinstance(refusal, Incomplete):
        text = texts.text_of(fields_of(form, case.mine.fields), form.body.data or "", ref=case.article.ref)
        found = editing.faults_of(refusal.problems, text, case.article.ref)
    return render_template(
        "articles/adapt.html",
        case=case,
        revision=case.revision,
        article=case.article,
        name=case.names.get(case.revision.author_id) or _("its writer"),
        form=form,
        errors=placed(form, found, beside=True),
        is_more_open=any(form[name].errors for name in WritingForm.FOLDED),
        significances=SIGNIFICANCE,
        significance=request.form.get("significance") or case.revision.significance or "",
        why=request.form.get("why", ""),
        refusal=refusal,
        back=url_for("reviews.show", revision_id=case.revision.id),
    )
