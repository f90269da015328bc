"""Accepting a text with changes: what was handed in, in the fields of the editor; nothing is kept in between."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.login import current_viewer
from portal.articles import deciding, drafts, editing, reviewing, texts
from portal.articles.deciding import Case
from portal.articles.editing import Fault
from portal.articles.rules import Writer
from portal.articles.texts import Conflict, Incomplete
from portal.articles.views.reviews import both, went_live, writer
from portal.articles.views.writing_pages import SIGNIFICANCE, placed
from portal.articles.writing_form import WritingForm, fields_of, form_of
from portal.core.clock import now
from portal.core.errors import Forbidden, PortalError, Refused
from portal.core.i18n import gettext as _
from portal.core.web import reading, require, transaction

bp = Blueprint("adapting", __name__, template_folder="../templates")


@bp.get("/review/<int:revision_id>/adapt")
@require("articles.suggest")
def show(revision_id: int) -> ResponseReturnValue:
    """The text in the fields of the editor, whole and on top of what is live."""
    me = writer()
    case = deciding.case(reading(), me, revision_id)
    try:
        whole = reviewing.to_adapt(reading(), me, revision_id)
    except Conflict as conflict:
        return both(revision_id, conflict, {})
    return _page(case, form_of(whole, case.revision), me)


@bp.post("/review/<int:revision_id>/adapt")
@require("articles.suggest")
def accept(revision_id: int) -> ResponseReturnValue:
    """Put the changed text live; without that being asked for, show it once more."""
    me = writer()
    case = deciding.case(reading(), me, revision_id)
    drafts.to_decide(reading(), revision_id, me)
    form = WritingForm()
    if request.form.get("do") != "accept":
        return _page(case, form, me)
    saves, base_revision_id = form.seen
    kept = {name: request.form.get(name, "") for name in ("significance", "why")}
    try:
        fields = fields_of(form, case.mine.fields)
        ready = reviewing.ready_adapted(reading(), me, revision_id, fields, form.body.data or "", saves=saves)
        with transaction() as session:
            reviewing.adapt(
                session,
                drafts.writer_of(session, current_viewer().rights),
                ready,
                base_revision_id=base_revision_id,
                significance=kept["significance"] or None,
                why=kept["why"],
                now=now(),
            )
    except Conflict as conflict:
        return both(revision_id, conflict, kept)
    except (Refused, Forbidden) as refusal:
        me = writer()
        return _page(deciding.case(reading(), me, revision_id), form, me, refusal), 422
    return went_live(case)


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
