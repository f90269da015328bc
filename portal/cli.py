"""The `portal` command. Rooms and plugins add their groups to it."""

from __future__ import annotations

import sys

import click
from sqlalchemy.exc import OperationalError

from portal import __version__
from portal.app import build
from portal.core import log
from portal.core.errors import ConfigError, PortalError
from portal.core.portal import Portal


class _Group(click.Group):
    """A group that says an error as a sentence with its remedy, and ends with 2."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except PortalError as error:
            raise SystemExit(_say(error)) from None
        except OperationalError as error:
            fault = ConfigError(
                f"The database could not be used: {error.orig}.",
                hint="If it is new, run `portal db upgrade` first; `portal doctor` looks for what is wrong.",
            )
            raise SystemExit(_say(fault)) from None


def _say(error: PortalError) -> int:
    click.echo(error.message, err=True)
    if error.hint:
        click.echo(error.hint, err=True)
    return 2


def command(house: Portal) -> click.Group:
    """Return the whole command with what every room and plugin adds."""
    group = _Group("portal", help="Frontline: the self-service portal and knowledge base.")
    group = click.version_option(__version__, prog_name="portal")(group)
    for commands in house.plugins.on("commands"):
        for each in commands:
            group.add_command(each)
    return group


def main() -> None:
    """Entry point of the `portal` command."""
    try:
        house = build()
    except ConfigError as error:
        sys.exit(_say(error))
    log.configure(fmt=house.config.text("log_format"), level=house.config.text("log_level"))
    command(house)(obj=house)


if __name__ == "__main__":
    main()
