"""A real mail server for the tests: it keeps what it takes, and answers what it is told to."""

from __future__ import annotations

import logging
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope

from tests.served import free_port

CERTIFICATE = Path(__file__).parent / "smtp" / "certificate.pem"
logging.getLogger("mail.log").setLevel(logging.WARNING)  # what the server says of each command is no test's output
KEY = CERTIFICATE.with_name("key.pem")


@dataclass
class MailServer:
    """What came in (*taken*: sender, recipients, message), and what to *answer* to the next ones; nothing means yes.

    *at* says after which command it answers so: ``MAIL``, ``RCPT`` or ``DATA``.
    """

    port: int = 0
    at: str = "DATA"
    answer: list[str] = field(default_factory=list)
    taken: list[tuple[str, list[str], EmailMessage]] = field(default_factory=list)
    signed_in: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def settings(self, **others: Any) -> dict[str, Any]:
        """The settings of a portal that sends through this server, without protection."""
        return {
            "mail_server": "127.0.0.1",
            "mail_port": self.port,
            "mail_security": "none",
            "mail_from": "Service desk <desk@example.org>",
            **others,
        }

    def _told(self, command: str, otherwise: str) -> str:
        with self._lock:
            return (self.answer.pop(0) or otherwise) if command == self.at and self.answer else otherwise

    async def handle_MAIL(  # noqa: N802 - its name at the server
        self, _server: Any, _session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a sender."""
        said = self._told("MAIL", "250 OK")
        if said.startswith("250"):
            envelope.mail_from, envelope.mail_options = address, options
        return said

    async def handle_RCPT(  # noqa: N802 - its name at the server
        self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take a recipient."""
        said = self._told("RCPT", "250 OK")
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802 - the same
        """Take a mail."""
        said = self._told("DATA", "250 OK")
        if said.startswith("250"):
            message = message_from_bytes(bytes(envelope.content).replace(b"\r\n", b"\n"), policy=policy.default)
            self.taken.append((str(envelope.mail_from), list(envelope.rcpt_tos), message))
        return said

    def authenticate(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        """Let in whoever knows the word."""
        who, word = data.login.decode(), data.password.decode()
        self.signed_in.append(who)
        return AuthResult(success=(who, word) == ("portal", "open, sesame"), handled=False)


def _own_certificate() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE, KEY)
    return context


@contextmanager
def running(security: str = "none", *, sign_in: bool = False, utf8: bool = True) -> Iterator[MailServer]:
    """A mail server at a free port of this machine, with the *security* of the setting of that name."""
    server = MailServer(port=free_port())
    options: dict[str, Any] = {"enable_SMTPUTF8": utf8}
    if security == "starttls":
        options |= {"tls_context": _own_certificate(), "require_starttls": True}
    if security == "tls":
        options |= {"ssl_context": _own_certificate()}
    if sign_in:
        options |= {"authenticator": server.authenticate, "auth_required": True}
        options |= {"auth_require_tls": security == "starttls"}
    controller = Controller(server, hostname="127.0.0.1", port=server.port, **options)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
