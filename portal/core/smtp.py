"""The way out: handing one mail to a mail server, and what the server said.

What cannot be delivered is told apart: :class:`MailRefused` is the server's
last word on this mail, :class:`MailDelayed` may be over in a minute. Nothing
here writes to the database.
"""

from __future__ import annotations

import re
import smtplib
import ssl
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, getaddresses

from portal.core.config import Config
from portal.core.errors import ConfigError, Refused
from portal.core.i18n import gettext as _

SEND_SECONDS = 20
LOOK_SECONDS = 5
PORTS = {"none": 25, "starttls": 587, "tls": 465}
LONGEST_ADDRESS = 254
_LOCAL = re.compile(r'[^\s@<>()\[\],;:"\\]{1,64}')
_DOMAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*")
_BREAKS = {"Cc", "Cs", "Zl", "Zp"}  # control characters, halves of characters, ends of lines and paragraphs
# Plain ASCII on the wire: no server has to promise anything for it.
_POLICY = policy.SMTP.clone(cte_type="7bit")


class MailDelayed(Exception):
    """Not now: no answer, a wrong password, or a server that asks to come again. The sentence says which."""


class Unreachable(MailDelayed):
    """The server itself is away or does not let us in: no other mail would fare better now."""


class MailRefused(Exception):
    """The server will never take this mail; the sentence holds its reason."""


@dataclass(frozen=True)
class Letter:
    """A mail in words: *text* always, *html* if there is one. *unsubscribe* is the address of the preferences."""

    subject: str
    text: str
    html: str = ""
    unsubscribe: str = ""


@dataclass(frozen=True)
class Envelope:
    """To whom, and what makes two tries the same mail: *token* (32 letters and digits) and when it was queued."""

    address: str
    token: str
    queued_at: datetime
    name: str = ""


@dataclass(frozen=True)
class Postbox:
    """The mail server of the settings, and as whom the portal writes."""

    server: str
    port: int
    security: str
    sender: Address
    user: str = ""
    password: str = field(default="", repr=False)

    def send(self, envelope: Envelope, letter: Letter) -> None:
        """Hand one mail over. Raises :class:`MailDelayed` or :class:`MailRefused`."""
        message = compose(self.sender, envelope, letter)
        with self._connected(SEND_SECONDS) as smtp:
            try:
                smtp.send_message(message, self.sender.addr_spec, [envelope.address])
            except smtplib.SMTPRecipientsRefused as fault:
                code, said = next(iter(fault.recipients.values()))
                raise _verdict(code, said) from fault
            except smtplib.SMTPResponseException as fault:
                raise _verdict(fault.smtp_code, fault.smtp_error) from fault
            except smtplib.SMTPNotSupportedError as fault:
                raise MailRefused("The mail server takes no address with letters outside of ASCII.") from fault

    def look(self) -> str:
        """Connect and sign in without sending; return what is wrong, or nothing."""
        try:
            with self._connected(LOOK_SECONDS) as smtp:
                smtp.noop()
        except MailDelayed as fault:
            return str(fault)
        return ""

    @contextmanager
    def _connected(self, seconds: int) -> Iterator[smtplib.SMTP]:
        where = f"{self.server}, port {self.port}"
        try:
            smtp = self._open(seconds)
        except smtplib.SMTPAuthenticationError as fault:
            raise Unreachable(f"The mail server at {where} does not take mail_user and mail_password.") from fault
        except smtplib.SMTPNotSupportedError as fault:
            lacks = "no user and password" if self.security == "tls" else "no STARTTLS, or no user and password"
            raise Unreachable(f"The mail server at {where} offers {lacks}. Look at mail_security.") from fault
        except ssl.SSLCertVerificationError as fault:
            raise Unreachable(f"The certificate of {where} is not to be trusted: {fault.verify_message}.") from fault
        except (OSError, smtplib.SMTPException) as fault:
            raise Unreachable(f"The mail server at {where} cannot be reached: {_in_words(fault)}.") from fault
        try:
            yield smtp
        except (OSError, smtplib.SMTPException) as fault:
            raise MailDelayed(f"The mail server at {where} broke off: {_in_words(fault)}.") from fault
        finally:
            with suppress(OSError, smtplib.SMTPException):
                smtp.quit()
            smtp.close()

    def _open(self, seconds: int) -> smtplib.SMTP:
        trusted = ssl.create_default_context()
        smtp: smtplib.SMTP
        if self.security == "tls":
            smtp = smtplib.SMTP_SSL(self.server, self.port, timeout=seconds, context=trusted)
        else:
            smtp = smtplib.SMTP(self.server, self.port, timeout=seconds)
        try:
            if self.security == "starttls":
                smtp.starttls(context=trusted)
            if self.user:
                smtp.login(self.user, self.password)
        except BaseException:
            smtp.close()
            raise
        return smtp


