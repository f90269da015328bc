"""A document in passages, each short enough to have one meaning: its title, the users' own words, windows of its text.

A passage is known by the digest of its text alone, so that what was worked out
once holds for every document, index and level that has the same words.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from portal.search.documents import Document

WINDOW, STEP = 110, 80
"""Words of a window, and words from the beginning of one to that of the next."""
MOST_WINDOWS: Final = 40
DIGEST: Final = 16
"""Bytes of a digest."""


def passages(document: Document) -> Iterator[str]:
    """The passages of *document*; windows begin with its title, so that each says what it is about."""
    yield document.title
    yield from document.words
    yield from document.finds
    words, begins = document.body.split(), f"{document.title}. " if document.title else ""
    for number, start in enumerate(range(0, max(len(words) - WINDOW + STEP, 1), STEP)):
        if number < MOST_WINDOWS and words:
            yield begins + " ".join(words[start : start + WINDOW])


def digest(passage: str) -> bytes:
    """What *passage* is known by."""
    return hashlib.blake2b(passage.encode(errors="surrogatepass"), digest_size=DIGEST).digest()


def digests(document: Document) -> bytes:
    """The digests of the passages of *document*, each once, one after the other."""
    return b"".join(dict.fromkeys(digest(each) for each in passages(document) if each.strip()))


@dataclass(frozen=True, eq=False)
class Passages:
    """The joined digests of each document of one state of an index, by its number in it; empty where it is gone.

    Each state has one object of its own, by which others keep what they know of it.
    """

    of: Sequence[bytes] = field(repr=False)
