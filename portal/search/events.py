"""What the search tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from portal.core.events import Event


@dataclass(frozen=True, kw_only=True)
class SearchPassagesMissing(Event):
    """What some documents of a source mean was not worked out yet."""

    name: ClassVar[str] = "search.passages_missing"

    source: str
    refs: tuple[str, ...]
