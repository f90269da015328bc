"""Which files are articles: those that are named, those of a folder, and those that stand beside them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from portal.articles.addresses import ref_in
from portal.core.errors import Refused
from portal.core.i18n import gettext as _

MARKDOWN = "*.md"
_KEPT_APART = re.compile(r"history/KB\d{4,15}/\d{4,}\.md\Z", re.ASCII)  # texts from before, beside an export


def files_of(paths: Sequence[Path]) -> dict[Path, str]:
    """Return the article files that *paths* name, each with its place: ``kb_articles:handbook/KB9001-….md``.

    A folder stands for all article files in it, at any depth. A place says the
    name of the outermost folder of articles, and the way from there.

    Raises:
        Refused: a path does not exist, or a folder has no article.
    """
    found: dict[Path, str] = {}
    for path in paths:
        if not path.exists():
            raise Refused(_("There is no %(path)s.", path=path), hint=_("Name a file or a folder that exists."))
        inside = articles_in(path) if path.is_dir() else [path]
        if not inside:
            raise Refused(
                _("There is no article in %(path)s.", path=path), hint=_("Articles are files that end in .md.")
            )
        home = home_of(path).resolve()
        above = (path if path.is_dir() else path.parent).resolve().relative_to(home)
        top = path if path.is_dir() else path.parent
        found |= {each: f"{home.name}:{(above / each.relative_to(top)).as_posix()}" for each in inside}
    return found


def articles_in(folder: Path) -> list[Path]:
    """Return the article files of *folder*, at any depth."""
    return [path for path in _markdown_in(folder) if _is_article(path)]


def _markdown_in(folder: Path) -> list[Path]:
    found = sorted(folder.rglob(MARKDOWN))
    return [path for path in found if not _KEPT_APART.match(path.relative_to(folder).as_posix())]


def split_place(place: str) -> tuple[str, str]:
    """Return the name of the folder that a place begins with, and the way from there; no name in an old place."""
    before, mark, after = place.partition(":")
    return (before, after) if mark and "/" not in before else ("", place)


def left_alone(paths: Sequence[Path]) -> list[Path]:
    """Return the Markdown files in the folders of *paths* that are no articles, such as a README."""
    return [each for path in paths if path.is_dir() for each in _markdown_in(path) if not _is_article(each)]


def home_of(path: Path) -> Path:
    """Return the folder of articles that *path* belongs to: the outermost that directly holds an article."""
    home = path if path.is_dir() else path.parent
    for folder in home.resolve().parents:
        if not any(_is_article(each) for each in folder.glob("KB*.md")):
            break
        home = folder
    return home


def neighbours_of(paths: Sequence[Path]) -> list[Path]:
    """Return the article files that belong to the same folders as *paths*, or stand one deeper, and are not named."""
    named = {each.resolve() for each in files_of(paths)}
    homes = {home_of(path).resolve() for path in paths}
    around = {each for home in homes for depth in (MARKDOWN, f"*/{MARKDOWN}") for each in home.glob(depth)}
    return sorted(each for each in around - named if _is_article(each))


def _is_article(path: Path) -> bool:
    """Whether *path* means to be an article: by its name, or by fields on top."""
    if ref_in(path.stem):
        return True
    try:
        with path.open("rb") as file:
            return file.read(3) == b"---"
    except OSError:
        return True  # what cannot be opened is said when it is read
