"""`portal search measure`: how good the search is, on queries of which the answers are known."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click

from portal.core.errors import Refused
from portal.core.portal import Portal
from portal.search import judged, measuring
from portal.search.documents import Document
from portal.search.engines import NAMES, engine_named
from portal.search.judged import Asked, Collection
from portal.search.live import index_of
from portal.search.meaning import opening
from portal.search.meaning.bar import learn_with_bar
from portal.search.measuring import FIGURES, Figures, Measured
from portal.search.popularity import Use

LEVELS = ("everyone", "support", "specialists")
TITLES = ("S@1", "S@3", "S@10", "nDCG@10", "MRR@10", "nothing")


@click.command()
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER…")
@click.option("--engine", type=click.Choice(NAMES), help="The engine to measure; else that of the settings.")
@click.option("--words-only", is_flag=True, help="By words alone, without what they mean.")
@click.option("--used", is_flag=True, help="Every second query, without and with use of what answers the others.")
@click.option("--level", type=click.Choice(LEVELS), default="specialists", show_default=True, help="Whose eyes to use.")
@click.option(
    "--json", "to", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write the figures to FILE."
)
@click.pass_obj
def measure(
    house: Portal,
    *,
    folders: tuple[Path, ...],
    engine: str | None,
    words_only: bool,
    used: bool,
    level: str,
    to: Path | None,
) -> None:
    """Measure the search on the collection in each FOLDER, in an index of its own.

    A folder holds queries.jsonl, and grades in qrels.tsv or with each query.
    Documents are in corpus.jsonl; without it they are the articles that ship.
    """
    by_meaning = house.config.on("search_meaning") and not words_only
    if by_meaning and (gone := opening.missing()):
        click.echo(f"By words alone, since this is not installed: {gone}.", err=True)
    figures = {}
    # What passages mean is kept beside the index: a second measuring is quick, and what nothing holds goes by night.
    meaning = opening.opened(index_of(house).home) if by_meaning else None
    for folder in folders:
        collection = judged.read(folder)
        documents = _documents(house, collection)
        if meaning is not None:
            learn_with_bar(meaning, documents)
        by = "words and meaning" if meaning else "words"
        rounds: list[tuple[Sequence[Asked], Use | None, str]] = [(collection.queries, None, by)]
        if used:
            half, use = collection.queries[1::2], measuring.opened_for(collection.queries[::2], documents[0].source)
            rounds = [(half, None, by), (half, use, f"{by}, and by use")]
        for asked, use_then, words in rounds:
            with click.progressbar(length=len(asked), label=collection.name) as bar:
                figures[collection.name] = measuring.measure(
                    engine_named(engine or house.config.text("search_engine")),
                    documents,
                    asked,
                    level=LEVELS.index(level),
                    meaning=meaning,
                    use=use_then,
                    progress=bar.update,
                )
            _print(collection.name, len(asked), len(documents), figures[collection.name], words)
    if to is not None:
        plain = {name: each.plain() for name, each in figures.items()}
        alone = next(iter(plain.values())) if len(plain) == 1 else plain
        to.write_text(json.dumps(alone, indent=1) + "\n", encoding="utf-8")


def _documents(house: Portal, collection: Collection) -> tuple[Document, ...]:
    if collection.documents is not None:
        return collection.documents
    shipped = tuple(each for some in house.plugins.on("shipped_documents") for each in some)
    if not shipped:
        raise Refused("There are no articles to ask.", hint="Put a corpus.jsonl beside the queries.")
    return shipped


def _print(name: str, queries: int, documents: int, measured: Measured, by: str) -> None:
    click.echo(f"{name}: {queries} queries, {documents} documents, by {by}")
    click.echo(f"{'':18} {'queries':>7} " + " ".join(f"{title:>17}" for title in TITLES))
    for style, of_style in measured.styles.items() if len(measured.styles) > 1 else ():
        click.echo(_row(style, of_style))
    click.echo(_row("all with an answer", measured.all))


def _row(name: str, of: Figures) -> str:
    cells = (f"{of.means[each]:.3f} {of.intervals[each][0]:.2f}–{of.intervals[each][1]:.2f}" for each in FIGURES)
    return f"{name:18} {of.queries:>7} " + " ".join(f"{cell:>17}" for cell in cells)
