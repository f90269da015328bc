"""The file of handovers, read: how large a change is and what each size asks, and every move of a pack.

The file comes with the plugin and is the only place where sizes, the sections
and items of each, and the moves stand; code asks here and repeats none of it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

FILE: Final = Path(__file__).with_name("handover.toml")
SIZES: Final = ("S", "M", "L")
"""From small to large."""

DRAFT, IN_REVIEW, SENT_BACK = "draft", "in_review", "sent_back"
SIGNED_OFF, READY, LIVE = "signed_off", "ready", "live"
EARLY_LIFE, CLOSED = "early_life", "closed"
ON_HOLD, CANCELLED, BACKED_OUT = "on_hold", "cancelled", "backed_out"
STATES: Final = (
    *(DRAFT, IN_REVIEW, SENT_BACK, SIGNED_OFF, READY, LIVE, EARLY_LIFE, CLOSED),
    *(ON_HOLD, BACKED_OUT, CANCELLED),
)
BEFORE_LIVE: Final = frozenset({DRAFT, IN_REVIEW, SENT_BACK, SIGNED_OFF, READY, ON_HOLD})
ENDED: Final = frozenset({CLOSED, CANCELLED})

OWNER, PARTY, MANAGER, SYSTEM, LEAD = "owner", "party", "cm", "sys", "lead"


@dataclass(frozen=True, kw_only=True)
class Size:
    """What a change of one size asks; *share* is the part of the people on shift who have read it before go-live."""

    name: str
    lead_days: int  # working days between handing in and go-live
    share: float
    has_quiz: bool
    early_life_days: int  # working days
    sections: tuple[str, ...]
    items: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Move:
    """One move: between which states, who may make it, what it needs (sentences of the file), and whom it tells."""

    sources: tuple[str, ...]
    to: str
    by: tuple[str, ...]
    needs: tuple[str, ...]
    tells: tuple[str, ...]
    is_exception: bool = False


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The whole file. *campaign_lead_days* are those of a recurring campaign, whose pack begins as a copy."""

    sizes: Mapping[str, Size]
    campaign_size: str
    campaign_lead_days: int
    moves: tuple[Move, ...]

    def moves_between(self, source: str, to: str) -> tuple[Move, ...]:
        """The moves that lead from one state to another; at most one, as the file is."""
        return tuple(move for move in self.moves if source in move.sources and move.to == to)

    def moves_from(self, source: str) -> tuple[Move, ...]:
        """The moves that begin in a state, in the order of the file."""
        return tuple(move for move in self.moves if source in move.sources)


@cache
def plan() -> Plan:
    """The file as it comes with the plugin."""
    return parse(tomllib.loads(FILE.read_text(encoding="utf-8")))


def parse(data: Mapping[str, Any]) -> Plan:
    """Read what stands in the file.

    Raises:
        ValueError: it is of another schema, or names a size or a state that there is not.
    """
    if data.get("schema") != 1 or tuple(data["size"]) != SIZES:
        raise ValueError("This is not a file of handovers as this version of the plugin reads it.")
    moves = tuple(_move(row) for row in data["move"])
    if unknown := {state for move in moves for state in (*move.sources, move.to)} - set(STATES):
        raise ValueError(f"The file of handovers names states that there are not: {', '.join(sorted(unknown))}.")
    return Plan(
        sizes={name: _size(name, row) for name, row in data["size"].items()},
        campaign_size=data["campaign"]["size"],
        campaign_lead_days=data["campaign"]["lead_working_days"],
        moves=moves,
    )


def _size(name: str, row: Mapping[str, Any]) -> Size:
    return Size(
        name=name,
        lead_days=row["lead_working_days"],
        share=row["acknowledge_share"],
        has_quiz=row["quiz"],
        early_life_days=row["early_life_working_days"],
        sections=tuple(row["sections"]),
        items=tuple(row["items"]),
    )


def _move(row: Mapping[str, Any]) -> Move:
    return Move(
        sources=tuple(row["from"].split("|")),
        to=row["to"],
        by=tuple(row["by"]),
        needs=tuple(row["needs"]),
        tells=tuple(row["tells"]),
        is_exception=row.get("exception", False),
    )
