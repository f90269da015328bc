"""What can go wrong for a person, said as a sentence and a remedy.

An error here knows no HTTP and logs nothing; the edge (``core/web.py``, a
command) decides how it is shown. Anything that is not one of these is a fault
of ours and becomes a 500 with a request id.
"""

from __future__ import annotations


class PortalError(Exception):
    """Base of all errors that a person may read."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        """Keep *message* (what happened) and *hint* (what to do next)."""
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """Both sentences, for a terminal or a log."""
        return f"{self.message} {self.hint}".strip()


class Refused(PortalError):
    """Understood, and not done: a rule stands against it, or the input is at fault.

    *field* names the one field of a form that is at fault, where there is one.
    """

    def __init__(self, message: str, *, hint: str = "", field: str = "") -> None:
        """Keep the sentence, the remedy and the name of the field."""
        super().__init__(message, hint=hint)
        self.field = field


class NotFound(PortalError):
    """There is no such thing, or this person may not know that there is."""


class Forbidden(PortalError):
    """The person is known and may not do this."""


class TooSoon(PortalError):
    """The same was tried too often; ``wait_seconds`` says when it may be tried again."""

    def __init__(self, message: str, *, hint: str = "", wait_seconds: int = 0) -> None:
        """Keep the sentence, the remedy and the wait in seconds."""
        super().__init__(message, hint=hint)
        self.wait_seconds = wait_seconds


class ConfigError(PortalError):
    """The operator's setting, file or database does not fit; refused at start."""
