"""Calling somebody back: opened by an answer or by whoever read it, assigned, tried, ended, and asked about afterwards.

Whoever calls sees the name and the words together, since they cannot call
without. Of a confidential answer nobody else does: those who assign the call
see what it is about and by when.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.feedback import scope, tokens
from plugins.feedback.callback_rules import (
    ASKED_AFTER,
    SETTLED_WORDS,
    SPOKEN,
    TRIES_THAT_COUNT,
    WAITING,
    Because,
    State,
    asks_for_call,
    customer_waits,
    due_at,
    keeps,
)
from plugins.feedback.events import FeedbackCallbackClosed, FeedbackCallbackOpened
from plugins.feedback.loop_models import Callback
from plugins.feedback.models import Answer, Invitation, Verbatim
from plugins.feedback.ordering import HANDLED_BY
from portal.accounts.models import Person, PersonRole
from portal.accounts.places import calendars_of
from portal.accounts.rights import Rights, permitted_roles
from portal.articles.models import Revision
from portal.core.errors import Forbidden, NotFound, Refused
from portal.core.events import emit
from portal.core.i18n import gettext as _

OUTCOME: Final = 2000
"""Characters that a note about a call may have."""
CALLERS = "desk.use"
MOST_CALLERS = 500


def open_for(session: Session, invitation: Invitation, now: datetime) -> Callback | None:
    """Open a call-back where the answers of *invitation* ask for one; ``None`` where they do not.

    One call is about all that was said, so a further answer opens no further one.
    """
    given = answers_of(session, invitation.id)
    asked = asks_for_call(given)
    known = sa.select(Callback.id).where(Callback.invitation_id == invitation.id)
    if asked is None or invitation.person_id is None or session.scalar(known.limit(1)) is not None:
        return None
    return _open(session, invitation, *asked, is_urgent=customer_waits(given, invitation.known), by=None, now=now)


def open_for_words(session: Session, verbatim_id: str, rights: Rights, *, now: datetime) -> Callback:
    """Mark a text for a call-back, as whoever may read it.

    Raises:
        NotFound: there is no such text for *rights*.
        Refused: nobody knows who wrote it, or they are called already.
    """
    text = session.scalar(sa.select(Verbatim).where(Verbatim.id == verbatim_id, scope.words_for(rights)))
    if text is None or text.invitation_id is None:
        raise NotFound(_("There is no such text."), hint=_("Open the list of words again."))
    invitation = session.get_one(Invitation, text.invitation_id)
    if invitation.person_id is None:
        raise Refused(
            _("Nobody knows who wrote this, so nobody can be called."),
            hint=_("They were not signed in, or it was too long ago. You can still make an improvement from it."),
        )
    if invitation.person_id == rights.person_id:
        raise Refused(_("You wrote this yourself."), hint=_("Ask a colleague who follows up to read it."))
    theirs = session.scalars(sa.select(Callback).where(Callback.invitation_id == invitation.id)).all()
    if any(each.state in WAITING or each.question_id == text.question_id for each in theirs):
        raise Refused(
            _("A call-back about this is there already."), hint=_("Those who follow up see it in their list.")
        )
    urgent = customer_waits(answers_of(session, invitation.id), invitation.known)
    made = _open(session, invitation, text.question_id, Because.WORDS, is_urgent=urgent, by=rights.person_id, now=now)
    made.verbatim_id = text.id
    session.flush()
    return made


def answers_of(session: Session, invitation_id: str) -> Mapping[str, str]:
    """What was answered, by the ids of questions."""
    query = sa.select(Answer.question_id, Answer.value).where(Answer.invitation_id == invitation_id)
    return {row[0]: row[1] for row in session.execute(query)}


def _open(
    session: Session,
    invitation: Invitation,
    question_id: str,
    because: Because,
    *,
    is_urgent: bool,
    by: int | None,
    now: datetime,
) -> Callback:
    person_id = invitation.person_id or 0
    place = calendars_of(session, [person_id])[person_id]
    made = Callback(
        invitation_id=invitation.id,
        question_id=question_id,
        reason=because,
        person_id=person_id,
        state=State.OPEN,
        token=tokens.new_token(),
        opened_at=now,
        opened_by=by,
        due_at=due_at(now, place, is_urgent=is_urgent),
    )
    session.add(made)
    session.flush()
    emit(session, FeedbackCallbackOpened(callback_id=made.id, because=because))
    return made


def for_rights(rights: Rights) -> sa.ColumnElement[bool]:
    """Call-backs that somebody sees: those who follow up all, others those that they make. Never one's own."""
    theirs = sa.true() if rights.may(scope.CARE) else Callback.owner_id == rights.person_id
    return sa.and_(theirs, Callback.person_id.is_distinct_from(rights.person_id))


def one(session: Session, callback_id: int, rights: Rights) -> Callback:
    """One call-back. Raises ``NotFound``."""
    query = sa.select(Callback).where(Callback.id == callback_id, for_rights(rights)).with_for_update()
    found = session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(_("There is no such call-back."), hint=_("It may be with somebody else now."))
    return found


