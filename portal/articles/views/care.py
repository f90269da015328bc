"""Looking after an article: archive it, merge it, bring it back, and what happens at a set time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import flask_babel
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.accounts.login import current_viewer
from portal.articles import audiences, drafts, history_words, keeping, opening, queries, reviewing, texts, timing
from portal.articles.addresses import ref_in
from portal.articles.care_forms import ArchiveForm, BackForm, MergeForm, TimeForm
from portal.articles.keeping_models import Act, Step, Timing
from portal.articles.models import Article, Revision
from portal.articles.rules import Writer
from portal.articles.states import ArticleState, RevisionState
from portal.articles.timing import Moment
from portal.core.clock import now
from portal.core.errors import NotFound, Refused
from portal.core.i18n import format_date
from portal.core.i18n import gettext as _
from portal.core.web import reading, require, row_id, transaction

bp = Blueprint("care", __name__, template_folder="../templates")

Forms = dict[str, Any]

# The headings of the handbook that explain the parts of the page.
EXPLAINED_BY = {
    "time": "At a set time",
    "end": "An article that has had its day",
    "merge": "Two articles about the same",
}


@bp.app_context_processor
def _of_every_page() -> dict[str, Any]:
    return {"time_of": time_of}


def time_of(revision_id: int) -> str:
    """When a text goes live, in words; empty when no time is set. For pages of those who may read the text."""
    return times_of([revision_id]).get(revision_id, "")


def times_of(revision_ids: list[int]) -> dict[int, str]:
    """When these texts go live, in words, by the id of each that waits for a time; as :func:`time_of`."""
    waiting = timing.waiting_for(reading(), revision_ids)
    return {revision_id: str(_said(waits)["words"]) for revision_id, waits in waiting.items()}


@bp.get("/kb/<address>/care")
@require("articles.write")
def show(address: str) -> ResponseReturnValue:
    """How an article stands, what was decided about it, and what may be decided now."""
    article = _opened(address)
    if address not in {article.ref, article.address}:
        return redirect(url_for(".show", address=article.address), 301)
    return _page(article, {})


def _writer(session: Session) -> Writer:
    return drafts.writer_of(session, current_viewer().rights)


def _opened(address: str) -> Article:
    """The article at *address*, or one that is not live yet and has a text that waits. Raises ``NotFound``."""
    session, rights = reading(), current_viewer().rights
    ref = ref_in(address)
    if ref is None:
        path = queries.path_for(session, address, rights)
        ref = ref_in(path.rpartition("/")[2]) if path else None
    article = (
        queries.by_ref(session, ref, rights) or timing.not_yet_live(session, ref, _writer(session)) if ref else None
    )
    if article is None:
        raise NotFound(_("There is no such article here."), hint=_("Search for it in your own words."))
    return article


def _page(article: Article, typed: Forms) -> str:
    """The page, with the forms that were sent just now as they were typed."""
    session = reading()
    writer = _writer(session)
    may_end = keeping.may_look_after(session, article, writer)
    waiting = timing.may_wait(session, article, writer)
    set_for = timing.waiting_for(session, [each.id for each in waiting])
    retires = timing.last_of(session, article, Act.RETIRE)
    successor = session.get(Article, article.successor_id) if article.successor_id else None
    return render_template(
        "articles/care.html",
        article=article,
        title=article.title or _("An article without a title"),
        is_live=article.state == ArticleState.LIVE,
        may_end=may_end,
        successor=queries.by_ref(session, successor.ref, writer.rights) if successor else None,
        steps=keeping.log(session, article.ref, writer),
        step_words=history_words.STEPS,
        explained_by=EXPLAINED_BY,
        archive=typed.get("archive") or _with_zone(ArchiveForm(None, prefix="archive-")),
        merge=_with_choices(typed.get("merge") or MergeForm(None, prefix="merge-"), article),
        back=typed.get("back") or BackForm(None, prefix="back-"),
        near=opening.close_to(session, article, writer.rights, limit=12) if may_end else [],
        retires=_said(retires) if retires and may_end else None,
        rows=[_row(each, set_for.get(each.id), typed) for each in waiting],
        failed=[_said(each) for each in timing.failed_of(session, waiting)],
    )


def _row(revision: Revision, waits: Timing | None, typed: Forms) -> dict[str, Any]:
    name = f"time-{revision.id}"
    form = typed.get(name)
    if form is None:
        form = _with_zone(TimeForm(None, prefix=f"{name}-", data={"significance": revision.significance or "changed"}))
    return {
        "revision": revision,
        "is_own": revision.author_id == current_viewer().rights.person_id,
        "is_submitted": revision.state == RevisionState.SUBMITTED,
        "is_first": revision.base_revision_id is None,
        "waits": _said(waits) if waits else None,
        "form": form,
    }


def _said(each: Timing) -> dict[str, Any]:
    """A time as it was set, in its own zone, and whether the reader's clock shows another."""
    local = each.at.astimezone(ZoneInfo(each.zone))
    return {
        "id": each.id,
        "state": each.state,
        "at": each.at,
        "words": _("%(day)s, %(time)s (%(zone)s)", day=_day(local), time=f"{local:%H:%M}", zone=each.zone),
        "is_elsewhere": each.zone != _zone(),
        "ended_why": each.ended_why,
    }


