"""The command `portal organisation`."""

from __future__ import annotations

from pathlib import Path

import click

from portal.core.portal import Portal
from portal.organisation import loading


@click.group()
def organisation() -> None:
    """Sites, units, support parties, services."""


@organisation.command()
@click.argument("file", type=click.Path(path_type=Path), default=loading.SHIPPED)
@click.option("--samples", is_flag=True, help="Also what the file marks as a sample.")
@click.pass_obj
def load(house: Portal, file: Path, samples: bool) -> None:
    """Load the organisation from FILE (TOML); without FILE, the one that comes with the portal.

    It may be repeated at any time: what was edited on the admin pages stays as it is.
    """
    data = loading.read(file)
    with house.db.transaction() as session:
        loaded = loading.load(session, data, samples=samples, source=str(file))
    click.echo(str(loaded))


def load_when_empty(house: Portal) -> str:
    """Load what comes with the portal unless an organisation is there; return a sentence, or nothing."""
    with house.db.transaction() as session:
        if not loading.is_empty(session):
            return ""
        return str(loading.load(session, loading.read(loading.SHIPPED)))
