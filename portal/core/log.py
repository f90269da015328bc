"""Log lines: one a happening, with the request's id, as text or JSON."""

from __future__ import annotations

import json
import logging
import re
import sys
from contextvars import ContextVar
from datetime import UTC, datetime

request_id: ContextVar[str] = ContextVar("request_id", default="-")

_STEERING = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")
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
            return _visible(json.dumps(line, default=str, ensure_ascii=False))
        head = " ".join(str(line.pop(key)) for key in ("at", "level", "logger", "request", "message"))
        error = line.pop("error", None)
        tail = " ".join(f"{key}={json.dumps(value, default=str, ensure_ascii=False)}" for key, value in line.items())
        lines = [f"{head} {tail}".rstrip()]
        # Set in, so that the text of an error cannot look like a line of its own either.
        lines += [f"    {part}" for part in str(error).split("\n")] if error else []
        return "\n".join(_visible(part) for part in lines)


def _visible(text: str) -> str:
    """*text* with signs that break lines or steer a terminal written out: a name must not forge a log line."""
    return _STEERING.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


class _ToStandardError(logging.Handler):
    """Writes to where standard error is at the moment of the line; a test or a server may have moved it."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(self.format(record) + "\n")
            sys.stderr.flush()
        except Exception:  # noqa: BLE001 - a line that cannot be written must not stop what it tells of
            self.handleError(record)


def configure(*, fmt: str, level: str) -> None:
    """Send all log lines to standard error in the shape *fmt* (``text`` or ``json``)."""
    handler = _ToStandardError()
    handler.setFormatter(_Formatter(as_json=fmt == "json"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("alembic").setLevel("WARNING")