def _day(local: Any) -> str:
    return format_date(local.date(), "long")


def _zone() -> str:
    return str(flask_babel.get_timezone())


def _with_zone(form: Any) -> Any:
    form.show_zone(form.zone.data or _zone())
    form.zone.data = form.zone.data or _zone()
    if isinstance(form, TimeForm):
        form.show_weights()
    return form


def _with_choices(form: MergeForm, article: Article) -> MergeForm:
    form.stays.choices = [
        ("other", _("The other one: %(ref)s leads there", ref=article.ref)),
        ("this", _("%(ref)s: the other one leads here", ref=article.ref)),
    ]
    return form


def _done(
    article: Article,
    name: str,
    form: Any,
    act: Callable[[Session, Writer], str],
    *,
    anchor: str = "",
    before: Callable[[Session, Writer], str] = lambda _session, _writer: "",
) -> ResponseReturnValue:
    """Do it in one transaction and say so; what is refused is shown with everything that was typed.

    *before* says what the first press of the same button did, if it was pressed twice.
    """
    try:
        with transaction() as session:
            words = act(session, _writer(session))
    except Refused as fault:
        with transaction() as session:  # what was read before may be of before the first press
            words = before(session, _writer(session))
        if not words:
            form.refuse(fault)
            return _page(_opened(article.ref), {name: form}), 422
    flash(words)
    return redirect(url_for(".show", address=article.ref, _anchor=anchor or None), 303)


@bp.post("/kb/<address>/care/archive")
@require("articles.write")
def archive(address: str) -> ResponseReturnValue:
    """Archive an article now, or at a set time."""
    article = _opened(address)
    form = _with_zone(ArchiveForm(prefix="archive-"))
    successor, why = form.successor.data or "", form.why.data or ""
    said = _("%(ref)s is archived. It can be brought back.", ref=article.ref)

    def at_once(session: Session, writer: Writer) -> str:
        keeping.archive(session, writer, article.ref, successor=successor, why=why, now=now())
        return said

    def before(session: Session, writer: Writer) -> str:
        step, ref = Step.ARCHIVE, article.ref
        is_done = keeping.done_just_now(session, writer, step, ref, other=successor, why=why, now=now())
        return said if is_done else ""

    def later(session: Session, writer: Writer) -> str:
        moment = _moment(form)
        timing.retire_at(session, writer, article.ref, moment, successor=successor, why=why, now=now())
        return _set_words(moment)

    if request.form.get("do") == "retire":
        return _done(article, "archive", form, later)
    return _done(article, "archive", form, at_once, before=before)


def _moment(form: Any) -> Moment:
    return timing.moment_of(form.day.data or "", form.time.data or "", form.zone.data or "", now=now())


def _set_words(moment: Moment) -> str:
    if moment.is_twice:
        return _("The time is set. Clocks show it twice that night; the first is meant.")
    return _("The time is set.")


