"""Who is told about call-backs: those who assign them, whoever calls, and the person, who is asked afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.feedback import scope
from plugins.feedback.callback_rules import ASKED_AFTER, WAITING
from plugins.feedback.callbacks import for_rights
from plugins.feedback.loop_models import Callback
from plugins.feedback.models import Invitation
from portal.accounts.models import Person, PersonRole
from portal.accounts.queries import holding
from portal.accounts.rights import Rights, permitted_roles
from portal.articles.models import Article
from portal.core.i18n import gettext as _
from portal.core.i18n import lazy_gettext as _l
from portal.notices import service
from portal.notices.kinds import Line, NoticeKind
from portal.notices.models import Notice
from portal.notices.service import News
from portal.organisation.models import Service

TO_CALL, ASKED = "feedback.to_call", "feedback.settled"
MOST_TOLD = 20


def on_opened(session: Session, callback_id: int) -> list[News]:
    """Whoever calls, if that is known; else the lead of the team whose service it is, else those who follow up."""
    callback = session.get(Callback, callback_id)
    if callback is None or callback.state not in WAITING:
        return []
    people = [callback.owner_id] if callback.owner_id is not None else _who_assign(session, callback)
    return [to_call(callback, person_id) for person_id in people if person_id != callback.person_id]


def to_call(callback: Callback, person_id: int) -> News:
    """Tell somebody that there is a call to make or to assign; once for each time by which it is due."""
    key = f"feedback.to_call:{callback.id}:{callback.owner_id or 0}:{int(callback.due_at.timestamp())}"
    return News(person_id=person_id, kind=TO_CALL, key=key, data={"callback_id": callback.id})


def tell_caller(session: Session, callback: Callback, *, now: datetime) -> None:
    """Tell whoever was chosen that there is a call to make."""
    if callback.owner_id is not None:
        service.tell(session, service.readable(session, [to_call(callback, callback.owner_id)]), now=now)


def on_closed(session: Session, callback_id: int) -> list[News]:
    """Ask the person whether it is settled for them."""
    callback = session.get(Callback, callback_id)
    if callback is None or callback.person_id is None or callback.state not in ASKED_AFTER or not callback.closed_at:
        return []
    key = f"feedback.settled:{callback.id}:{_moment(callback.closed_at)}"
    return [News(person_id=callback.person_id, kind=ASKED, key=key, data={"callback_id": callback.id})]


def _moment(at: datetime) -> int:
    return int(at.timestamp())


def _who_assign(session: Session, callback: Callback) -> list[int]:
    query = (
        sa.select(Service.id, Service.party_id)
        .join(Invitation, sa.true())
        .outerjoin(Article, Article.id == Invitation.article_id)
        .where(Invitation.id == callback.invitation_id)
        .where(Service.id == sa.func.coalesce(Invitation.service_id, Article.service_id))
    )
    found = session.execute(query).one_or_none()
    leads = [person.id for person in holding(session, "party_lead", found.party_id)] if found else []
    if leads := [each for each in leads if _follows_up(session, each)]:
        return leads[:1]
    roles = sorted(permitted_roles(session, scope.CARE))
    held = sa.select(PersonRole.person_id).where(PersonRole.role.in_(roles))
    everybody = sa.select(Person.id).where(Person.left_at.is_(None), Person.id.in_(held)).order_by(Person.id)
    return list(session.scalars(everybody.limit(MOST_TOLD)))


def _follows_up(session: Session, person_id: int) -> bool:
    roles = sorted(permitted_roles(session, scope.CARE))
    query = sa.select(PersonRole.person_id).where(PersonRole.person_id == person_id, PersonRole.role.in_(roles))
    return session.scalar(query.limit(1)) is not None


def _waiting(session: Session, rights: Rights, rows: Sequence[Notice]) -> Mapping[int, Line]:
    found = _by_id(session, rows, sa.and_(for_rights(rights), Callback.state.in_(sorted(WAITING))))
    return {
        row.id: Line(
            text=_("You are to call somebody back.")
            if callback.owner_id == rights.person_id
            else _("Somebody is to be called back. It is not said who calls."),
            path=f"/feedback/callbacks/{callback.id}",
        )
        for row in rows
        if (callback := found.get(row.data["callback_id"])) is not None
        and (callback.owner_id is None or callback.owner_id == rights.person_id)
    }


def _asked(session: Session, rights: Rights, rows: Sequence[Notice]) -> Mapping[int, Line]:
    ended = sa.and_(Callback.person_id == rights.person_id, Callback.state.in_(sorted(ASKED_AFTER)))
    found = _by_id(session, rows, ended)
    return {
        row.id: Line(
            text=_("Somebody called you about what you told us. Is it settled for you?"),
            path=f"/feedback/settled/{callback.token}",
        )
        for row in rows
        if (callback := found.get(row.data["callback_id"])) is not None
    }


def _by_id(session: Session, rows: Sequence[Notice], condition: sa.ColumnElement[bool]) -> Mapping[int, Callback]:
    ids = sorted({int(row.data["callback_id"]) for row in rows})
    return {each.id: each for each in session.scalars(sa.select(Callback).where(Callback.id.in_(ids), condition))}


KINDS: Final = (
    NoticeKind(
        name=TO_CALL,
        title=_l("Call-backs"),
        about=_l("Somebody is to be called back about what they answered, by you or by whom you choose."),
        describe=_waiting,
    ),
    NoticeKind(
        name=ASKED,
        title=_l("After somebody called you"),
        about=_l("One question after you were called back: is it settled for you?"),
        describe=_asked,
    ),
)
