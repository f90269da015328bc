"""Invented people of every role, for `portal demo`. All of them share one password, which is printed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts import absences, passwords, proficiency, queries, roster, service
from portal.accounts.models import Person
from portal.accounts.rights import rights_of
from portal.accounts.roles import ROLE_TITLE
from portal.core.clock import now
from portal.core.errors import Refused
from portal.core.i18n import gettext as _
from portal.core.portal import Portal
from portal.organisation import queries as organisation

PASSWORD = "paper ink and one deep green"  # noqa: S105 - of invented people, printed for trying out

_COACH_DAYS = (1, 3)  # Tuesday and Thursday


@dataclass(frozen=True)
class Invented:
    """One invented person."""

    name: str
    unit: str
    roles: tuple[str, ...] = ()
    party: str = ""
    services: tuple[str, ...] = ()
    leads: tuple[tuple[str, str], ...] = ()

    @property
    def login(self) -> str:
        """First name, in small letters."""
        return self.name.split()[0].lower()


PEOPLE = (
    Invented("Ana Keller", "field-sales"),
    Invented("Sabine Vogt", "purchasing", ("superuser",), services=("mail", "printing")),
    Invented("Tomasz Lis", "warehouse", ("superuser",), services=("devices",)),
    Invented("Jo Martin", "it", ("front_line",), "front-line"),
    Invented("Mara Silva", "it", ("front_line", "lead"), "front-line", leads=(("party_lead", "front-line"),)),
    Invented("Emre Aydin", "it", ("onsite",), "onsite", leads=(("party_lead", "onsite"),)),
    Invented("Lee Chen", "it", ("specialist",), "identity", leads=(("party_lead", "identity"),)),
    Invented("Nora Berg", "it", ("specialist",), "network", leads=(("party_lead", "network"),)),
    Invented("Paul Okafor", "it", ("specialist",), "workplace", leads=(("party_lead", "workplace"),)),
    Invented("Ines Roth", "it", ("project",), "business-systems", leads=(("party_lead", "business-systems"),)),
    Invented("Grace Hall", "it", ("coach",), "front-line"),
    Invented("Henrik Dahl", "it", ("lead",), leads=(("service_lead", "accounts"), ("unit_lead", "it"))),
    Invented("Yuki Mori", "people", ("coordinator",)),
    Invented("Carla Rossi", "it", ("change_manager",)),
    Invented("Olu Adeyemi", "it", ("admin",)),
    *(
        Invented(name, unit)
        for name, unit in (
            ("Ben Fischer", "sales"),
            ("Chiara Bruno", "sales"),
            ("David Lind", "field-sales"),
            ("Eva Novak", "finance"),
            ("Farid Nazari", "finance"),
            ("Gitte Holm", "warehouse"),
            ("Hannah Weiss", "people"),
            ("Ivan Petrov", "warehouse"),
            ("Kim Nguyen", "purchasing"),
        )
    ),
)


def refuse_a_portal_in_use(house: Portal) -> str:
    """Keep invented people, whose password everybody knows, out of a portal that has people of its own.

    Raises:
        Refused: somebody besides the first account is there, and this is no demo.
    """
    with house.db.reading() as session:
        people = session.scalar(sa.select(sa.func.count()).select_from(Person)) or 0
        if people > 1 and not _is_filled(session):
            raise Refused(
                _("This portal has people of its own, so nothing invented was added."),
                hint=_("Set PORTAL_INSTANCE to a new folder; who is invented signs in with a password that all know."),
            )
    return ""


def _is_filled(session: Session) -> bool:
    first = PEOPLE[0].login
    return session.scalar(sa.select(Person.id).where(Person.login == first, Person.mail == _mail(first))) is not None


def _mail(login: str) -> str:
    return f"{login}@example.org"


def fill(house: Portal) -> str:
    """Add the people; nothing when they are there."""
    password_hash = passwords.taken(PASSWORD)
    with house.db.transaction() as session:
        if _is_filled(session):
            return ""
        coach: int | None = None
        for each in PEOPLE:
            person = service.add_person(
                session,
                name=each.name,
                login=each.login,
                mail=_mail(each.login),
                password_hash=password_hash,
                roles=each.roles,
                unit_id=each.unit,
                party_id=each.party or None,
                now=now(),
            )
            coach = person.id if "coach" in each.roles else coach
            for kind, ref in each.leads:
                service.name_duty(session, person, kind, ref, by=None, now=now())
            for service_id in each.services:
                reason = "Helps colleagues of the unit with it."
                service.name_service(session, person, service_id, reason=reason, by=coach, now=now())
        if coach is not None:
            _grant(session, by=coach)
        _take_days_off(session)
        _keep_a_roster(session)
    return f"{len(PEOPLE)} people."


def _grant(session: Session, *, by: int) -> None:
    """One of them has shown how to write; with another one, it was a slip."""
    ines, paul = (queries.with_login(session, login) for login in ("ines", "paul"))
    reason = "One goal in each article, and each says how to see that it worked."
    for person in (ines, paul):
        proficiency.grant(session, person, "contributor", reason=reason, by=by, seen=0, now=now())
    seen = proficiency.standing_of(session, ines.id, rights_of(session, ines)).seen
    proficiency.withdraw(session, ines, reason="This was meant for Paul.", by=by, seen=seen, now=now())


def _take_days_off(session: Session) -> None:
    """One of the front line was away, and will be."""
    jo, today = queries.with_login(session, "jo"), now().date()
    for first, count in ((-24, 3), (30, 12)):
        start = today + timedelta(days=first)
        absences.add(session, jo, start, start + timedelta(days=count - 1), by=jo.id, today=today)


def _keep_a_roster(session: Session) -> None:
    """Three weeks of the front line, in two shifts that change hands each week; coaches help in the middle of them."""
    team, moment = roster.party(session, "front-line"), now()
    calendar, zone = organisation.site_calendar(team.site), ZoneInfo(team.site.time_zone)
    today = calendar.today(moment)
    monday = today - timedelta(days=today.weekday() + 7)
    mara, jo, grace = (queries.with_login(session, login) for login in ("mara", "jo", "grace"))
    for day in (monday + timedelta(days=number) for number in range(21)):
        if calendar.is_working_day(day):
            week = (day - monday).days // 7
            early, late = (jo, mara) if week % 2 else (mara, jo)
            for person, first, last in ((early, 7, 15), (grace, 10, 14), (late, 12, 20)):
                if person is grace and day.weekday() not in _COACH_DAYS:
                    continue
                start, end = (datetime.combine(day, time(hour), tzinfo=zone).astimezone(UTC) for hour in (first, last))
                roster.put_shift(session, person, team, start, end, by=mara.id, now=moment)


def who_signs_in(_house: Portal) -> str:
    """The table of who can sign in as what, the last that `portal demo` says."""
    rows = [f"  {each.login:<8} {', '.join(_words(each))}" for each in PEOPLE[:15]]
    return "\n".join(["", "Sign in as one of these:", *rows, f"  … and {len(PEOPLE) - 15} colleagues.",
                      f"The password of each is: {PASSWORD}"])  # fmt: skip


def _words(each: Invented) -> list[str]:
    roles = [str(ROLE_TITLE[role]) for role in each.roles] or [str(ROLE_TITLE["end_user"])]
    return [*roles, f"reads support of {' and '.join(each.services)}"] if each.services else roles
