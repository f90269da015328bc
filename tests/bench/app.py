"""The portal with the time that each answer took on the server, in milliseconds, in a header."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from wsgi import app as portal

HEADER = "X-Server-Ms"


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Measure from the first byte read to the last byte made."""
    began = time.perf_counter()
    held: list[Any] = []

    def hold(status: str, headers: list[tuple[str, str]], error: Any = None) -> None:
        held[:] = [status, headers, error]

    body = b"".join(portal(environ, hold))
    milliseconds = (time.perf_counter() - began) * 1000
    start_response(held[0], [*held[1], (HEADER, f"{milliseconds:.3f}")], held[2])
    return [body]
