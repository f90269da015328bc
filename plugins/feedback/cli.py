"""`portal feedback`: questions on the command line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from plugins.feedback import bank as banks
from plugins.feedback import changes, wordings
from portal.core.portal import Portal


@click.group()
def feedback() -> None:
    """Questions to people, and what they answered."""


@feedback.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), default=banks.SHIPPED, metavar="[FILE]")
@click.pass_obj
def check(house: Portal, file: Path) -> None:
    """Say what breaks the writing rules: in FILE, by default the questions that come with the portal, and in those
    that were worded here."""  # noqa: D205, D209 - one sentence, as the help shows it
    read = banks.load(file)
    with house.db.reading() as session:
        now = wordings.bank_now(session)
    here = {
        id_: question for id_, question in now.questions.items() if question != wordings.shipped().questions.get(id_)
    }
    errors = 0
    for bank in (read, replace(now, questions=here)):
        for question_id, problem in changes.faults(bank):
            errors += problem.is_error
            where = f"{question_id} ({problem.language})" if problem.language else question_id
            kind = "mend" if problem.is_error else "look"
            click.echo(f"{kind:6}{where}: {problem.message} {problem.remedy}")
    click.echo(f"{len(read.questions)} questions in {file.name}, {len(here)} worded here: {errors} to mend.")
    if errors:
        raise click.exceptions.Exit(1)
