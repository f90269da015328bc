"""What can be found, and who may find it.

A room or plugin turns its things into documents; a thing whose text differs by
reader level gives one document for each set of levels, and these sets are
disjoint, so that exactly one of them fits a person. Whether a person may see a
document is decided by ``Access.may_see`` and nowhere else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class Guarded(Protocol):
    """The part of a document that says who may see it."""

    @property
    def service(self) -> str:
        """The service that it belongs to, or nothing."""

    @property
    def levels(self) -> frozenset[int]:
        """The reader levels that may see it."""

    @property
    def readers(self) -> frozenset[str]:
        """Of these a person must hold at least one; empty is no limit."""

    @property
    def needs(self) -> frozenset[str]:
        """Permissions that a person must hold, all of them."""


@dataclass(frozen=True, kw_only=True)
class Document:
    """One thing that can be found, in the words of one set of reader levels.

    ``key`` is unique in the index ("article:KB0026:1": source, ref, lowest
    level). ``source`` says who made it, ``ref`` which thing it is: several
    documents of one source and ref never stand in one answer. ``words`` are
    the users' own phrases and weigh like the title; ``finds`` are sentences
    that have to find it. ``levels`` are reader levels: 0 everyone, 1 support,
    2 specialists.

    Raises:
        ValueError: there are no levels, or ``updated_at`` has no time zone.
    """

    key: str
    source: str
    ref: str
    title: str
    body: str
    levels: frozenset[int]
    updated_at: datetime
    words: tuple[str, ...] = ()
    finds: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    kind: str = ""
    service: str = ""
    readers: frozenset[str] = frozenset()
    needs: frozenset[str] = frozenset()
    language: str = "en"

    def __post_init__(self) -> None:
        if not self.levels:
            raise ValueError(f"Document {self.key} has no reader levels, so nobody could find it.")
        if self.updated_at.tzinfo is None:
            raise ValueError(f"Document {self.key} has a time without a time zone.")

    @property
    def owner(self) -> tuple[str, str]:
        """Source and ref: what a write replaces as a whole."""
        return (self.source, self.ref)

    def fingerprint(self) -> str:
        """A hash of everything in it, to compare an index with the database."""
        return _digest(vars(self))


@dataclass(frozen=True, kw_only=True)
class Access:
    """What one person may see, as plain values, computed once for a request.

    ``service_levels`` names the services where the level differs from the
    default. ``readers`` are what the person is ("role:admin", "unit:sales").
    """

    level: int
    service_levels: Mapping[str, int]
    readers: frozenset[str]
    permissions: frozenset[str]

    def key(self) -> str:
        """The same for everybody who may see the same; stable between processes."""
        return _digest(vars(self))

    def may_see(self, document: Guarded) -> bool:
        """Whether this person may know that *document* exists."""
        return (
            self.service_levels.get(document.service, self.level) in document.levels
            and (not document.readers or not document.readers.isdisjoint(self.readers))
            and document.needs <= self.permissions
        )


@dataclass(frozen=True, kw_only=True)
class MustFind:
    """A sentence that has to find the thing *ref* of *source* for whoever has *access*."""

    source: str
    ref: str
    sentence: str
    access: Access


def _digest(values: Mapping[str, object]) -> str:
    text = json.dumps(dict(values), sort_keys=True, default=_plain)
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=16).hexdigest()


def _plain(value: object) -> object:
    """Sets in a fixed order and times in UTC, so that equal values give equal text."""
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} cannot be part of a document.")
