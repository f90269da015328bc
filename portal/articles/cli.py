"""The command `portal articles`: check, load, export and render files."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections import Counter
from pathlib import Path

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.articles import exporting, finding, folders, importing, loading, reading_level, renewing
from portal.articles.addresses import ref_in
from portal.articles.cli_finds import finds
from portal.articles.exporting import What
from portal.articles.importing import Imported, Standing, Wishes
from portal.articles.levels import Level
from portal.articles.loading import Checked, Vocabulary
from portal.articles.models import Article
from portal.articles.problems import in_order
from portal.core import clock
from portal.core.errors import Refused
from portal.core.filestore import FileStore
from portal.core.i18n import ngettext
from portal.core.portal import Portal
from portal.core.switches import PortalState
from portal.search.engines import engine_named

STARTERS = "kb_articles"
STARTERS_STATE = "articles.starters"
BEGUN, DONE = 1, 2
LEVEL = click.Choice([level.word for level in Level])


@click.group()
def articles() -> None:
    """The knowledge: files of articles, checked and loaded."""


@articles.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--strict", is_flag=True, help="What is worth mending before anybody reads it is an error, too.")
@click.option("--json", "as_json", is_flag=True, help="Print a list of objects for other programs.")
@click.pass_obj
def check(house: Portal, paths: tuple[Path, ...], strict: bool, as_json: bool) -> None:
    """Look through the files in PATHS (the starter articles by default) and say what to mend, with file and line."""
    paths = paths or (house.root / STARTERS,)
    checked = _checked(house, paths, strict=strict, render=True, beside=True)
    engine = engine_named(house.config.text("search_engine"))
    listed = finding.read_list(folders.home_of(paths[0]))
    not_found = finding.check(checked.files, checked.neighbours, engine=engine, listed=listed, strict=strict)
    hard = [problem for file in checked.files for problem in reading_level.check(file, strict=strict)]
    checked = dataclasses.replace(checked, problems=in_order([*checked.problems, *not_found, *hard]))
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(each) for each in checked.problems], ensure_ascii=False, indent=2))
    else:
        for problem in checked.problems:
            click.echo(str(problem))
        _say_what_was_left_alone(paths)
        _say_what_was_not_measured(checked)
        click.echo(_counted(checked))
    sys.exit(1 if checked.errors else 0)


@articles.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--samples", is_flag=True, help="Also articles with invented facts (sample: true).")
@click.option("--keep-going", is_flag=True, help="Load the files without errors although others have some.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--delete", is_flag=True, help="Archive what once came from this folder and has no file any longer.")
@click.option("--take-file", is_flag=True, help="Where a file and its article in the portal changed, take the file.")
@click.option("--keep-portal", is_flag=True, help="Where both changed, keep the text of the portal.")
@click.pass_obj
def load(house: Portal, /, path: Path, take_file: bool, keep_portal: bool, **wanted: bool) -> None:
    """Put the articles of PATH (a file or folder) live, where they are new or changed."""
    if take_file and keep_portal:
        raise click.UsageError("Choose one of --take-file and --keep-portal.")
    wishes = Wishes(take_file=take_file, keep_portal=keep_portal, **wanted)
    checked = _checked(house, (path,))
    for problem in checked.errors:
        click.echo(str(problem), err=True)
    _say_what_was_left_alone((path,))
    loaded = _loaded(house, path, checked, wishes)
    if wishes.dry_run:
        for file, standing in loaded.standings.items():
            if standing != Standing.SAME:
                click.echo(f"{standing.ljust(8)}{file}")
    click.echo(("Nothing is written: " if wishes.dry_run else "") + str(loaded))


@articles.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--history", is_flag=True, help="Also the texts from before: who wrote them when, and why.")
@click.option("--dry-run", is_flag=True, help="Say what would change, same files too, and change nothing.")
@click.option("--delete", is_flag=True, help="Remove files that no article stands behind any longer.")
@click.pass_obj
def export(house: Portal, path: Path, history: bool, dry_run: bool, delete: bool) -> None:
    """Write what is live, with its pictures, to the folder PATH; what is the same there stays untouched."""
    counts: Counter[What] = Counter()
    told: list[str] = []
    with house.db.reading() as session:
        total = exporting.count(session)
        with click.progressbar(length=total, label="Exporting articles", show_pos=True) as bar:
            changes = exporting.export(
                session,
                FileStore(house.config.instance),
                path,
                history=history,
                dry_run=dry_run,
                delete=delete,
                progress=bar.update,
            )
            for change in changes:
                counts[change.what] += 1
                if dry_run or change.what != What.SAME:
                    told.append(f"{change.what.ljust(8)}{change.path}")
    for line in told:
        click.echo(line)
    numbers = ", ".join(f"{counts[what]} {what}" for what in What)
    click.echo(("Nothing is written: " if dry_run else "") + f"Files: {numbers}.")
    if counts[What.KEPT]:
        click.echo("Files that are kept have a text that the portal does not hold: load them, or move them away.")
    if counts[What.GONE] and not delete:
        click.echo("Files that are gone stay where they are (--delete).")


@articles.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--level", default=Level.EVERYONE.word, show_default=True, type=LEVEL, help="Who reads it.")
@click.pass_obj
def render(house: Portal, file: Path, level: str) -> None:
    """Print the HTML that a reader of a level gets of FILE."""
    checked = _checked(house, (file,))
    for problem in checked.errors:
        click.echo(str(problem), err=True)
    if checked.errors:
        sys.exit(1)
    with house.db.reading() as session:
        known = set(session.scalars(sa.select(Article.ref))) if _is_migrated(house) else set()
    known |= {ref for path in file.parent.glob("*.md") if (ref := ref_in(path.stem))}
    text = loading.prepare(checked.files[0], known)
    readable = [stored for stored in text.pages.renderings if stored <= Level.from_word(level)]
    if not readable:
        raise Refused(f"{file} is for {text.front.audience.word}.", hint=f"Use --level {text.front.audience.word}.")
    click.echo(text.pages.renderings[max(readable)].html)


@articles.command("render-again")
@click.pass_obj
def render_again(house: Portal) -> None:
    """Make the stored pages of all articles anew from their texts, as after a change of the renderer."""
    with house.db.reading() as session:
        ids = renewing.live_ids(session)
    with click.progressbar(ids, label="Rendering", show_pos=True) as bar:
        for article_id in bar:
            renewing.render_again(house.db, article_id)
    click.echo(f"{len(ids)} articles have new pages.")


def load_starters(house: Portal) -> str:
    """Load the articles that come with the portal when there is none; return a sentence, or nothing.

    A load that was cut short is taken up again at the next start.
    """
    with house.db.transaction() as session:
        begun = session.get(PortalState, STARTERS_STATE)
        if begun.value == DONE if begun else session.scalar(sa.select(Article.id).limit(1)) is not None:
            return ""
        note_starters(session, BEGUN)
    path = house.root / STARTERS
    sentence = str(_loaded(house, path, _checked(house, (path,)), Wishes()))
    with house.db.transaction() as session:
        note_starters(session, DONE)
    return sentence


def note_starters(session: Session, state: int) -> None:
    """Keep how far the first load of the starter articles has come: ``BEGUN`` or ``DONE``."""
    session.merge(PortalState(key=STARTERS_STATE, value=state))


def _loaded(house: Portal, path: Path, checked: Checked, wishes: Wishes) -> Imported:
    with click.progressbar(length=2 * len(checked.files), label="Loading articles") as bar:
        store = FileStore(house.config.instance)
        return importing.load(house.db, store, path, checked, wishes, now=clock.now, progress=bar.update)


def _say_what_was_left_alone(paths: tuple[Path, ...]) -> None:
    for path in folders.left_alone(paths):
        click.echo(f"{path} is no article and is left alone: its name does not begin with an id like KB0001.")


def _say_what_was_not_measured(checked: Checked) -> None:
    for file in checked.files:
        if file.front is not None and not reading_level.is_measured(file.front):
            click.echo(f"{file.path} is in {file.front.language}: how hard it reads is measured for English only.")


def _counted(checked: Checked) -> str:
    """How many files were looked through, and what was found in them."""
    wrong = len(checked.errors)
    files = ngettext("%(num)s file", "%(num)s files", len(checked.files))
    errors = ngettext("%(num)s error", "%(num)s errors", wrong)
    warnings = ngettext("%(num)s warning", "%(num)s warnings", len(checked.problems) - wrong)
    return f"{files}: {errors}, {warnings}."


def _checked(
    house: Portal, paths: tuple[Path, ...], *, strict: bool = False, render: bool = False, beside: bool = False
) -> Checked:
    return loading.check(
        paths,
        _vocabulary(house),
        max_bytes=house.config.number("article_kb") * 1024,
        strict=strict,
        render=render,
        beside=beside,
    )


def _vocabulary(house: Portal) -> Vocabulary:
    if not _is_migrated(house):
        return loading.vocabulary(None)
    with house.db.reading() as session:
        return loading.vocabulary(session)


def _is_migrated(house: Portal) -> bool:
    """Whether the tables are there: files can be checked before the first start."""
    return sa.inspect(house.db.engine).has_table(Article.__tablename__)


articles.add_command(finds)
