"""Recording a change, with which its pack begins, and amending it."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from plugins.handover import changes, copying, moving, reading_pack
from plugins.handover.forms import ChangeForm
from plugins.handover.models import Change, Pack
from portal.accounts.login import current_viewer
from portal.core.clock import now
from portal.core.errors import Forbidden, Refused
from portal.core.i18n import gettext as _
from portal.core.web import reading, require, transaction
from portal.organisation import queries

bp = Blueprint("handover_changes", __name__, template_folder="../templates")

WRITE = "handover.write"
MOST_UNITS = 300


@bp.get("/handover/new")
@require(WRITE)
def new() -> str:
    """The form for a change."""
    return _page(ChangeForm(None))


@bp.post("/handover/new")
@require(WRITE)
def begin() -> ResponseReturnValue:
    """Record a change and begin its pack."""
    form, me = ChangeForm(), current_viewer().person_id
    try:
        told = form.told(zone(), me)
        with transaction() as session:
            copying.check_free(session, told.ref)
            pack = changes.record(session, told, source="page", by=me, now=now()).pack
            copying.begin(session, pack, form.reuse.data or "", by=me, now=now())
            moving.follow(session, pack, now=now())
            pack_id, state = pack.id, pack.state
    except Refused as fault:
        form.refuse(fault)
        return _page(form), 422
    end = "handover_writing.write" if state == "draft" else "handover_packs.show"
    return redirect(url_for(end, pack_id=pack_id), 303)


@bp.get("/handover/<int:pack_id>/change")
@require(WRITE)
def edit(pack_id: int) -> str:
    """The record of a change, to be amended."""
    pack = reading_pack.pack(reading(), pack_id)
    check_owner(pack)
    change, form = pack.change, ChangeForm(None, obj=pack.change)
    form.services.data = [each.service_id for each in change.services]
    form.units.data = [each.unit_id for each in change.units]
    form.go_live_at.show(change.go_live_at, zone())
    return _page(form, change, pack)


@bp.post("/handover/<int:pack_id>/change")
@require(WRITE)
def amend(pack_id: int) -> ResponseReturnValue:
    """Bring the record up to date."""
    form = ChangeForm()
    try:
        with transaction() as session:
            pack = reading_pack.pack(session, pack_id)
            check_owner(pack)
            form.ref.data = pack.change.ref
            told = form.told(zone(), pack.owner_id)
            changes.record(session, told, source="page", by=current_viewer().person_id, now=now())
            moving.follow(session, pack, now=now())
    except Refused as fault:
        form.refuse(fault)
        pack = reading_pack.pack(reading(), pack_id)
        return _page(form, pack.change, pack), 422
    return redirect(url_for("handover_packs.show", pack_id=pack_id), 303)


def zone() -> str:
    """The time zone in which the viewer writes moments: their own, else that of the organisation."""
    about = queries.organisation(reading())
    return current_viewer().time_zone or (about.time_zone if about is not None else "UTC")


def check_owner(pack: Pack) -> None:
    """Let only the owner of a pack, and change managers, write it. Raises ``Forbidden``."""
    viewer = current_viewer()
    if pack.owner_id != viewer.person_id and not viewer.may("handover.manage"):
        raise Forbidden(
            _("The owner of the pack writes it."),
            hint=_("Ask a question on its page, or tell its owner what you know."),
        )


def _page(form: ChangeForm, change: Change | None = None, pack: Pack | None = None) -> str:
    session = reading()
    form.services.choices = [(each.id, each.name) for each in queries.services(session)]
    form.units.choices = _units(session)
    form.reuse.choices = [
        ("", _("A pack of its own")),
        *((str(each.id), each.change.title) for each in copying.reusable(session, now().date())),
    ]
    return render_template("handover/change.html", form=form, change=change, pack=pack, zone=zone())


def _units(session: Session) -> list[tuple[str, str]]:
    return [(branch.unit.id, branch.unit.name) for branch in queries.unit_tree(session)[:MOST_UNITS]]
