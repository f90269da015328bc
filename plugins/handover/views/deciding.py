"""Moving a pack: on, on hold, back, away; exceptions, debts, the size, and the end of early life."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from plugins.handover import (
    copying,
    debts,
    excepting,
    exits,
    gate_keeping,
    gate_words,
    items,
    moves,
    moving,
    people,
    plan,
    reading_pack,
    sizing,
    writing,
)
from plugins.handover.forms import ExceptionForm, ReasonForm, SettleForm, SizeForm
from plugins.handover.models import Edit, Pack
from plugins.handover.moves import Actor, Given
from plugins.handover.said_models import Debt
from plugins.handover.views.pack import act
from portal.accounts import queries
from portal.accounts.login import current_viewer
from portal.core.clock import now
from portal.core.errors import NotFound, Refused
from portal.core.i18n import gettext as _
from portal.core.web import reading, require, row_id, transaction

bp = Blueprint("handover_decisions", __name__, template_folder="../templates")

READ = "handover.read"
MANAGE = "handover.manage"
MOST_PEOPLE = 200


@bp.post("/handover/<int:pack_id>/move/<any({}):to>".format(", ".join(plan.STATES)))
@require(READ)
def move(pack_id: int, to: str) -> ResponseReturnValue:
    """Let a pack go to another state."""
    form = ReasonForm()

    def run(session: Session, pack: Pack, actor: Actor) -> None:
        given = Given(reason=form.reason.data or "", is_confirmed=True, extra_days=form.extra_days.data or 0)
        moving.move(session, pack, to, actor, given, now=now())

    return act(pack_id, run, form=form)


@bp.post("/handover/<int:pack_id>/size")
@require(READ)
def size(pack_id: int) -> ResponseReturnValue:
    """Raise or lower the size."""
    form = SizeForm(prefix="size-")

    def run(session: Session, pack: Pack, actor: Actor) -> None:
        agreed = (form.agreed_by.data or "").strip()
        agreed_by = row_id(agreed) if agreed.isdecimal() else None
        sizing.set_size(session, pack, form.size.data or "", actor, agreed_by=agreed_by, now=now())

    return act(pack_id, run, form=form, said=_("The size is another now."))


@bp.post("/handover/<int:pack_id>/edits/<int:edit_id>/contest")
@require(READ)
def contest(pack_id: int, edit_id: int) -> ResponseReturnValue:
    """Say that an edit was more than wording."""

    def run(session: Session, pack: Pack, actor: Actor) -> None:
        party = next(iter(sorted(actor.parties)), None)
        edit = session.get(Edit, edit_id)
        if edit is None or edit.pack_id != pack.id or party is None:
            raise NotFound(_("There is nothing to contest here."))
        writing.contest(session, pack, edit, party, by=actor.person_id, now=now())
        moving.follow(session, pack, now=now())

    return act(pack_id, run, said=_("All teams are asked again."))


@bp.post("/handover/<int:pack_id>/exits/<any({}):criterion>".format(", ".join(items.EXITS)))
@require(READ)
def tick(pack_id: int, criterion: str) -> ResponseReturnValue:
    """Say of one criterion, in a sentence, whether it is met."""

    def run(session: Session, pack: Pack, actor: Actor) -> None:
        exits.tick(
            session,
            pack,
            criterion,
            request.form.get("sentence", ""),
            actor,
            is_met=request.form.get("is_met") == "yes",
            now=now(),
        )

    return act(pack_id, run)


@bp.post("/handover/<int:pack_id>/reusable")
@require(READ)
def reusable(pack_id: int) -> ResponseReturnValue:
    """Let a small pack be used again for a year."""

    def run(session: Session, pack: Pack, actor: Actor) -> None:
        del session
        if not (actor.is_owner or actor.is_manager):
            raise Refused(_("The owner of the pack says so."))
        copying.make_reusable(pack, today=now().date())

    return act(pack_id, run, said=_("It can be used again for a year."))


@bp.get("/handover/<int:pack_id>/exception")
@require(MANAGE)
def exception(pack_id: int) -> str:
    """The form for going live though the gate is not green."""
    return _exception_page(pack_id, ExceptionForm(None))


@bp.post("/handover/<int:pack_id>/exception")
@require(MANAGE)
def except_it(pack_id: int) -> ResponseReturnValue:
    """Go live by an exception, or in an emergency."""
    form = ExceptionForm()
    try:
        with transaction() as session:
            pack = reading_pack.pack(session, pack_id)
            actor = people.actor(session, pack, current_viewer().rights)
            given = Given(
                reason=form.reason.data or "",
                risk=form.risk.data or "",
                accepted_by=row_id(form.accepted_by.data) if (form.accepted_by.data or "").isdecimal() else None,
                debts=_due_days(),
            )
            if pack.state == plan.DRAFT:
                excepting.emergency(session, pack, actor, given, form.note.data or "", now=now())
            else:
                excepting.go_live_anyway(session, pack, actor, given, now=now())
    except Refused as fault:
        form.refuse(fault)
        return _exception_page(pack_id, form), 422
    flash(_("It is live. What was skipped is owed now."))
    return redirect(url_for("handover_packs.show", pack_id=pack_id), 303)


@bp.post("/handover/debts/<int:debt_id>")
@require(READ)
def settle(debt_id: int) -> ResponseReturnValue:
    """Say that something was made good."""
    form = SettleForm()
    try:
        with transaction() as session:
            debt = excepting.debt_of(session, debt_id)
            pack = reading_pack.pack(session, debt.pack_id)
            actor = people.actor(session, pack, current_viewer().rights)
            excepting.settle(session, pack, debt, actor, note=form.note.data or "", now=now())
    except Refused as fault:
        form.refuse(fault)
        return _debt_page(debt_id, form), 422
    flash(_("Settled."))
    return redirect(url_for("handover.owed"), 303)


@bp.get("/handover/debts/<int:debt_id>")
@require(READ)
def debt(debt_id: int) -> str:
    """One thing that is owed."""
    return _debt_page(debt_id, SettleForm(None))


def _debt_page(debt_id: int, form: SettleForm) -> str:
    session = reading()
    held: Debt = excepting.debt_of(session, debt_id)
    pack = reading_pack.pack(session, held.pack_id)
    actor = people.actor(session, pack, current_viewer().rights)
    return render_template(
        "handover/debt.html",
        debt=held,
        pack=pack,
        what=debts.title_of(held.what),
        form=form,
        may_settle=actor.is_manager or actor.is_lead,
    )


def _exception_page(pack_id: int, form: ExceptionForm) -> str:
    session = reading()
    pack = reading_pack.pack(session, pack_id)
    skipped = [gate_words.words(each) for each in gate_keeping.look(session, pack) if each.stands_against]
    form.accepted_by.choices = [("", _("Choose")), *_carriers(session, pack)]
    due = _due_days()
    first = now().date() + timedelta(days=7)
    return render_template(
        "handover/exception.html",
        pack=pack,
        form=form,
        skipped=skipped,
        is_emergency=pack.state == plan.DRAFT,
        due={each.condition: due.get(each.condition, first) for each in skipped},
        state_title=moves.state_title,
    )


def _carriers(session: Session, pack: Pack) -> list[tuple[str, str]]:
    """Who may carry a risk: heads of the services, leads, and other change managers."""
    services = [each.service_id for each in pack.change.services]
    found = {person.id: person.name for person in people.service_leads(session, services)}
    for row in queries.people(session, any_of=("lead", "change_manager"), per_page=MOST_PEOPLE).rows:
        found.setdefault(row.person.id, row.person.name)
    not_these = {pack.owner_id, current_viewer().person_id}
    return [(str(person_id), name) for person_id, name in found.items() if person_id not in not_these]


def _due_days() -> dict[str, date]:
    """The days that were chosen for what is owed, by condition; what is no day is left out."""
    found = {}
    for name in gate_words.TITLES:
        try:
            found[name] = date.fromisoformat(request.form.get(f"due-{name}", ""))
        except ValueError:
            continue
    return found
