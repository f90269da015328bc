"""Two portals over the same town: one that never had a plugin of the tree, and one that has it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from flask import Flask

from portal.app import ROOT, create_app
from portal.core import migrate
from portal.core.plugins import discover
from portal.core.portal import Portal
from portal.testing import NOON
from tests.house.test_plugins_off import house_of
from tests.house.town import Town

VERDICT = "/kb/KB0101/verdict"


class Twins:
    """Opens portals with and without the plugin *name*; whoever made it closes it at the end."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._apps: list[Flask] = []

    def open(self, instance: Path, *, installed: bool) -> Flask:
        """A portal in the folder *instance*, with all tables that it needs."""
        members = [each for each in discover(ROOT / "plugins") if installed or each.name != self.name]
        app = create_app({"instance": str(instance)}, environ={}, plugins=members)
        app.config["TESTING"] = False
        house = house_of(app)
        migrate.upgrade(house.db, migrate.owners(house.root, house.plugins), backup_to=None, now=NOON)
        self._apps.append(app)
        return app

    def twin(self, town: Town, instance: Path) -> Town:
        """The same town once more, in a portal that has the plugin."""
        town.house.tally.flush()
        town.house.db.close()
        app = self.open(Path(shutil.copytree(town.house.config.instance, instance)), installed=True)
        return Town(app, house_of(app), town.people, town.markers, town.refs)

    def switch(self, house: Portal, *, on: bool) -> None:
        """Switch the plugin of a portal that has it."""
        with house.db.transaction() as session:
            house.plugins.switches.switch(session, self.name, on=on, by=None, now=NOON)

    def close(self) -> None:
        """Close all portals."""
        for app in self._apps:
            house_of(app).close()


def given(town: Town, viewer: str, value: str) -> tuple[int, str]:
    """What somebody reads who gives a verdict, without what differs between any two answers."""
    client = town.client(viewer)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/kb/KB0101").text)
    assert token is not None
    said = client.post(VERDICT, data={"csrf_token": token[1], "verdict": value}, follow_redirects=True)
    return said.status_code, re.sub(r'nonce="[^"]*"|value="[^"]{60,}"|number [0-9a-f]{16}', "*", said.text)
