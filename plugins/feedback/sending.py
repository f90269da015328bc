"""The mails of invitations: written in the person's language, in their working hours, and brought to mind once.

A mail leads to a form and says nothing else. Mail programs open such
addresses by themselves, so opening one records nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.feedback import asked_notices, inviting, tokens
from plugins.feedback.bank import Bank, Type
from plugins.feedback.fatigue import Reason
from plugins.feedback.models import Invitation
from plugins.feedback.round_models import Round
from plugins.feedback.surveys import SHIPPED, WHO_SEES, Mode
from plugins.feedback.timing import Step
from plugins.feedback.wordings import bank_now
from portal.accounts.models import Person
from portal.accounts.places import calendars_of
from portal.core import mail
from portal.core.errors import Refused
from portal.core.i18n import format_date, speaking
from portal.core.i18n import gettext as _
from portal.core.smtp import Letter
from portal.notices.digest import in_working_hours
from portal.organisation.calendar import Calendar

log = logging.getLogger(__name__)

MAIL_KIND: Final = "feedback.invitation"
MOST_AT_ONCE: Final = 300
NO_MAIL: Final = "no_mail"
ONE_TAP: Final = frozenset({Type.YES_NO, Type.YES_PARTLY_NO, Type.FACE5, Type.AGREE7, Type.ONE_OF, Type.WHEN})
NOWHERE: Final = Calendar("UTC")
TITLES: Final = {survey.key: survey.title for survey in SHIPPED}


@dataclass(frozen=True)
class Post:
    """What mails are written with: *home* is the address of the portal, *spoken* its language."""

    render: Callable[..., Letter]
    home: str
    spoken: str

    def letter(self, session: Session, invitation: Invitation, person: Person, bank: Bank, *, again: bool) -> Letter:
        """The mail of one invitation, or the one reminder of it."""
        spoken = person.language or self.spoken
        address = f"{self.home.rstrip('/')}{path_of(session, invitation)}"
        first = bank.questions.get(invitation.form[0]) if invitation.form else None
        one_tap = first if first is not None and first.type in ONE_TAP else None
        choices = [(one_tap.id, choice) for choice in one_tap.choices] if one_tap else []
        with speaking(spoken):
            names = {"superuser": _("the superuser")}
            values = {
                "title": str(TITLES[invitation.template]),
                "who_sees": str(WHO_SEES[Mode(invitation.mode)]),
                "question": one_tap.said(spoken, **names) if one_tap else "",
                "faces": [
                    (choice.said(spoken), f"{address}?{urlencode({'q': question_id, 'v': choice.value})}")
                    for question_id, choice in choices
                ],
                "until": format_date(invitation.expires_at) if invitation.expires_at else "",
            }
        is_round = invitation.round_id is not None
        is_anonymous = invitation.mode == Mode.ANONYMOUS
        return self.render(
            "feedback/mail/invitation",
            spoken,
            name=person.name,
            address=address,
            again=again,
            is_round=is_round,
            is_anonymous=is_anonymous,
            **values,
        )


def path_of(session: Session, invitation: Invitation) -> str:
    """Where an invitation is answered; for an anonymous round by a token that is kept nowhere.

    Raises:
        Refused: the round is over.
    """
    if invitation.mode != Mode.ANONYMOUS or invitation.round_id is None or invitation.person_id is None:
        return f"/feedback/form/{invitation.id}"
    asked = session.get_one(Round, invitation.round_id)
    return f"/feedback/round/{asked.id}/{tokens.token_of(asked.secret, invitation.person_id)}"


def work(session: Session, post: Post, now: datetime, *, most: int = MOST_AT_ONCE) -> int:
    """Send what is due, bring to mind what was not answered, and end what is over; return how many mails were written.

    Without an address of the portal no mail could lead anywhere, so none is written.
    """
    written, after = 0, ""
    bank = bank_now(session)
    while written < most and (rows := inviting.due(session, now, after=after)):
        after = rows[-1].id
        calendars = calendars_of(session, (row.person_id for row in rows if row.person_id is not None))
        _end(rows, now)
        if post.home:
            at_work = [row for row in rows if in_working_hours(calendars.get(row.person_id or 0, NOWHERE), now)]
            writer = _Writer(session, post, bank, now)
            written += writer.send(at_work, calendars, most - written)
    session.flush()
    return written


def _end(rows: Sequence[Invitation], now: datetime) -> None:
    for row in rows:
        if row.expires_at is None or now < row.expires_at:
            continue
        if row.state == inviting.PLANNED:
            row.state, row.reason, row.due_at = inviting.SUPPRESSED, str(Reason.ABSENT), None
        else:
            row.state = inviting.EXPIRED


@dataclass(frozen=True)
class _Writer:
    """Writes the mails of one batch."""

    session: Session
    post: Post
    bank: Bank
    now: datetime

    def send(self, rows: Sequence[Invitation], calendars: dict[int, Calendar], most: int) -> int:
        """Send what is planned and bring to mind what is due; return how many mails were written."""
        planned = [row for row in rows if row.state == inviting.PLANNED][:most]
        sent = [row for row in rows if row.state == inviting.SENT and self._is_reminded(row, calendars)]
        bothered = inviting.left_alone(self.session, sent, self.now)
        people = self._people([*planned, *sent])
        written = 0
        for row in inviting.hold_back(self.session, planned, self.now):
            inviting.mark_sent(row, calendars[row.person_id or 0], self.now)
            written += self._write(row, people, again=False)
        for row in sent:
            if written < most and row.person_id not in bothered:
                row.reminded_at = self.now
                written += self._write(row, people, again=True)
        return written

    def _is_reminded(self, row: Invitation, calendars: dict[int, Calendar]) -> bool:
        return inviting.step_of(row, calendars[row.person_id or 0], self.now) == Step.REMIND

    def _people(self, rows: Sequence[Invitation]) -> dict[int, Person]:
        ids = {row.person_id for row in rows if row.person_id is not None}
        return {each.id: each for each in self.session.scalars(sa.select(Person).where(Person.id.in_(ids)))}

    def _write(self, invitation: Invitation, people: dict[int, Person], *, again: bool) -> int:
        person = people[invitation.person_id or 0]
        try:
            letter = self.post.letter(self.session, invitation, person, self.bank, again=again)
            mail.queue(
                self.session, person.mail, letter.subject, letter.text, letter.html, kind=MAIL_KIND,
                to_name=person.name, person_id=person.id, key=f"feedback:{invitation.id}{':again' if again else ''}",
            )  # fmt: skip
        except Refused:
            if not asked_notices.tell(self.session, invitation, now=self.now):
                log.info("an invitation cannot be sent", extra={"template": invitation.template})
                invitation.state, invitation.reason = inviting.SUPPRESSED, NO_MAIL
            return 0
        return 1
