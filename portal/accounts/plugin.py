"""What the room `accounts` adds to the portal: people, roles, rights, sign-in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import click
from flask import Blueprint, Flask
from sqlalchemy.orm import Session

from portal.accounts import (
    absences,
    cli,
    demo,
    events,
    hooks,
    login,
    looks,
    privacy,
    queries,
    roles,
    roster,
    sign_ins,
    views,
)
from portal.accounts.rights import RULES, Rules
from portal.core.events import Event
from portal.core.hooks import Check, HelpLink, NavItem, Permission, PersonalData, Step, hookimpl
from portal.core.i18n import lazy_gettext as _l
from portal.core.jobs import Every
from portal.core.plugins import Room
from portal.core.portal import Portal

_SIGN_IN = HelpLink("KB9006", "Sign in")
_SIGN_INS = HelpLink("KB9006", "Where you are signed in")
_AWAY = HelpLink("KB9006", "When you are away")
_ROSTER = HelpLink("KB9006", "Who is on shift")
_PEOPLE = HelpLink("KB9003", "People")
_LOOKS_AFTER = HelpLink("KB9003", "Looks after")
_SUPERUSERS = HelpLink("KB9008", "Superusers")
_WRITERS = HelpLink("KB9008", "Who publishes alone")

HELP: Mapping[str, HelpLink] = {
    "accounts.sign_in": _SIGN_IN,
    "accounts.do_sign_in": _SIGN_IN,
    "accounts.person": HelpLink("KB9006", "Your page"),
    "accounts.settings": HelpLink("KB9006", "Language and time zone"),
    "accounts.away": _AWAY,
    "accounts.note_absence": _AWAY,
    "accounts.remove_absence": _AWAY,
    "accounts.roster": _ROSTER,
    "accounts.put_shift": _ROSTER,
    "accounts.remove_shift": _ROSTER,
    "accounts.try_roster_file": _ROSTER,
    "accounts.import_roster_file": _ROSTER,
    "accounts.password": HelpLink("KB9006", "Change your password"),
    "accounts.sign_in_list": _SIGN_INS,
    "accounts.look_list": HelpLink("KB9006", "Who looked"),
    "accounts.end_sign_in": _SIGN_INS,
    "accounts.people": _PEOPLE,
    "accounts.add_person": _PEOPLE,
    "accounts.edit_person": _PEOPLE,
    "accounts.reset_password": _PEOPLE,
    "accounts.set_presence": _PEOPLE,
    "accounts.name_duty": _LOOKS_AFTER,
    "accounts.withdraw_duty": _LOOKS_AFTER,
    "accounts.owner_roles": HelpLink("KB9003", "Owner roles"),
    "accounts.coach_services": _SUPERUSERS,
    "accounts.name_services": _SUPERUSERS,
    "accounts.withdraw_service": _SUPERUSERS,
    "accounts.writers": _WRITERS,
    "accounts.grant_proficiency": _WRITERS,
    "accounts.withdraw_proficiency": _WRITERS,
}


class AccountsRoom(Room):
    """People, roles, rights, sign-in."""

    name = "accounts"
    title = _l("People")
    paths = (
        "/people",
        "/parties",
        "/sign-in",
        "/sign-out",
        "/language",
        "/admin/people",
        "/coach/services",
        "/coach/writers",
    )
    hookspecs = (hooks,)

    def setup(self, portal: Portal) -> None:
        """Let every session of the database carry what rights depend on."""
        super().setup(portal)
        portal.db.info[RULES] = Rules(portal.permissions, portal.config.on("anonymous_reading"))
        portal.db.info[sign_ins.COUNTS] = {}  # rooms above add theirs, by name
        portal.tally.sink(login.SEEN, sign_ins.note_seen)

    def open_pages(self, app: Flask) -> None:
        """Let the pages know who asks."""
        login.init(app, self.portal)

    @hookimpl
    def blueprints(self) -> list[Blueprint]:
        """Sign-in, profiles, people, named services."""
        return [views.bp]

    @hookimpl
    def events(self) -> list[type[Event]]:
        """What is told about people."""
        return list(events.ALL)

    @hookimpl
    def schedules(self) -> list[Every]:
        """Sign-ins whose time is over, and absences, shifts and looks of long ago, are forgotten each day."""
        return [
            Every("forget_ended_sign_ins", 24 * 60 * 60, sign_ins.forget_ended),
            Every("forget_past_absences", 24 * 60 * 60, absences.forget_past),
            Every("forget_past_shifts", 24 * 60 * 60, roster.forget_past),
            Every("forget_old_looks", 24 * 60 * 60, looks.forget_old),
        ]

    @hookimpl
    def commands(self) -> list[click.Command]:
        """`portal people`."""
        return cli.COMMANDS

    @hookimpl
    def permissions(self) -> list[Permission]:
        """The matrix of all rooms of the core."""
        return list(roles.MATRIX)

    @hookimpl
    def navigation(self) -> list[NavItem]:
        """Entries of the admin page, and of the coach."""
        return [
            NavItem("accounts.people", _l("People"), "people.edit", "admin", 20, _l("Add people and give them roles.")),
            NavItem(
                "accounts.owner_roles",
                _l("Owner roles"),
                "people.edit",
                "admin",
                25,
                _l("Who looks after the articles of each team."),
            ),
            NavItem(
                "accounts.writers",
                _l("Who writes"),
                "people.see_proficiency",
                "admin",
                22,
                _l("How far each of them goes alone; coaches decide it."),
            ),
            NavItem("accounts.writers", _l("Who writes"), "people.grant_proficiency", order=55),
            NavItem("accounts.coach_services", _l("Superusers"), "people.name_services", order=60),
        ]

    @hookimpl
    def help_links(self) -> Mapping[str, HelpLink]:
        """One's own page, other people's, and who looks after what."""
        return HELP

    @hookimpl
    def personal_data(self, person_id: int) -> list[PersonalData]:
        """People, and what the core notes about them."""
        return privacy.personal_data(person_id)

    @hookimpl
    def checks(self) -> list[Check]:
        """Somebody can look after the portal, and after each article."""
        return [Check("there is an administrator", _administrator), Check("every owner role is held", _owner_roles)]

    @hookimpl
    def start_steps(self) -> list[Step]:
        """A fresh portal gets its administrator."""
        return [Step(20, lambda: cli.first_administrator(self.portal))]

    @hookimpl
    def demo_steps(self) -> list[Step]:
        """Invented people of every role where nobody else is, and at the end who they are."""
        return [
            Step(0, lambda: demo.refuse_a_portal_in_use(self.portal)),
            Step(20, lambda: demo.fill(self.portal)),
            Step(99, lambda: demo.who_signs_in(self.portal)),
        ]


def _administrator(session: Session) -> Sequence[str]:
    if queries.administrators(session):
        return []
    return ["Nobody is administrator. Run `portal people role LOGIN +admin`."]


def _owner_roles(session: Session) -> Sequence[str]:
    return [
        f"Nobody holds the owner role {each.owner_role} of {each.party}. Name its lead, or a coach."
        for each in queries.holders(session)
        if each.person is None
    ]