def _verdict(code: int, said: bytes | str) -> MailDelayed | MailRefused:
    sentence = f"The mail server said: {code} {_plain(said)}"
    return MailRefused(sentence) if code >= 500 else MailDelayed(sentence)


def _in_words(fault: Exception) -> str:
    if isinstance(fault, smtplib.SMTPResponseException):
        return f"{fault.smtp_code} {_plain(fault.smtp_error)}"
    return str(fault).rstrip(".") or type(fault).__name__


def _plain(said: bytes | str) -> str:
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join(words.split())[:400]


def compose(sender: Address, envelope: Envelope, letter: Letter) -> EmailMessage:
    """Make the message: the same bytes in its head at each try, so that a mail sent twice is seen as one."""
    message = EmailMessage(policy=_POLICY)
    local, _at, domain = envelope.address.rpartition("@")
    message["From"] = sender
    message["To"] = Address(envelope.name, local, domain)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(envelope.queued_at)
    message["Message-ID"] = f"<{envelope.token}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    if letter.unsubscribe:
        message["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
    message.set_content(letter.text)
    if letter.html:
        message.add_alternative(letter.html, subtype="html")
    return message


def one_line(words: str, *, longest: int) -> str:
    """Return *words* when they fit into one line of a mail's head.

    Raises:
        Refused: a line break or another control character stands in them, or there are more than *longest*.
    """
    if any(unicodedata.category(sign) in _BREAKS for sign in words):
        raise Refused(
            _("A line break or another control character stands in the address or subject of a mail."),
            hint=_("Write it in one line."),
        )
    if len(words) > longest:
        raise Refused(_("The address or subject of a mail is too long."), hint=_("Make it shorter."))
    return words


def mail_address(written: str) -> str:
    """Return an address as it is sent to: a domain of any script in its form for the wire.

    Raises:
        Refused: it is not one address.
    """
    local, _at, domain = one_line(written.strip(), longest=LONGEST_ADDRESS).rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        domain = ""
    odd = local.startswith(".") or local.endswith(".") or ".." in local or "=?" in local or not local.isprintable()
    if not _LOCAL.fullmatch(local) or odd or not _DOMAIN.fullmatch(domain):
        raise Refused(_("This is no mail address."), hint=_("Write it like robin@example.org."))
    return f"{local}@{domain}"


def postbox_of(config: Config) -> Postbox | None:
    """The mail server of the settings; ``None`` when there is none, and mail is kept to be read.

    Raises:
        ConfigError: settings that do not go together.
    """
    server, user, password = (config.text(f"mail_{name}") for name in ("server", "user", "password"))
    security, sender = config.text("mail_security"), config.text("mail_from")
    from_whom = _sender(sender) if sender else None
    if bool(user) != bool(password):
        alone, lacking = ("mail_user", "mail_password") if user else ("mail_password", "mail_user")
        raise ConfigError(f"{alone} is set without {lacking}.", hint="Set both, or none of them.")
    if not server:
        if user:
            raise ConfigError("mail_user is set, and there is no mail_server.", hint="Set mail_server, or remove it.")
        return None
    if not (user + password).isascii():
        raise ConfigError(
            "mail_user or mail_password has letters outside of ASCII, which mail servers do not agree on.",
            hint="Set a password of plain letters, digits and signs.",
        )
    if not _DOMAIN.fullmatch(server) and not re.fullmatch(r"[0-9a-fA-F:]+", server):
        raise ConfigError(
            f"mail_server is {server!r}, which is not the name of a server.",
            hint="Write the name alone, such as smtp.example.org; the port is mail_port.",
        )
    if from_whom is None:
        raise ConfigError(
            "mail_server is set without mail_from, so nobody would know who writes.",
            hint='Set mail_from, such as "Service desk <desk@example.org>".',
        )
    if user and security == "none":
        raise ConfigError(
            "mail_password would be sent in the clear, because mail_security is none.",
            hint="Set mail_security to starttls or tls, or remove mail_user and mail_password.",
        )
    return Postbox(server, config.number("mail_port") or PORTS[security], security, from_whom, user, password)


def _sender(written: str) -> Address:
    try:
        found = getaddresses([one_line(written, longest=400)])
        (name, address) = found[0] if len(found) == 1 else ("", "")
        local, _at, domain = mail_address(address).rpartition("@")
    except Refused as fault:
        raise ConfigError(
            f"mail_from is {written!r}, which is no mail address.",
            hint='Write desk@example.org, or "Service desk <desk@example.org>".',
        ) from fault
    return Address(name, local, domain)
