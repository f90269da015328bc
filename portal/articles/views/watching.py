"""Watching an article or a service: one button that turns it on and off."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from portal.accounts.login import current_viewer
from portal.accounts.rights import Rights
from portal.articles import watching
from portal.core.clock import now
from portal.core.errors import Refused
from portal.core.i18n import gettext as _
from portal.core.web import reading, require, safe_path, transaction
from portal.organisation.models import Service

bp = Blueprint("watching", __name__, template_folder="../templates")


@bp.post("/watch")
@require("")
def watch() -> ResponseReturnValue:
    """Watch (``do`` is ``watch``) or stop watching the ``article`` or the ``service`` of this name."""
    rights = current_viewer().rights
    ref, service_id = request.form.get("article", "")[:20], request.form.get("service", "")[:60]
    try:
        with transaction() as session:
            if request.form.get("do") == "stop":
                watching.stop(session, rights, ref=ref, service_id=service_id)
                said = _("You watch it no longer.")
            else:
                watching.watch(session, rights, ref=ref, service_id=service_id, now=now())
                said = _("You watch it now. The bell at the top tells you when it changes.")
    except Refused as fault:
        flash(f"{fault} {fault.hint}", "error")
    else:
        flash(said)
    return redirect(safe_path(request.form.get("next"), "/notices/choices"), 303)


def button_for(person_id: int | None, service: Service) -> Markup | None:
    """The button on the page of a service; nothing for visitors. The page of an article has its own."""
    if person_id is None:
        return None
    is_watched = watching.is_watching_service(reading(), person_id, service.id)
    html = render_template("articles/_watch.html", article=None, service=service, is_watched=is_watched)
    return Markup(html)  # noqa: S704 - made by a template, which escapes


def list_of(rights: Rights) -> Markup:
    """What somebody watches, for the page where they choose what they are told."""
    html = render_template("articles/_watched.html", watched=watching.watched(reading(), rights))
    return Markup(html)  # noqa: S704 - made by a template, which escapes
