"""Imports go downstairs only: the contracts hold, and each of them catches the import that it is there for."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from portal.app import ROOT

LINT = Path(sys.executable).with_name("lint-imports")

# Where a wrong import is put, what it says, and the contract that it breaks.
WRONG = {
    "a lower room imports a higher one": (
        "portal/search/query.py",
        "from portal.articles import models",
        "The floors of the house",
    ),
    "the ground floor imports a room": (
        "portal/core/clock.py",
        "from portal.organisation import models",
        "The floors of the house",
    ),
    "a room imports the application": ("portal/home/views.py", "from portal import app", "The floors of the house"),
    "the portal names a plugin": (
        "portal/home/views.py",
        "from plugins.badges import plugin",
        "The portal never names a plugin",
    ),
    "a plugin imports another one": (
        "plugins/badges/plugin.py",
        "from plugins.thanks import plugin",
        "Plugins never import each other",
    ),
    "a plugin imports a view": (
        "plugins/badges/plugin.py",
        "from portal.articles import views",
        "Plugins use a room's front doors, not its views",
    ),
    "models import a service": (
        "portal/accounts/models.py",
        "from portal.accounts import service",
        "Inside a room: edges on top, models at the bottom",
    ),
    "a service imports Flask": (
        "portal/articles/service.py",
        "from flask import request",
        "Services know nothing of HTTP",
    ),
    "queries import Werkzeug": (
        "portal/accounts/queries.py",
        "import werkzeug",
        "Services know nothing of HTTP",
    ),
    "two neighbours import each other": (
        "portal/core/clock.py",
        "from portal.core import log\n# and back\nimport portal.core.jobs",
        "No cycles anywhere",
    ),
}


def broken(root: Path) -> list[str]:
    """The names of the contracts that do not hold in the tree under *root*."""
    ran = subprocess.run(
        [str(LINT), "--no-cache", "--no-logo"],
        cwd=root,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    found = re.findall(r"^(.+) BROKEN", ran.stdout, re.MULTILINE)
    assert bool(found) == bool(ran.returncode), ran.stdout + ran.stderr
    return found


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of the house with two plugins."""
    root = tmp_path_factory.mktemp("house")
    for folder in ("portal", "plugins"):
        shutil.copytree(
            ROOT / folder,
            root / folder,
            ignore=lambda _folder, names: {name for name in names if "." in name and not name.endswith(".py")},
        )
    for name in ("badges", "thanks"):
        (root / "plugins" / name).mkdir()
        (root / "plugins" / name / "__init__.py").write_text("", encoding="utf-8")
        (root / "plugins" / name / "plugin.py").write_text("", encoding="utf-8")
    shutil.copy(ROOT / "setup.cfg", root)
    return root


def test_every_contract_of_the_house_holds():
    assert broken(ROOT) == []


def test_every_contract_holds_with_two_plugins(tree):
    assert broken(tree) == []


def test_each_contract_catches_its_wrong_import(tree, tmp_path):
    def with_wrong_import(number_and_case: tuple[int, str]) -> list[str]:
        number, case = number_and_case
        file, line, _contract = WRONG[case]
        copy = Path(shutil.copytree(tree, tmp_path / str(number)))
        with (copy / file).open("a", encoding="utf-8") as source:
            source.write(f"\n{line}\n")
        return broken(copy)

    with ThreadPoolExecutor(2) as pool:
        found = dict(zip(WRONG, pool.map(with_wrong_import, enumerate(WRONG)), strict=True))

    assert [case for case, (_file, _line, contract) in WRONG.items() if contract not in found[case]] == []
