"""The coach's pages: which services are named for which superuser, and why."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts import queries, service
from portal.accounts.forms import NamedServiceForm
from portal.accounts.models import NamedService
from portal.accounts.views.blueprint import bp
from portal.core.clock import now
from portal.core.errors import NotFound, Refused
from portal.core.i18n import gettext as _
from portal.core.web import reading, require, row_id, transaction, viewer


@bp.get("/coach/services")
@require("people.name_services")
def coach_services() -> ResponseReturnValue:
    """Superusers with the services that are named for them, a page at a time."""
    words = request.args.get("q", "")
    page = queries.superusers(reading(), words=words, page=request.args.get("page", 1, int))
    named = queries.named_services(reading(), [row.person.id for row in page.rows])
    return render_template("accounts/coach_services.html", page=page, named=named, words=words)


@bp.route("/coach/services/<int:person_id>", methods=["GET", "POST"])
@require("people.name_services")
def name_services(person_id: int) -> ResponseReturnValue:
    """The services of one superuser, and a form to name another one."""
    row = queries.row_of(reading(), person_id)
    named = queries.named_services(reading(), [person_id])[person_id]
    taken = {each.named.service_id for each in named}
    form = NamedServiceForm()
    form.service_id.choices = [each for each in queries.services(reading()) if each[0] not in taken]
    if form.validate_on_submit():
        try:
            with transaction() as db:
                person = queries.person(db, person_id)
                service.name_service(
                    db, person, form.service_id.data, reason=form.reason.data, by=viewer().person_id, now=now()
                )
        except Refused as error:
            form.form_errors.append(str(error))
        else:
            flash(_("Saved. %(name)s can read it from the next page on.", name=row.person.name))
            return redirect(url_for(".name_services", person_id=person_id))
    page = render_template("accounts/name_services.html", row=row, named=named, form=form)
    return page, 422 if form.is_submitted() else 200


@bp.post("/coach/services/<int:person_id>/withdraw")
@require("people.name_services")
def withdraw_service(person_id: int) -> ResponseReturnValue:
    """Take a named service back, whose ``id`` is given."""
    with transaction() as db:
        named = db.get(NamedService, request.form.get("id", 0, row_id))
        if named is None or named.person_id != person_id:
            raise NotFound(_("That service is not named for them."), hint=_("The page shows those that are."))
        service.withdraw_service(db, named, by=viewer().person_id, now=now())
    flash(_("Taken back. It counts from their next page on."))
    return redirect(url_for(".name_services", person_id=person_id))
