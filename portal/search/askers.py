"""Telling one person who asks from another without knowing who they are."""

from __future__ import annotations

import hmac
from typing import Protocol, cast

from portal.core.portal import Portal

MARK_LENGTH = 32


class Askers:
    """Makes marks of people with the key of one instance."""

    def __init__(self, key: bytes) -> None:
        """Use *key*, which stands beside the database and not in it."""
        self._key = key

    def mark(self, person_id: int | None) -> str:
        """The mark of a person, the same for the same one; visitors have none."""
        if person_id is None:
            return ""
        return hmac.digest(self._key, f"search:{person_id}".encode(), "sha256").hex()[:MARK_LENGTH]


class _HasAskers(Protocol):
    askers: Askers


def askers_of(house: Portal) -> Askers:
    """Who makes the marks of *house*."""
    return cast("_HasAskers", house.plugins.get("search")).askers
