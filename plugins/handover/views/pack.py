"""The page of a pack: what it says, its gate, who signed, questions; and the sheet for the floor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from plugins.handover import (
    actions,
    asking,
    debts,
    exits,
    items,
    moves,
    people,
    plan,
    reading_pack,
    signing,
    texts,
    vouching,
)
from plugins.handover.forms import AnswerForm, NoteForm, Part, QuestionForm, ReasonForm, SizeForm, VouchForm
from plugins.handover.models import Pack
from plugins.handover.moves import Actor
from plugins.handover.sections import SECTIONS
from portal.accounts.login import current_viewer
from portal.core.clock import now
from portal.core.errors import Refused
from portal.core.i18n import gettext as _
from portal.core.web import reading, require, transaction

bp = Blueprint("handover_packs", __name__, template_folder="../templates")

READ = "handover.read"


@bp.get("/handover/<int:pack_id>")
@require(READ)
def show(pack_id: int) -> str:
    """One pack."""
    return page(pack_id)


@bp.get("/handover/<int:pack_id>/errors")
@require(READ)
def errors(pack_id: int) -> ResponseReturnValue:
    """The known errors of a pack: where the search leads, on its page."""
    return redirect(url_for(".show", pack_id=pack_id, _anchor="known_errors"))


@bp.get("/handover/<int:pack_id>/print")
@require(READ)
def sheet(pack_id: int) -> str:
    """One page for the floor: what changes, what people say, what to do, whom to call."""
    session = reading()
    shown = reading_pack.show(session, reading_pack.pack(session, pack_id))
    return render_template("handover/sheet.html", shown=shown, pack=shown.pack, html_of=texts.html_of)


@bp.post("/handover/<int:pack_id>/sign/<party_id>")
@require(READ)
def sign(pack_id: int, party_id: str) -> ResponseReturnValue:
    """Sign for a party."""
    form = NoteForm(prefix=f"{party_id}-")

    def run(session: Session, pack: Pack, actor: Actor) -> None:
        signing.sign(session, pack, party_id, actor, note=form.note.data or "", now=now())

    return act(pack_id, run, form=form, said=_("Signed. Thank you."))


@bp.post("/handover/<int:pack_id>/send-back/<party_id>")
@require(READ)
def send_back(pack_id: int, party_id: str) -> ResponseReturnValue:
    """Send it back for a party, with a blocking question."""
    form = QuestionForm(prefix=f"back-{party_id}-")

    def run(session: Session, pack: Pack, actor: Actor) -> None:
        asked = [asking.Asked(text=form.text.data or "", section=form.section.data or "")]
        signing.send_back(session, pack, party_id, actor, asked, now=now())

    return act(pack_id, run, form=form, said=_("Sent back. Its owner reads your question at once."))


@bp.post("/handover/<int:pack_id>/questions")
@require(READ)
def ask(pack_id: int) -> ResponseReturnValue:
    """Ask about a pack."""
    form = QuestionForm(prefix="ask-")

    def run(session: Session, pack: Pack, actor: Actor) -> None:
        party = next(iter(sorted(actor.parties)), "")
        asked = asking.Asked(
            text=form.text.data or "",
            section=form.section.data or "",
            is_blocking=bool(form.is_blocking.data and party),
        )
        asking.ask(session, pack, asked, actor_id=actor.person_id, party_id=party, now=now())

    return act(pack_id, run, form=form, said=_("Asked. You hear when it is answered."))


@bp.post("/handover/<int:pack_id>/questions/<int:asked_id>/answer")
@require(READ)
def answer(pack_id: int, asked_id: int) -> ResponseReturnValue:
    """Answer a question."""
    form = AnswerForm(prefix=f"{asked_id}-")

    def run(session: Session, pack: Pack, actor: Actor) -> None:
        question = asking.question(session, pack, asked_id)
        asking.answer(session, pack, question, form.text.data or "", actor, changed_pack=bool(form.changed_pack.data),
                      now=now())  # fmt: skip

    return act(pack_id, run, form=form, said=_("Answered. Whoever asked says whether that is the answer."))


@bp.post("/handover/<int:pack_id>/questions/<int:asked_id>/<any(accepted, open, no_longer):how>")
@require(READ)
def settle(pack_id: int, asked_id: int, how: str) -> ResponseReturnValue:
    """Say what became of a question."""

    def run(session: Session, pack: Pack, actor: Actor) -> None:
        asking.settle(session, pack, asking.question(session, pack, asked_id), actor, how=how, now=now())

    return act(pack_id, run)


@bp.post("/handover/<int:pack_id>/vouch")
@require(READ)
def vouch(pack_id: int) -> ResponseReturnValue:
    """Answer by name for what the portal cannot look at, or agree to a clash."""
    form = VouchForm(prefix="vouch-")

    def run(session: Session, pack: Pack, actor: Actor) -> None:
        vouching.vouch(session, pack, form.what.data or "", form.note.data or "", actor, now=now())

    return act(pack_id, run, form=form, said=_("Written down, with your name."))


def act(
    pack_id: int,
    run: Callable[[Session, Pack, Actor], object],
    *,
    form: Part | None = None,
    said: str = "",
) -> ResponseReturnValue:
    """Do something with a pack as who the viewer is to it; what is refused stands on the page, with what was typed."""
    try:
        with transaction() as session:
            pack = reading_pack.pack(session, pack_id)
            run(session, pack, people.actor(session, pack, current_viewer().rights))
    except Refused as fault:
        if form is None:
            form = ReasonForm(None)
        form.refuse(fault)
        return page(pack_id, form), 422
    if said:
        flash(said)
    return back(pack_id)


def back(pack_id: int) -> Response:
    """Back to the page of a pack."""
    return redirect(url_for("handover_packs.show", pack_id=pack_id), 303)


def page(pack_id: int, typed: Part | None = None) -> str:
    """The page of a pack, with a form that was refused, as it was typed."""
    session = reading()
    held = reading_pack.pack(session, pack_id)
    shown = reading_pack.show(session, held)
    actor = people.actor(session, held, current_viewer().rights)
    may = actions.of(session, held, actor, now=now())
    return render_template(
        "handover/pack.html",
        shown=shown,
        pack=held,
        change=held.change,
        actor=actor,
        may=may,
        size=plan.plan().sizes[held.size],
        state_title=moves.state_title,
        section_title=_section_title,
        html_of=texts.html_of,
        exit_titles=items.EXITS,
        exit_ticks=exits.ticks(session, held),
        debt_title=debts.title_of,
        **_forms(shown, typed, actor),
        now=now(),
    )


def _forms(shown: reading_pack.Shown, typed: Part | None, actor: Actor) -> dict[str, Any]:
    """The forms of the page by what they are for; the one that was refused in its place."""

    def one(kind: type[Part], prefix: str) -> Part:
        if typed is not None and isinstance(typed, kind) and typed._prefix == prefix:  # noqa: SLF001 - no other way
            return typed
        return kind(None, prefix=prefix)

    about = [("", _("The whole")), *((each.kind.key, str(each.kind.question)) for each in shown.sections)]
    asking_form = one(QuestionForm, "ask-")
    asking_form.section.choices = about
    backs = {}
    for each in shown.parties:
        backs[each.party.id] = one(QuestionForm, f"back-{each.party.id}-")
        backs[each.party.id].section.choices = about
    sizing = one(SizeForm, "size-")
    sizing.agreed_by.choices = [("", "–"), *_front_line(shown)]
    if typed is not sizing:
        sizing.size.data = shown.pack.size
    return {
        "ask_form": asking_form,
        "backs": backs,
        "notes": {each.party.id: one(NoteForm, f"{each.party.id}-") for each in shown.parties},
        "answers": {
            each.question.id: one(AnswerForm, f"{each.question.id}-")
            for each in shown.questions
            if actor.is_owner or actor.is_manager
        },
        "vouch_form": one(VouchForm, "vouch-"),
        "size_form": sizing,
        "reason_form": typed if isinstance(typed, ReasonForm) else ReasonForm(None),
    }


def _front_line(shown: reading_pack.Shown) -> list[tuple[str, str]]:
    found = {
        person.id: person.name for each in shown.parties if each.party.kind == "front_line" for person in each.signers
    }
    return [(str(person_id), name) for person_id, name in found.items()]


def _section_title(key: str) -> str:
    return str(SECTIONS[key].question) if key in SECTIONS else _("The whole")
