"""The headers of every answer and the size of every body, with each exception and its reason, in one place."""

from __future__ import annotations

# The header set of every answer. An exception names an endpoint and what it changes, with its reason.
HEADERS: dict[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "manifest-src 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
# It holds for what was found: an error is a page like any other.
EXCEPTIONS: dict[str, dict[str, str]] = {
    # What people added: a browser that takes it for a page runs nothing, reaches nothing, and has no origin to read.
    "attachments.show": {
        "Content-Security-Policy": "default-src 'none'; sandbox; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    },
}
# What takes larger bodies than the rest, from people who are signed in: the setting that says how many megabytes.
LARGE_BODIES: dict[str, str] = {"attachments.add": "attachment_mb"}
FORM_ROOM_BYTES = 64 * 1024  # what a form needs around a file
TLS_HEADERS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}


def of(endpoint: str, status: int, *, nonce: str) -> dict[str, str]:
    """The headers of an answer; without a *nonce* no script tag of the layout was written, so none may run."""
    exceptions = EXCEPTIONS.get(endpoint, {}) if status < 400 else {}
    return {name: _with_nonce(value, nonce) for name, value in (HEADERS | exceptions).items()}


def _with_nonce(value: str, nonce: str) -> str:
    if nonce:
        return value.replace("{nonce}", nonce)
    return value.replace("'nonce-{nonce}' 'strict-dynamic'", "'none'")
