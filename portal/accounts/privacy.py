"""Which rows are about a person, for export and erasure: those of this room, and of the core, which knows nobody."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from portal.accounts.models import (
    Absence,
    Duty,
    NamedService,
    OwnerRoleHolder,
    Person,
    PersonalLook,
    PersonRole,
    PersonThen,
    Proficiency,
    Shift,
    SignIn,
)
from portal.core.db import Model
from portal.core.events import EventRow
from portal.core.hooks import PersonalData
from portal.core.i18n import lazy_gettext as _l
from portal.core.mail import Mail
from portal.core.switches import PluginSwitch

_DELETED: tuple[tuple[type[Model], InstrumentedAttribute[int], object], ...] = (
    (PersonRole, PersonRole.person_id, _l("Roles")),
    (SignIn, SignIn.person_id, _l("Browsers that are signed in")),
    (NamedService, NamedService.person_id, _l("Services that were named for you")),
    (Duty, Duty.person_id, _l("What you lead or sign for")),
    (OwnerRoleHolder, OwnerRoleHolder.person_id, _l("Owner roles that you hold")),
    (Proficiency, Proficiency.person_id, _l("How far you may go alone when writing")),
    (Absence, Absence.person_id, _l("When you are away")),
    (Shift, Shift.person_id, _l("When you are on shift")),
    (PersonThen, PersonThen.person_id, _l("Where you belonged, and your roles, over time")),
    (PersonalLook, PersonalLook.person_id, _l("Who looked at what is kept about you")),
)
_UNNAMED: tuple[tuple[type[Model], InstrumentedAttribute[int | None], object], ...] = (
    (PersonRole, PersonRole.granted_by, _l("Roles that you gave")),
    (NamedService, NamedService.named_by, _l("Services that you named for others")),
    (NamedService, NamedService.withdrawn_by, _l("Named services that you took back")),
    (Duty, Duty.named_by, _l("Duties that you named others for")),
    (OwnerRoleHolder, OwnerRoleHolder.named_by, _l("Owner roles that you gave to others")),
    (Proficiency, Proficiency.granted_by, _l("Proficiency that you granted")),
    (Proficiency, Proficiency.withdrawn_by, _l("Proficiency that you took back")),
    (PersonalLook, PersonalLook.looker_id, _l("What you looked at about others")),
    (PluginSwitch, PluginSwitch.changed_by, _l("Plugins that you switched")),
)


def personal_data(person_id: int) -> list[PersonalData]:
    """Answer for every table of this room and of the core."""
    about = PersonalData(
        model=Person,
        what=_l("Who you are"),
        where=Person.id == person_id,
        on_erasure="unname",
        columns=("name", "login", "mail", "password_hash", "unit_id", "party_id", "language", "time_zone"),
        why=_l("What they wrote and signed stays with its text, and points at somebody without a name."),
    )
    trail = PersonalData(
        model=EventRow,
        what=_l("What you did, as the portal noted it"),
        where=EventRow.actor_id == person_id,
        on_erasure="keep",
        why=_l("The trail holds numbers only; after erasure this one leads to no name."),
    )
    mails = PersonalData(model=Mail, what=_l("Mails to you"), where=Mail.person_id == person_id, on_erasure="delete")
    deleted = [
        PersonalData(model=model, what=what, where=column == person_id, on_erasure="delete")
        for model, column, what in _DELETED
    ]
    unnamed = [
        PersonalData(model=model, what=what, where=_is(column, person_id), on_erasure="unname", columns=(column.key,))
        for model, column, what in _UNNAMED
    ]
    return [about, trail, mails, *deleted, *unnamed]


def _is(column: InstrumentedAttribute[int | None], person_id: int) -> sa.ColumnElement[bool]:
    return column == person_id
