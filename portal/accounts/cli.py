"""`portal people`: add, list, give roles, passwords, rosters. And the first administrator of a fresh portal."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from portal.accounts import calendars, passwords, queries, roster, rostering, service
from portal.accounts.models import Person
from portal.accounts.roles import ADMIN, COACH, LEAD, ROLES
from portal.core.clock import now
from portal.core.errors import Refused
from portal.core.portal import Portal

FIRST_ROLES = (ADMIN, COACH, LEAD)


@click.group()
def people() -> None:
    """People who sign in, and their roles."""


@people.command("add")
@click.option("--name", required=True, help="As colleagues call them.")
@click.option("--login", required=True, help="The sign-in name.")
@click.option("--mail", default="", help="Mail address.")
@click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), help="A role; may be given several times.")
@click.option("--unit", default=None, help="Id of the unit they belong to.")
@click.option("--party", default=None, help="Id of the support team they belong to.")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of the input.")
@click.pass_obj
def add(
    house: Portal,
    *,
    name: str,
    login: str,
    mail: str,
    roles: tuple[str, ...],
    unit: str | None,
    party: str | None,
    password_stdin: bool,
) -> None:
    """Add a person; without --password-stdin a password is made up and shown once."""
    password = _password(from_stdin=password_stdin)
    password_hash = passwords.taken(password, login=login, site_name=house.config.text("site_name"))
    with house.db.transaction() as session:
        person = service.add_person(
            session,
            name=name,
            login=login,
            mail=mail,
            password_hash=password_hash,
            roles=roles,
            unit_id=unit,
            party_id=party,
            must_change_password=not password_stdin,
            now=now(),
        )
    click.echo(f"{person.name} can sign in as {person.login}.")
    _show_once(password, from_stdin=password_stdin)


@people.command("list")
@click.option("--role", default="", help="Only people with this role.")
@click.option("--left", is_flag=True, help="People who have left, instead of those who are here.")
@click.option("--limit", default=200, show_default=True, help="Most people to show.")
@click.pass_obj
def list_people(house: Portal, role: str, left: bool, limit: int) -> None:
    """Show people with their sign-in names and roles."""
    with house.db.reading() as session:
        found = queries.people(session, role=role, here=not left, per_page=limit)
    for row in found.rows:
        roles = ", ".join(row.roles) or "end_user"
        click.echo(f"{row.person.login or '-'}  {row.person.name}  ({roles})")
    click.echo(f"{len(found.rows)} of {found.total} people.")


@people.command("password")
@click.argument("login")
@click.option("--password-stdin", is_flag=True, help="Read the password from the first line of the input.")
@click.pass_obj
def set_password(house: Portal, login: str, password_stdin: bool) -> None:
    """Give LOGIN a new password and sign them out everywhere."""
    password = _password(from_stdin=password_stdin)
    password_hash = passwords.taken(password, login=login, site_name=house.config.text("site_name"))
    with house.db.transaction() as session:
        person = queries.with_login(session, login)
        service.set_password(session, person, password_hash, by=None, must_change=not password_stdin)
    click.echo(f"{person.name} has a new password and is signed out everywhere.")
    _show_once(password, from_stdin=password_stdin)


@people.command("role", context_settings={"ignore_unknown_options": True})
@click.argument("login")
@click.argument("changes", nargs=-1, required=True, type=click.UNPROCESSED, metavar="+ROLE|-ROLE...")
@click.pass_obj
def change_roles(house: Portal, login: str, changes: tuple[str, ...]) -> None:
    """Give roles to LOGIN (+coach) or take them away (-coach)."""
    for change in changes:
        if change[:1] not in {"+", "-"}:
            raise Refused(f"{change} says neither + nor -.", hint=f"Write +{change} to give the role, or -{change}.")
    with house.db.transaction() as session:
        person = queries.with_login(session, login)
        roles = set(queries.roles_of(session, [person.id])[person.id])
        roles |= {change[1:] for change in changes if change[0] == "+"}
        roles -= {change[1:] for change in changes if change[0] == "-"}
        service.set_roles(session, person, roles, by=None, now=now())
        held = queries.roles_of(session, [person.id])[person.id]
    click.echo(f"{person.name} is now: {', '.join(held) or 'end_user'}.")


@people.command("roster")
@click.argument("party")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.pass_obj
def bring_roster(house: Portal, party: str, file: Path, dry_run: bool) -> None:
    """Bring the shifts of a calendar FILE (.ics) into the roster of PARTY."""
    with file.open("rb") as opened:
        text = calendars.decoded(opened.read(calendars.MOST_BYTES + 1))
    with house.db.transaction() as session:
        team = roster.party(session, party)
        found = rostering.import_calendar(session, team, text, now(), by=None, dry_run=dry_run)
    for problem in found.problems:
        click.echo(f"Line {problem.line}: {problem.why}", err=True)
    done = "Nothing is written: " if dry_run else ""
    click.echo(f"{done}{found.came} shifts added, {found.changed} changed, {found.went} removed.")


def _password(*, from_stdin: bool) -> str:
    return sys.stdin.readline().rstrip("\r\n") if from_stdin else passwords.made_up()


def _show_once(password: str, *, from_stdin: bool) -> None:
    if not from_stdin:
        click.echo(f"Password: {password}\nIt is shown this once. They can change it on their own page.")


def first_administrator(house: Portal) -> str:
    """Make the administrator of a portal without people, and return a sentence with the password; else nothing."""
    with house.db.reading() as session:
        if not queries.is_empty(session):
            return ""
    password = passwords.made_up()
    password_hash = passwords.taken(password)
    with house.db.transaction() as session:
        if not queries.is_empty(session):  # somebody was faster
            return ""
        person: Person = service.add_person(
            session,
            name="Administrator",
            login="admin",
            password_hash=password_hash,
            roles=FIRST_ROLES,
            must_change_password=True,
            now=now(),
        )
    return f"Sign in as:   {person.login}\nPassword:     {password}\nThe password is shown this once; keep it safe."


COMMANDS: list[click.Command] = [people]
