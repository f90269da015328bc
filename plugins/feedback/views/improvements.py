"""Improvements: the list, a new one, one with its steps, what was said and done, and what its sources think."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

from plugins.feedback import callbacks, improvements, scope, telling_back, verbatims
from plugins.feedback.improvements import MOVES, STATE_TITLE, THERE, Source, State
from plugins.feedback.loop_forms import HelpedForm, ImprovementForm, StepForm, number
from plugins.feedback.loop_models import Improvement
from portal.accounts.login import current_viewer
from portal.accounts.models import Person
from portal.accounts.rights import Rights
from portal.articles import queries as articles
from portal.articles.models import Article, Verdict
from portal.articles.states import VerdictValue
from portal.core.clock import now
from portal.core.errors import NotFound, Refused
from portal.core.i18n import gettext as _
from portal.core.i18n import language
from portal.core.web import check, paging, reading, require, row_id, transaction
from portal.notices import service as notices

bp = Blueprint("improvements", __name__, template_folder="../templates")

LAST_PAGE = 10_000


def _wanted() -> int:
    return min(max(request.args.get("page", 1, int), 1), LAST_PAGE)


@bp.get("/feedback/improvements")
@require("")
def index() -> ResponseReturnValue:
    """What is to get better, and what became of it."""
    rights, state = current_viewer().rights, request.args.get("state", "")
    state = state if state in set(State) else ""
    wanted = _wanted()
    rows, pages = improvements.page_of(reading(), rights, state=state, page=wanted)
    kept = {"state": state} if state else {}
    return render_template(
        "feedback/improvements.html",
        rows=rows,
        state=state,
        states=STATE_TITLE,
        follows_up=rights.may(scope.CARE),
        paging=paging(wanted, pages, ".index", **kept),
    )


@bp.get("/feedback/improvements/new")
@require("")
def new() -> ResponseReturnValue:
    """Begin an improvement, from words (``word``) or a round (``round``)."""
    return _new(ImprovementForm(None, data={"is_public": True}))


@bp.post("/feedback/improvements/new")
@require("")
def add() -> ResponseReturnValue:
    """Make it."""
    form, rights = ImprovementForm(), current_viewer().rights
    try:
        with transaction() as session:
            made = improvements.propose(session, form.texts(), rights, sources=_sources(), now=now())
            improvement_id = made.id
    except Refused as fault:
        form.refuse(fault)
        return _new(form), 422
    flash(_("Kept. Those who follow up decide about it."))
    return redirect(url_for(".show", improvement_id=improvement_id), 303)


def _sources() -> list[Source]:
    word_id, round_id = request.values.get("word", "")[:60], request.values.get("round", None, row_id)
    found = [Source(verbatim_id=word_id)] if word_id else []
    return found + ([Source(round_id=round_id)] if round_id is not None and _may_use_rounds() else [])


def _may_use_rounds() -> bool:
    rights = current_viewer().rights
    return rights.may(scope.CARE) or rights.may(scope.ADMIN)


def _new(form: ImprovementForm) -> str:
    rights, word_id = current_viewer().rights, request.values.get("word", "")[:60]
    words = verbatims.one(reading(), word_id, rights, language=language()) if word_id else None
    round_id = request.values.get("round", None, row_id)
    return render_template("feedback/improvement_new.html", form=form, words=words, round_id=round_id)


@bp.get("/feedback/improvements/<int:improvement_id>")
@require("")
def show(improvement_id: int) -> ResponseReturnValue:
    """One improvement, and the steps that it can take."""
    return _page(improvement_id, {})


@bp.post("/feedback/improvements/<int:improvement_id>")
@require("")
def act(improvement_id: int) -> ResponseReturnValue:
    """Write its texts anew (``do=save``), or take a step, whose name is in ``do``."""
    rights, do = current_viewer().rights, request.form.get("do", "")
    form: Any = ImprovementForm() if do == "save" else StepForm(prefix=f"{do}-" if do in MOVES else "")
    try:
        with transaction() as session:
            said = _write(session, improvement_id, form, do, rights)
    except Refused as fault:
        form.refuse(fault)
        return _page(improvement_id, {do: form}), 422
    flash(said)
    return redirect(url_for(".show", improvement_id=improvement_id), 303)


def _write(session: Session, improvement_id: int, form: Any, do: str, rights: Rights) -> str:
    saves = number(form.saves.data)
    if do == "save":
        improvements.change(session, improvement_id, form.texts(), rights, saves=saves)
        return _("Kept.")
    raw = form.owner_id.data or ""
    owner_id = int(raw) if raw.isascii() and raw.isdecimal() and len(raw) <= 9 else None
    moved = improvements.move(
        session, improvement_id, do, rights, saves=saves, words=form.words.data or "", owner_id=owner_id, now=now()
    )
    if moved.state == State.DECLINED:
        news = telling_back.on_declined(moved, rights.person_id)
        notices.tell(session, notices.readable(session, news), now=now())
    if moved.state == State.DELIVERED:
        return _("Delivered. Everybody who told us hears of it.")
    return _("Now: %(state)s.", state=STATE_TITLE[State(moved.state)])


def _page(improvement_id: int, typed: dict[str, Any]) -> str:
    session, rights = reading(), current_viewer().rights
    improvement = improvements.one(session, improvement_id, rights)
    may_change = improvements.may_change(improvement, rights)
    steps = [
        name
        for name, (leaves, _reaches, is_decision) in MOVES.items()
        if may_change and improvement.state in leaves and (rights.may(scope.CARE) or not is_decision)
    ]
    forms = {name: typed.get(name) or StepForm(None, prefix=f"{name}-", data=_step_data(improvement)) for name in steps}
    if "accept" in forms:
        forms["accept"].offer(callbacks.callers(session))
    for form in forms.values():
        form.saves.data = improvement.saves
    article = None
    if improvement.article_id is not None:
        ref = session.get_one(Article, improvement.article_id).ref
        article = articles.by_ref(session, ref, rights)
    return render_template(
        "feedback/improvement.html",
        improvement=improvement,
        form=_text_form(improvement, typed.get("save")) if may_change else None,
        forms=forms,
        fault=next((form for do, form in typed.items() if do not in forms and do != "save"), None),
        states=STATE_TITLE,
        is_there=improvement.state in THERE,
        names={each: _name(session, each) for each in (improvement.owner_id, improvement.proposer_id) if each},
        confirmed=improvements.confirmed(session, improvement.id),
        article=article,
    )


def _step_data(improvement: Improvement) -> dict[str, str]:
    return {"owner_id": str(improvement.owner_id or improvement.proposer_id or ""), "words": ""}


def _text_form(improvement: Improvement, typed: ImprovementForm | None) -> ImprovementForm:
    form = typed or ImprovementForm(
        None,
        data={
            "title": improvement.title,
            "said": improvement.said,
            "effect": improvement.effect,
            "done": improvement.done,
            "useful_until": str(improvement.useful_until or ""),
            "is_public": improvement.is_public,
        },
    )
    form.saves.data = improvement.saves
    return form


def _name(session: Session, person_id: int) -> str:
    person = session.get(Person, person_id)
    return person.name if person else ""


@bp.get("/feedback/said")
def said() -> ResponseReturnValue:
    """What people said, and what was done about it; for whoever may read here at all."""
    if current_viewer().rights.level < 0:
        check("")
    session, wanted = reading(), _wanted()
    pages = max(-(-improvements.said_count(session) // improvements.PER_PAGE), 1)
    rows = improvements.said_page(session, page=wanted)
    return render_template("feedback/said.html", rows=rows, paging=paging(wanted, pages, ".said"))


@bp.get("/feedback/told/<int:improvement_id>")
@require("")
def told(improvement_id: int) -> ResponseReturnValue:
    """Tell somebody what became of what they said, and ask whether it helped; looking records nothing."""
    return _told(improvement_id)


@bp.post("/feedback/told/<int:improvement_id>")
@require("")
def confirm(improvement_id: int) -> ResponseReturnValue:
    """Take down whether it helped."""
    form = HelpedForm()
    try:
        with transaction() as session:
            improvements.confirm(session, improvement_id, _person_id(), form.answer.data or "")
    except Refused as fault:
        form.refuse(fault)
        return _told(improvement_id, form), 422
    flash(_("Thank you. Those who look after it see it, without your name."))
    return redirect(url_for(".told", improvement_id=improvement_id), 303)


def _told(improvement_id: int, form: HelpedForm | None = None) -> str:
    session = reading()
    own = improvements.told_to(session, improvement_id, _person_id())
    if not own:
        raise NotFound(_("There is no such improvement."), hint=_("What was done can be read by everybody."))
    form = form or HelpedForm(None, data={"answer": own[0][0].confirmed})
    return render_template(
        "feedback/told.html",
        improvement=session.get_one(Improvement, improvement_id),
        said_at=own[0][1],
        form=form,
    )


def card() -> Markup | None:
    """The last of what got better, for the front page; one query, and nothing where there is nothing."""
    rows = improvements.front(reading()) if current_viewer().rights.level >= 0 else []
    if not rows:
        return None
    html = render_template("feedback/_said_front.html", rows=rows)
    return Markup(html)  # noqa: S704 - a template of ours, which escapes what it is given


def since_then(article: Article, verdict: Verdict) -> Markup | None:
    """Ask anew under a verdict on an earlier text; no query."""
    if verdict.value == VerdictValue.YES or verdict.revision_id == article.live_revision_id:
        return None
    html = render_template("feedback/_since_then.html", verdict=verdict)
    return Markup(html)  # noqa: S704 - a template of ours, which escapes what it is given


def _person_id() -> int:
    return current_viewer().rights.person_id or 0
