"""`portal example`: the board on the command line."""

from __future__ import annotations

import click

from portal.core.clock import now
from portal.core.portal import Portal
from tests.example_plugin import queries, service


@click.group()
def example() -> None:
    """The notice board."""


@example.command("list")
@click.pass_obj
def list_notes(house: Portal) -> None:
    """Show the newest notes."""
    with house.db.reading() as session:
        for note in queries.notes(session):
            click.echo(f"{note.ref}  {note.title}")


@example.command()
@click.argument("service_id")
@click.argument("title")
@click.pass_obj
def pin(house: Portal, service_id: str, title: str) -> None:
    """Pin a note with TITLE beside SERVICE_ID."""
    with house.db.transaction() as session:
        note = service.pin(session, service_id=service_id, title=title, body="", by=None, now=now())
        ref = note.ref
    click.echo(f"{ref} hangs on the board.")
