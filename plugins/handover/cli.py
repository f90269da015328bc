"""`portal handover`: changes from a file, and what the gate says, for pipelines that deploy."""

from __future__ import annotations

import json
from pathlib import Path

import click

from plugins.handover import changes, csv_import, gate, gate_keeping, gate_words
from portal.accounts.queries import with_login
from portal.core.clock import now
from portal.core.errors import PortalError
from portal.core.portal import Portal
from portal.organisation import queries

NOT_READY, UNKNOWN = 1, 2


@click.group()
def handover() -> None:
    """Changes that are handed over before they meet users."""


@handover.command("gate")
@click.argument("ref")
@click.option("--json", "as_json", is_flag=True, help="As a program reads it: the same as the address in the portal.")
@click.pass_obj
def gate_(house: Portal, ref: str, as_json: bool) -> None:
    """Say whether the change REF may go live. Exit status: 0 it may, 1 it may not, 2 there is no such change."""
    with house.db.reading() as session:
        try:
            change = changes.by_ref(session, ref)
        except PortalError as fault:
            click.echo(str(fault), err=True)
            raise click.exceptions.Exit(UNKNOWN) from None
        pack = changes.pack_of(session, change)
        found = gate_keeping.look(session, pack)
        answer = gate_words.answer(pack, found)
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        click.echo(f"{change.ref}: {change.title} ({pack.state})")
        for each in found:
            if each.colour != gate.NOT_ASKED:
                said = gate_words.words(each)
                click.echo(f"  {each.condition:<4}{said.colour_title:<10} {said.text}")
        click.echo("It may go live." if answer["ready"] else "It may not go live.")
    if not answer["ready"]:
        raise click.exceptions.Exit(NOT_READY)


@handover.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--owner", default="", help="Sign-in name of who owns changes that name nobody.")
@click.option("--dry-run", is_flag=True, help="Say what would come of it, and keep nothing.")
@click.pass_obj
def import_(house: Portal, file: Path, owner: str, dry_run: bool) -> None:
    """Record the changes of a CSV FILE. Its first line names the columns; the handbook lists them."""
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise click.ClickException(f"{file} is not UTF-8. Save it as CSV in UTF-8.") from None
    counts = {"new": 0, "changed": 0, "same": 0, "fault": 0}
    with house.db.transaction() as session:
        about = queries.organisation(session)
        try:
            owner_id = with_login(session, owner).id if owner else None
            lines = csv_import.load(session, text, zone=about.time_zone if about is not None else "UTC",
                                    owner_id=owner_id, by=None, now=now())  # fmt: skip
            for line in lines:
                counts[line.what] += 1
                if line.fault:
                    click.echo(f"Line {line.number} ({line.ref or 'no number'}): {line.fault}")
        except PortalError as fault:
            raise click.ClickException(str(fault)) from None
        if dry_run:
            session.rollback()
    said = ", ".join(f"{count} {'not read' if what == 'fault' else what}" for what, count in counts.items())
    click.echo(f"{said}.{' Nothing was kept.' if dry_run else ''}")
    if counts["fault"]:
        raise click.exceptions.Exit(1)
