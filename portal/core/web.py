"""What every page shares: who asks, sessions of the database, security headers, slots, errors.

A view takes its database from :func:`reading` (one session a request) or
:func:`transaction` (committed at the end of the block), asks :func:`viewer`
who is there, and stands behind :func:`require` when only some may come in.
"""

from __future__ import annotations

import functools
import logging
import os
import re
import secrets
from collections.abc import Callable, MutableMapping
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, redirect, request, session
from flask.templating import Environment
from flask_babel import Babel, get_locale
from flask_wtf.csrf import CSRFProtect
from jinja2 import nodes, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape
from sqlalchemy.orm import Session
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, ValidationError

from portal.core import headers
from portal.core import log as logs
from portal.core.assets import icon, static_url, stylesheets, url_for
from portal.core.clock import now
from portal.core.errors import ConfigError, Forbidden
from portal.core.i18n import format_date, format_moment
from portal.core.i18n import gettext as _
from portal.core.portal import HandbookPage, Plugin, Plugins, Portal, Viewer

log = logging.getLogger(__name__)
csrf = CSRFProtect()

P = ParamSpec("P")
R = TypeVar("R")

REQUEST_ID = re.compile(r"[A-Za-z0-9-]{1,64}")

LARGEST_ID = 2**31 - 1  # what every database holds in a column of whole numbers

LANGUAGES = {"en": "English", "de": "Deutsch"}


def portal() -> Portal:
    """The portal that this application serves."""
    return cast("Portal", current_app.extensions["portal"])


def viewer() -> Viewer:
    """Who is asking."""
    return portal().who_asks()


def reading() -> Session:
    """The request's session for reading; closed when the request ends."""
    if "db_session" not in g:
        g.db_session = portal().db.session()
    return cast("Session", g.db_session)


def transaction() -> AbstractContextManager[Session]:
    """A session for writing, committed at the end of the block.

    The session for reading is given up first: what it saw is old after the write.
    """
    _close_reading()
    return portal().db.transaction()


