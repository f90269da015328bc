"""The rooms without the plugins of the tree, for tests that count what a page of theirs takes."""

from __future__ import annotations

import pytest

from portal.core.portal import Portal, Room
from portal.testing import NOON


@pytest.fixture
def rooms_alone(house: Portal) -> None:
    """Every plugin is switched off."""
    with house.db.transaction() as session:
        for member in house.plugins:
            if not isinstance(member, Room):
                house.plugins.switches.switch(session, member.name, on=False, by=None, now=NOON)
