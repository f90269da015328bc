"""Permanent addresses: ``KB0004-new-phone-move-your-sign-in-approval``.

The ref alone decides; the words behind it are for people and follow the
title. An address with other words, or without any, leads to the same article.
"""

from __future__ import annotations

import re
import unicodedata

TOP = "/kb/"
SLUG_LENGTH = 90

_REF = re.compile(r"(kb\d{4,15})(?:-(.*))?\Z", re.IGNORECASE | re.ASCII)
_NAMED = re.compile(r"KB\d{4,15}", re.IGNORECASE | re.ASCII)
_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "o", "ł": "l", "’": "", "'": ""})


def slug_of(title: str) -> str:
    """Return the words of *title* as they stand in an address; empty when none of its letters is Latin."""
    plain = unicodedata.normalize("NFKD", title.lower().translate(_LETTERS))
    words = re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode()).strip("-")
    return words if len(words) <= SLUG_LENGTH else words[:SLUG_LENGTH].rpartition("-")[0]


def ref_in(address: str) -> str | None:
    """Return the ref that *address* begins with, in capitals; ``None`` for an old slug."""
    found = _REF.match(address)
    return found[1].upper() if found else None


def refs_named(text: str) -> set[str]:
    """Return the refs that a text names anywhere, in capitals."""
    return {ref.upper() for ref in _NAMED.findall(text)}


def path_of(ref: str, slug: str) -> str:
    """Return the permanent path of an article."""
    return f"{TOP}{ref}-{slug}" if slug else f"{TOP}{ref}"
