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
