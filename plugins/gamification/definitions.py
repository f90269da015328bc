"""Badges as data: the rule language, read from TOML, with what does not fit said in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from portal.core.i18n import SOURCE

SHIPPED: Final = Path(__file__).parent / "badges.toml"
LANGUAGES: Final = (SOURCE, "de")
"""The languages in which every badge of ours is named and told."""
TIERS: Final = ("bronze", "silver", "gold")
TRACKS: Final = (
    *("start", "knowledge", "sharing", "handover", "superuser", "shoes"),
    *("listening", "care", "proficiency", "team"),
)
PERS: Final = ("once", "subject", "quarter", "year", "every")

Value: TypeAlias = str | int | bool


@dataclass(frozen=True)
class Range:
    """A number from *min* to *max*, both included; ``None`` where that end is open."""

    min: int | None = None
    max: int | None = None


@dataclass(frozen=True)
class Clause:
    """One condition: so many events of these kinds, of these people, within such a time.

    *distinct* is the field whose values are counted instead of events, or
    empty. *min_distinct* says of how many different values there must be at
    least. *within_days* and *pair_cap* are ``None`` where there is no limit.
    *where* holds for each field the values of which it must have one, or the
    range that it must be in.
    """

    events: tuple[str, ...]
    count: int = 1
    distinct: str = ""
    min_distinct: Mapping[str, int] = field(default_factory=dict)
    within_days: int | None = None
    where: Mapping[str, tuple[Value, ...] | Range] = field(default_factory=dict)
    pair_cap: int | None = None
    own: bool = False


@dataclass(frozen=True)
class Badge:
    """One badge. All *clauses* must hold; a badge that coaches give by hand (*manual*) has none.

    *earn* are the roles that count, all of them where it is empty. *names* and
    *texts* are those in other languages than English.
    """

    id: str
    name: str
    tier: str
    track: str
    text: str
    clauses: tuple[Clause, ...] = ()
    earn: tuple[str, ...] = ()
    per: str = "once"
    sticky: bool = True
    hidden: bool = False
    manual: bool = False
    names: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)

    def name_in(self, language: str) -> str:
        """Its name in *language* (a code such as ``de`` or ``de-AT``), or in English."""
        return self.names.get(language) or self.names.get(language.partition("-")[0], self.name)

    def text_in(self, language: str) -> str:
        """Its sentence in *language*, or in English."""
        return self.texts.get(language) or self.texts.get(language.partition("-")[0], self.text)


@dataclass(frozen=True)
class Problem:
    """What does not fit: the *file*, the id of the *badge* and the *field* where they are known, and a *sentence*."""

    file: str
    badge: str
    field: str
    sentence: str


@dataclass(frozen=True)
class Definitions:
    """What was read. With any problem the whole set is not to be used."""

    badges: tuple[Badge, ...]
    problems: tuple[Problem, ...]
