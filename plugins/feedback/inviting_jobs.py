"""What is done again and again for invitations and rounds, and what stands at the bus for them."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.feedback import anonymity, occasions, rounds, sending
from plugins.feedback.anonymity import Keys
from plugins.feedback.events import FeedbackSweepDue
from plugins.feedback.round_models import Round
from plugins.feedback.surveys import survey_now
from plugins.feedback.wordings import bank_now
from portal.core.events import Job, On, emit
from portal.core.jobs import Every
from portal.core.portal import Portal

SEND_SECONDS, SWEEP_SECONDS, ROUND_SECONDS = 2 * 60, 10 * 60, 15 * 60
SWEEPING = "feedback.sweep_pages"  # the listener's name in its jobs
PULSE = "P"


class Jobs:
    """Sends, reminds, ends, begins, and cleans up behind anonymous answers."""

    def __init__(self, portal: Portal) -> None:
        """Work for *portal*."""
        self._portal = portal
        self._keys = Keys(portal.config.instance / "feedback")
        self._post = sending.Post(
            portal.render_mail, home=portal.config.text("public_url"), spoken=portal.config.text("language")
        )

    def schedules(self) -> list[Every]:
        """Mails every two minutes, rounds every quarter of an hour."""
        return [
            Every("send_invitations", SEND_SECONDS, self.send_invitations),
            Every("keep_rounds", ROUND_SECONDS, self.keep_rounds),
            Every("sweep", SWEEP_SECONDS, self.ring),
        ]

    def subscriptions(self) -> list[On]:
        """What other rooms tell, as far as one does, and the cleaning up."""
        return [
            *occasions.subscriptions(self._portal.bus.events),
            On(FeedbackSweepDue, self.sweep_pages, outside=True),
        ]

    def send_invitations(self, session: Session, now: datetime) -> None:
        """Send invitations, bring them to mind, and end them."""
        sending.work(session, self._post, now)

    def keep_rounds(self, session: Session, now: datetime) -> None:
        """Close rounds whose last day has passed, begin the next pulse, and drop keys that open nothing any more."""
        still = set(session.scalars(sa.select(Round.id).where(Round.state == rounds.State.OPEN)))
        for round_id in self._keys.rounds():
            if round_id not in still:
                self._keys.forget(round_id)
        for round_id in rounds.over(session, now):
            rounds.close(session, round_id, keys=self._keys, now=now)
            self._keys.want_sweep()
        survey = survey_now(session, bank_now(session), PULSE)
        if rounds.is_due(session, survey, weeks=self._portal.config.number("feedback.pulse_weeks"), now=now):
            rounds.begin(session, survey, by=None, closes_at=now + rounds.OPEN_FOR, now=now)

    def ring(self, session: Session, _now: datetime) -> None:
        """Let a job write the pages of the database anew where boxes were opened, unless one waits to do so."""
        waits = sa.select(Job.id).where(Job.listener == SWEEPING, Job.parked_at.is_(None)).limit(1)
        if self._keys.wants_sweep() and session.scalar(waits) is None:
            emit(session, FeedbackSweepDue())

    def sweep_pages(self, session: Session, _due: FeedbackSweepDue) -> None:
        """Write the pages of the database anew."""
        session.rollback()  # no look at the database is held open meanwhile
        self._keys.swept()
        anonymity.sweep(self._portal.db)
