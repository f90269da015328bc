"""Folders that go out of one portal and into another."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from click.testing import CliRunner

from portal.app import build
from portal.cli import command
from portal.core.portal import Portal
from portal.organisation import cli as organisation


def tree(folder: Path) -> dict[str, bytes]:
    """Every file of a folder by its place."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@contextmanager
def empty_portal(template: Path) -> Iterator[Portal]:
    """A portal with its organisation and nothing else."""
    folder = Path(tempfile.mkdtemp())
    house = build({"instance": str(shutil.copytree(template, folder / "instance"))}, environ={}, plugins=())
    organisation.load_when_empty(house)
    try:
        yield house
    finally:
        house.close()
        shutil.rmtree(folder)


def run(house: Portal, *words: object) -> str:
    """Type a command; what it says, without the bar."""
    result = CliRunner().invoke(command(house), ["articles", *map(str, words)], obj=house)
    assert isinstance(result.exception, SystemExit | None)
    return result.output


def last_line(said: str) -> str:
    return said.rstrip("\n").rpartition("\n")[2]
