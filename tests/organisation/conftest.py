"""An organisation to look at: the one that comes with the portal."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from portal.core.events import EventRow
from portal.organisation import loading


@pytest.fixture
def shipped():
    """The file that comes with the portal, as values; change it freely."""
    return loading.read(loading.SHIPPED)


@pytest.fixture
def loaded(house, shipped):
    """The portal with the shipped organisation in its database."""
    with house.db.transaction() as session:
        loading.load(session, shipped)
    return house


@pytest.fixture
def store(loaded):
    """A session for writing on the shipped organisation, rolled back at the end."""
    with loaded.db.session() as session:
        yield session


@pytest.fixture
def told(store):
    """What was emitted since the test began: pairs of kind and ref."""
    before = store.scalar(sa.select(sa.func.max(EventRow.id))) or 0

    def look():
        rows = store.scalars(sa.select(EventRow).where(EventRow.id > before).order_by(EventRow.id))
        return [(row.name, row.actor_id, row.payload["kind"], row.payload["ref"]) for row in rows]

    return look


# What a process reads once in some seconds, whatever the page: switches of plugins, desk and handbook at the foot.
NOW_AND_THEN = ("FROM portal_state", "FROM plugin_switch", "(SELECT site.holidays", "LEFT OUTER JOIN article_reader")


@pytest.fixture
def count_queries(house):
    """How many queries a page takes for itself: ``count_queries(client, "/services")``."""

    def count(client, path):
        asked = []

        def note(_connection, _cursor, statement, *_rest):
            if statement.startswith(("SELECT", "WITH")) and not any(part in statement for part in NOW_AND_THEN):
                asked.append(statement)

        sa.event.listen(house.db.engine, "before_cursor_execute", note)
        try:
            assert client.get(path).status_code == 200
        finally:
            sa.event.remove(house.db.engine, "before_cursor_execute", note)
        return len(asked)

    return count
