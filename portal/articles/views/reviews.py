"""Reviewing: what waits for a decision, the change word by word with everything said about it, and the decision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.login import current_viewer
from portal.articles import deciding, drafts, history, history_words, reviewing, wording, workflow
from portal.articles.addresses import ref_in
from portal.articles.checklist import POINTS
from portal.articles.deciding import Case
from portal.articles.models import Article, Revision, RevisionRemark
from portal.articles.rules import Writer
from portal.articles.states import RevisionState
from portal.articles.texts import Conflict
from portal.articles.views.conflicts import conflict_page
from portal.articles.views.history import offer_former
from portal.articles.views.writing_pages import SIGNIFICANCE
from portal.core.clock import now
from portal.core.errors import Forbidden, NotFound, PortalError, Refused
from portal.core.i18n import gettext as _
from portal.core.web import paging, reading, require, row_id, transaction

bp = Blueprint("reviews", __name__, template_folder="../templates")

PER_PAGE = 25
SIDE, INLINE, PAGE = VIEWS = ("side", "inline", "page")
DECISIONS = ("accept", "send_back", "decline", "answers")
LED_TO = {"accept": RevisionState.LIVE, "send_back": RevisionState.SENT_BACK, "decline": RevisionState.DECLINED}


def writer() -> Writer:
    """Who reviews; whoever may not even suggest was refused before."""
    return drafts.writer_of(reading(), current_viewer().rights)


@bp.get("/review")
@require("articles.write")
def queue() -> str:
    """What waits for a decision by this person."""
    page = min(max(request.args.get("page", 1, int), 1), 10_000)
    me = writer()
    rows, total = drafts.queue(reading(), me, page=page, per_page=PER_PAGE)
    return render_template(
        "articles/queue.html",
        rows=rows,
        total=total,
        publishes=me.publishes,
        audiences=wording.AUDIENCES,
        significances=SIGNIFICANCE,
        **paging(page, max(-(-total // PER_PAGE), 1), ".queue"),
    )


@bp.get("/review/<int:revision_id>")
@require("articles.suggest")
def show(revision_id: int) -> ResponseReturnValue:
    """One text with its change; its writer is led to where they write, and a text that went live to its page."""
    me = writer()
    try:
        case = deciding.case(reading(), me, revision_id)
    except NotFound:
        article = deciding.live_article(reading(), me, revision_id)
        if article is None:
            raise
        return redirect(url_for("articles.show", address=article.address))
    if case.revision.author_id == me.person_id:
        return redirect(url_for("writing.edit", revision_id=revision_id))
    line = _line(case)
    if line is not None and "HX-Request" in request.headers:
        return render_template("articles/_remark_form.html", revision=case.revision, line=line, view=_view(case))
    return _page(case, me)


def _line(case: Case) -> int | None:
    """The line that a remark is to be made on; 0 is the text as a whole."""
    line = request.args.get("line", None, row_id)
    return line if line is not None and line <= case.revision.body.count("\n") + 1 else None


def _view(case: Case) -> str:
    """How the change is shown; a first text has nothing that could stand beside it."""
    chosen = request.values.get("view", "")
    if case.is_first:
        return PAGE if chosen == PAGE else INLINE
    return chosen if chosen in VIEWS else SIDE


def _page(case: Case, me: Writer, refusal: PortalError | None = None, *, remark: str = "") -> str:
    """The page of a review; with a *refusal* everything that was typed stands there again."""
    session, view = reading(), _view(case)
    revision = case.revision
    kept = drafts.answers(session, revision.id, me)
    remarks = deciding.remarks(session, me, case)
    return render_template(
        "articles/review.html",
        case=case,
        revision=revision,
        article=case.article,
        state=workflow.STATE_WORDS[RevisionState(revision.state)],
        view=view,
        change=deciding.change(session, case),
        shown=deciding.page(session, me, case, request.args.get("level", None, row_id)) if view == PAGE else None,
        audiences=wording.AUDIENCES,
        remarks=remarks,
        said_on=_by_line(remarks),
        line=_line(case),
        remark=remark,
        faults=deciding.faults(session, case),
        points=deciding.points(case, kept, _answers()),
        verdict=deciding.verdict(kept),
        steps=deciding.story(session, case),
        moves=history_words.MOVES,
        significances=SIGNIFICANCE,
        significance=request.form.get("significance") or revision.significance or "",
        why=request.form.get("why", ""),
        validate=request.method == "GET" or "validate" in request.form or "do" not in request.form,
        may_recall=revision.decided_by == me.person_id and revision.state in {"sent_back", "declined"},
        refusal=refusal,
        unsent="" if case.is_waiting or refusal is None else request.form.get("why", "").strip(),
    )


def _by_line(remarks: list[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for each in remarks:
        found.setdefault(each.remark.line, []).append(each)
    return found


def _answers() -> dict[int, str]:
    """What the form says about the points of the checklist."""
    return {point.id: said for point in POINTS if (said := request.form.get(f"point-{point.id}", ""))}


@bp.post("/review/<int:revision_id>")
@require("articles.suggest")
def decide(revision_id: int) -> ResponseReturnValue:
    """Accept, send back, decline, take a decision back, or keep answers to the checklist."""
    do = request.form.get("do", "")
    me = writer()
    try:
        case = deciding.case(reading(), me, revision_id)
        if do == "recall":
            return _recall(case)
        _refuse_unseen(case, do)
        _keep_answers(case, me, do)
        return _accept(case, me) if do == "accept" else _then(case, do)
    except (NotFound, Refused, Forbidden) as fault:
        return _decided_before(me, revision_id, do) or _not_decided(fault, revision_id)


def _decided_before(me: Writer, revision_id: int, do: str) -> ResponseReturnValue | None:
    """Where the first press of the same button led, if it was pressed twice."""
    with transaction() as session:  # what was read before may be of before the first press
        if do == "recall" and deciding.recalled_just_now(session, me, revision_id, now=now()):
            return _recalled(revision_id)
        state, words = LED_TO.get(do, ""), request.form.get("why", "")
        if not deciding.decided_just_now(session, me, revision_id, state=state, words=words, now=now()):
            return None
        article = session.get_one(Article, session.get_one(Revision, revision_id).article_id)
    flash(_said(do))
    if do == "accept":
        return redirect(url_for("articles.show", address=article.ref), 303)
    return redirect(url_for(".show", revision_id=revision_id, view=request.form.get("view")), 303)


def _said(do: str) -> str:
    """What a decision says once it is made."""
    if do == "accept":
        return _("It is live.")
    if do == "send_back":
        return _("It is back with its writer, with your words.")
    return _("It was not taken, and its writer reads why.")


def _not_decided(fault: PortalError, revision_id: int) -> ResponseReturnValue:
    """Why nothing was decided, with everything that was typed."""
    if isinstance(fault, Conflict):
        return _conflict(revision_id, fault)
    if isinstance(fault, NotFound):
        return _too_late(fault, revision_id, request.form.get("why", ""))
    me = writer()
    return _page(deciding.case(reading(), me, revision_id), me, fault), 422


def _too_late(gone: NotFound, revision_id: int, typed: str) -> ResponseReturnValue:
    """Lead to the page of a text that went live meanwhile; what was *typed* is said again. Raises ``NotFound``."""
    unsent = _("What you wrote was not sent: %(words)s", words=typed.strip()) if typed.strip() else ""
    article = deciding.live_article(reading(), writer(), revision_id)
    if article is None:
        raise NotFound(gone.message, hint=f"{gone.hint} {unsent}".strip())
    flash(_("This text is live already, so there is nothing left to decide."), "warning")
    if unsent:
        flash(unsent, "warning")
    return redirect(url_for("articles.show", address=article.address), 303)


def _refuse_unseen(case: Case, do: str) -> None:
    """Check that something is decided, and about the text on the page. Raises ``Refused``."""
    if do not in DECISIONS:
        raise Refused(_("That is not one of the decisions."), hint=_("Choose one of the buttons."))
    if request.form.get("saves") != str(case.revision.saves):
        raise Refused(
            _("This text was handed in again meanwhile."), hint=_("Read it as it is now, then decide once more.")
        )


def _keep_answers(case: Case, me: Writer, do: str) -> None:
    said = _answers()
    kept = drafts.answers(reading(), case.revision.id, me)
    if said and (do == "answers" or deciding.is_begun(kept, said)):
        with transaction() as session:
            by = drafts.writer_of(session, current_viewer().rights)
            reviewing.answer(session, by, case.revision.id, said, now=now())


def _accept(case: Case, me: Writer) -> ResponseReturnValue:
    """Read and render the text, then put it live."""
    drafts.to_decide(reading(), case.revision.id, me)
    ready = reviewing.ready(reading(), reading().get_one(Revision, case.revision.id))
    with transaction() as session:
        reviewing.accept(
            session,
            drafts.writer_of(session, current_viewer().rights),
            ready,
            significance=request.form.get("significance") or None,
            validate="validate" in request.form,
            why=request.form.get("why", ""),
            now=now(),
        )
        former = history.former(session, case.article.id)
    return went_live(case, former)


def went_live(case: Case, former: int | None) -> ResponseReturnValue:
    """Say so, and show the page, with a way back to the *former* text."""
    name = case.names.get(case.revision.author_id)
    flash(_("It is live, and %(name)s is told.", name=name) if name else _("It is live."))
    offer_former(former, case.article.ref)
    return redirect(url_for("articles.show", address=case.article.ref), 303)


def _then(case: Case, do: str) -> ResponseReturnValue:
    revision_id, why = case.revision.id, request.form.get("why", "")
    with transaction() as session:
        me = drafts.writer_of(session, current_viewer().rights)
        if do == "send_back":
            reviewing.send_back(session, me, revision_id, words=why, now=now())
        elif do == "decline":
            reviewing.decline(session, me, revision_id, reason=why, now=now())
    flash(_("Kept. Your answers stand here for whoever decides.") if do == "answers" else _said(do))
    place = "checklist" if do == "answers" else None
    return redirect(url_for(".show", revision_id=revision_id, view=request.form.get("view"), _anchor=place), 303)


def _recall(case: Case) -> ResponseReturnValue:
    with transaction() as session:
        me = drafts.writer_of(session, current_viewer().rights)
        reviewing.recall(session, me, case.revision.id, now=now())
    return _recalled(case.revision.id)


def _recalled(revision_id: int) -> ResponseReturnValue:
    flash(_("Taken back. It waits for a decision again."))
    return redirect(url_for(".show", revision_id=revision_id), 303)


def _conflict(revision_id: int, conflict: Conflict) -> ResponseReturnValue:
    return both(revision_id, conflict, {name: request.form.get(name, "") for name in ("significance", "why")})


def both(revision_id: int, conflict: Conflict, kept: Mapping[str, str]) -> ResponseReturnValue:
    """Both texts, to be put together and looked at once more before they go live."""
    case = deciding.case(reading(), writer(), revision_id)
    extra = {name: said for name, said in kept.items() if said} | {"do": "look"}
    action = url_for("adapting.show", revision_id=revision_id)
    return conflict_page(conflict, case.revision, case.article, action=action, extra=extra)


# Remarks on lines


@bp.post("/review/<int:revision_id>/remarks")
@require("articles.suggest")
def add_remark(revision_id: int) -> ResponseReturnValue:
    """Say something about one line; without a number it is about the text as a whole."""
    text = request.form.get("text", "")
    try:
        line = _line_meant()
        deciding.case(reading(), writer(), revision_id)
        with transaction() as session:
            me = drafts.writer_of(session, current_viewer().rights)
            said = reviewing.remark(session, me, revision_id, line=line, text=text, now=now())
            remark_id = said.id
    except NotFound as gone:
        return _too_late(gone, revision_id, text)
    except Refused as refusal:
        me = writer()
        return _page(deciding.case(reading(), me, revision_id), me, refusal, remark=text), 422
    return _at(revision_id, remark_id)


def _line_meant() -> int:
    """The line that a remark is about. Raises ``Refused`` for what is no number of one."""
    typed = request.form.get("line", "").strip() or "0"
    try:
        return row_id(typed)
    except ValueError:
        raise Refused(
            _("%(line)s is not the number of a line.", line=typed[:20]),
            hint=_("Write the number, or 0 for the whole text."),
        ) from None


@bp.post("/review/remarks/<int:remark_id>")
@require("articles.suggest")
def settle(remark_id: int) -> ResponseReturnValue:
    """Say that a remark was dealt with, or open it again."""
    with transaction() as session:
        me = drafts.writer_of(session, current_viewer().rights)
        reviewing.settle(session, me, remark_id, is_settled=request.form.get("do") != "reopen", now=now())
        revision_id = session.get_one(RevisionRemark, remark_id).revision_id
    return _at(revision_id, remark_id)


def _at(revision_id: int, remark_id: int) -> ResponseReturnValue:
    view = request.form.get("view")
    return redirect(url_for(".show", revision_id=revision_id, view=view, _anchor=f"remark-{remark_id}"), 303)


# A live text


@bp.post("/kb/<address>/validate")
@require("articles.write")
def validate(address: str) -> ResponseReturnValue:
    """Say of a live text that one has checked it."""
    ref = ref_in(address)
    if ref is None:
        raise NotFound(_("There is no such article."), hint=_("Search for it, or ask a person."))
    try:
        with transaction() as session:
            me = drafts.writer_of(session, current_viewer().rights)
            reviewing.validate(session, me, ref, now=now())
        flash(_("Thank you. It counts as checked by a second person."))
    except (Refused, Forbidden) as refusal:
        flash(f"{refusal.message} {refusal.hint}", "warning")
    return redirect(url_for("articles.show", address=address), 303)
