"""Writing: one's own texts, the editor, and every step that a writer takes with a text."""

from __future__ import annotations

from typing import NamedTuple

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.orm import Session

from portal.accounts.login import current_viewer
from portal.articles import beginning, drafting, drafts, editing, history, outlines, reviewing, texts, workflow
from portal.articles.addresses import ref_in
from portal.articles.levels import Kind
from portal.articles.models import Article, Revision
from portal.articles.rules import Writer
from portal.articles.states import ONCE_LIVE, RevisionState
from portal.articles.texts import Conflict, Incomplete, Text
from portal.articles.views import preview_turns
from portal.articles.views import writing_pages as pages
from portal.articles.views.care import times_of
from portal.articles.views.conflicts import conflict_page
from portal.articles.views.history import offer_former
from portal.articles.writing_form import WritingForm, fields_of, form_of
from portal.core import error_pages
from portal.core.clock import now
from portal.core.errors import Forbidden, NotFound, PortalError, Refused, TooSoon
from portal.core.i18n import format_time
from portal.core.i18n import gettext as _
from portal.core.web import check, reading, require, row_id, transaction
from portal.search import gap_moves

bp = Blueprint("writing", __name__, template_folder="../templates")

ORDER = (RevisionState.SENT_BACK, RevisionState.DRAFT, RevisionState.SUBMITTED, RevisionState.DECLINED)
BESIDE = ("significance", "why")  # what is said beside a text and goes with it once it is handed in


class _Kept(NamedTuple):
    """A text that was saved, of which article and by whom, so that an answer need not read them again."""

    revision: Revision
    article: Article
    writer: Writer
    text: Text


@bp.get("/write")
@require("articles.suggest")
def own_texts() -> ResponseReturnValue:
    """What one has under way, and what became of the rest."""
    rows = drafts.own_texts(reading(), pages.writer())
    aside = request.args.get("aside", None, row_id)
    just = next((row for row in rows if row.revision.id == aside), None)
    return render_template(
        "articles/own_texts.html",
        groups=[(state, [row for row in rows if row.revision.state == state]) for state in ORDER],
        aside=[row for row in rows if row.revision.state == RevisionState.DISCARDED],
        just=just if just is not None and just.revision.state == RevisionState.DISCARDED else None,
        words=workflow.STATE_WORDS,
        missed=gap_moves.waiting(reading()) if current_viewer().may("articles.write") else 0,
        times=times_of([row.revision.id for row in rows if row.revision.state == RevisionState.SUBMITTED]),
    )


@bp.post("/kb/<address>/edit")
def start(address: str) -> ResponseReturnValue:
    """Begin a text on top of a live one, or go on with one's own.

    Whoever comes from the editor of another text, named by *leaving*, sends what they typed there: it is kept first.
    """
    leaving = _left()
    if leaving is not None and not current_viewer().is_authenticated:
        return pages.kept(url_for(".act", revision_id=leaving)), 401
    check("articles.suggest")
    ref = ref_in(address)
    if ref is None:
        raise NotFound(_("There is no such article here."), hint=_("Search for it in your own words."))
    if leaving is not None:
        form = WritingForm()
        try:
            with transaction() as session:
                _save(session, leaving, form)
        except Conflict as conflict:
            return _conflict(leaving, conflict)
        except (Refused, Forbidden) as refusal:
            return _again(leaving, form, refusal), 422
    with transaction() as session:
        writer = drafts.writer_of(session, current_viewer().rights)
        revision_id = beginning.start(session, writer, ref, now=now()).id
    return redirect(url_for(".edit", revision_id=revision_id), 303)


def _left() -> int | None:
    """The text whose editor somebody leaves, with what they typed there."""
    return request.args.get("leaving", None, row_id) if "body" in request.form else None


@bp.get("/write/<int:revision_id>")
@require("articles.suggest")
def edit(revision_id: int) -> ResponseReturnValue:
    """The editor, or where the text stands; one that went live is read on its page."""
    me = pages.writer()
    where = editing.standing(reading(), me, revision_id, now=now())
    if where.revision.state in ONCE_LIVE:
        return redirect(url_for("articles.show", address=where.article.ref))  # its name may not be for its writer
    if where.revision.state not in editing.MAY_BE_CHANGED:
        return pages.standing(where, me)
    return pages.editor(where, form_of(texts.stored(where.revision), where.revision), me)