def assign(session: Session, callback_id: int, to: int | None, rights: Rights, *, wishes: bool) -> Callback:
    """Say who calls; *wishes* says that somebody whose own help it is about wants to call themselves.

    Raises:
        Forbidden: *rights* do not follow up.
        Refused: nobody was chosen, they cannot call, it is about their own help, or the call is over.
    """
    if not rights.may(scope.CARE):
        raise Forbidden(_("You may not say who calls."), hint=_("Leads and coaches do."))
    callback = _waiting(session, callback_id, rights)
    if to is None or to == callback.person_id or to not in dict(callers(session)):
        raise Refused(_("It is not said who calls."), hint=_("Choose one of the people of support."), field="to")
    if to in concerned(session, callback) and to != rights.person_id and not wishes:
        raise Refused(
            _("It is about their own help. Somebody else calls, unless they wish to."),
            hint=_("Ask them, and say here that they wish to; or choose somebody else."),
            field="to",
        )
    callback.owner_id = to
    session.flush()
    return callback


def callers(session: Session) -> list[tuple[int, str]]:
    """Who can call: the people of support who are here, with their names, by name."""
    roles = sorted(permitted_roles(session, CALLERS))
    query = (
        sa.select(Person.id, Person.name)
        .where(Person.left_at.is_(None))
        .where(Person.id.in_(sa.select(PersonRole.person_id).where(PersonRole.role.in_(roles))))
        .order_by(Person.name, Person.id)
        .limit(MOST_CALLERS)
    )
    return [(person_id, name) for person_id, name in session.execute(query)]


def concerned(session: Session, callback: Callback) -> frozenset[int]:
    """Whose own help it is about: whoever handled it, and whoever wrote the text that they read."""
    invitation = session.get_one(Invitation, callback.invitation_id)
    found = {invitation.known.get(HANDLED_BY)}
    if invitation.revision_id is not None:
        found.add(session.scalar(sa.select(Revision.author_id).where(Revision.id == invitation.revision_id)))
    return frozenset(each for each in found if isinstance(each, int))


def note_try(session: Session, callback_id: int, rights: Rights, *, now: datetime) -> Callback:
    """Note that they were called, and not reached. Raises ``Refused`` unless it is the caller's."""
    callback = _own(session, callback_id, rights)
    callback.state, callback.tries, callback.last_try_at = State.TRIED, callback.tries + 1, now
    _keep_promise(callback, now)
    session.flush()
    return callback


def close(session: Session, callback_id: int, state: str, outcome: str, rights: Rights, *, now: datetime) -> Callback:
    """End a call-back with what came of it, in words.

    Raises:
        Refused: it is not the caller's, no end is chosen, words are missing or too many, or there was one try only.
    """
    callback = _own(session, callback_id, rights)
    words = outcome.strip()
    if state not in {*SPOKEN, State.NOT_REACHED}:
        raise Refused(_("It is not said what came of it."), hint=_("Choose one of the four."), field="state")
    if state == State.NOT_REACHED and callback.tries < TRIES_THAT_COUNT:
        raise Refused(
            _("They were not tried twice yet."), hint=_("Try once more at another time of the day."), field="state"
        )
    if state in ASKED_AFTER and not words:
        raise Refused(
            _("Write down in a sentence what came of it."),
            hint=_("What it stopped, and what you promised."),
            field="outcome",
        )
    if len(words) > OUTCOME:
        raise Refused(
            _("That is more than %(most)s characters.", most=OUTCOME), hint=_("Make it shorter."), field="outcome"
        )
    callback.state, callback.outcome, callback.closed_at, callback.settled = state, words, now, ""
    _keep_promise(callback, now)
    session.flush()
    emit(session, FeedbackCallbackClosed(callback_id=callback.id, state=state))
    return callback


def say_settled(session: Session, token: str, answer: str, *, now: datetime) -> Callback:
    """Take down whether it is settled for the person, who can change it; *no* opens the call-back again.

    Raises:
        NotFound: there is no such call-back, or it is under way.
        Refused: no answer was chosen.
    """
    callback = asked_by(session, token)
    if answer not in SETTLED_WORDS:
        raise Refused(_("Nothing was chosen yet."), hint=_("Choose one of the three."), field="answer")
    if answer == "no" and callback.state not in WAITING:
        place = calendars_of(session, [callback.person_id or 0]).get(callback.person_id or 0)
        callback.state, callback.closed_at, callback.tries = State.OPEN, None, 0
        callback.due_at = due_at(now, place, is_urgent=False) if place is not None else now
        emit(session, FeedbackCallbackOpened(callback_id=callback.id, because=callback.reason))
    elif answer != "no":
        callback.state = State.SETTLED if answer == "yes" else State.PARTLY
        callback.closed_at = callback.closed_at or now
    callback.settled = answer
    session.flush()
    return callback


def asked_by(session: Session, token: str) -> Callback:
    """The call-back that *token* asks about, while it is at an end. Raises ``NotFound``."""
    found = session.scalar(sa.select(Callback).where(Callback.token == token).with_for_update())
    if found is None or not (found.state in ASKED_AFTER or found.settled):
        raise NotFound(_("Nothing is asked here."), hint=_("Perhaps somebody calls you again first."))
    return found


def _keep_promise(callback: Callback, now: datetime) -> None:
    """Note when the promise was kept for the first time; what was in time stays so."""
    if callback.kept_at is None and keeps(State(callback.state), callback.tries):
        callback.kept_at = now


def _waiting(session: Session, callback_id: int, rights: Rights) -> Callback:
    callback = one(session, callback_id, rights)
    if callback.state not in WAITING:
        raise Refused(_("This call-back is over."), hint=_("What came of it stands on the page."))
    return callback


def _own(session: Session, callback_id: int, rights: Rights) -> Callback:
    callback = _waiting(session, callback_id, rights)
    if callback.owner_id != rights.person_id:
        raise Refused(
            _("Somebody else makes this call, or nobody yet."), hint=_("Whoever assigns it can give it to you.")
        )
    return callback
