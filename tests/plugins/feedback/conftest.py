"""A company with units, and people who answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from portal.accounts.models import Person
from portal.core.portal import Portal
from portal.organisation import demo


@pytest.fixture
def app_settings() -> dict[str, Any]:
    """On a busy machine pages ask as well."""
    return {"feedback.patience_ms": 10_000}


@pytest.fixture
def company(house: Portal) -> Portal:
    """The portal with the units of the demo."""
    demo.fill(house)
    return house


@pytest.fixture
def people(company: Portal, make_person: Callable[..., Person]) -> list[int]:
    """The ids of 19 people of sales."""
    return [make_person(f"Person {number}", unit_id="sales").id for number in range(19)]