@bp.post("/write/<int:revision_id>")
def act(revision_id: int) -> ResponseReturnValue:
    """Keep what was written, then do what is asked; whatever goes wrong, what was typed comes back."""
    if not current_viewer().is_authenticated and "body" in request.form:
        return pages.kept(), 401
    check("articles.suggest")
    do = request.form.get("do", "save")
    if do in {"take_back", "take_up"}:
        return _step(revision_id, do)
    form = WritingForm()
    try:
        with transaction() as session:
            kept = _save(session, revision_id, form, outline=do == "outline")
        form.saves.data = str(kept.revision.saves)
        return _led_before(kept, do) or _then(kept.revision, form, do)
    except Conflict as conflict:
        return _pressed_before(revision_id, form, do) or _conflict(revision_id, conflict)
    except (Refused, Forbidden) as refusal:
        return _pressed_before(revision_id, form, do) or (_again(revision_id, form, refusal), 422)


def _pressed_before(revision_id: int, form: WritingForm, do: str) -> ResponseReturnValue | None:
    """Where the first press led, if this very text was handed in or put aside by another one a moment ago."""
    try:
        with transaction() as session:  # what was read before may be of before the first press
            kept = _save(session, revision_id, form)
    except (Refused, Forbidden):
        return None
    return _led_before(kept, do)


def _led_before(kept: _Kept, do: str) -> ResponseReturnValue | None:
    """Where a button leads whose first press has done already what it is for; nothing where it has not."""
    revision = kept.revision
    if revision.state in ONCE_LIVE:
        flash(_("It is live."))
        return redirect(url_for("articles.show", address=kept.article.ref), 303)
    if do == "submit" and revision.state == RevisionState.SUBMITTED:
        flash(_("Handed in. You are told as soon as somebody has decided."))
        return redirect(url_for(".edit", revision_id=revision.id), 303)
    if do == "discard" and revision.state == RevisionState.DISCARDED:
        return redirect(url_for(".own_texts", aside=revision.id), 303)
    return None


def _step(revision_id: int, do: str) -> ResponseReturnValue:
    with transaction() as session:
        writer = drafts.writer_of(session, current_viewer().rights)
        if drafts.own(session, revision_id, writer).state == RevisionState.DRAFT:
            pass  # pressed twice
        elif do == "take_back":
            drafting.take_back(session, writer, revision_id, now=now())
        else:
            drafting.take_up(session, writer, revision_id, now=now())
    flash(_("It is a draft again. Go on where you stopped."))
    return redirect(url_for(".edit", revision_id=revision_id), 303)


def _save(session: Session, revision_id: int, form: WritingForm, *, outline: bool = False) -> _Kept:
    """Keep what the form holds. Raises as ``drafting.save``."""
    writer = drafts.writer_of(session, current_viewer().rights)
    held = drafts.held(session, revision_id, writer)
    body = held.text.body if form.body.data is None else form.body.data
    if outline:
        body = form.body.data = _outline(body, form.kind.data or "")
    saves, base_revision_id = form.seen
    text = drafting.keep(
        session,
        writer,
        held,
        texts.text_of(fields_of(form, held.text.fields), body, ref=held.article.ref, before=held.text),
        saves=saves,
        base_revision_id=base_revision_id,
        significance=request.form.get("significance"),
        why=request.form.get("why"),
        now=now(),
    )
    return _Kept(held.revision, held.article, writer, text)


def _outline(body: str, kind: str) -> str:
    """The text to begin with for *kind*. Raises ``Refused`` where somebody has written already."""
    if not editing.is_untouched(body):
        raise Refused(_("There is a text already."), hint=_("Take it out of the field first, then choose again."))
    return outlines.outline_of(Kind(kind)) if kind in set(Kind) else body


def _then(revision: Revision, form: WritingForm, do: str) -> ResponseReturnValue:
    """What follows the saving. Raises as the step that is asked for."""
    if do == "preview":
        return _shown(revision, form)
    if do in {"submit", "publish"}:
        return _hand_in(revision, do)
    if do == "discard":
        return _discard(revision.id)
    if settled := request.form.get("settle", None, row_id) or request.form.get("reopen", None, row_id):
        with transaction() as session:
            writer = drafts.writer_of(session, current_viewer().rights)
            reviewing.settle(session, writer, settled, is_settled="settle" in request.form, now=now())
    elif do == "save":
        flash(_("Saved. Readers see it once it is live."))
    place = "text" if do == "outline" else "remarks" if settled else None
    return redirect(url_for(".edit", revision_id=revision.id, _anchor=place), 303)


def _shown(revision: Revision, form: WritingForm) -> ResponseReturnValue:
    """The editor with the preview, unless that was asked for too often; the text is saved already."""
    me = pages.writer()
    try:
        with preview_turns.turn_of(me):
            shown = pages.preview_of(me, revision, form)
    except TooSoon as refusal:
        return _again(revision.id, form, refusal), 429, {"Retry-After": str(refusal.wait_seconds)}
    where = editing.standing(reading(), me, revision.id, now=now())
    return pages.editor(where, form, me, shown=shown)