def require(permission: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let only people with *permission* in: others are asked to sign in, or refused."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            check(permission)
            return view(*args, **kwargs)

        guarded.portal_permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


class SignInFirst(Forbidden):
    """The page needs a person, and nobody is signed in."""


def check(permission: str) -> None:
    """Refuse whoever lacks *permission* (empty: whoever is signed out). Raises ``Forbidden``."""
    person = viewer()
    if not person.is_authenticated:
        raise SignInFirst(_("Please sign in to see this page."))
    if permission and not person.may(permission):
        raise Forbidden(
            _("You may not open this page."),
            hint=_("If your work needs it, ask your administrator for the role that it belongs to."),
        )


def safe_path(target: str | None, default: str = "/") -> str:
    """Return *target* when it is a path of this portal, else *default*.

    Browsers read a backslash as a slash and drop tabs and line breaks, so
    anything with one of them is refused, as is whatever names a host.
    """
    if not target or not target.startswith("/") or target.startswith("//"):
        return default
    if any(sign in target for sign in "\\\t\r\n") or any(ord(sign) < 32 for sign in target):
        return default
    parts = urlsplit(target)
    return default if parts.scheme or parts.netloc else target


def paging(page: int, pages: int, endpoint: str, **values: Any) -> dict[str, Any]:
    """What the macro ``paging`` needs: where the page before and the one after of a list stand.

    Whoever asks for a page after the last one is led to the last one: the list may have become shorter meanwhile.
    """
    if page > pages and request.method == "GET":
        abort(redirect(url_for(endpoint, page=pages, **values)))
    return {
        "page": page,
        "pages": pages,
        "previous_url": url_for(endpoint, page=page - 1, **values) if page > 1 else None,
        "next_url": url_for(endpoint, page=page + 1, **values) if page < pages else None,
    }


def row_id(raw: str) -> int:
    """Read the id of a row from an address or a form. Raises ``ValueError`` for what no row can have."""
    if not (raw.isascii() and raw.isdecimal() and len(raw) <= 10 and int(raw) <= LARGEST_ID):
        raise ValueError("This is no id of a row.")
    return int(raw)


class _IdInAddress(IntegerConverter):
    """``<int:…>`` in an address: a number that no database could hold leads nowhere, instead of to a fault."""

    def to_python(self, value: str) -> int:
        try:
            return row_id(value)
        except ValueError:
            raise ValidationError from None


def csp_nonce() -> str:
    """The nonce of this answer, for the few script tags of the layout."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return cast("str", g.csp_nonce)


class Pages(Environment):
    """Templates that share one plain dictionary of globals.

    None has globals of its own, and Jinja compares them at each import of macros: in a chain of
    dictionaries that takes longer than the macros.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Give a template the globals of all."""
        return super().make_globals(d) if d else self.globals


def init(app: Flask, house: Portal) -> None:
    """Give *app* everything that all pages share."""
    app.extensions["portal"] = house
    tls, proxies = house.config.on("tls"), house.config.number("trusted_proxies")
    app.config.update(
        SECRET_KEY=secret_key(house.config.instance),
        SESSION_COOKIE_NAME="__Host-frontline" if tls else "frontline",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=tls,
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=2 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        BABEL_DEFAULT_LOCALE=house.config.text("language"),
        BABEL_TRANSLATION_DIRECTORIES=str(Path(app.root_path) / "translations"),
    )
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    app.url_map.converters["int"] = _IdInAddress
    app.before_request(_begin)  # before the check for forged requests, whose error page shows the request's id
    csrf.init_app(app)
    Babel(app, locale_selector=_locale, timezone_selector=_time_zone)
    app.jinja_env.globals.update(
        slot=slot,
        static_url=static_url,
        stylesheets=stylesheets,
        icon_of=icon,
        url_for=url_for,
        csp_nonce=csp_nonce,
        _=_,
    )
    app.jinja_env.globals.update(handbook_page=house.handbook, help_page=help_page)
    app.jinja_env.filters.update(when=format_moment, dateformat=format_date)
    app.jinja_env.policies["ext.i18n.trimmed"] = True  # as the texts are collected
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.after_request(_finish)
    app.teardown_request(_end)
    app.context_processor(_shared)


def _begin() -> None:
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
    logs.request_id.set(g.request_id)
    portal().tally.start()
    if portal().plugins.is_off_at(request.path):
        abort(404)  # the very answer of a portal that never had the plugin, whatever the method
    large = headers.LARGE_BODIES.get(request.endpoint or "")
    if large and viewer().is_authenticated:
        request.max_content_length = portal().config.number(large) * 1024 * 1024 + headers.FORM_ROOM_BYTES


def _finish(answer: Response) -> Response:
    answer.headers["X-Request-Id"] = g.get("request_id", "-")
    nonce = g.get("csp_nonce", "")
    answer.headers.update(headers.of(request.endpoint or "", answer.status_code, nonce=nonce))
    if portal().config.on("tls"):
        answer.headers.update(headers.TLS_HEADERS)
    if request.endpoint == "static":
        for_ever = "v" in request.args and answer.status_code in {200, 304}
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable" if for_ever else "no-cache"
    else:
        answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _end(_error: BaseException | None) -> None:
    _close_reading()
    logs.request_id.set("-")  # what the thread logs next belongs to no request


def _close_reading() -> None:
    held: Session | None = g.pop("db_session", None)
    if held is not None:
        held.close()


def _shared() -> dict[str, object]:
    house, person = portal(), viewer()
    return {
        "viewer": person,
        "nav": _menu("main", person),
        "locale": str(get_locale() or "en").partition("_")[0],
        "languages": LANGUAGES,
        "site_name": house.config.text("site_name"),
        "now": now(),
    }


def _menu(place: str, person: Viewer) -> list[dict[str, object]]:
    return [
        {
            "label": item.label,
            "about": item.about,
            "url": url_for(item.endpoint),
            "active": request.endpoint == item.endpoint,
        }
        for item in sorted(
            (item for items in portal().plugins.on("navigation") for item in items), key=lambda item: item.order
        )
        if item.place == place and (not item.permission or person.may(item.permission))
    ]


def menu(place: str) -> list[dict[str, object]]:
    """The entries of a menu that the viewer may see, in order."""
    return _menu(place, viewer())


def _locale() -> str:
    own = getattr(viewer(), "language", "") or session.get("language", "")
    if own in LANGUAGES:
        return str(own)
    return request.accept_languages.best_match(list(LANGUAGES)) or portal().config.text("language")


def _time_zone() -> str | None:
    return getattr(viewer(), "time_zone", None) or portal().time_zone() or None


def help_page() -> HandbookPage | None:
    """Where the handbook explains the page that is asked for; nothing if nowhere, or if the viewer may not read it."""
    links = portal().help_links
    link = links.get(request.endpoint or "") or links.get(request.blueprint or "")
    return portal().handbook(link.article, link.heading) if link else None


def check_help_links(app: Flask) -> None:
    """Refuse to explain a page that does not exist. Raises ``ConfigError``."""
    for place in app.extensions["portal"].help_links:
        if place not in app.view_functions and place not in app.blueprints:
            raise ConfigError(f"There is no page {place} to explain.", hint="Name an endpoint or a blueprint.")


@pass_context
def slot(context: Context, name: str, **values: Any) -> Markup:
    """What plugins show at this place; a plugin that fails is left out and logged."""
    hook = f"slot_{name}"
    members = portal().plugins
    values["viewer"] = context.get("viewer")
    parts = [answer if isinstance(answer, Markup) else escape(answer) for answer in _answers(members, hook, values)]
    return Markup("\n").join(parts)


def _answers(members: Plugins, hook: str, values: dict[str, Any]) -> list[Any]:
    try:
        return members.on(hook, **values)
    except Exception:  # noqa: BLE001 - ask one by one, so that the others are still shown
        return [answer for member in members for answer in _answers_of(members, member, hook, values)]


def _answers_of(members: Plugins, member: Plugin, hook: str, values: dict[str, Any]) -> list[Any]:
    if not members.switches.is_on(member.name):
        return []
    try:
        return members.one(member, hook, **values)
    except Exception:
        log.exception("slot failed", extra={"slot": hook, "plugin": member.name})
        return []


def check_slots(app: Flask) -> None:
    """Refuse a template that names a slot nobody declared, or gives it another argument. Raises ``ConfigError``."""
    for template in app.jinja_env.list_templates(extensions=["html", "txt"]):
        if app.jinja_env.loader is None:
            return
        source = app.jinja_env.loader.get_source(app.jinja_env, template)[0]
        if "slot(" not in source:
            continue
        for call in app.jinja_env.parse(source).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "slot":
                _check_slot(app, template, call)


def _check_slot(app: Flask, template: str, call: nodes.Call) -> None:
    first = call.args[0] if call.args else None
    if not isinstance(first, nodes.Const) or len(call.args) > 1 or call.dyn_args or call.dyn_kwargs:
        raise ConfigError(
            f"{template}, line {call.lineno}: a slot is named by a plain string, and its values by their names."
        )
    declared = app.extensions["portal"].plugins.arguments(f"slot_{first.value}")
    given = {keyword.key for keyword in call.kwargs} | {"viewer"}
    if declared is None:
        raise ConfigError(
            f"{template}, line {call.lineno}: nobody declared the slot {first.value}.",
            hint=f"Declare slot_{first.value} in hooks.py of the room whose page it is.",
        )
    if given != declared:
        raise ConfigError(
            f"{template}, line {call.lineno}: the slot {first.value} takes {', '.join(sorted(declared))}.",
            hint=f"The template gives {', '.join(sorted(given))}.",
        )


def secret_key(instance: Path) -> bytes:
    """Read the key that signs cookies; made on the first start, readable by its owner alone."""
    instance.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = instance / "secret_key"
    if not path.exists():
        # Whole first, then named: a second process that starts at the same moment must not read half a key.
        fresh = instance / f"secret_key.{secrets.token_hex(8)}"
        with open(fresh, "xb", opener=_open_private) as file:
            file.write(secrets.token_bytes(48))
        with suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
    key = path.read_bytes()
    if len(key) < 32:
        raise ConfigError(f"The secret key in {path} is too short.", hint="Remove the file; a new one is made.")
    return key


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def to_sign_in() -> Response:
    """Send a signed-out person to the sign-in page, and back here afterwards."""
    wanted = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return cast("Response", redirect(url_for("accounts.sign_in", next=wanted)))
