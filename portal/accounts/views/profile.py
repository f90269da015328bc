"""The page of a person, for everybody who is signed in; a coach decides there how far they go alone when writing."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.accounts import proficiency, queries
from portal.accounts.forms import GrantForm, WithdrawForm
from portal.accounts.models import Person
from portal.accounts.proficiency import Standing
from portal.accounts.rights import Rights, rights_of
from portal.accounts.roles import (
    DERIVED_ROLES,
    END_USER,
    LEAD,
    PROFICIENCY_MEANS,
    PROFICIENCY_TITLE,
    ROLE_TITLE,
    ROLES,
)
from portal.accounts.views.blueprint import bp
from portal.accounts.views.looking_after import duty_in_words
from portal.core.clock import now
from portal.core.errors import Refused
from portal.core.i18n import gettext as _
from portal.core.web import check, reading, require, transaction, viewer

WITHDRAW = "withdraw"  # goes before the names of the second form's fields: two on one page


@bp.get("/people/<int:person_id>")
def person(person_id: int) -> ResponseReturnValue:
    """Who somebody is, where they belong, and what they look after."""
    check("")
    return _page(person_id)


def _page(person_id: int, *, grant: GrantForm | None = None, withdraw: WithdrawForm | None = None) -> str:
    """The page, with what was typed into one of its forms."""
    db = reading()
    row = queries.row_of(db, person_id)
    rights = rights_of(db, row.person)
    return render_template(
        "accounts/person.html",
        row=row,
        roles=_roles_in_words(rights),
        in_words=duty_in_words,
        duties=queries.duties_of(db, person_id),
        named=queries.named_services(db, [person_id])[person_id],
        owner_roles=queries.owner_roles_of(db, person_id),
        is_own=viewer().person_id == person_id,
        writing=_writing(row.person, rights, grant, withdraw),
    )


def _roles_in_words(rights: Rights) -> list[Any]:
    derived = [role for role in DERIVED_ROLES if f"role:{role}" in rights.readers]
    plain = {END_USER} | ({LEAD} if derived else set())  # said by another one already
    roles = [role for role in ROLES if f"role:{role}" in rights.readers and role not in plain] + derived
    return [ROLE_TITLE[role] for role in roles or [END_USER]]


def _writing(
    person: Person, rights: Rights, grant: GrantForm | None, withdraw: WithdrawForm | None
) -> dict[str, Any] | None:
    """What stands under "Writing": nothing for colleagues, and for people who do not write and never did."""
    who = viewer()
    is_own, grants = who.person_id == person.id, who.may("people.grant_proficiency")
    if not (is_own or grants or who.may("people.see_proficiency")):
        return None
    standing = proficiency.standing_of(reading(), person.id, rights)
    sent = grant or withdraw
    if not standing.start and not standing.history and sent is None:
        return None
    decides = grants and not is_own
    can_grant = decides and person.is_here and standing.choices
    shown = {
        "grant": _grant_form(standing, grant) if can_grant else None,
        "withdraw": _withdraw_form(standing, withdraw) if decides and standing.granted else None,
    }
    return shown | {
        "standing": standing,
        "decides": decides,
        "tells_why": is_own or grants,
        "title": PROFICIENCY_TITLE,
        "means": PROFICIENCY_MEANS,
        "refused": None if sent in shown.values() else sent,
    }


def _grant_form(standing: Standing, form: GrantForm | None) -> GrantForm:
    form = form or GrantForm(None)
    form.kind.choices = [
        (kind, _("%(kind)s: %(means)s", kind=PROFICIENCY_TITLE[kind], means=PROFICIENCY_MEANS[kind]))
        for kind in standing.choices
    ]
    _decide_on(form, standing)
    return form


def _withdraw_form(standing: Standing, form: WithdrawForm | None) -> WithdrawForm:
    form = form or WithdrawForm(None, prefix=WITHDRAW)
    _decide_on(form, standing)
    return form


def _decide_on(form: GrantForm | WithdrawForm, standing: Standing) -> None:
    """Let the form that is shown say what the coach sees now, whatever they saw when they sent it."""
    form.seen.data, form.seen.raw_data = standing.seen, None


@bp.post("/people/<int:person_id>/proficiency")
@require("people.grant_proficiency")
def grant_proficiency(person_id: int) -> ResponseReturnValue:
    """Say how far somebody goes alone from now on, with a reason."""
    form = GrantForm()
    form.kind.choices = list(PROFICIENCY_TITLE.items())  # which of them fit, the service says
    if form.validate():
        try:
            with transaction() as db:
                person = queries.person(db, person_id)
                proficiency.grant(
                    db,
                    person,
                    form.kind.data,
                    reason=form.reason.data,
                    by=_own_id(),
                    seen=form.seen.data or 0,
                    now=now(),
                )
        except Refused as error:
            form.form_errors.append(str(error))
        else:
            flash(_("Saved. %(name)s reads it on their page.", name=person.name))
            return redirect(_back(person_id))
    return _page(person_id, grant=form), 422


@bp.post("/people/<int:person_id>/proficiency/withdraw")
@require("people.grant_proficiency")
def withdraw_proficiency(person_id: int) -> ResponseReturnValue:
    """Take back what was granted, with a reason."""
    form = WithdrawForm(prefix=WITHDRAW)
    if form.validate():
        try:
            with transaction() as db:
                person = queries.person(db, person_id)
                proficiency.withdraw(
                    db, person, reason=form.reason.data, by=_own_id(), seen=form.seen.data or 0, now=now()
                )
        except Refused as error:
            form.form_errors.append(str(error))
        else:
            flash(_("Saved. %(name)s reads it on their page.", name=person.name))
            return redirect(_back(person_id))
    return _page(person_id, withdraw=form), 422


def _own_id() -> int:
    return viewer().person_id or 0


def _back(person_id: int) -> str:
    return url_for(".person", person_id=person_id, _anchor="writing")
