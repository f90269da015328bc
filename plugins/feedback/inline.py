"""Somebody who was asked on a page answers: only now there is a row for it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from plugins.feedback import asking, sealing
from plugins.feedback.models import Invitation
from plugins.feedback.sealing import Asked
from plugins.feedback.surveys import SHIPPED, Channel, Mode
from portal.accounts.models import Person
from portal.articles.models import Article, Revision
from portal.core.db import Model
from portal.organisation.models import Service, Unit

_POINTS_AT: Final[dict[str, type[Model]]] = {
    "person_id": Person,
    "article_id": Article,
    "revision_id": Revision,
    "service_id": Service,
    "unit_id": Unit,
}


def invitation_for(session: Session, asked: Asked, now: datetime) -> Invitation:
    """The invitation that *asked* stands for: that of an earlier answer, or a new one.

    Whose answer it is follows from *asked*, whoever sends it. What it points
    at and is gone by now is left out.

    Raises:
        Refused: it is too late for a first answer.
    """
    found = session.get(Invitation, asked.id, with_for_update=True)
    if found is not None:
        return found
    sealing.check_open(asked, now)
    made = unsaved(asked, now)
    for column, model in _POINTS_AT.items():
        if getattr(made, column) is not None and session.get(model, getattr(made, column)) is None:
            setattr(made, column, None)
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:  # the same form came twice at once, and the other one was first
        return session.get_one(Invitation, asked.id, with_for_update=True)
    return made


def unsaved(asked: Asked, now: datetime) -> Invitation:
    """What *asked* says as an invitation that no database knows."""
    modes = {survey.key: survey.mode for survey in SHIPPED}
    return Invitation(
        id=asked.id,
        template=asked.template,
        mode=modes.get(asked.template, Mode.CONFIDENTIAL),
        channel=Channel.INLINE,
        state=asking.OPENED,
        person_id=asked.person_id,
        about=asked.about,
        about_id=asked.about_id,
        article_id=asked.article_id,
        revision_id=asked.revision_id,
        service_id=asked.service_id,
        unit_id=asked.unit_id,
        words=asked.words or None,
        form=list(asked.form),
        known=dict(asked.known),
        seed=asked.seed,
        created_at=now,
        opened_at=now,
    )
