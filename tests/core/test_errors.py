"""Errors are sentences with a remedy, for a page and for a terminal."""

from __future__ import annotations

import pytest

from portal.core.errors import ConfigError, Forbidden, NotFound, PortalError, Refused, TooSoon


@pytest.mark.parametrize("kind", [Refused, NotFound, Forbidden, TooSoon, ConfigError])
def test_an_error_keeps_what_happened_and_what_to_do_next(kind):
    error = kind("The bench is taken.", hint="Use the other one.")

    assert (error.message, error.hint, str(error)) == (
        "The bench is taken.",
        "Use the other one.",
        "The bench is taken. Use the other one.",
    )
    assert isinstance(error, PortalError)


def test_an_error_without_a_remedy_is_its_sentence():
    assert str(Refused("The bench is taken.")) == "The bench is taken."


def test_who_came_too_soon_learns_how_long_to_wait():
    assert TooSoon("Still hot.", wait_seconds=7).wait_seconds == 7


def test_a_refusal_names_the_field_that_is_at_fault_where_there_is_one():
    assert (Refused("Too long.", field="title").field, Refused("Too late.").field) == ("title", "")
