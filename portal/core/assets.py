"""Static files under addresses that change with their content, so that a browser keeps each for ever."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

from flask import request
from markupsafe import Markup

STATIC = Path(__file__).resolve().parents[1] / "static"


def static_url(name: str) -> str:
    """Address of a static file, with a hash of its content, so that it may be cached for ever."""
    return f"{request.script_root}/static/{name}?v={_content_hash(name)}"


def stylesheets(*names: str) -> Markup:
    """The links to sheets of the layout, made once: they are the same on every page."""
    return _stylesheets(request.script_root, names)


@functools.lru_cache(maxsize=8)
def _stylesheets(script_root: str, names: tuple[str, ...]) -> Markup:
    link = Markup('<link rel="stylesheet" href="{}/static/{}?v={}">')
    return Markup("\n  ").join(link.format(script_root, name, _content_hash(name)) for name in names)


@functools.cache
def _content_hash(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
