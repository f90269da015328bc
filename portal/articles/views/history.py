"""The history of an article: its texts, what differs between two of them, and an old one brought back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.login import current_viewer
from portal.articles import diffing, drafts, field_words, history, history_words, logbook, queries, workflow
from portal.articles.addresses import ref_in
from portal.articles.models import Article
from portal.articles.rules import Writer
from portal.core.clock import now
from portal.core.errors import Forbidden, NotFound, Refused
from portal.core.i18n import gettext as _
from portal.core.web import check, paging, reading, require, row_id, transaction
from portal.organisation import queries as organisation

bp = Blueprint("history", __name__, template_folder="../templates")

PER_PAGE, MOVES_PER_PAGE = 50, 50
VIEWS = ("side", "inline")


@bp.get("/kb/<address>/history")
def show(address: str) -> ResponseReturnValue:
    """All texts of an article that the reader may read, the latest first, and who moved them."""
    article = _opened(address)
    if address not in {article.ref, article.address}:
        return redirect(url_for(".show", address=article.address), 301)
    return _page(article)


def _opened(address: str) -> Article:
    """The article at *address*, which may be an old slug. Raises ``NotFound``, and ``Forbidden`` before signing in."""
    rights = current_viewer().rights
    if rights.level < 0:
        check("")
    ref = ref_in(address)
    if ref is None:
        path = queries.path_for(reading(), address, rights)
        ref = ref_in(path.rpartition("/")[2]) if path else None
    article = queries.by_ref(reading(), ref, rights) if ref else None
    if article is None:
        raise NotFound(
            _("There is no such article here."),
            hint=_("Search for it in your own words. Some articles open only for people who are signed in."),
        )
    return article


def _writer() -> Writer | None:
    """Whoever is signed in, as somebody who writes or suggests; nobody else."""
    rights = current_viewer().rights
    if rights.person_id is None or not (rights.may("articles.write") or rights.may("articles.suggest")):
        return None
    return drafts.writer_of(reading(), rights)


def _page(article: Article, refusal: Refused | Forbidden | None = None) -> str:
    rights, writer = current_viewer().rights, _writer()
    page = _number("page")
    past, total = history.revisions(reading(), article.ref, rights, writer, page=page, per_page=PER_PAGE, beyond=1)
    moves_page, steps = _number("moves"), []
    if writer is not None:
        steps = logbook.entries(reading(), article.ref, writer, page=moves_page, per_page=MOVES_PER_PAGE, beyond=1)
    return render_template(
        "articles/history.html",
        article=article,
        past=past[:PER_PAGE],
        before=past[1:],
        total=total,
        may_restore=writer is not None and not article.is_archived,
        steps=steps[:MOVES_PER_PAGE],
        moves_page=moves_page,
        older_moves=len(steps) > MOVES_PER_PAGE,
        refusal=refusal,
        **_words(),
        **paging(page, max(-(-total // PER_PAGE), 1), "history.show", address=article.address),
    )


def _number(name: str) -> int:
    return min(max(request.args.get(name, 1, int), 1), 10_000)


def _words() -> dict[str, Any]:
    """The words for what stands there, each looked up once: a page shows them a hundred times."""
    return {
        "states": {str(name): str(said) for name, said in workflow.STATE_WORDS.items()},
        "significance": {str(name): str(said) for name, said in history_words.SIGNIFICANCE.items()},
        "moves": {name: str(said) for name, said in history_words.LOG.items()},
        "with_names": current_viewer().is_authenticated,
    }


@bp.get("/kb/<address>/compare")
def compare(address: str) -> ResponseReturnValue:
    """What differs between two texts of an article, each as the reader may see it."""
    article = _opened(address)
    ids = [request.args.get(name, 0, row_id) for name in ("before", "after")]
    if not all(ids):
        return redirect(url_for(".show", address=article.address), 303)
    rights, writer, session = current_viewer().rights, _writer(), reading()
    found = {each.id: each for each in history.chosen(session, article.ref, ids, rights, writer)}
    if not found.keys() >= set(ids):
        raise NotFound(_("There is no such text."), hint=_("Open the article, and start from there."))
    before, after = (history.text_at(session, each, rights, writer) for each in ids)
    chosen = request.args.get("view", "")
    return render_template(
        "articles/compare.html",
        article=article,
        before=found[ids[0]],
        after=found[ids[1]],
        diff=diffing.compare(before.body, after.body),
        fields=field_words.said(
            diffing.compare_fields(before.fields, after.fields),
            all_fields=writer is not None and writer.may_write,
            services=organisation.service_names(session),
        ),
        view=chosen if chosen in VIEWS else VIEWS[0],
        **_words(),
    )


def offer_former(former: int | None, ref: str) -> None:
    """Offer the text that was live before the one that just went live, with a button on the next page."""
    if former is not None:
        label, action = _("Bring the former text back"), url_for("history.restore", address=ref)
        flash({"label": label, "action": action, "fields": {"revision": former}}, "way-back")  # type: ignore[arg-type]


@bp.post("/kb/<address>/restore")
@require("articles.suggest")
def restore(address: str) -> ResponseReturnValue:
    """Bring an old text back as a draft of one's own, and open it."""
    article = _opened(address)
    revision_id = request.form.get("revision", 0, row_id)
    rights = current_viewer().rights
    if not history.chosen(reading(), article.ref, [revision_id], rights):
        raise NotFound(_("There is no such text."), hint=_("Open the article, and start from there."))
    try:
        with transaction() as session:
            draft = history.restore(session, drafts.writer_of(session, rights), revision_id, now=now())
            draft_id = draft.id
    except (Refused, Forbidden) as refusal:
        return _page(_opened(address), refusal), 422
    flash(_("The older text is a draft of yours now, and not live. Put it aside if you did not mean this."))
    return redirect(url_for("writing.edit", revision_id=draft_id), 303)
