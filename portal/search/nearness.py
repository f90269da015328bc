"""How near in meaning each document of an index is to a query: what engines are told, whoever works it out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from portal.search.meaning.passages import Passages


class Near(Protocol):
    """A query, compared with what documents mean."""

    elsewhere: float
    """How near the query is to what belongs to somebody else than this portal."""

    def of(self, passages: Passages) -> Sequence[float]:
        """For each document how near it is, 1 for the same; not a number where nothing is known of it yet."""
