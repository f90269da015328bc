"""A company that hands changes over, and a session that writes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from portal.core.portal import Portal
from portal.testing import MakePerson
from tests.plugins.handover.company import Company, found


@pytest.fixture
def company(house: Portal, make_person: MakePerson) -> Company:
    """People of all parties."""
    return found(house, make_person)


@pytest.fixture
def writes(company: Company) -> Iterator[Session]:
    """A session that writes, and is committed when the test ends."""
    with company.house.db.transaction() as session:
        yield session
