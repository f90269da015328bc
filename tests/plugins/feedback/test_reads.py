"""What the questions cost on the pages of rooms: one read at most, and none for people who are signed out and read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from portal.core.portal import Portal
from portal.testing import NOON


@contextmanager
def reads(house: Portal) -> Iterator[list[str]]:
    found: list[str] = []

    def note(_connection, _cursor, statement, *_more):
        if statement.startswith("SELECT"):
            found.append(statement)

    sa.event.listen(house.db.engine, "before_cursor_execute", note)
    yield found
    sa.event.remove(house.db.engine, "before_cursor_execute", note)


def cost(house: Portal, client: FlaskClient, path: str) -> int:
    """How many more reads the page at *path* takes with the questions than without; the least of three."""
    counts = {}
    for on in (False, True):
        with house.db.transaction() as session:
            house.plugins.switches.switch(session, "feedback", on=on, by=None, now=NOON)
        assert client.get(path).status_code == 200
        tries = []
        for _each in range(3):  # what is read once a while is read in one of them at most
            with reads(house) as found:
                client.get(path)
            tries.append(len(found))
        counts[on] = min(tries)
    return counts[True] - counts[False]


@pytest.mark.parametrize(
    ("role", "path", "more"),
    [
        ("visitor", "/kb/KB0101", 0),
        ("front_line", "/kb/KB0101", 1),
        ("visitor", "/", 1),
        ("front_line", "/desk?q=printer", 0),
        ("front_line", "/desk?q=printer&open=KB0101", 1),
        ("visitor", "/search?q=printer", 0),
        ("visitor", "/services/printing", 0),
    ],
)
def test_a_page_of_a_room_takes_one_read_more_at_most(
    house: Portal, as_role: Callable[[str], FlaskClient], organised, make_article, run_jobs, role, path, more
):
    make_article("KB0101")
    run_jobs()

    assert cost(house, as_role(role), path) == more
