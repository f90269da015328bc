"""What the notice board tells others: ids and plain values, in the past tense."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from portal.core.events import Event


@dataclass(frozen=True, kw_only=True)
class NotePinned(Event):
    """A note hangs on the board."""

    name: ClassVar[str] = "example.note_pinned"
    note_id: int
    ref: str


@dataclass(frozen=True, kw_only=True)
class NoteTakenDown(Event):
    """A note is gone."""

    name: ClassVar[str] = "example.note_taken_down"
    ref: str
