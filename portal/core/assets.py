"""What every page has in its frame, made once: addresses of static files and of fixed pages, icons.

A static file's address changes with its content, so that a browser keeps it for ever.
"""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path
from typing import Any

import flask
from flask import current_app, request
from markupsafe import Markup

STATIC = Path(__file__).resolve().parents[1] / "static"


def static_url(name: str) -> str:
    """Address of a static file, with a hash of its content, so that it may be cached for ever."""
    return f"{request.script_root}/static/{name}?v={_content_hash(name)}"


def stylesheets(*names: str) -> Markup:
    """The links to sheets of the layout, made once: they are the same on every page."""
    return _stylesheets(request.script_root, names)


@functools.lru_cache(maxsize=32)
def _stylesheets(script_root: str, names: tuple[str, ...]) -> Markup:
    link = Markup('<link rel="stylesheet" href="{}/static/{}?v={}">')
    return Markup("\n  ").join(link.format(script_root, name, _content_hash(name)) for name in names)


@functools.cache
def _content_hash(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def icon(name: str, label: str = "", *, turns: bool = False) -> Markup:
    """One symbol of ``static/icons.svg``; what it is for stands in ``_macros/icons.html``."""
    return _icon(request.script_root, name, str(label), turns)


@functools.lru_cache(maxsize=512)
def _icon(script_root: str, name: str, label: str, turns: bool) -> Markup:
    said = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    file = f"{script_root}/static/icons.svg?v={_content_hash('icons.svg')}"
    return Markup('<svg class="icon{}" {} focusable="false"><use href="{}#{}"></use></svg>').format(
        " icon-turns" if turns else "", said, file, name
    )


def url_for(endpoint: str, **values: Any) -> str:
    """As Flask's, which is asked once for a page whose address has nothing that varies: each page links to a dozen."""
    if values or endpoint.startswith("."):
        return flask.url_for(endpoint, **values)
    fixed: dict[tuple[str, str], str] = current_app.extensions.setdefault("fixed_addresses", {})
    key = (request.script_root, endpoint)
    if key not in fixed:
        fixed[key] = flask.url_for(endpoint)
    return fixed[key]
