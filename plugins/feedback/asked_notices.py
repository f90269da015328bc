"""Questions that no mail brings: under the bell stands where they are answered.

So it is after a handover that somebody read and after a visit, and for people
without a mail address. An anonymous round is not told like that: when a notice
was read is kept with the person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.feedback import inviting
from plugins.feedback.models import Invitation
from plugins.feedback.surveys import SHIPPED, Mode
from portal.accounts.rights import Rights
from portal.core.i18n import gettext as _
from portal.core.i18n import lazy_gettext as _l
from portal.notices import service
from portal.notices.kinds import PORTAL, Line, NoticeKind
from portal.notices.models import Notice
from portal.notices.service import News

ASKED: Final = "feedback.asked"
_TITLES: Final = {survey.key: survey.title for survey in SHIPPED}


def tell(session: Session, invitation: Invitation, *, now: datetime) -> bool:
    """Tell the person of an invitation where to answer, once; say whether they can be told so."""
    if invitation.person_id is None or invitation.mode == Mode.ANONYMOUS:
        return False
    news = News(
        person_id=invitation.person_id,
        kind=ASKED,
        key=f"{ASKED}:{invitation.id}",
        data={"invitation_id": invitation.id},
    )
    service.tell(session, [news], now=now)
    return True


def _open(session: Session, rights: Rights, rows: Sequence[Notice]) -> Mapping[int, Line]:
    """Invitations that were answered or are over are told no more."""
    ids = sorted({str(row.data["invitation_id"]) for row in rows})
    query = sa.select(Invitation.id, Invitation.template).where(
        Invitation.id.in_(ids), Invitation.person_id == rights.person_id, Invitation.state == inviting.SENT
    )
    found = {each.id: each.template for each in session.execute(query)}
    return {
        row.id: Line(
            text=_("A few questions, if you like: %(what)s.", what=_TITLES[found[invitation_id]]),
            path=f"/feedback/form/{invitation_id}",
        )
        for row in rows
        if (invitation_id := str(row.data["invitation_id"])) in found
    }


KIND: Final = NoticeKind(
    name=ASKED,
    title=_l("When you are asked something"),
    about=_l("Questions that no mail brings, such as after a visit."),
    describe=_open,
    default=PORTAL,
)
