"""A portal with the notice board, for the tests of plugins.

The plugin is imported inside the fixtures: its tables must not be known to
tests that have nothing to do with it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from portal.app import ROOT, build, create_app
from portal.core import migrate
from portal.core.plugins import discover
from portal.core.portal import Plugin
from portal.testing import NOON


def with_example() -> list[Plugin]:
    """The plugins of the tree, and the notice board."""
    from tests.example_plugin.plugin import ExamplePlugin

    return [*discover(ROOT / "plugins"), ExamplePlugin()]


def pin_up(instance: Path) -> None:
    """Bring the tables of the notice board into the database of *instance*."""
    house = build({"instance": str(instance)}, environ={}, plugins=with_example())
    migrate.upgrade(house.db, migrate.owners(house.root, house.plugins), backup_to=None, now=NOON)
    house.close()


@pytest.fixture(scope="session")
def migrated_example(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance folder whose database has the tables of the notice board too; copied for each test."""
    folder = Path(shutil.copytree(migrated, tmp_path_factory.mktemp("example") / "instance"))
    pin_up(folder)
    return folder


@pytest.fixture
def open_example() -> Iterator[Callable[[Path], Flask]]:
    """Call it with an instance folder for a portal with the notice board; all are closed at the end."""
    opened: list[Flask] = []

    def open_portal(instance: Path) -> Flask:
        app = create_app({"instance": str(instance)}, environ={}, plugins=with_example())
        app.config["TESTING"] = False
        opened.append(app)
        return app

    yield open_portal
    for app in opened:
        app.extensions["portal"].close()


@pytest.fixture
def example_app(migrated_example: Path, tmp_path: Path, open_example: Callable[[Path], Flask]) -> Flask:
    """A portal of its own with the notice board, switched on."""
    return open_example(Path(shutil.copytree(migrated_example, tmp_path / "example")))
