"""What people chose about recognition, and the one condition by which anybody else sees anything of them.

Whoever leaves recognition is in no list, count, wall, search or slot from the
next page on. The log keeps what happened, since the badges of others rest on
it; what they earned themselves is worked out again, silently, when they return.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from plugins.gamification.events import GamificationChoiceChanged
from plugins.gamification.models import Choice
from portal.accounts.models import Person
from portal.core.errors import Refused
from portal.core.events import emit
from portal.core.i18n import gettext as _
from portal.core.i18n import lazy_gettext as _l

EVERYONE, TEAM, NOBODY = "everyone", "team", "nobody"
SHOWN_TO: Final[Mapping[str, Any]] = {
    EVERYONE: _l("Everyone in the company"),
    TEAM: _l("My unit and my support team"),
    NOBODY: _l("Only me"),
}
"""Who sees the badges of somebody and the thanks that they were given."""


Column: TypeAlias = InstrumentedAttribute[int] | InstrumentedAttribute[int | None] | sa.ColumnElement[Any]


def of(session: Session, person_id: int) -> Choice:
    """What somebody chose; where they never did, what holds until they do (not written down)."""
    chosen = session.get(Choice, person_id)
    return chosen or Choice(person_id=person_id, is_on=True, shown_to=EVERYONE, on_boards=True)


def choose(
    session: Session, person_id: int, *, is_on: bool, shown_to: str, on_boards: bool = True, now: datetime
) -> Choice:
    """Keep what somebody chose. Turning recognition off or on is told, so that awards go or come.

    Raises:
        Refused: there is no such choice.
    """
    if shown_to not in SHOWN_TO:
        raise Refused(_("There is no such choice."), hint=_("Choose one of those on the page."), field="shown_to")
    before = of(session, person_id).is_on
    row = session.merge(
        Choice(person_id=person_id, is_on=is_on, shown_to=shown_to, on_boards=on_boards, changed_at=now)
    )
    session.flush()
    if is_on != before:
        emit(session, GamificationChoiceChanged(actor_id=person_id, person_id=person_id, is_on=is_on))
    return row


def takes_part(person_id: Column) -> sa.ColumnElement[bool]:
    """Whether the person in this column has recognition on, whoever may see it."""
    return ~sa.select(Choice.person_id).where(Choice.person_id == person_id, Choice.is_on.is_(False)).exists()


def shown(person_id: Column, viewer_id: int | sa.BindParameter[int] | None) -> sa.ColumnElement[bool]:
    """Whether what the person in this column earned may be shown to the viewer: in every list, count, search and slot.

    One's own always; a visitor sees nobody's. A parameter stands for a viewer in a query that is built once.
    """
    if viewer_id is None:
        return sa.false()
    them, viewer = aliased(Person), aliased(Person)
    near = sa.or_(them.unit_id == viewer.unit_id, them.party_id == viewer.party_id)
    together = sa.select(them.id).join(viewer, viewer.id == viewer_id).where(them.id == Choice.person_id, near)
    refused = sa.select(Choice.person_id).where(
        Choice.person_id == person_id,
        sa.or_(
            Choice.is_on.is_(False),
            Choice.shown_to == NOBODY,
            sa.and_(Choice.shown_to == TEAM, ~together.exists()),
        ),
    )
    return sa.or_(person_id == viewer_id, ~refused.exists())
