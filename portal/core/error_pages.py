"""Errors as pages that help: what happened, what to do next, and a search box.

Every answer carries the request's id; a fault of ours shows it, so that a
person can name it and the administrator finds the log line.
"""

from __future__ import annotations

import logging
import re

from flask import Flask, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from markupsafe import escape
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from portal.core.errors import Forbidden, NotFound, PortalError, Refused, TooSoon
from portal.core.hooks import HelpLink
from portal.core.i18n import gettext as _
from portal.core.web import SignInFirst, portal, to_sign_in

log = logging.getLogger(__name__)

STATUS: dict[type[PortalError], int] = {NotFound: 404, Forbidden: 403, TooSoon: 429, Refused: 422}
EXPLAINED = {code: HelpLink("KB9006", "When a page is not there") for code in (403, 404)}
NOT_SHOWN_AGAIN = re.compile(r"password|csrf|token|secret", re.IGNORECASE)
NOT_TYPED = frozenset(("base_revision_id", "do", "id", "next", "revision", "saves", "view"))  # buttons, hidden fields


def init(app: Flask) -> None:
    """Answer every error of *app* with a page."""
    app.register_error_handler(SignInFirst, _sign_in_first)
    app.register_error_handler(CSRFError, forged)
    app.register_error_handler(PortalError, _portal_error)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(Exception, _fault)


def _sign_in_first(_error: SignInFirst) -> ResponseReturnValue:
    return to_sign_in()


def _portal_error(error: PortalError) -> ResponseReturnValue:
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 500)
    answer = _page(status, error.message, error.hint)
    return (*answer, {"Retry-After": str(error.wait_seconds)}) if isinstance(error, TooSoon) else answer


def forged(_error: CSRFError) -> ResponseReturnValue:
    """Answer a form without its token: nothing was done, and what was typed is there to copy."""
    return _page(
        400,
        _("This form was open too long, or came from another place, so nothing was saved."),
        _("Go back, load the page again and send it once more. What you typed stands below, to copy."),
        typed=_typed(),
    )


def _http(error: HTTPException) -> ResponseReturnValue:
    code = error.code or 500
    if code < 400:
        return error
    message, hint = _words(code)
    kept = {name: value for name, value in error.get_headers() if name not in {"Content-Type", "Content-Length"}}
    return *_page(code, message, hint, typed=_typed() if code in {400, 413, 422} else []), kept


def _words(code: int) -> tuple[str, str]:
    words = {
        400: (_("The portal could not understand what was sent."), _("Go back and try once more.")),
        403: (_("You may not open this page."), _("If your work needs it, ask your administrator.")),
        404: (_("There is no such page."), _("Try the search; the page may have moved.")),
        405: (_("This address answers to a form only."), _("Start again from the page that led you here.")),
        413: (_("That was larger than the portal takes."), _("Make it smaller, or split it in parts.")),
        429: (_("That was tried too often."), _("Please wait a little, then try again.")),
    }
    return words.get(code, (_("Something went wrong on our side."), _("Try again in a moment.")))


def _database_away(error: OperationalError) -> ResponseReturnValue:
    log.error("database does not answer", exc_info=error)
    return _page(503, _("The portal is busy just now."), _("Nothing was lost. Try again in a few seconds."))


def _fault(error: Exception) -> ResponseReturnValue:
    log.error("unexpected error", extra={"path": request.path}, exc_info=error)
    return _page(
        500,
        _("Something went wrong on our side."),
        _("Try again in a moment. If it stays, tell the service desk this number: %(number)s", number=_number()),
    )


def _number() -> str:
    return str(g.get("request_id", "-"))


def _page(code: int, message: str, hint: str, typed: list[tuple[str, str]] | None = None) -> tuple[str, int]:
    link = EXPLAINED.get(code)
    try:
        return (
            render_template(
                "errors/error.html",
                status=code,
                message=message,
                hint=hint,
                typed=typed or [],
                explained=portal().handbook(link.article, link.heading) if link else None,
                words=_words_of_path(request.path) if code == 404 else "",
                request_id=_number() if code >= 500 else "",
            ),
            code,
        )
    except Exception:
        # The page itself needs the database; when that is away, the sentence alone must still come through.
        log.exception("error page could not be made")
        return _PLAIN.format(message=escape(message), hint=escape(hint), number=escape(_number())), code


_PLAIN = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{message}</title>
<h1>{message}</h1><p>{hint}</p><p>{number}</p></html>"""


def _words_of_path(path: str) -> str:
    """Words of an address that leads nowhere, to search for."""
    last = path.rstrip("/").rpartition("/")[2]
    return " ".join(re.findall(r"KB\d+|[^\W\d_]{2,}", last))[:100]


def _typed() -> list[tuple[str, str]]:
    try:
        fields = list(request.form.items(multi=True))
    except HTTPException:
        return []
    typed = [(name, text) for name, text in fields if text.strip() and name not in NOT_TYPED]
    return [(name, text) for name, text in typed if not NOT_SHOWN_AGAIN.search(name)]
