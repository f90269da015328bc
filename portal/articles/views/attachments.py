"""Pictures and files: adding them, and giving them to whoever may read them."""

from __future__ import annotations

import io
import logging

from flask import Blueprint, flash, jsonify, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from portal.accounts.login import current_viewer
from portal.articles import attachment_queries, attachments
from portal.articles.attachment_models import Attachment
from portal.articles.forms import AltForm, AttachmentForm
from portal.core.clock import now
from portal.core.errors import NotFound, Refused
from portal.core.filestore import FileStore
from portal.core.i18n import gettext as _
from portal.core.web import portal, reading, require, to_sign_in, transaction

log = logging.getLogger(__name__)
bp = Blueprint("attachments", __name__, template_folder="../templates")


@bp.get("/attachments")
@require("articles.suggest")
def index() -> ResponseReturnValue:
    """The form to add one, and one's own with the words that show them in a text."""
    return _page(AttachmentForm())


@bp.post("/attachments")
@require("articles.suggest")
def add() -> ResponseReturnValue:
    """Add one; the editor asks for JSON, a browser without a script gets the page again."""
    form = AttachmentForm()
    try:
        added, note = _added(form.alt.data or "")
    except Refused as fault:
        return _refusal(form, fault, 422)
    if _wants_json():
        return jsonify(_described(added) | ({"note": note} if note else {})), 201
    flash(_("%(title)s is added. Copy its line into your text.", title=added.filename))
    if note:
        flash(note, "warning")
    return redirect(url_for(".index", _anchor=f"file-{added.id}"), 303)


def _added(alt: str) -> tuple[Attachment, str]:
    """Store what was sent; also what its writer should know of it. Raises ``Refused``, with nothing left behind."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Refused(_("No file was chosen."), hint=_("Choose a picture or a file first."))
    with sent.stream as stream:  # a large one stands in a file of the system, which goes when it is closed
        data = stream.read()
    accepted = attachments.accept(data, sent.filename, alt, max_bytes=_most_bytes(), max_pixels=_most_pixels())
    with FileStore(portal().config.instance).kept(accepted.data, accepted.ending) as name, transaction() as session:
        added = attachments.add(session, name, accepted, rights=current_viewer().rights, now=now())
    return added, _("The picture moved. Its first frame stays, as articles are printed.") if accepted.moved else ""


def _most_bytes() -> int:
    return portal().config.number("attachment_mb") * attachments.MEGABYTE


def _most_pixels() -> int:
    return portal().config.number("picture_megapixels") * 1_000_000


def _wants_json() -> bool:
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def _described(added: Attachment) -> dict[str, object]:
    return {
        "name": added.name,
        "path": added.path,
        "markdown": added.markdown,
        "alt": added.alt,
        "is_picture": added.is_picture,
        "width": added.width,
        "height": added.height,
        "bytes": added.bytes,
    }


def _refusal(form: AttachmentForm, fault: Refused, status: int) -> ResponseReturnValue:
    if _wants_json():
        return jsonify({"message": fault.message, "hint": fault.hint}), status
    form.file.errors = [str(fault)]
    return _page(form), status


@bp.errorhandler(RequestEntityTooLarge)
def too_large(error: RequestEntityTooLarge) -> ResponseReturnValue:
    """Say how large a file may be; what was sent was not read to its end."""
    if request.endpoint != "attachments.add":
        return error
    if not current_viewer().may("articles.suggest"):
        return to_sign_in()
    return _refusal(AttachmentForm(formdata=None), attachments.too_large(_most_bytes()), 413)


def _page(form: AttachmentForm) -> str:
    return render_template(
        "articles/attachments.html",
        form=form,
        rows=[(each, _alt_form(each.attachment)) for each in _own()],
        most=portal().config.number("attachment_mb"),
    )


def _own() -> list[attachment_queries.Own]:
    return attachment_queries.own(reading(), current_viewer().rights)


def _alt_form(attachment: Attachment) -> AltForm:
    form = AltForm(None, data={"alt": attachment.alt})
    form.alt.id = f"alt-{attachment.id}"
    return form


@bp.post("/attachments/<name>/alt")
@require("articles.suggest")
def describe(name: str) -> ResponseReturnValue:
    """Say anew what a picture of one's own shows."""
    with transaction() as session:
        alt = request.form.get("alt", "")
        described = attachments.describe(session, name, alt, rights=current_viewer().rights)
    flash(_("The new words are saved. Texts that show the picture keep theirs until you change them."))
    return redirect(url_for(".index", _anchor=f"file-{described.id}"), 303)


@bp.get("/attachments/<name>")
def show(name: str) -> ResponseReturnValue:
    """One picture, or one file to save; never anything that a browser would run."""
    found = attachment_queries.by_name(reading(), name, current_viewer().rights)
    if found is None:
        raise _not_there()
    try:
        data = FileStore(portal().config.instance).read(found.name)
    except FileNotFoundError:
        log.error("the file of an attachment is gone", extra={"file": found.name})  # noqa: TRY400 - no fault of ours
        raise _not_there() from None
    return send_file(
        io.BytesIO(data),
        mimetype=found.media_type,
        as_attachment=not found.is_picture,
        download_name=found.filename,
    )


def _not_there() -> NotFound:
    return NotFound(
        _("There is no such picture or file here."),
        hint=_("Open it from the article that shows it. Some open only for people who are signed in."),
    )
