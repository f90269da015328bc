"""Log lines: one a happening, with the request's id, as text or JSON."""

from __future__ import annotations

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime

request_id: ContextVar[str] = ContextVar("request_id", default="-")

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class _Formatter(logging.Formatter):
    """Time, level, logger, request id, message, then whatever ``extra`` carried."""

    def __init__(self, *, as_json: bool) -> None:
        super().__init__()
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request": request_id.get(),
            "message": record.getMessage(),
        }
        line |= {key: value for key, value in vars(record).items() if key not in _STANDARD}
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = self.formatException(record.exc_info)
        if self._as_json:
            return json.dumps(line, default=str, ensure_ascii=False)
        head = " ".join(str(line.pop(key)) for key in ("at", "level", "logger", "request", "message"))
        error = line.pop("error", None)
        # A name or a path with a line break must not forge a second log line.
        tail = " ".join(f"{key}={json.dumps(value, default=str, ensure_ascii=False)}" for key, value in line.items())
        text = head.replace("\n", "\\n").replace("\r", "\\r")
        return "\n".join(part for part in (f"{text} {tail}".rstrip(), str(error) if error else "") if part)


def configure(*, fmt: str, level: str) -> None:
    """Send all log lines to standard error in the shape *fmt* (``text`` or ``json``)."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter(as_json=fmt == "json"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("alembic").setLevel("WARNING")
