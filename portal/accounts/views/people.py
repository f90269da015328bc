"""The administrator's pages about people: list, add, edit, reset a password, say that somebody left."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts import passwords, queries, service
from portal.accounts.forms import DutyForm, PersonForm
from portal.accounts.models import Person
from portal.accounts.roles import END_USER, ROLE_TITLE, ROLES
from portal.accounts.views.blueprint import bp
from portal.accounts.views.looking_after import duty_choices, duty_in_words
from portal.core.clock import now
from portal.core.errors import Refused
from portal.core.i18n import gettext as _
from portal.core.web import reading, require, transaction, viewer

GIVEN_ROLES = tuple(role for role in ROLES if role != END_USER)


@bp.get("/admin/people")
@require("people.edit")
def people() -> ResponseReturnValue:
    """People by name, a page at a time."""
    words, role, left = request.args.get("q", ""), request.args.get("role", ""), request.args.get("left") == "yes"
    page = queries.people(reading(), words=words, role=role, here=not left, page=request.args.get("page", 1, int))
    return render_template(
        "accounts/people.html",
        page=page,
        words=words,
        role=role,
        left=left,
        roles=[(each, ROLE_TITLE[each]) for each in GIVEN_ROLES],
        titles=ROLE_TITLE,
    )


@bp.route("/admin/people/new", methods=["GET", "POST"])
@require("people.edit")
def add_person() -> ResponseReturnValue:
    """Add a person; their password is made up and shown once."""
    form = _with_choices(PersonForm())
    if form.validate_on_submit():
        password = passwords.made_up()
        password_hash = passwords.taken(password)
        try:
            with transaction() as db:
                person = service.add_person(
                    db,
                    **_who(form),
                    roles=form.roles.data,
                    password_hash=password_hash,
                    must_change_password=True,
                    by=viewer().person_id,
                    now=now(),
                )
        except Refused as error:
            _show(form, error)
        else:
            return render_template("accounts/password_once.html", person=person, password=password, is_new=True)
    return render_template("accounts/add_person.html", form=form), 422 if form.is_submitted() else 200


@bp.route("/admin/people/<int:person_id>", methods=["GET", "POST"])
@require("people.edit")
def edit_person(person_id: int) -> ResponseReturnValue:
    """Change who somebody is, where they belong and their roles; below: duties, password, leaving."""
    person = queries.person(reading(), person_id)
    held = queries.roles_of(reading(), [person_id])[person_id]
    form = _with_choices(PersonForm(obj=person, roles=list(held)))
    if form.validate_on_submit():
        try:
            with transaction() as db:
                changed = queries.person(db, person_id)
                service.change_person(db, changed, **_who(form), by=viewer().person_id, now=now())
                service.set_roles(db, changed, form.roles.data, by=viewer().person_id, now=now())
        except Refused as error:
            _show(form, error)
        else:
            flash(_("Saved. It counts from %(name)s’s next page on.", name=changed.name))
            return redirect(url_for(".edit_person", person_id=person_id))
    return _edit_page(person, form), 422 if form.is_submitted() else 200


def _edit_page(person: Person, form: PersonForm) -> str:
    db = reading()
    duties = DutyForm(formdata=None)
    duties.duty.choices = duty_choices(db)
    return render_template(
        "accounts/edit_person.html",
        person=person,
        form=form,
        duty_form=duties,
        duties=queries.duties_of(db, person.id),
        in_words=duty_in_words,
        owner_roles=queries.owner_roles_of(db, person.id),
    )


def _with_choices(form: PersonForm) -> PersonForm:
    form.unit_id.choices = [("", _("None")), *queries.units(reading())]
    form.party_id.choices = [("", _("None")), *queries.parties(reading())]
    form.roles.choices = [(role, ROLE_TITLE[role]) for role in GIVEN_ROLES]
    return form


def _who(form: PersonForm) -> dict[str, str]:
    return {
        "name": form.name.data,
        "login": form.login.data,
        "mail": form.mail.data or "",
        "unit_id": form.unit_id.data,
        "party_id": form.party_id.data,
    }


def _show(form: PersonForm, error: Refused) -> None:
    """Put a refusal beside its field, or on top where it has none."""
    if isinstance(error, service.LoginRefused):
        form.login.errors = [str(error)]
    else:
        form.form_errors.append(str(error))


@bp.post("/admin/people/<int:person_id>/password")
@require("people.edit")
def reset_password(person_id: int) -> ResponseReturnValue:
    """Make up a new password, show it once, and sign the person out everywhere."""
    password = passwords.made_up()
    password_hash = passwords.taken(password)
    with transaction() as db:
        person = queries.person(db, person_id)
        service.set_password(db, person, password_hash, by=viewer().person_id, must_change=True)
    return render_template("accounts/password_once.html", person=person, password=password, is_new=False)


@bp.post("/admin/people/<int:person_id>/presence")
@require("people.edit")
def set_presence(person_id: int) -> ResponseReturnValue:
    """Say that somebody left, or is here again (``here`` is ``yes`` or ``no``)."""
    comes_back = request.form.get("here") == "yes"
    with transaction() as db:
        person = queries.person(db, person_id)
        if comes_back:
            service.come_back(db, person, by=viewer().person_id)
        else:
            service.leave(db, person, by=viewer().person_id, now=now())
    flash(
        _("%(name)s can sign in again.", name=person.name)
        if comes_back
        else _("%(name)s is signed out and cannot sign in any more. What they wrote stays.", name=person.name)
    )
    return redirect(url_for(".edit_person", person_id=person_id))
