"""`portal search`: build the index, look at it, compare it, ask it."""

from __future__ import annotations

from collections import Counter

import click
import sqlalchemy as sa

from portal.accounts.rights import Rights
from portal.core import clock
from portal.core.errors import Refused
from portal.core.events import Job
from portal.core.portal import Portal
from portal.search.cli_measure import LEVELS, measure
from portal.search.embedding import Embedding
from portal.search.indexing import LISTENER, Indexing
from portal.search.live import ROW, index_of
from portal.search.meaning import opening
from portal.search.models import SearchIndex
from portal.search.service import find

SHOWN_DIFFERENCES = 20


def rebuild_with_bar(indexing: Indexing, *, batch: int | None = None) -> str:
    """Rebuild with a progress bar; return the closing sentence."""
    began = clock.now()
    steps = indexing.rebuild(began, batch=batch)
    first = next(steps)
    with click.progressbar(length=first.total, label="Building the search index") as bar:
        done = 0
        for step in steps:
            bar.update(step.done - done)
            done = step.done
    seconds = (clock.now() - began).total_seconds()
    return f"The search index is built: {indexing.live.engine().count()} documents in {seconds:.1f} seconds."


@click.group()
def search() -> None:
    """The search index."""


@search.command()
@click.option("--batch", type=click.IntRange(min=1), help="Documents in one commit.")
@click.pass_obj
def rebuild(house: Portal, batch: int | None) -> None:
    """Build the index anew beside the live one, then switch."""
    click.echo(rebuild_with_bar(_indexing(house), batch=batch))


@search.command()
@click.pass_obj
def status(house: Portal) -> None:
    """Show which index is live, what it holds, and how many changes wait."""
    with house.db.reading() as session:
        row = session.get(SearchIndex, ROW)
        waiting = session.scalar(sa.select(sa.func.count(Job.id)).where(Job.listener == LISTENER))
    live = index_of(house)
    fault = live.fault()
    if row is not None:
        click.echo(f"{row.engine}, generation {row.generation}, built {row.built_at:%Y-%m-%d %H:%M:%S} UTC")
        click.echo(f"folder {live.home / row.folder}")
    click.echo(fault or f"documents: {live.engine().count()}, changes on their way to the index: {waiting}")
    if fault:
        raise SystemExit(1)


@search.command()
@click.pass_obj
def verify(house: Portal) -> None:
    """Compare the index with the database; ends with 1 when they differ."""
    with house.db.reading() as session:
        found = _indexing(house).verify(session)
    if not found:
        click.echo("The index equals the database.")
        return
    for difference in found[:SHOWN_DIFFERENCES]:
        click.echo(f"{difference.what:9}  {difference.key}")
    counts = ", ".join(f"{count} {what}" for what, count in sorted(Counter(each.what for each in found).items()))
    click.echo(f"The index differs from the database: {counts}. If that stays, run: portal search rebuild")
    raise SystemExit(1)


@search.command("find")
@click.argument("words", nargs=-1, required=True)
@click.option("--level", type=click.Choice(LEVELS), default="everyone", show_default=True, help="Whose eyes to use.")
@click.option("--service", default="", help="Only this service.")
@click.option("--limit", type=click.IntRange(1, 50), default=10, show_default=True, help="Most results to show.")
@click.pass_obj
def find_command(house: Portal, words: tuple[str, ...], level: str, service: str, limit: int) -> None:
    """Show what a reader of a level finds with WORDS."""
    rights = Rights(person_id=None, level=LEVELS.index(level))
    with house.db.reading() as session:
        results = find(session, index_of(house), " ".join(words), rights, service=service, per_page=limit)
    for typed, read in results.corrected:
        click.echo(f"No page has {typed}, so {read} was looked for.")
    for place, hit in enumerate(results.hits, 1):
        click.echo(f"{place:2}. {hit.ref}  {hit.title.striptags()}  ({hit.service})")
        click.echo(f"    {hit.passage.striptags()}")
    click.echo(f"{results.total} fit.")


@search.command()
@click.pass_obj
def embed(house: Portal) -> None:
    """Work out what texts mean that nobody worked out yet; can be interrupted and begun again."""
    live = index_of(house)
    if live.meaning is None:
        raise Refused(
            "Searches go by words alone here.",
            hint=f"Set search_meaning to true, and install what is missing: {opening.missing() or 'nothing'}.",
        )
    steps = Embedding(live).embed_all()
    _none, total = next(steps)
    with click.progressbar(length=total, label="Working out what texts mean") as bar:
        before = 0
        for done, _total in steps:
            bar.update(done - before)
            before = done
    click.echo(f"Worked out: {total}. Known in all: {len(live.meaning.file.known())}.")


search.add_command(measure)


def _indexing(house: Portal) -> Indexing:
    return Indexing(index_of(house), batch=house.config.number("index_batch"))
