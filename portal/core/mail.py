"""Mail: queued in the transaction of what it tells, sent by a job after the commit, kept while there is no server.

A mail is *waiting* until the server took it (*sent*), refused it for good
(*refused*), or there was no server to ask (*kept*). The text of a mail that
was sent is forgotten at once; the row goes after thirty days. An
administrator reads subject and recipient of each mail, so nothing that only
some may read belongs into a subject.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.core import clock
from portal.core.db import Database, IntPk, Model
from portal.core.errors import NotFound, Refused
from portal.core.events import Event, Job, emit
from portal.core.i18n import gettext as _
from portal.core.smtp import Envelope, Letter, MailDelayed, MailRefused, Postbox, Unreachable, mail_address, one_line

log = logging.getLogger(__name__)

WAITING, SENT, REFUSED, KEPT = "waiting", "sent", "refused", "kept"
KEPT_FOR = timedelta(days=30)
MOST_KEPT = 5000
REST_SECONDS = 30
SENDING = "core.send_mail"  # the listener's name in its jobs
LONGEST_SUBJECT = 300
LONGEST_NAME = 120
_WEB_ADDRESS = re.compile(r"https?://[!-;=?-~]+")  # ASCII without spaces, < and >


class Mail(Model):
    """One mail to one person. *key* says what must not be sent twice, *token* makes its Message-ID."""

    __tablename__ = "mail"

    id: Mapped[IntPk]
    kind: Mapped[str] = mapped_column(sa.String(60))
    key: Mapped[str | None] = mapped_column(sa.String(200), unique=True)
    person_id: Mapped[int | None] = mapped_column(index=True)
    to_name: Mapped[str] = mapped_column(sa.String(LONGEST_NAME), default="")
    to_address: Mapped[str] = mapped_column(sa.String(254))
    subject: Mapped[str] = mapped_column(sa.String(LONGEST_SUBJECT))
    text: Mapped[str] = mapped_column(sa.Text)
    html: Mapped[str] = mapped_column(sa.Text, default="")
    unsubscribe: Mapped[str] = mapped_column(sa.String(500), default="")
    token: Mapped[str] = mapped_column(sa.String(32))
    state: Mapped[str] = mapped_column(sa.String(10), default=WAITING)
    error: Mapped[str] = mapped_column(sa.Text, default="")
    queued_at: Mapped[datetime] = mapped_column(index=True)
    done_at: Mapped[datetime | None]
    event_id: Mapped[int | None] = mapped_column(sa.ForeignKey("event.id"))

    @property
    def letter(self) -> Letter:
        """What it says."""
        return Letter(self.subject, self.text, self.html, self.unsubscribe)

    @property
    def envelope(self) -> Envelope:
        """To whom it goes."""
        return Envelope(self.to_address, self.token, self.queued_at, self.to_name)


@dataclass(frozen=True, kw_only=True)
class MailQueued(Event):
    """A mail waits to be sent."""

    name: ClassVar[str] = "mail.queued"
    mail_id: int


def queue(
    session: Session,
    to: str,
    subject: str,
    text: str,
    html: str | None = None,
    *,
    kind: str,
    to_name: str = "",
    person_id: int | None = None,
    key: str | None = None,
    unsubscribe: str = "",
) -> int | None:
    """Queue one mail in the caller's transaction; return its id, or ``None`` when *key* was queued before.

    *kind* is a dotted word for the list of mails, such as ``articles.digest``.
    *unsubscribe* is the full address of the page where the person chooses what
    they get.

    Raises:
        Refused: *to* is no address, a line break stands in something that has one line, or there is no text.
    """
    if not text.strip():
        raise Refused(_("A mail without a text is not sent."), hint=_("Write at least one sentence."))
    one_line(unsubscribe, longest=500)
    if unsubscribe and not _WEB_ADDRESS.fullmatch(unsubscribe):
        raise Refused(_("The address for choosing one's mails is no web address."))
    values = {
        "kind": kind,
        "key": key,
        "person_id": person_id,
        "to_name": one_line(to_name, longest=LONGEST_NAME),
        "to_address": mail_address(to),
        "subject": one_line(subject, longest=LONGEST_SUBJECT),
        "text": text,
        "html": html or "",
        "unsubscribe": unsubscribe,
        "token": secrets.token_hex(16),
        "queued_at": clock.now(),
    }
    if key is not None and session.scalar(sa.select(Mail.id).where(Mail.key == key)) is not None:
        return None
    mail = Mail(**values)
    session.add(mail)
    session.flush()
    mail.event_id = emit(session, MailQueued(mail_id=mail.id))
    session.flush()
    return mail.id


def send_again(session: Session, mail_id: int) -> None:
    """Let a mail that was refused, or kept while there was no server, wait to be sent once more.

    Raises:
        NotFound: there is no such mail.
        Refused: it was sent, or it waits already.
    """
    mail = session.get(Mail, mail_id)
    if mail is None:
        raise NotFound(_("There is no such mail."), hint=_("Mails are kept for thirty days."))
    if mail.state not in {REFUSED, KEPT}:
        raise Refused(_("This mail was sent, or waits to be."), hint=_("Look at the list again in a minute."))
    mail.state, mail.error, mail.done_at = WAITING, "", None
    mail.event_id = emit(session, MailQueued(mail_id=mail.id))
    session.flush()


def newest(session: Session, *, offset: int, limit: int, with_text: bool) -> Sequence[sa.RowMapping]:
    """Mails, newest first, as rows with ``failed``: whether their job gave up and waits for somebody.

    The text is read only *with_text*; else it is empty.
    """
    columns = [column for column in Mail.__table__.columns if column.name not in {"text", "html"}]
    text = Mail.text if with_text else sa.literal("")
    gave_up = sa.and_(Job.event_id == Mail.event_id, Job.listener == SENDING, Job.parked_at.is_not(None))
    query = sa.select(*columns, text.label("text"), Job.id.is_not(None).label("failed")).outerjoin(Job, gave_up)
    return session.execute(query.order_by(Mail.id.desc()).offset(offset).limit(limit)).mappings().all()


def forget_old(session: Session, now: datetime) -> None:
    """Remove what is older than thirty days and does not wait, and all but the newest of those without a server."""
    done = Mail.state != WAITING
    session.execute(sa.delete(Mail).where(done, Mail.queued_at < now - KEPT_FOR))
    kept = sa.select(Mail.id).where(Mail.state == KEPT).order_by(Mail.id.desc())
    first_too_many = session.scalar(kept.offset(MOST_KEPT).limit(1))
    if first_too_many is not None:
        session.execute(sa.delete(Mail).where(Mail.state == KEPT, Mail.id <= first_too_many))


class Postman:
    """Sends what was queued, one job a mail; what the server said is noted before the job ends.

    Killed between the two, it sends the mail a second time, with the same
    Message-ID; it never forgets one.
    """

    def __init__(self, db: Database, postbox: Postbox | None) -> None:
        """Note in *db* what became of each mail that goes to *postbox*."""
        self._db, self._postbox = db, postbox
        self._rests_until: datetime | None = None

    def send_mail(self, session: Session, queued: MailQueued) -> None:
        """Send one mail. Raises :class:`MailDelayed` so that the worker tries again later."""
        mail = session.get(Mail, queued.mail_id)
        if mail is None or mail.state != WAITING:
            return
        envelope, letter = mail.envelope, mail.letter
        session.rollback()  # no look at the database is held open while the mail server takes its time
        if self._postbox is None:
            self._note(queued.mail_id, state=KEPT, done_at=clock.now())
            return
        try:
            self._hand_over(self._postbox, envelope, letter)
        except MailRefused as fault:
            log.warning("mail refused", extra={"mail": queued.mail_id})
            self._note(queued.mail_id, state=REFUSED, error=str(fault), done_at=clock.now())
        except MailDelayed as fault:
            self._note(queued.mail_id, error=str(fault))
            raise
        else:
            self._note(queued.mail_id, state=SENT, error="", text="", html="", done_at=clock.now())

    def _hand_over(self, postbox: Postbox, envelope: Envelope, letter: Letter) -> None:
        now = clock.now()
        if self._rests_until is not None and now < self._rests_until:
            # A hundred mails must not each wait for a server that is away: other work waits behind them.
            raise MailDelayed("The mail server could not be reached a moment ago.")
        try:
            postbox.send(envelope, letter)
        except Unreachable:
            self._rests_until = clock.now() + timedelta(seconds=REST_SECONDS)
            raise
        self._rests_until = None

    def _note(self, mail_id: int, **values: Any) -> None:
        with self._db.transaction() as session:
            session.execute(sa.update(Mail).where(Mail.id == mail_id, Mail.state == WAITING).values(**values))
