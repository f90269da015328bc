"""`portal articles finds`: whether articles are found by the sentences that must find them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from portal.articles import contracts, folders, frontmatter
from portal.articles.contracts import Contract
from portal.core.portal import Portal
from portal.search.engines import engine_named
from portal.search.live import index_of
from portal.search.meaning import opening
from portal.search.meaning.bar import learn_with_bar


@click.command()
@click.argument("path", required=False, type=click.Path(path_type=Path, exists=True))
@click.option("--words-only", is_flag=True, help="By words alone, without what they mean.")
@click.option("--live", is_flag=True, help="What is live in this portal, asked of its index as people get it.")
@click.pass_obj
def finds(house: Portal, path: Path | None, words_only: bool, live: bool) -> None:
    """Ask for what stands in `finds` of the articles in PATH (the starter articles by default), and say what comes."""
    if live and (path or words_only):
        raise click.UsageError("--live asks what is live, as people get it: leave PATH and --words-only out.")
    index = index_of(house)
    if live:
        with house.db.reading() as session:
            _say(list(contracts.look_live(session, index)), by_meaning=index.meaning is not None)
        return
    folder = path or house.root / "kb_articles"
    most = house.config.number("article_kb") * 1024
    files = [frontmatter.read_file(each, max_bytes=most) for each in folders.files_of([folder])]
    documents = contracts.documents_of(files)
    by_meaning = house.config.on("search_meaning") and not words_only
    meaning = opening.opened(index.home) if by_meaning else None
    if meaning is not None:
        learn_with_bar(meaning, [each for made in documents.values() for each in made])
    engine = engine_named(house.config.text("search_engine"))
    found = list(contracts.look(files, documents, engine=engine, meaning=meaning))
    _say(found, by_meaning=meaning is not None)


def _say(found: Sequence[Contract], *, by_meaning: bool) -> None:
    """Print what is not found without itself, and both shares; fails where people do not find something."""
    for each in found:
        if not each.is_kept_alone:
            place = f"place {each.alone}" if each.alone else "not found"
            before = f", after {', '.join(each.before)}" if each.before else ""
            click.echo(f"{each.ref}: {place} without itself{before}: “{each.sentence}”")
    for each in found:
        if not each.is_kept:
            place = f"place {each.place}" if each.place else "not found"
            click.echo(f"{each.ref}: {place} as people get it: “{each.sentence}”")
    by = "words and meaning" if by_meaning else "words"
    kept, alone = sum(each.is_kept for each in found), sum(each.is_kept_alone for each in found)
    click.echo(f"By {by}: {kept} of {len(found)} sentences find their article, {alone} of them without themselves.")
    sys.exit(0 if kept == len(found) else 1)
