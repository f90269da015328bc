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


@dataclass(frozen=True, kw_only=True)
class GapClosed(Event):
    """People who searched for what nobody had written found it, and it helped."""

    name: ClassVar[str] = "gap.closed"

    gap_id: int
    source: str
    ref: str


@dataclass(frozen=True, kw_only=True)
class GapRejected(Event):
    """A coach said that a gap is none; one that was closed counts no longer."""

    name: ClassVar[str] = "gap.rejected"

    gap_id: int
    source: str
    ref: str
