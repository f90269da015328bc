"""A company with units, teams and services, as `make run` loads it, plus a tree of two units."""

import pytest
import sqlalchemy as sa

from portal.core.portal import Portal
from portal.organisation import loading
from portal.organisation.models import Unit


@pytest.fixture
def company(house: Portal) -> Portal:
    """The shipped organisation with the units company > sales > sales-south."""
    with house.db.transaction() as session:
        loading.load(session, loading.read(loading.SHIPPED))
        session.add(Unit(id="sales", name="Sales", parent_id="company", site_id="main"))
        session.flush()
        session.add(Unit(id="sales-south", name="Sales South", parent_id="sales", site_id="main"))
    return house


@pytest.fixture
def statements(house: Portal) -> list[str]:
    """Each statement that the database gets from here on; clear it to begin anew. BEGIN and COMMIT do not count."""
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    sa.event.listen(house.db.engine, "before_cursor_execute", note)
    return seen
