"""Signing by a link, for suppliers without an account; and sending that link."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from plugins.handover import linking, reading_pack, texts
from plugins.handover.forms import SupplierForm
from plugins.handover.models import Pack
from plugins.handover.moves import Actor
from plugins.handover.views.pack import act
from portal.core import mail
from portal.core.clock import now
from portal.core.errors import Refused
from portal.core.i18n import format_date, format_moment
from portal.core.i18n import gettext as _
from portal.core.web import portal, reading, require, transaction

bp = Blueprint("handover_signing", __name__, template_folder="../templates")

MAIL_KIND = "handover.sign_link"


@bp.post("/handover/<int:pack_id>/link/<party_id>")
@require("handover.read")
def send(pack_id: int, party_id: str) -> ResponseReturnValue:
    """Send a link by which a supplier signs."""

    def run(session: Session, pack: Pack, actor: Actor) -> None:
        secret, address = linking.make(session, pack, party_id, actor, now=now())
        letter = portal().render_mail(
            "handover/mail/sign_link",
            "",
            title=pack.change.title,
            go_live=format_moment(pack.change.go_live_at),
            address=url_for("handover_signing.show", secret=secret, _external=True),
            until=format_date(now() + timedelta(days=linking.DAYS)),
        )
        mail.queue(session, address, letter.subject, letter.text, letter.html, kind=MAIL_KIND)

    return act(pack_id, run, said=_("Sent. The link holds for seven days and is used once."))


@bp.get("/handover/sign/<secret>")
def show(secret: str) -> str:
    """What a supplier is asked to sign."""
    return _page(secret, SupplierForm(None))


@bp.post("/handover/sign/<secret>")
def sign(secret: str) -> ResponseReturnValue:
    """Sign for the supplier, or send it back with a question."""
    form = SupplierForm()
    text = form.text.data or ""
    try:
        with transaction() as session:
            found = linking.opened(session, secret, now=now())
            if text.strip():
                linking.send_back(session, found, form.signed_as.data or "", text, now=now())
            else:
                linking.sign(session, found, form.signed_as.data or "", form.note.data or "", now=now())
    except Refused as fault:
        form.refuse(fault)
        return _page(secret, form), 422
    flash(_("Thank you. This link is used up now."))
    return render_template("handover/signed.html", asked=bool(text.strip()))


def _page(secret: str, form: SupplierForm) -> str:
    session = reading()
    found = linking.opened(session, secret, now=now())
    shown = reading_pack.show(session, found.pack)
    return render_template(
        "handover/sign.html", shown=shown, pack=found.pack, party=found.party, form=form, html_of=texts.html_of
    )