@bp.post("/kb/<address>/care/merge")
@require("articles.write")
def merge(address: str) -> ResponseReturnValue:
    """Let one of two articles stay, and the other lead to it."""
    article = _opened(address)
    form = _with_choices(MergeForm(prefix="merge-"), article)
    other, why = form.other.data or "", form.why.data or ""

    def act(session: Session, writer: Writer) -> str:
        keeping.to_look_after(session, article.ref, writer)
        is_here = form.stays_here()
        named = keeping.live_one(session, other, writer).ref
        gone, stays = (named, article.ref) if is_here else (article.ref, named)
        _refuse_fewer(session, form, gone, stays)
        draft = keeping.merge(session, writer, gone, stays, take_words=bool(form.take_words.data), why=why, now=now())
        return _merged(session, gone, stays, has_draft=draft is not None)

    def before(session: Session, writer: Writer) -> str:
        named = ref_in(other.strip().rpartition("/")[2]) or ""
        gone, stays = (named, article.ref) if form.stays.data == "this" else (article.ref, named)
        if not keeping.done_just_now(session, writer, Step.MERGE, gone, other=stays, why=why, now=now()):
            return ""
        has_draft = bool(form.take_words.data) and keeping.has_text(session, writer, stays)
        return _merged(session, gone, stays, has_draft=has_draft)

    return _done(article, "merge", form, act, before=before)


def _merged(session: Session, gone: str, stays: str, *, has_draft: bool) -> str:
    """What is said once *gone* leads to *stays*."""
    said = _("%(gone)s now leads to %(stays)s. It can be brought back.", gone=gone, stays=stays)
    if has_draft:
        said += " " + _("A draft with its words is among your texts.")
    if audiences.loses_readers(session, gone, stays):
        said += " " + _(
            "Readers who may not read %(stays)s only see that %(gone)s is archived.", stays=stays, gone=gone
        )
    return said


def _refuse_fewer(session: Session, form: MergeForm, gone: str, stays: str) -> None:
    """Check that whoever merges knows whom the one that stays is not for. Raises ``Refused``."""
    if audiences.loses_readers(session, gone, stays) and not form.fewer.data:
        raise Refused(
            _("Not everybody who reads %(gone)s may read %(stays)s.", stays=stays, gone=gone),
            hint=_(
                "Who may not read it only sees that %(gone)s is archived. "
                "Let the other one stay, or say here that it is meant.",
                gone=gone,
            ),
            field="fewer",
        )


@bp.post("/kb/<address>/care/bring-back")
@require("articles.write")
def bring_back(address: str) -> ResponseReturnValue:
    """Let an archived article stand in lists and search again."""
    article = _opened(address)
    form = BackForm(prefix="back-")
    why, said = form.why.data or "", _("%(ref)s is live again.", ref=article.ref)

    def act(session: Session, writer: Writer) -> str:
        keeping.bring_back(session, writer, article.ref, why=why, now=now())
        return said

    def before(session: Session, writer: Writer) -> str:
        is_done = keeping.done_just_now(session, writer, Step.BRING_BACK, article.ref, why=why, now=now())
        return said if is_done else ""

    return _done(article, "back", form, act, before=before)


@bp.post("/kb/<address>/care/time")
@require("articles.write")
def set_time(address: str) -> ResponseReturnValue:
    """Say when a text goes live."""
    article = _opened(address)
    revision_id = request.form.get("revision", 0, row_id)
    form = _with_zone(TimeForm(prefix=f"time-{revision_id}-"))
    session = reading()
    revision = drafts.text_for(session, revision_id, _writer(session))
    if revision.article_id != article.id:
        raise NotFound(_("There is no such text."), hint=_("Open the article, and start from there."))
    try:
        moment = _moment(form)
        own = revision.author_id == current_viewer().rights.person_id
        ready = texts.ready(session, revision) if own else reviewing.ready(session, revision)
    except Refused as fault:
        form.refuse(fault)
        return _page(article, {f"time-{revision_id}": form}), 422

    def act(session: Session, writer: Writer) -> str:
        weight, why = form.significance.data, form.why.data or ""
        timing.publish_at(session, writer, ready, moment, significance=weight, why=why, now=now())
        return _set_words(moment)

    return _done(article, f"time-{revision_id}", form, act, anchor=f"text-{revision_id}")


@bp.post("/kb/<address>/care/time/<int:timing_id>/take-back")
@require("articles.write")
def take_time_back(address: str, timing_id: int) -> ResponseReturnValue:
    """Let a set time hold no longer."""
    article = _opened(address)

    def act(session: Session, writer: Writer) -> str:
        timing.take_back(session, writer, timing_id, now=now())
        return _("The time is taken back. The text, or the article, stays as it is.")

    return _done(article, "archive", _with_zone(ArchiveForm(None, prefix="archive-")), act)