def _hand_in(revision: Revision, do: str) -> ResponseReturnValue:
    """Read and render the text, then hand it in or put it live."""
    ready = texts.ready(reading(), revision)
    said = {"significance": request.form.get("significance"), "why": request.form.get("why", "")}
    with transaction() as session:
        writer = drafts.writer_of(session, current_viewer().rights)
        if do == "submit":
            drafting.submit(session, writer, ready, **said, now=now())  # type: ignore[arg-type]
            flash(_("Handed in. You are told as soon as somebody has decided."))
            return redirect(url_for(".edit", revision_id=revision.id), 303)
        drafting.publish(session, writer, ready, **said, now=now())  # type: ignore[arg-type]
        article = session.get_one(Article, revision.article_id)
        flash(_("It is live. It counts as new until a second person has checked it."))
        offer_former(history.former(session, article.id), article.ref)
        return redirect(url_for("articles.show", address=article.address), 303)


def _discard(revision_id: int) -> ResponseReturnValue:
    with transaction() as session:
        writer = drafts.writer_of(session, current_viewer().rights)
        drafting.discard(session, writer, revision_id, why=request.form.get("why", ""), now=now())
    return redirect(url_for(".own_texts", aside=revision_id), 303)


def _again(revision_id: int, form: WritingForm, refusal: PortalError) -> str:
    """The editor with everything that was typed, and why it could not be done."""
    me = pages.writer()
    where = editing.standing(reading(), me, revision_id, now=now())
    if where.revision.state not in editing.MAY_BE_CHANGED:
        raise refusal
    found = None
    if isinstance(refusal, Incomplete):
        found = editing.faults_of(refusal.problems, texts.stored(where.revision), where.article.ref)
    return pages.editor(where, form, me, refusal=refusal, found=found)


def _conflict(revision_id: int, conflict: Conflict) -> ResponseReturnValue:
    """Both texts, to be put together; whatever was chosen beside them is sent on with the merged one."""
    where = editing.standing(reading(), pages.writer(), revision_id, now=now())
    kept = {name: request.form[name] for name in BESIDE if request.form.get(name)}
    return conflict_page(
        conflict, where.revision, where.article, action=url_for(".act", revision_id=revision_id), extra=kept
    )


# While somebody types


@bp.post("/write/<int:revision_id>/save")
def autosave(revision_id: int) -> ResponseReturnValue:
    """Keep what was written so far; answers as JSON which fields want something and who else writes."""
    if not current_viewer().is_authenticated and "body" in request.form:
        return _signed_out(revision_id)
    check("articles.suggest")
    form = WritingForm()
    try:
        with transaction() as session:
            kept = _save(session, revision_id, form)
            others = drafts.writing_now(session, kept.article, kept.writer, since=now() - editing.LATELY)
    except Conflict as conflict:
        return jsonify(message=conflict.message, hint=conflict.hint), 409
    except (Refused, Forbidden) as refusal:
        return jsonify(message=refusal.message, hint=refusal.hint), 422
    return jsonify(
        saves=kept.revision.saves,
        base_revision_id=kept.revision.base_revision_id,
        saved=format_time(now()),
        problems=editing.field_faults(kept.text, kept.article.ref),
        others=others,
    )


def _signed_out(revision_id: int) -> ResponseReturnValue:
    if current_viewer().is_authenticated and not _is_own(revision_id):
        name = current_viewer().name
        message = _("%(name)s is signed in now, so this was not saved.", name=name)
        return jsonify(message=message, hint=_("Sign in yourself in another window."), signed_in=name), 401
    message = _("You are signed out, so this was not saved.")
    return jsonify(message=message, hint=_("Sign in in another window, then save here.")), 401


def _is_own(revision_id: int) -> bool:
    """Whether whoever is signed in now began this text; another person may use the browser by now."""
    try:
        drafts.own(reading(), revision_id, pages.writer())
    except (NotFound, Forbidden):
        return False
    return True


@bp.errorhandler(CSRFError)
def _token_is_old(error: CSRFError) -> ResponseReturnValue:
    """Another sign-in began meanwhile, or theirs ended: what was typed comes back, to be sent once more."""
    revision_id = _left() if request.endpoint == "writing.start" else (request.view_args or {}).get("revision_id")
    if revision_id is None or "body" not in request.form:
        return error_pages.forged(error)
    if request.endpoint == "writing.autosave":
        return _signed_out(revision_id)
    if not current_viewer().is_authenticated or not _is_own(revision_id):
        return pages.kept(url_for(".act", revision_id=revision_id)), 401
    refusal = Refused(_("You signed in again meanwhile, so this was not saved yet."), hint=_("Press Save once more."))
    try:
        return _again(revision_id, WritingForm(), refusal), 400
    except PortalError:
        return error_pages.forged(error)
