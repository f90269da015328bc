"""What an engine knows of every document of one state of its index: who may see it, and how it is counted."""

from __future__ import annotations

import json
import threading
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import nlargest
from itertools import compress
from typing import Any, Final

from portal.search.documents import Access, Document
from portal.search.engine import FACETS, Hit
from portal.search.meaning.passages import Passages

MASKS_KEPT: Final = 256
"""Masks kept for one state; each is one byte for a document."""
SHOWN: Final = ("key", "source", "ref", "title", "body", "service", "kind", "language", "updated_at")


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What many documents share: who may see them and how they are counted."""

    service: str
    kind: str
    language: str
    levels: frozenset[int]
    readers: frozenset[str]
    needs: frozenset[str]

    @classmethod
    def of(cls, document: Document) -> Profile:
        """The profile of one document."""
        return cls(**{name: getattr(document, name) for name in cls.__dataclass_fields__})

    def pack(self) -> bytes:
        """The same bytes for equal profiles."""
        return json.dumps(vars(self), sort_keys=True, default=sorted).encode()

    @classmethod
    def unpack(cls, packed: bytes) -> Profile:
        """Read what ``pack`` wrote."""
        values = json.loads(packed)
        for name in ("levels", "readers", "needs"):
            values[name] = frozenset(values[name])
        return cls(**values)

    def fits(self, filters: Mapping[str, str], *, without: str = "") -> bool:
        """Whether it passes all *filters* but the one named by *without*."""
        return all(getattr(self, name) == value for name, value in filters.items() if name != without)


class Known:
    """Rights and kinds of every document, by its number in the index, shared by all threads."""

    def __init__(self, profiles: Iterable[bytes], live: Iterable[bool], passages: Sequence[bytes]) -> None:
        """Take the packed profile of each document, whether it is there, and its passages."""
        codes: dict[bytes, int] = {}
        self.codes = array("I", (codes.setdefault(each, len(codes)) for each in profiles))
        """For each document number the place of its profile in ``profiles``."""
        self.live = bytes(live)
        self.profiles = tuple(map(Profile.unpack, codes))
        self.languages = frozenset(profile.language for profile in self.profiles)
        self.passages = Passages(passages)
        self._masks: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def readable(self, access: Access) -> bytes:
        """One byte for each document number: 1 if it exists and *access* may see it."""
        key = access.key()
        mask = self._masks.get(key)
        if mask is None:
            flags = [access.may_see(profile) for profile in self.profiles]
            mask = bytes(live and flags[code] for live, code in zip(self.live, self.codes, strict=True))
            with self._lock:
                if len(self._masks) >= MASKS_KEPT:
                    self._masks.clear()
                self._masks[key] = mask
        return mask

    def wanted(self, filters: Mapping[str, str]) -> bytes:
        """One byte for each document number: 1 if it passes all *filters*."""
        if not filters:
            return self._everything
        flags = [profile.fits(filters) for profile in self.profiles]
        return bytes(map(flags.__getitem__, self.codes))

    @cached_property
    def _everything(self) -> bytes:
        return b"\x01" * len(self.codes)


def best(scores: Sequence[float], numbers: Iterable[int], count: int) -> list[tuple[float, int]]:
    """The best *count* of the documents *numbers*: score and number, best first, oldest first among equals."""
    return [(score, -number) for score, number in nlargest(count, ((scores[n], -n) for n in numbers))]


def matches(scores: Sequence[float], mask: bytes) -> list[int]:
    """The numbers of the documents that match at all and that *mask* lets through."""
    return [number for number in compress(range(len(scores)), scores) if mask[number]]


def counted(times: Mapping[Profile, int], filters: Mapping[str, str]) -> tuple[int, dict[str, dict[str, int]]]:
    """The total with all filters, and each facet with the filters of the others; *times* counts by profile."""
    total = 0
    facets: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
    for profile, count in times.items():
        if profile.fits(filters):
            total += count
        for name, counts in facets.items():
            value = getattr(profile, name)
            if value and profile.fits(filters, without=name):
                counts[value] += count
    return total, {name: dict(counts) for name, counts in facets.items()}


def shown(document: Document) -> tuple[Any, ...]:
    """What is kept of a document to show it."""
    return tuple(getattr(document, name) for name in SHOWN)


def hit(values: tuple[Any, ...], score: float) -> Hit:
    """What is answered for one document, from its kept values."""
    return Hit(**dict(zip(SHOWN, values, strict=True)), score=score)


def owner_term(owner: tuple[str, str]) -> str:
    """Source and ref as one term; the separator cannot be typed."""
    return "\x1f".join(owner)


def checked_filters(filters: Mapping[str, str] | None, offset: int, limit: int) -> dict[str, str]:
    """The filters that are set. Raises ``ValueError`` for an unknown one, or a place before the first."""
    chosen = {name: value for name, value in (filters or {}).items() if value}
    if not chosen.keys() <= set(FACETS):
        raise ValueError(f"Answers are narrowed by {', '.join(FACETS)}, not by {', '.join(chosen)}.")
    if offset < 0 or limit < 0:
        raise ValueError("Offset and limit count from zero.")
    return chosen


def check_batch(documents: Sequence[Document]) -> None:
    """Refuse documents that could stand twice in one answer. Raises ``ValueError``."""
    keys: set[str] = set()
    levels: dict[tuple[str, str], set[int]] = {}
    for document in documents:
        seen = levels.setdefault(document.owner, set())
        if document.key in keys or not seen.isdisjoint(document.levels):
            raise ValueError(f"Documents of {document.ref} share a key or a reader level: {document.key}.")
        keys.add(document.key)
        seen |= document.levels
