"""Pages on which editors keep the words that people use for other words."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.login import current_viewer
from portal.core.clock import now
from portal.core.errors import Refused
from portal.core.i18n import gettext as _
from portal.core.web import paging, portal, reading, require, transaction
from portal.search import own_words, trying
from portal.search.contracts import Asked
from portal.search.engine import Hit, IndexUnusable
from portal.search.forms import SynonymForm
from portal.search.live import index_of
from portal.search.service import second_look
from portal.search.synonyms import Pair, shipped, with_own

bp = Blueprint("own_words", __name__, template_folder="templates")

PER_PAGE = 25
SHOWN = 10
"""Sentences that are told when something is refused."""


@dataclass(frozen=True)
class Lost:
    """A sentence that would no longer find its article, and what would stand before it, as far as one may know."""

    sentence: str
    title: str
    address: str
    before: tuple[tuple[str, str], ...]


@bp.get("/search/words")
@require("search.keep_words")
def every() -> str:
    """What editors wrote down, and how much came with the portal."""
    looked_for = request.args.get("q", "")[:100]
    page = min(max(request.args.get("page", 1, int), 1), 10_000)
    rows, total = own_words.listed(reading(), looked_for, page=page, per_page=PER_PAGE)
    return render_template(
        "search/own_words.html",
        rows=rows,
        looked_for=looked_for,
        shipped=_shipped(looked_for),
        **paging(page, max(-(-total // PER_PAGE), 1), ".every", q=looked_for or None),
    )


def _shipped(looked_for: str) -> list[tuple[str, str]]:
    """What came with the portal and holds the words that are looked for, a page of it."""
    wanted = looked_for.strip().casefold()
    if not wanted:
        return []
    found = ((" ".join(words), ", ".join(form.text for form in forms)) for words, forms in shipped().of.items())
    return sorted(each for each in found if wanted in f"{each[0]} {each[1]}".casefold())[:PER_PAGE]


@bp.get("/search/words/new")
@require("search.keep_words")
def new() -> str:
    """An empty form."""
    return _form(None, SynonymForm(None))


@bp.get("/search/words/<int:row_id>")
@require("search.keep_words")
def show(row_id: int) -> str:
    """One entry."""
    pair = own_words.one(reading(), row_id)
    values = {
        "typed": ", ".join(pair.typed),
        "meant": ", ".join(pair.meant),
        "both": pair.both,
        "service": pair.service,
        "seen": _mark(pair),
    }
    return _form(row_id, SynonymForm(None, data=values))


def _mark(pair: Pair) -> str:
    """What tells whether an entry is still as it was when somebody opened it."""
    return hashlib.blake2b(repr(pair).encode(), digest_size=8).hexdigest()


@bp.post("/search/words/new")
@require("search.keep_words")
def add() -> ResponseReturnValue:
    """Try a new entry out, and let it hold."""
    return _save(None)


@bp.post("/search/words/<int:row_id>")
@require("search.keep_words")
def change(row_id: int) -> ResponseReturnValue:
    """Try a changed entry out and let it hold, or see what happens without it and remove it."""
    return _save(row_id)


def _save(row_id: int | None) -> ResponseReturnValue:
    form = SynonymForm()
    is_removed = "remove" in request.form and row_id is not None
    if row_id is not None and not _is_as_seen(row_id, form):
        return _form(row_id, form), 409
    try:
        pair = None if is_removed else own_words.read(reading(), **form.values())
        lost = _hold(row_id, pair)
    except Refused as fault:
        form.refuse(fault)
        return _form(row_id, form), 422
    except IndexUnusable:
        hint = _("Press once more in a few minutes.")
        form.refuse(Refused(_("The search does not answer, so this cannot be tried."), hint=hint))
        return _form(row_id, form), 503
    if lost:
        return _form(row_id, form, lost=lost), 422
    flash(_("The entry is removed.") if is_removed else _("Saved. It holds from the next search on."))
    return redirect(url_for(".every"), 303)


def _is_as_seen(row_id: int, form: SynonymForm) -> bool:
    """Whether an entry still says what its editor saw; if not, they are told, and what is there now counts as seen."""
    pair = own_words.one(reading(), row_id)
    if form.seen.data == _mark(pair):
        return True
    now_there = f"{', '.join(pair.typed)} {'⇄' if pair.both else '→'} {', '.join(pair.meant)}"
    form.refuse(
        Refused(
            _("Somebody changed this entry meanwhile. It says now: %(words)s", words=now_there),
            hint=_("What you typed still stands here. Press once more to put it in its place."),
        )
    )
    form.seen.data = _mark(pair)
    return False


def _hold(row_id: int | None, pair: Pair | None) -> list[Lost]:
    """Let it hold, unless a sentence would lose its article: those are returned, and nothing is changed."""
    session, index = reading(), index_of(portal())
    seen, known = own_words.changes(session), own_words.pairs(session)
    before = with_own(shipped(), known.values())
    after = with_own(shipped(), own_words.then(known, row_id, pair))
    broken = trying.broken(session, index, before, after)
    if broken:
        return [_lost(each) for each in broken[:SHOWN]]
    with transaction() as writing:
        own_words.write(writing, row_id, pair, seen=seen, person_id=current_viewer().person_id, now=now())
    return []


def _lost(asked: Asked) -> Lost:
    """What is told of a sentence: nothing that this editor may not read."""
    rights, sources = current_viewer().rights, index_of(portal()).sources
    readable = second_look(reading(), sources, asked.before, rights)
    own = sources[asked.of.source].searchable.readable(reading(), [asked.of.ref], rights).get(asked.of.ref)

    def told(hit: Hit) -> tuple[str, str]:
        now_ = readable.get((hit.source, hit.ref))
        return (now_.title, now_.address) if now_ else (_("a page for other readers"), "")

    return Lost(
        sentence=asked.of.sentence if own else "",
        title=own.title if own else "",
        address=own.address if own else "",
        before=tuple(map(told, asked.before)),
    )


def _form(row_id: int | None, form: SynonymForm, *, lost: list[Lost] | None = None) -> str:
    form.service.choices = [("", _("everywhere")), *own_words.services(reading())]
    return render_template("search/own_word.html", form=form, row_id=row_id, lost=lost or [])
