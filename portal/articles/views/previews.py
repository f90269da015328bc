"""What the editor asks for while somebody types: how the text will look, and which articles it could link to."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from portal.accounts.login import current_viewer
from portal.articles import drafts, preview, texts, wording
from portal.articles import found_by as trying
from portal.articles.levels import Level
from portal.articles.models import Article
from portal.articles.views import preview_turns
from portal.core.errors import TooSoon
from portal.core.web import LANGUAGES, portal, reading, require
from portal.search.engine import IndexUnusable
from portal.search.live import index_of

bp = Blueprint("previews", __name__, template_folder="../templates")
bp.add_app_template_global(preview.script_to_begin_with, "script_to_begin_with")


@bp.post("/write/<int:revision_id>/preview")
@require("articles.suggest")
def show(revision_id: int) -> ResponseReturnValue:
    """The page of one level, with what is wrong and what is still to be written, as JSON."""
    rights = current_viewer().rights
    writer = drafts.writer_of(reading(), rights)
    try:
        with preview_turns.turn_of(writer):
            made = preview.of_text(reading(), writer, revision_id, _typed())
    except TooSoon as error:
        said = {"message": error.message, "hint": error.hint}
        return jsonify(said), 429, {"Retry-After": str(error.wait_seconds)}
    return jsonify(
        html=made.html,
        level=made.level,
        levels=[{"level": level, "word": str(wording.AUDIENCES[level])} for level in made.levels],
        faults=[asdict(fault) for fault in made.faults],
        hints=[asdict(hint) for hint in made.hints],
    )


def _typed() -> preview.Typed:
    language = request.form.get("language", "").partition("-")[0]
    return preview.Typed(
        body=request.form.get("body", ""),
        audience=_BY_WORD.get(request.form.get("audience", "")),
        level=request.form.get("level", None, int),
        language=language if language in LANGUAGES else "en",
    )


_BY_WORD = {level.word: level for level in Level}


@bp.get("/write/<int:revision_id>/found-by")
@require("articles.suggest")
def found_by(revision_id: int) -> ResponseReturnValue:
    """Whether the sentences of one's own text, as it is saved, would find it."""
    rights = current_viewer().rights
    writer = drafts.writer_of(reading(), rights)
    revision = drafts.own(reading(), revision_id, writer)
    article = reading().get_one(Article, revision.article_id)
    tried = None
    try:
        with preview_turns.turn_of(writer, "found_by"):
            tried = trying.tried(reading(), index_of(portal()), texts.stored(revision), article, rights)
    except (IndexUnusable, TooSoon, TimeoutError):
        pass  # the page says so; a text can be written without
    part = "HX-Request" in request.headers
    return render_template(
        "articles/_found_by.html" if part else "articles/found_by.html", tried=tried, revision=revision
    )


@bp.get("/write/links")
@require("articles.suggest")
def links() -> ResponseReturnValue:
    """Articles whose title has the words that follow ``[[``, as JSON."""
    found = preview.links(reading(), current_viewer().rights, request.args.get("q", "")[:200])
    return jsonify(
        [
            {
                "ref": each.ref,
                "title": each.title,
                "path": each.path,
                "markdown": each.markdown,
                "audience": str(wording.AUDIENCES[each.audience]),
            }
            for each in found
        ]
    )
