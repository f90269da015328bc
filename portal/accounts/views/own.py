"""What people do with their own account: language and time zone, password, the browsers they are signed in at."""

from __future__ import annotations

import functools
from zoneinfo import available_timezones

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts import login, looks, passwords, queries, service, sign_ins
from portal.accounts.forms import PasswordForm, SettingsForm
from portal.accounts.login import Viewer, current_viewer
from portal.accounts.views.blueprint import bp
from portal.core.clock import now
from portal.core.errors import Forbidden, Refused, TooSoon
from portal.core.i18n import gettext as _
from portal.core.web import LANGUAGES, check, paging, portal, reading, row_id, transaction

LAST_PAGE = 10_000


def own_page(person_id: int) -> Viewer:
    """The viewer, when *person_id* is theirs. Raises ``Forbidden``."""
    check("")
    who = current_viewer()
    if who.person_id != person_id:
        raise Forbidden(
            _("This page belongs to somebody else."), hint=_("You find your own under your name, at the top.")
        )
    return who


@bp.route("/people/<int:person_id>/settings", methods=["GET", "POST"])
def settings(person_id: int) -> ResponseReturnValue:
    """Choose language and time zone."""
    own_page(person_id)
    person = queries.person(reading(), person_id)
    form = SettingsForm(obj=person)
    form.language.choices = [("", _("As my browser asks")), *LANGUAGES.items()]
    form.time_zone.choices = [("", _("As our organisation")), *((zone, zone) for zone in _time_zones())]
    if not form.validate_on_submit():
        return render_template("accounts/settings.html", form=form), 422 if form.is_submitted() else 200
    with transaction() as db:
        person = queries.person(db, person_id)
        service.set_preferences(db, person, language=form.language.data, time_zone=form.time_zone.data)
    flash(_("Saved."))
    return redirect(url_for(".person", person_id=person_id))


@functools.cache
def _time_zones() -> tuple[str, ...]:
    """Zones named by a region and a city, which is what people look for."""
    regions = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
    return ("UTC", *sorted(zone for zone in available_timezones() if zone.startswith(tuple(f"{r}/" for r in regions))))


@bp.route("/people/<int:person_id>/password", methods=["GET", "POST"])
def password(person_id: int) -> ResponseReturnValue:
    """Change one's own password; all other browsers are signed out."""
    who = own_page(person_id)
    form = PasswordForm()
    if form.validate_on_submit() and _change_password(form, who):
        flash(_("Your password is changed, and you are signed out in all other browsers."))
        return redirect(url_for(".person", person_id=person_id))
    return render_template("accounts/password.html", form=form), 422 if form.is_submitted() else 200


def _change_password(form: PasswordForm, who: Viewer) -> bool:
    own_login = queries.person(reading(), who.person_id or 0).login or ""
    try:
        if login.person_with(own_login, form.present_password.data) is None:
            form.present_password.errors = [_("This is not your present password. Please type it once more.")]
            return False
    except TooSoon as error:
        form.present_password.errors = [str(error)]
        return False
    try:
        fresh = passwords.taken(form.new_password.data, login=own_login, site_name=portal().config.text("site_name"))
    except Refused as error:
        form.new_password.errors = [str(error)]
        return False
    with transaction() as db:
        person = queries.person(db, who.person_id or 0)
        service.set_password(db, person, fresh, by=who.person_id, keep_sign_in=who.sign_in_id)
    return True


@bp.get("/people/<int:person_id>/sign-ins")
def sign_in_list(person_id: int) -> ResponseReturnValue:
    """Where one is signed in."""
    who = own_page(person_id)
    rows = sign_ins.of_person(reading(), person_id, now=now())
    return render_template("accounts/sign_ins.html", rows=rows, own_id=who.sign_in_id, person_id=person_id)


@bp.post("/people/<int:person_id>/sign-ins")
def end_sign_in(person_id: int) -> ResponseReturnValue:
    """Sign out in one other browser, whose ``id`` is given."""
    own_page(person_id)
    with transaction() as db:
        sign_ins.end_one(db, person_id, request.form.get("id", 0, row_id))
    flash(_("That browser is signed out."))
    return redirect(url_for(".sign_in_list", person_id=person_id))


@bp.get("/people/<int:person_id>/looks")
def look_list(person_id: int) -> ResponseReturnValue:
    """Who looked at what is kept about one."""
    own_page(person_id)
    wanted = min(max(request.args.get("page", 1, int), 1), LAST_PAGE)
    rows, total = looks.at_person(reading(), person_id, page=wanted)
    said = {name: words for named in portal().plugins.on("looked_at") for name, words in named.items()}
    pages = max(-(-total // looks.PER_PAGE), 1)
    return render_template(
        "accounts/looks.html",
        rows=rows,
        said=said,
        kept_days=looks.KEPT.days,
        person_id=person_id,
        paging=paging(wanted, pages, ".look_list", person_id=person_id),
    )
