"""Whose turn it is to see a preview: the same turns for the page with a script and for the one without."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from typing import cast

from flask import current_app

from portal.articles.preview import Throttle
from portal.articles.rules import Writer


def turn_of(writer: Writer, what: str = "preview") -> AbstractContextManager[None]:
    """Hold the turn of *writer* while *what* they asked for is made. Raises ``TooSoon``, on entering."""
    return _throttle(what).turn(writer.person_id, time.monotonic())


def _throttle(what: str) -> Throttle:
    """One for each application: who asks in another process has other turns there."""
    return cast("Throttle", current_app.extensions.setdefault(f"{what}_throttle", Throttle()))
