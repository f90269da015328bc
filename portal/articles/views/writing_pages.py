"""The pages of a writer, put together: the editor, a text that waits or lies aside, and what is kept of a lost form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template, request, url_for

from portal.accounts.login import current_viewer
from portal.articles import candidates, drafts, editing, outlines, preview, texts, wording, workflow
from portal.articles.editing import Fault, Standing
from portal.articles.levels import Level
from portal.articles.models import Revision
from portal.articles.rules import Writer
from portal.articles.states import RevisionState, Significance
from portal.articles.writing_form import WritingForm, fields_of
from portal.core.errors import PortalError
from portal.core.i18n import lazy_gettext as _l
from portal.core.web import LANGUAGES, portal, reading
from portal.search.live import index_of

SIGNIFICANCE: Mapping[str, tuple[Any, Any]] = {
    Significance.TYPO: (_l("A slip of the pen"), _l("What people do stays the same.")),
    Significance.CHANGED: (_l("Something changed"), _l("Whoever knows the page should look again.")),
    Significance.OLD_IS_WRONG: (
        _l("The old instructions are now wrong"),
        _l("Readers see it on the page, and those who watch it are told at once."),
    ),
}
MOST_TYPED, MOST_LANGUAGE = 400, 12  # characters that are compared
_PLACES = {"known_error": "known_error_status", "handover": "handover_change_ref"}


def writer() -> Writer:
    """Who writes; whoever may not even suggest was refused before."""
    return drafts.writer_of(reading(), current_viewer().rights)


def editor(
    where: Standing,
    form: WritingForm,
    me: Writer,
    *,
    refusal: PortalError | None = None,
    found: Sequence[Fault] | None = None,
    shown: preview.Preview | None = None,
) -> str:
    """The editor with what *form* holds.

    With a *refusal* its sentence and the errors *found* stand on top and beside the fields; without one the
    errors are a calm list of what is still missing. *shown* is the preview that was asked for.
    """
    choices = editing.choices(reading(), me)
    form.offer(services=choices.services, owner_roles=choices.owner_roles, level=choices.level)
    text = _text_in(form, where)
    faults = list(found) if found is not None else editing.faults(reading(), text, where.article.ref)
    found_at = placed(form, faults, beside=refusal is not None)
    return render_template(
        "articles/edit.html",
        form=form,
        where=where,
        revision=where.revision,
        article=where.article,
        is_live=where.article.live_revision_id is not None,
        may_write=me.may_write,
        state=workflow.STATE_WORDS[RevisionState(where.revision.state)],
        refusal=refusal,
        errors=[each for each in found_at if each[0].is_error],
        advice=[each for each in found_at if not each[0].is_error],
        is_more_open=any(form[name].errors for name in WritingForm.FOLDED),
        hints=outlines.hints_left(text.body),
        is_untouched=editing.is_untouched(text.body),
        points=editing.points(form.kind.data or ""),
        significance=request.form.get("significance") or where.revision.significance or "",
        significances=SIGNIFICANCE,
        why=request.form.get("why", where.revision.note),
        preview=shown,
        audiences=wording.AUDIENCES,
        close=_close_to_new(me, where, form),
    )


def close_to(me: Writer, title: str, language: str, but: int | None) -> candidates.Close:
    """What *me* may know of that is like *title*; *but* is the text that they are writing, if any."""
    return candidates.close_to(
        reading(), index_of(portal()), me, title[:MOST_TYPED], language=language[:MOST_LANGUAGE], but=but
    )


def _close_to_new(me: Writer, where: Standing, form: WritingForm) -> candidates.Close:
    """What is like a text that just began and is not saved yet; later whoever types a title is shown it."""
    revision = where.revision
    if revision.saves or revision.base_revision_id is not None:
        return candidates.Close()
    return close_to(me, form.title.data or "", form.language.data or "", revision.id)


def _text_in(form: WritingForm, where: Standing) -> texts.Text:
    """What the form holds, as a text; what is stored where that is too long to be one."""
    stored = texts.stored(where.revision)
    try:
        return texts.text_of(fields_of(form, stored.fields), form.body.data or "", ref=where.article.ref)
    except PortalError:
        return stored


def placed(form: WritingForm, faults: Sequence[Fault], *, beside: bool) -> list[tuple[Fault, str, Any]]:
    """Faults with the id and the label of the field that each is about, in the order of the fields.

    With *beside*, errors stand beside their fields as well.
    """
    if beside:
        _put_beside(form, faults)
    order = [*(field.id for field in form), ""]
    return sorted(
        ((fault, *_place(form, fault)) for fault in faults),
        key=lambda each: (order.index(each[1].removesuffix("-0")), each[0].line),
    )


def _place(form: WritingForm, fault: Fault) -> tuple[str, Any]:
    """The id of the field that a fault is about, and its label; both empty where the form has none for it."""
    name = _name(fault)
    if name not in form:
        return "", ""
    return ("audience-0" if name == "audience" else form[name].id), form[name].label.text


def _name(fault: Fault) -> str:
    return _PLACES.get(fault.field, fault.field.replace(".", "_")) or "body"


def _put_beside(form: WritingForm, faults: Sequence[Fault]) -> None:
    beside: dict[str, list[str]] = {}
    for fault in faults:
        if fault.is_error and (name := _name(fault)) in form and name != "body":
            beside.setdefault(name, []).append(f"{fault.message} {fault.remedy}".strip())
    for name, sentences in beside.items():
        form[name].errors = sentences


def preview_of(me: Writer, revision: Revision, form: WritingForm) -> preview.Preview:
    """The page as it would look, at the level that is asked for."""
    words = {level.word: level for level in Level}
    typed = preview.Typed(
        body=form.body.data or "",
        audience=words.get(form.audience.data or ""),
        level=request.form.get("level", None, int),
        language=form.language.data if form.language.data in LANGUAGES else "en",
    )
    return preview.of_text(reading(), me, revision.id, typed)


def standing(where: Standing, me: Writer) -> str:
    """A text that its writer cannot change where it stands: what it says, who decides or decided, and the way back."""
    revision = where.revision
    body, front = revision.body, revision.front
    shown = preview.of_text(reading(), me, revision.id, preview.Typed(body=body, level=Level.SPECIALISTS))
    return render_template(
        "articles/own_text.html",
        where=where,
        revision=revision,
        article=where.article,
        state=workflow.STATE_WORDS[RevisionState(revision.state)],
        decides=editing.decides(reading(), me, revision) if revision.state == RevisionState.SUBMITTED else "",
        significance=SIGNIFICANCE.get(revision.significance or "", ("", ""))[0],
        kind=wording.KINDS.get(str(front.get("kind")), ""),
        preview=shown,
        path=url_for("articles.show", address=where.article.ref),
    )


def kept(action: str = "") -> str:
    """What somebody typed while they were not signed in, in a form that sends it again, to *action* or back here.

    Whoever else is signed in by now is named, so that the writer knows whom to sign out first.
    """
    left = [(name, said) for name, said in request.form.items(multi=True) if name not in {"csrf_token", "do", "body"}]
    return render_template(
        "articles/kept.html",
        fields=left,
        body=request.form.get("body", ""),
        action=action or request.path,
        signed_in=current_viewer().name if current_viewer().is_authenticated else "",
    )
