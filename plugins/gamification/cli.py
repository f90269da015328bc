"""`portal gamification`: badges on the command line."""

from __future__ import annotations

from pathlib import Path

import click

from plugins.gamification import definitions, merging, replaying
from plugins.gamification.models import Replay
from plugins.gamification.replaying import EXTRA, MISSING, OTHER
from portal.core.clock import now
from portal.core.portal import Portal

SHOWN = 20
_SAID = {MISSING: "is missing", EXTRA: "is too much", OTHER: "has another date, evidence or version"}


@click.group()
def gamification() -> None:
    """Badges, and what they stand on."""


@gamification.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), default=definitions.SHIPPED, metavar="[FILE]")
def check(file: Path) -> None:
    """Say what does not fit in FILE, by default in the badges that come with the portal."""
    found = definitions.load(file)
    for problem in found.problems:
        where = ", ".join(each for each in (problem.badge, problem.field) if each)
        click.echo(f"{problem.file}{f' ({where})' if where else ''}: {problem.sentence}")
    if found.problems:
        click.echo(f"{len(found.problems)} to mend. Nothing of this file is used while there is one.")
        raise click.exceptions.Exit(1)
    click.echo(f"{_count(len(found.badges), 'badge', 'badges')} in {file.name}: nothing to mend.")


@gamification.command()
@click.option("--write", is_flag=True, help="Bring the awards to what the log says; else they are compared only.")
@click.pass_obj
def replay(house: Portal, write: bool) -> None:
    """Work out all awards anew from the log, and say what differs. Nobody is told of what is found."""
    with house.db.reading() as session:
        count = len(replaying.people(session))
    with click.progressbar(length=count, label="People", show_pos=True) as bar:
        replay_id = replaying.run(
            house.db, because=replaying.COMMAND, write=write, clock=now, progress=bar.update
        )  # fmt: skip
    with house.db.reading() as session:
        done = session.get_one(Replay, replay_id)
    for each in done.differences[:SHOWN]:
        click.echo(f"{each['badge']} ({each['key']}) of person {each['person']} {_SAID[each['what']]}.")
    if done.different > SHOWN:
        click.echo(f"And {done.different - SHOWN} more.")
    ending = "" if not done.different else " Put right." if write else " Put it right with --write."
    click.echo(f"{done.events} events of {done.people} people, {done.different} differences.{ending}")
    if done.different and not write:
        raise click.exceptions.Exit(1)


@gamification.command("same-person")
@click.argument("old", type=int)
@click.argument("new", type=int)
@click.pass_obj
def same_person(house: Portal, old: int, new: int) -> None:
    """Say that the account OLD is the account NEW now: what helped others counts for the one that stays."""
    with house.db.transaction() as session:
        touched = merging.same_person(session, old, new, now=now())
        merging.follow(session, touched, now=now())
    people = _count(len(touched), "person", "people")
    click.echo(f"Account {old} is {new} now. The awards of {people} were worked out anew.")


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
