"""The fields of an article as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from portal.articles.levels import Confidence, Governance, HandoverSize, Kind, KnownErrorStatus, Level


@dataclass(frozen=True, kw_only=True)
class KnownError:
    """What is known of a fault whose cause is understood, or at least its way round."""

    status: KnownErrorStatus
    problem_ref: str | None = None
    since: date | None = None
    fix_planned_for: date | None = None
    business_effect: str | None = None


@dataclass(frozen=True, kw_only=True)
class Handover:
    """The change that a handover note belongs to."""

    change_ref: str
    size: HandoverSize
    go_live: datetime
    early_life_until: date | None = None
    parties: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FrontMatter:
    """All fields of an article, in the order in which they are written to a file."""

    id: str
    title: str
    kind: Kind
    audience: Level
    confidence: Confidence
    governance: Governance
    approved_by: str | None = None
    approved_on: date | None = None
    service: str
    owner_role: str
    tags: tuple[str, ...]
    words: tuple[str, ...]
    review_every_days: int
    needs_tools: tuple[str, ...] = ()
    needs_access: tuple[str, ...] = ()
    known_error: KnownError | None = None
    handover: Handover | None = None
    environment: tuple[str, ...] = ()
    time_needed_minutes: int | None = None
    finds: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()
    language: str = "en"
    checked_on: date | None = None
    checked_by: str | None = None
    old_slugs: tuple[str, ...] = ()
    practice: bool = False
    sample: bool = False

    def values(self) -> dict[str, Any]:
        """All fields by name, those of a block inside as well: as ``dataclasses.asdict``, at a tenth of its cost."""
        blocks = {"known_error": self.known_error, "handover": self.handover}
        return dict(vars(self)) | {name: dict(vars(block)) if block else None for name, block in blocks.items()}
