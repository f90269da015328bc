"""What people wrote in their own words: the list without names, and one text with what is done about it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from plugins.feedback import callbacks, scope, verbatims
from plugins.feedback.callback_rules import STATE_TITLE as CALL_STATES
from plugins.feedback.improvements import STATE_TITLE as IMPROVEMENT_STATES
from plugins.feedback.improvements import visible
from plugins.feedback.loop_forms import TagForm
from plugins.feedback.loop_models import Improvement
from plugins.feedback.tags import TAGS
from plugins.feedback.verbatims import Filters
from portal.accounts.login import current_viewer
from portal.core.clock import now
from portal.core.errors import Refused
from portal.core.i18n import gettext as _
from portal.core.i18n import language
from portal.core.web import paging, reading, require, row_id, transaction

bp = Blueprint("words", __name__, template_folder="../templates")

LAST_PAGE = 10_000


@bp.get("/feedback/words")
@require("")
def index() -> ResponseReturnValue:
    """Words that somebody may read, by tag, article or round."""
    session, rights = reading(), current_viewer().rights
    wanted = min(max(request.args.get("page", 1, int), 1), LAST_PAGE)
    chosen = Filters(
        tag=request.args.get("tag", ""),
        state=request.args.get("state", ""),
        article=request.args.get("article", "")[:20],
        round_id=request.args.get("round", None, row_id),
    )
    rows, pages = verbatims.page_of(session, rights, chosen, language=language(), page=wanted)
    kept = {
        name: value
        for name, value in (("tag", chosen.tag), ("state", chosen.state), ("article", chosen.article),
                            ("round", chosen.round_id))
        if value
    }  # fmt: skip
    return render_template(
        "feedback/words.html",
        rows=rows,
        chosen=chosen,
        kept=kept,
        tags=TAGS,
        rounds=verbatims.rounds_with_words(session, rights),
        follows_up=rights.may(scope.CARE),
        paging=paging(wanted, pages, ".index", **kept),
    )


@bp.get("/feedback/words/<word_id>")
@require("")
def show(word_id: str) -> ResponseReturnValue:
    """One text, what it is about, and what is done about it."""
    return _page(word_id)


@bp.post("/feedback/words/<word_id>")
@require("")
def act(word_id: str) -> ResponseReturnValue:
    """Keep its tags, or mark it for a call-back (``do=call``)."""
    rights = current_viewer().rights
    form = TagForm()
    try:
        with transaction() as session:
            if request.form.get("do") == "call":
                callbacks.open_for_words(session, word_id, rights, now=now())
                said = _("Marked. Those who follow up say who calls.")
            else:
                tags, feeling = form.tags.data or [], form.sentiment.data or ""
                verbatims.tag(session, word_id, tags, feeling, rights, seen=form.seen.data or "", now=now())
                said = _("Kept.")
    except Refused as fault:
        form.refuse(fault)
        return _page(word_id, form), 422
    flash(said)
    return redirect(url_for(".show", word_id=word_id), 303)


def _page(word_id: str, form: TagForm | None = None) -> str:
    session, rights = reading(), current_viewer().rights
    words = verbatims.one(session, word_id, rights, language=language())
    text = words.verbatim
    called, improved = verbatims.followed_by(session, text)
    if form is None:
        tags = text.tags if text.state != "new" else text.suggested
        form = TagForm(None, data={"tags": tags, "sentiment": text.sentiment})
    form.seen.data = verbatims.seen_at(text)
    values: dict[str, Any] = {
        "words": words,
        "form": form,
        "tags": TAGS,
        "callbacks": [each for each in called if each.question_id == text.question_id or rights.may(scope.CARE)],
        "call_states": CALL_STATES,
        "improvements": improved,
        "improvement_states": IMPROVEMENT_STATES,
        "opens": _opened(session, improved),
        "sentiments": verbatims.SENTIMENTS,
        "follows_up": rights.may(scope.CARE),
        "can_be_called": text.invitation_id is not None and text.person_id not in {None, rights.person_id},
    }
    return render_template("feedback/word.html", **values)


def _opened(session: Any, improved: Any) -> frozenset[int]:
    """Which of these improvements the viewer can open."""
    ids = [each.id for each in improved]
    query = sa.select(Improvement.id).where(Improvement.id.in_(ids), visible(current_viewer().rights))
    return frozenset(session.scalars(query))
