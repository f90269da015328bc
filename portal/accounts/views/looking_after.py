"""The administrator's pages about who looks after what: duties of a person, holders of owner roles."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.accounts import queries, service
from portal.accounts.forms import DutyForm, OwnerRoleForm
from portal.accounts.models import DUTIES, Duty
from portal.accounts.views.blueprint import bp
from portal.core.clock import now
from portal.core.errors import NotFound, PortalError
from portal.core.i18n import gettext as _
from portal.core.web import reading, require, row_id, transaction, viewer


def duty_choices(session: Session) -> dict[str, list[tuple[str, str]]]:
    """What can be led or signed for, grouped by kind, as ``kind:id`` and name."""
    titles = {
        "party_lead": _("Leads a team"),
        "party_signer": _("Signs for a team"),
        "unit_lead": _("Leads a unit"),
        "service_lead": _("Is head of a service"),
    }
    things = queries.duties_to_choose(session)
    return {
        titles[kind]: [(f"{kind}:{ref}", duty_in_words(kind, name)) for ref, name in things[kind]]
        for kind in DUTIES
        if things[kind]
    }


def duty_in_words(kind: str, name: str) -> str:
    """One duty as a sentence without its subject: ``Leads the team Network``."""
    sentences = {
        "party_lead": _("Leads the team %(name)s", name=name),
        "party_signer": _("Signs for the team %(name)s", name=name),
        "unit_lead": _("Leads the unit %(name)s", name=name),
        "service_lead": _("Is head of the service %(name)s", name=name),
    }
    return str(sentences[kind])


@bp.post("/admin/people/<int:person_id>/duties")
@require("people.edit")
def name_duty(person_id: int) -> ResponseReturnValue:
    """Name somebody lead or signer of something."""
    form = DutyForm()
    kind, _colon, ref = (form.duty.data or "").partition(":")
    with transaction() as db:
        person = queries.person(db, person_id)
        service.name_duty(db, person, kind, ref, by=viewer().person_id, now=now())
    flash(_("Saved."))
    return redirect(url_for(".edit_person", person_id=person_id, _anchor="duties"))


@bp.post("/admin/people/<int:person_id>/duties/withdraw")
@require("people.edit")
def withdraw_duty(person_id: int) -> ResponseReturnValue:
    """Take a duty back, whose ``id`` is given."""
    with transaction() as db:
        duty = db.get(Duty, request.form.get("id", 0, row_id))
        if duty is None or duty.person_id != person_id:
            raise NotFound(
                _("They do not look after this any more."), hint=_("The page of the person shows what is left.")
            )
        service.withdraw_duty(db, duty, by=viewer().person_id)
    flash(_("Saved."))
    return redirect(url_for(".edit_person", person_id=person_id, _anchor="duties"))


@bp.route("/admin/people/owner-roles", methods=["GET", "POST"])
@require("people.edit")
def owner_roles() -> ResponseReturnValue:
    """Who holds each owner role, and a form to name somebody."""
    found = queries.holders(reading())
    form = OwnerRoleForm(owner_role=request.args.get("role", ""))
    form.owner_role.choices = [(each.owner_role, f"{each.owner_role} ({each.party})") for each in found]
    if form.validate_on_submit():
        try:
            with transaction() as db:
                person = queries.with_login(db, form.login.data) if form.login.data else None
                service.give_owner_role(db, form.owner_role.data, person, by=viewer().person_id, now=now())
        except PortalError as error:
            form.login.errors = [str(error)]
        else:
            flash(_("Saved."))
            return redirect(url_for(".owner_roles"))
    return render_template("accounts/owner_roles.html", rows=found, form=form), 422 if form.is_submitted() else 200
