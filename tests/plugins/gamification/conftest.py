"""People who help each other, and a log to write to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.core.portal import Portal
from portal.organisation import demo
from portal.testing import NOON


@pytest.fixture
def company(house: Portal) -> Portal:
    """The portal with the units of the demo."""
    demo.fill(house)
    return house


@pytest.fixture
def people(company: Portal, make_person: Callable[..., Person]) -> Mapping[str, int]:
    """The ids of people with accounts of a month: ana, ben, cem and dia of sales, and the coaches eva and fay."""
    named = {each: make_person(each.title(), unit_id="sales") for each in ("ana", "ben", "cem", "dia")}
    named |= {each: make_person(each.title(), roles=["coach"]) for each in ("eva", "fay")}
    with company.db.transaction() as session:
        for person in named.values():
            session.get_one(Person, person.id).created_at = NOON - timedelta(days=30)
    return {name: person.id for name, person in named.items()}


@pytest.fixture
def log(company: Portal, people: Mapping[str, int]) -> Iterator[Session]:
    """A session that writes, and is committed when the test ends."""
    with company.db.transaction() as session:
        yield session
