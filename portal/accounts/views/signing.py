"""Signing in and out, and choosing a language."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from portal.accounts import login, queries, service
from portal.accounts.forms import SignInForm
from portal.accounts.views.blueprint import bp
from portal.core.errors import TooSoon
from portal.core.i18n import gettext as _
from portal.core.web import LANGUAGES, safe_path, transaction, viewer


@bp.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    """Ask for name and password, or go on at once when somebody is signed in."""
    target = safe_path(request.args.get("next"))
    if viewer().is_authenticated:
        return redirect(target)
    return render_template("accounts/sign_in.html", form=SignInForm(next=target))


@bp.post("/sign-in")
def do_sign_in() -> ResponseReturnValue:
    """Sign in and go on; what is said about a wrong password never tells whether the name exists."""
    form = SignInForm()
    status, headers = 422, {}
    if form.validate():
        try:
            person = login.person_with(form.login.data, form.password.data)
        except TooSoon as error:
            form.form_errors.append(str(error))
            status, headers = 429, {"Retry-After": str(error.wait_seconds)}
        else:
            if person is not None:
                login.sign_in(person, form.password.data)
                if person.must_change_password:
                    flash(_("Your password was made for you. You can choose one of your own on your page."), "warning")
                return redirect(safe_path(form.next.data))
            form.form_errors.append(_("This name and password do not fit together. Please type both once more."))
    form.next.data = safe_path(form.next.data)
    return render_template("accounts/sign_in.html", form=form), status, headers


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """Sign out here, or in every browser."""
    everywhere = request.form.get("everywhere") == "yes"
    login.sign_out(everywhere=everywhere)
    flash(_("You are signed out everywhere.") if everywhere else _("You are signed out."))
    return redirect(url_for("home.front"))


@bp.post("/language")
def language() -> ResponseReturnValue:
    """Keep the language: with the person, or in the cookie of a visitor."""
    chosen = request.form.get("language", "")
    if chosen in LANGUAGES:
        person_id = viewer().person_id
        if person_id is None:
            session["language"] = chosen
        else:
            with transaction() as db:
                person = queries.person(db, person_id)
                service.set_preferences(db, person, language=chosen, time_zone=person.time_zone)
    return redirect(safe_path(request.form.get("next")))
